//! Reads the fields of configurations and recipes, and says by name which one is wrong and what was expected in its place.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Characters of a value that a message quotes at most.
const QUOTED: usize = 60;
/// How alike two names are, 0 to 1, for one to be suggested in place of the other.
const ALIKE: f64 = 0.6;
/// The largest whole number below which every f64 without a fraction is one: 2⁵³.
const EXACT: f64 = (1_u64 << 53) as f64;

/// A field that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// A value of another type, or none of those that there are.
    #[error("{field} is {value}; expected {expected}")]
    Value {
        /// The field; one within a table behind a dot.
        field: String,
        /// What stands there, as JSON.
        value: String,
        /// What may stand there.
        expected: String,
    },
    /// A field that has no default.
    #[error("{0} is missing")]
    Missing(String),
}

/// Reads `fields` as a `T`. A number without a fraction, such as 2.0, is read as a whole one where `example`, the fields of some
/// `T`, has a whole one.
///
/// # Errors
/// The first field that cannot be read.
pub fn read<T: DeserializeOwned>(
    mut fields: Map<String, Value>,
    example: &Map<String, Value>,
) -> Result<T, FieldError> {
    for (name, value) in &mut fields {
        if example.get(name).is_some_and(Value::is_u64)
            && value.is_f64()
            && let Some(whole) = value.as_f64().filter(|number| number.fract() == 0.0 && (0.0..=EXACT).contains(number))
        {
            *value = (whole as u64).into();
        }
    }
    let read = |fields: Map<String, Value>| T::deserialize(&Value::Object(fields)).map_err(|error| error.to_string());
    let message = match read(fields.clone()) {
        Ok(read) => return Ok(read),
        Err(message) => message,
    };
    if let Some(name) = message.strip_prefix("missing field ") {
        return Err(FieldError::Missing(name.trim_matches('`').to_owned()));
    }
    // The field that spoils the example, too. (A crate that follows the path in a deserializer, serde_path_to_error, makes a
    // second copy of everything that reads fields: 20 kB of the page.)
    let spoils = |(name, value): (String, Value)| {
        let mut fields = example.clone();
        fields.insert(name.clone(), value.clone());
        read(fields).err().map(|message| (name, value, message))
    };
    let (field, value, message) = fields.into_iter().find_map(spoils).unwrap_or((String::new(), Value::Null, message));
    let expected = message.rsplit_once(", expected ").map_or(message.as_str(), |(_, expected)| expected);
    Err(FieldError::Value { field, value: quoted(&value), expected: in_words(expected) })
}

/// A value as a message quotes it: JSON in one line, cut where it is long.
pub fn quoted(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(QUOTED) {
        None => text,
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// A type's name as serde gives it, in words.
fn in_words(expected: &str) -> String {
    match expected {
        "usize" | "u64" | "u32" => "a whole number of at least 0".into(),
        "f64" | "f32" => "a number".into(),
        "a boolean" => "true or false".into(),
        "a string" | "string or map" => "text".into(),
        "a map" => "a table".into(),
        other if other.starts_with("struct ") => "a table".into(),
        other => other.replace('`', ""),
    }
}

/// The known name that a name was probably meant to be.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |name: &str| name.to_lowercase().replace(['-', ' '], "_");
    let name = plain(name);
    let likeness = |other: &str| {
        let other = plain(other);
        let likeness = strsim::normalized_damerau_levenshtein(&name, &other);
        // A part of a name of several words, such as batch of batch_size.
        let is_part = name.split('_').any(|word| word == other) || other.split('_').any(|word| word == name);
        if is_part { likeness.max(ALIKE) } else { likeness }
    };
    let alike = known.into_iter().map(|other| (other, likeness(other))).filter(|(_, likeness)| *likeness >= ALIKE);
    alike.max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(other, _)| other)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Sample {
        count: usize,
        #[serde(default)]
        rate: f64,
        #[serde(default)]
        on: bool,
        #[serde(default)]
        kind: Option<Choice>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Choice {
        One,
        Two,
    }

    fn sample(fields: Value) -> Result<Sample, String> {
        let example = json!({"count": 1, "rate": 0.5, "on": true, "kind": "one"});
        let [fields, example] = [fields, example].map(|value| value.as_object().unwrap().clone());
        read(fields, &example).map_err(|error| error.to_string())
    }

    #[test]
    fn a_number_without_a_fraction_is_a_whole_one() {
        let read = sample(json!({"count": 2.0, "rate": 3, "kind": "two"})).unwrap();
        assert_eq!(read, Sample { count: 2, rate: 3.0, on: false, kind: Some(Choice::Two) });
    }

    #[test]
    fn field_value_and_expectation_are_named() {
        let refusal = |fields| sample(fields).unwrap_err();
        let whole = "expected a whole number of at least 0";
        assert_eq!(refusal(json!({"count": "4"})), format!("count is \"4\"; {whole}"));
        assert_eq!(refusal(json!({"count": 2.5})), format!("count is 2.5; {whole}"));
        assert_eq!(refusal(json!({"count": -1})), format!("count is -1; {whole}"));
        assert_eq!(refusal(json!({"count": -1.0})), format!("count is -1.0; {whole}"));
        assert_eq!(refusal(json!({"count": 1e300})), format!("count is 1e+300; {whole}"));
        assert_eq!(refusal(json!({"count": null})), format!("count is null; {whole}"));
        assert_eq!(refusal(json!({"count": [1, 2]})), format!("count is [1,2]; {whole}"));
        assert_eq!(refusal(json!({"count": 1, "rate": "high"})), "rate is \"high\"; expected a number");
        assert_eq!(refusal(json!({"count": 1, "on": 1})), "on is 1; expected true or false");
        assert_eq!(refusal(json!({"count": 1, "kind": "three"})), "kind is \"three\"; expected one or two");
        assert_eq!(refusal(json!({"rate": 1})), "count is missing");
        let long = refusal(json!({"count": "x".repeat(1000)}));
        assert!(long.len() < 150 && long.contains("…; expected"), "{long}");
    }

    #[test]
    fn the_nearest_name_is_suggested() {
        let known = ["halt_max_steps", "halt_exploration_prob", "expansion", "mlp_t", "batch", "lr"];
        let suggested = |name| nearest(name, known);
        assert_eq!(suggested("halt_max_step"), Some("halt_max_steps"));
        assert_eq!(suggested("expansions"), Some("expansion"));
        assert_eq!(suggested("Mlp_t"), Some("mlp_t"));
        assert_eq!(suggested("mlp-t"), Some("mlp_t"));
        assert_eq!(suggested("batch_size"), Some("batch"));
        assert_eq!(suggested("epochs"), None);
    }
}
