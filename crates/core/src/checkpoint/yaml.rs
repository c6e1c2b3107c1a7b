//! YAML as JSON: the nodes of YAML 1.2 in its core schema, from a parser's events. A deserializer for all of YAML would be
//! a fifth of what a first visit to the page loads.
//!
//! Aliases are refused: the official code writes none, and a short text of them stands for any amount of memory.

use granit_parser::{Event, Parser, ScalarStyle, ScanError};
use serde_json::{Map, Number, Value};

use crate::text::excerpt;

/// Values at most.
const MAX_NODES: usize = 5000;
/// Mappings and sequences at most: one of a few bytes takes some hundred in memory, in each copy.
const MAX_COLLECTIONS: usize = 250;

/// A mapping or sequence that is being read.
enum Open {
    Sequence(Vec<Value>),
    /// With the name of the field that comes next.
    Mapping(Map<String, Value>, Option<String>),
}

/// What is read so far.
#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    whole: Option<Value>,
    nodes: usize,
    collections: usize,
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
        let taken = match event {
            Event::Alias(_) => {
                Err(format!("an alias ({}), expected the value itself", excerpt(span.slice(text).unwrap_or("*"))))
            }
            event => reader.take(event),
        };
        taken.map_err(|problem| format!("{problem}, line {}", span.start.line()))?;
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
            Event::Scalar(text, style, _, None) => {
                // A name stays a text, whatever it looks like.
                if let Some(Open::Mapping(fields, name @ None)) = self.open.last_mut() {
                    if fields.contains_key(&*text) {
                        return Err(format!("a second field {:?}", excerpt(&text)));
                    }
                    *name = Some(text.into_owned());
                    return Ok(());
                }
                self.add(if style == ScalarStyle::Plain { plain(&text) } else { text.into_owned().into() })
            }
            Event::SequenceStart(..) => self.begin(Open::Sequence(Vec::new())),
            Event::MappingStart(..) => self.begin(Open::Mapping(Map::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::Sequence(items)) => self.add(Value::Array(items)),
                Some(Open::Mapping(fields, _)) => self.add(Value::Object(fields)),
                None => Ok(()),
            },
            Event::DocumentStart(..) if self.whole.is_some() => Err("a second document".into()),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, collection: Open) -> Result<(), String> {
        if let Some(Open::Mapping(_, None)) = self.open.last() {
            return Err("a name of several values, expected a text".into());
        }
        self.collections += 1;
        if self.collections > MAX_COLLECTIONS {
            return Err(format!("more than {MAX_COLLECTIONS} tables and lists"));
        }
        self.open.push(collection);
        Ok(())
    }

    fn add(&mut self, value: Value) -> Result<(), String> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(format!("more than {MAX_NODES} values"));
        }
        match self.open.last_mut() {
            None => self.whole = Some(value),
            Some(Open::Sequence(items)) => items.push(value),
            // Whatever is added to a mapping has a name: a text without one is a name, and nothing else begins without one.
            Some(Open::Mapping(fields, name)) => drop(fields.insert(name.take().unwrap_or_default(), value)),
        }
        Ok(())
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
        // An anchor alone repeats nothing.
        assert_eq!(Value::Object(fields("---\na: &x [1, 2]\nb: 3\n").unwrap()), json!({"a": [1, 2], "b": 3}));
    }

    #[test]
    fn what_is_refused_is_named_by_its_line() {
        for (text, expected) in [
            ("a: 1\nb: 2\na: 3\n", "a second field \"a\", line 3"),
            ("a: 1\nb: !!python/object:os.system x\n", "a tag (!), expected plain values, line 2"),
            ("a: &x [1, 2]\nb: *x\n", "an alias (*x), expected the value itself, line 2"),
            ("a: &x [*x]\n", "an alias (*x), expected the value itself, line 1"),
            ("? [a, b]\n: 1\n", "a name of several values, expected a text, line 1"),
            ("a: &x b\n*x : 1\n", "an alias (*x), expected the value itself, line 2"),
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
        let lists: String = (0..249).map(|at| format!("a{at}: [1]\n")).collect();
        assert!(fields(&lists).is_ok());
        assert_eq!(said(&format!("{lists}b:\n- []\n")), "more than 250 tables and lists, line 251");
    }
}
