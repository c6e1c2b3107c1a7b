//! JSON of other people's files, in which a name may be given twice: of the two values the later one would count, without a
//! word.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A text as JSON in which no object has two entries of one name.
///
/// # Errors
/// As [`check_names`].
pub fn parse(text: &str) -> Result<Value, serde_json::Error> {
    check_names(text)?;
    serde_json::from_str(text)
}

/// Whether a text is JSON in which no object has two entries of one name.
///
/// # Errors
/// The name, or where the text is no JSON.
pub fn check_names(text: &str) -> Result<(), serde_json::Error> {
    // As everything here that reads JSON, from text: a parser of bytes would be in the page a second time.
    serde_json::from_str::<Distinct>(text).map(|_| ())
}

/// JSON in which no object has two entries of one name; its values are not kept.
struct Distinct;

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Check)
    }
}

struct Check;

impl<'de> Visitor<'de> for Check {
    type Value = Distinct;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Distinct, E> {
        Ok(Distinct)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Distinct, E> {
        Ok(Distinct)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Distinct, E> {
        Ok(Distinct)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Distinct, E> {
        Ok(Distinct)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Distinct, E> {
        Ok(Distinct)
    }

    fn visit_unit<E: Error>(self) -> Result<Distinct, E> {
        Ok(Distinct)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Distinct, A::Error> {
        while items.next_element::<Distinct>()?.is_some() {}
        Ok(Distinct)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Distinct, A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = entries.next_key::<String>()? {
            if names.contains(&name) {
                return Err(A::Error::custom(format_args!("it has two entries named {name:?}")));
            }
            names.insert(name);
            entries.next_value::<Distinct>()?;
        }
        Ok(Distinct)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_stand_once_in_an_object() {
        let said = |text: &str| check_names(text).unwrap_err().to_string();
        assert!(check_names(r#"{"a": {"b": 1, "c": [{"b": null}, {"b": -1.5}]}, "b": "text"}"#).is_ok());
        assert!(said(r#"{"a": 1, "b": [true, {"c": 1, "c": 2}]}"#).starts_with("it has two entries named \"c\""));
        assert!(said("{\"a\": 1,\n \"\\u0061\": 2}").contains("line 2"));
        assert!(said("{").contains("EOF"));
    }
}
