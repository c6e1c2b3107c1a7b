//! YAML as JSON: the node graph of YAML 1.2 in its core schema, from a parser's events. A deserializer for all of YAML would be
//! a fifth of what a first visit to the page loads.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, ScanError};
use serde_json::{Map, Number, Value};

use crate::text::excerpt;

/// Values at most, those that aliases repeat counted each time.
const MAX_NODES: usize = 5000;

/// A mapping or sequence that is being read.
struct Open {
    anchor: usize,
    kind: Collection,
}

enum Collection {
    Sequence(Vec<Value>),
    /// With the name of the field that comes next.
    Mapping(Map<String, Value>, Option<String>),
}

/// What is read so far.
#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    /// By the anchors' numbers.
    anchored: HashMap<usize, Value>,
    whole: Option<Value>,
    nodes: usize,
}

/// The fields of a text that is one mapping.
///
/// # Errors
/// In words: what is wrong, and the line.
pub fn fields(text: &str) -> Result<Map<String, Value>, String> {
    let mut reader = Reader::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error: ScanError| {
            format!("{}, line {} column {}", error.info(), error.marker().line(), error.marker().col() + 1)
        })?;
        reader.take(event).map_err(|problem| format!("{problem}, line {}", span.start.line()))?;
    }
    match reader.whole {
        Some(Value::Object(fields)) => Ok(fields),
        _ => Err("expected a table of fields".into()),
    }
}

impl Reader {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, _, Some(_))
            | Event::MappingStart(_, _, Some(_)) => Err("a tag (!), expected plain values".into()),
            Event::Scalar(text, style, anchor, None) => {
                // A name stays a text, whatever it looks like.
                if let Some(Collection::Mapping(fields, name @ None)) = self.open.last_mut().map(|open| &mut open.kind)
                {
                    if fields.contains_key(&*text) {
                        return Err(format!("a second field {:?}", excerpt(&text)));
                    }
                    *name = Some(text.into_owned());
                    return Ok(());
                }
                let value = if style == ScalarStyle::Plain { plain(&text) } else { text.into_owned().into() };
                self.add(value, 1, anchor)
            }
            Event::SequenceStart(_, anchor, None) => self.begin(Collection::Sequence(Vec::new()), anchor),
            Event::MappingStart(_, anchor, None) => self.begin(Collection::Mapping(Map::new(), None), anchor),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { anchor, kind }) = self.open.pop() else { return Ok(()) };
                let value = match kind {
                    Collection::Sequence(items) => Value::Array(items),
                    Collection::Mapping(fields, _) => Value::Object(fields),
                };
                self.add(value, 1, anchor)
            }
            Event::Alias(anchor) => {
                let value = self.anchored.get(&anchor).ok_or("an alias (*) within what it names")?;
                let nodes = count(value);
                // Before it is copied.
                self.room_for(nodes)?;
                let value = value.clone();
                self.add(value, nodes, 0)
            }
            Event::DocumentStart(..) if self.whole.is_some() => Err("a second document".into()),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, kind: Collection, anchor: usize) -> Result<(), String> {
        self.open.push(Open { anchor, kind });
        self.named()
    }

    /// Whether what begins or is added has a name where it needs one.
    fn named(&self) -> Result<(), String> {
        // The one that just began is the last.
        let outer = self.open.len().checked_sub(2).map(|at| &self.open[at].kind);
        match outer {
            Some(Collection::Mapping(_, None)) => Err("a name of several values, expected a text".into()),
            _ => Ok(()),
        }
    }

    fn room_for(&self, nodes: usize) -> Result<(), String> {
        if self.nodes + nodes > MAX_NODES { Err(format!("more than {MAX_NODES} values")) } else { Ok(()) }
    }

    fn add(&mut self, value: Value, nodes: usize, anchor: usize) -> Result<(), String> {
        self.room_for(nodes)?;
        self.nodes += nodes;
        if anchor > 0 {
            self.anchored.insert(anchor, value.clone());
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.whole = Some(value),
            Some(Collection::Sequence(items)) => items.push(value),
            Some(Collection::Mapping(fields, name)) => {
                let name = name.take().ok_or("an alias (*) for a name, expected a text")?;
                fields.insert(name, value);
            }
        }
        Ok(())
    }
}

