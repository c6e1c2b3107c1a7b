//! The part of YAML that the official code's configurations are written in (PyYAML's block style): mappings and sequences by
//! indentation, plain and quoted scalars, `[]` of scalars, comments. Everything else is refused with its line.

use serde_json::{Map, Value};

/// Mappings and sequences within each other.
const MAX_DEPTH: usize = 32;

/// A line without its comment.
struct Line<'t> {
    /// From 1.
    number: usize,
    indent: usize,
    text: &'t str,
}

/// The fields of a text.
///
/// # Errors
/// In words: the line, and what is wrong there.
pub fn parse(text: &str) -> Result<Map<String, Value>, String> {
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let text = without_comment(line).trim_end();
        let body = text.trim_start_matches(' ');
        if body.starts_with('\t') {
            return Err(format!("line {number} is indented by a tab, expected spaces"));
        }
        let begins_document = text == "---" && lines.is_empty();
        if !body.is_empty() && !begins_document {
            lines.push(Line { number, indent: text.len() - body.len(), text: body });
        }
    }
    let mut reader = Reader { lines, at: 0 };
    let value = match reader.lines.first() {
        Some(first) => reader.block(first.indent, 0)?,
        None => Value::Null,
    };
    match (value, reader.lines.get(reader.at)) {
        (_, Some(line)) => Err(format!("line {}: its indentation is not that of the lines above it", line.number)),
        (Value::Object(fields), None) => Ok(fields),
        _ => Err("expected a table of fields".into()),
    }
}

/// A `#` begins a comment at the start of a line or behind a space, outside of quotes.
fn without_comment(line: &str) -> &str {
    let (mut quote, mut before) = (None, ' ');
    for (at, sign) in line.char_indices() {
        match (quote, sign) {
            (None, '#') if before == ' ' => return &line[..at],
            (None, '\'' | '"') if " :-[,".contains(before) => quote = Some(sign),
            (Some(open), sign) if open == sign && before != '\\' => quote = None,
            _ => {}
        }
        before = sign;
    }
    line
}

struct Reader<'t> {
    lines: Vec<Line<'t>>,
    at: usize,
}

impl<'t> Reader<'t> {
    /// The mapping or sequence whose lines have this indentation.
    fn block(&mut self, indent: usize, depth: usize) -> Result<Value, String> {
        if depth == MAX_DEPTH {
            return Err(format!("more than {MAX_DEPTH} levels within each other"));
        }
        let (mut fields, mut items) = (Map::new(), Vec::new());
        let is_sequence = self.lines.get(self.at).is_some_and(|line| item(line.text).is_some());
        while let Some(&Line { number, indent: own, text }) = self.lines.get(self.at) {
            if own != indent || item(text).is_some() != is_sequence {
                break;
            }
            let fault = |problem: &str| format!("line {number}: {problem}");
            if let Some(rest) = item(text) {
                if field(rest).is_some() || item(rest).is_some() {
                    // A mapping or sequence that begins on the line of its dash.
                    self.lines[self.at] = Line { number, indent: own + text.len() - rest.len(), text: rest };
                    let inner = self.lines[self.at].indent;
                    items.push(self.block(inner, depth + 1)?);
                } else {
                    self.at += 1;
                    items.push(self.value(rest, indent, false, depth).map_err(|e| fault(&e))?);
                }
                continue;
            }
            let (name, rest) = field(text).ok_or_else(|| fault("expected a field, as in name: value"))?;
            let Value::String(name) = scalar(name).map(|value| text_of(name, value)).map_err(|e| fault(&e))? else {
                return Err(fault("expected the name of a field"));
            };
            self.at += 1;
            let value = self.value(rest, indent, true, depth).map_err(|e| fault(&e))?;
            if fields.insert(name.clone(), value).is_some() {
                return Err(fault(&format!("a second field {name}")));
            }
        }
        Ok(if is_sequence { Value::Array(items) } else { Value::Object(fields) })
    }

    /// What stands behind a name or dash: a scalar that may go on in deeper lines, or what these hold.
    fn value(&mut self, text: &str, indent: usize, of_field: bool, depth: usize) -> Result<Value, String> {
        let next = self.lines.get(self.at);
        if text.is_empty() {
            return match next {
                // The dashes of a field's sequence may stand below its name.
                Some(line)
                    if line.indent > indent || of_field && line.indent == indent && item(line.text).is_some() =>
                {
                    let inner = line.indent;
                    self.block(inner, depth + 1)
                }
                _ => Ok(Value::Null),
            };
        }
        let mut whole = text.to_owned();
        while let Some(line) = self.lines.get(self.at).filter(|line| line.indent > indent) {
            whole += " ";
            whole += line.text;
            self.at += 1;
        }
        scalar(&whole)
    }
}