/// A value and those within it.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

/// A plain scalar by the core schema (YAML 1.2.2, 10.3.2). An infinity or NaN, which JSON does not have, stays a text.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => true.into(),
        "false" | "False" | "FALSE" => false.into(),
        _ => number(text).map_or_else(|| text.into(), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return u64::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with('+')).map(Number::from);
        }
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|sign: char| sign.is_ascii_digit() || sign == '.') {
        return None;
    }
    let integer = || text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from)).ok();
    integer().or_else(|| Number::from_f64(text.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(text: &str) -> String {
        fields(text).unwrap_err()
    }

    #[test]
    fn values_are_those_of_the_core_schema() {
        let text = "a: 1\nb:\n- x\n- y: 2\n  z: [1, two, 0.5]\n-\n  - 3\nc: {}\nd: []\ne: 'it''s' # a comment\n\
                    f: \"x\\ty # no\"\ng:\n  h: null\n  i: ~\n  j:\nk: a long text that\n  goes on\nl: -1.5e-05\nm: 1e3\n\
                    n: +7\no: true\np: 1.0\nq: losses@ACTLossHead\nr: http://x/y#z\n'7': yes\ns: |\n  two\n  lines\n\
                    t: 0x1F\nu: 0o17\nv: .inf\nw: '1'\nx: 1_000\ny: 18446744073709551615\nz: 5 apples\n";
        let expected = json!({
            "a": 1, "b": ["x", {"y": 2, "z": [1, "two", 0.5]}, [3]], "c": {}, "d": [], "e": "it's", "f": "x\ty # no",
            "g": {"h": null, "i": null, "j": null}, "k": "a long text that goes on", "l": -1.5e-5, "m": 1000.0, "n": 7,
            "o": true, "p": 1.0, "q": "losses@ACTLossHead", "r": "http://x/y#z", "7": "yes", "s": "two\nlines\n",
            "t": 31, "u": 15, "v": ".inf", "w": "1", "x": "1_000", "y": 18_446_744_073_709_551_615_u64, "z": "5 apples",
        });
        assert_eq!(Value::Object(fields(text).unwrap()), expected);
        assert_eq!(Value::Object(fields("---\na: &x [1, 2]\nb: *x\n").unwrap()), json!({"a": [1, 2], "b": [1, 2]}));
    }

    #[test]
    fn what_is_refused_is_named_by_its_line() {
        for (text, expected) in [
            ("a: 1\nb: 2\na: 3\n", "a second field \"a\", line 3"),
            ("a: 1\nb: !!python/object:os.system x\n", "a tag (!), expected plain values, line 2"),
            ("a: &x [*x]\n", "an alias (*) within what it names, line 1"),
            ("? [a, b]\n: 1\n", "a name of several values, expected a text, line 1"),
            ("a: &x b\n*x : 1\n", "an alias (*) for a name, expected a text, line 2"),
            ("a: 1\n---\nb: 2\n", "a second document, line 2"),
            ("- 1\n", "expected a table of fields"),
            ("", "expected a table of fields"),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
        assert!(said("a:\n  b: 1\n c: 2\n").ends_with("line 3 column 2"), "{}", said("a:\n  b: 1\n c: 2\n"));
        assert_eq!(said("a: 1\nb: [1, 2\n"), "unclosed bracket '[', line 2 column 4");
        let many: String = (0..3000).map(|at| format!("a{at}: 1\n")).collect();
        assert!(fields(&many).is_ok());
        assert!(said(&format!("{many}{}", many.replace('a', "b"))).starts_with("more than 5000 values, line "));
    }
}