/// What follows the dash of an item.
fn item(text: &str) -> Option<&str> {
    if text == "-" { Some("") } else { text.strip_prefix("- ").map(str::trim_start) }
}

/// A field's name and what follows it.
fn field(text: &str) -> Option<(&str, &str)> {
    if text.starts_with(['"', '\'', '[', '{']) {
        return None;
    }
    match text.split_once(": ") {
        Some((name, rest)) => Some((name, rest.trim_start())),
        None => text.strip_suffix(':').map(|name| (name, "")),
    }
}

/// A name stays a text, whatever it looks like.
fn text_of(name: &str, value: Value) -> Value {
    if value.is_string() { value } else { Value::String(name.to_owned()) }
}

fn scalar(text: &str) -> Result<Value, String> {
    let foreign = || format!("{:?} is YAML of a form that is not read here", text.chars().take(40).collect::<String>());
    Ok(match text {
        "null" | "Null" | "NULL" | "~" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        "{}" => Value::Object(Map::new()),
        _ if text.starts_with('[') => {
            let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).ok_or_else(foreign)?;
            if inner.contains(['[', ']', '{', '}', '"', '\'']) {
                return Err(foreign());
            }
            let items = inner.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::Array(items.map(scalar).collect::<Result<_, _>>()?)
        }
        _ if text.starts_with('"') => Value::String(serde_json::from_str(text).map_err(|_| foreign())?),
        _ if text.starts_with('\'') => {
            let inner = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).filter(|_| text.len() > 1);
            let inner = inner.ok_or_else(foreign)?.replace("''", "\0");
            if inner.contains('\'') {
                return Err(foreign());
            }
            Value::String(inner.replace('\0', "'"))
        }
        _ if text.starts_with(['&', '*', '!', '|', '>', '{', '%', '@', '`', ',', ']', '}']) || text.contains(": ") => {
            return Err(foreign());
        }
        _ => number(text).unwrap_or_else(|| Value::String(text.to_owned())),
    })
}

fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|sign: char| sign.is_ascii_digit() || sign == '.') {
        return None;
    }
    if let Ok(number) = text.trim_start_matches('+').parse::<i64>() {
        return Some(number.into());
    }
    serde_json::Number::from_f64(text.parse().ok()?).map(Value::Number)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn by_crate(text: &str) -> Value {
        serde_saphyr::from_str(text).unwrap()
    }

    #[test]
    fn official_configurations_are_read_as_the_whole_language_reads_them() {
        let golden = include_str!("../../../../tests/golden/official_style_checkpoint/all_config.yaml");
        for text in [
            golden,
            "a: 1\nb:\n- x\n- y: 2\n  z: [1, two, 0.5]\n-\n  - 3\nc: {}\nd: []\n",
            "---\n# a comment\na: 'it''s' # another\nb: \"x\\ty # no\"\nc:\n  d: null\n  e: ~\n  f:\n",
            "a: a long text that\n  goes on in the next line\nb: -1.5e-05\nc: 1e3\nd: +7\ne: true\nf: 1.0\n",
            "lr: 0.0001\nname: losses@ACTLossHead\nurl: http://x/y#z\n'7': seven\n",
        ] {
            assert_eq!(Value::Object(parse(text).unwrap()), by_crate(text), "{text}");
        }
        assert_eq!(parse("a: 1.0e-4\n").unwrap()["a"], json!(1e-4));
    }

    #[test]
    fn what_is_not_read_is_named_by_its_line() {
        for (text, said) in [
            ("a: &x 1\n", "line 1: \"&x 1\" is YAML of a form"),
            ("a: 1\nb: |\n  text\n", "line 2: "),
            ("a: 1\na: 2\n", "line 2: a second field a"),
            ("a:\n  b: 1\n c: 2\n", "line 3: its indentation"),
            ("\ta: 1\n", "line 1 is indented by a tab"),
            ("seven\n", "line 1: expected a field"),
            ("- 1\n", "expected a table of fields"),
            ("", "expected a table of fields"),
            (&"- ".repeat(10_000), "32 levels"),
            (&(0..50).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<String>(), "32 levels"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(said), "{error} for {:?}", text.chars().take(30).collect::<String>());
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "([ -]{0,6}[a-c:'\"#\\[\\]&.0-9-]{0,6}[: ]{0,2}[a-c\"'\\[,\\]0-9]{0,5}\n?){0,12}") {
            let _ = parse(&text);
        }
    }
}
