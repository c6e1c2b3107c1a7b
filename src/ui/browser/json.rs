//! JSON by the browser's own reader and writer: smaller than one compiled into the page for every type.

use js_sys::JSON;
use serde::{Serialize, de::DeserializeOwned};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

/// A value from its text.
///
/// # Errors
/// In the browser's words: what is no JSON, and what is no such value.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let value = JSON::parse(text).map_err(|error| words(&error))?;
    serde_wasm_bindgen::from_value(value).map_err(|error| error.to_string())
}

/// A value as text; `None` for what JSON cannot hold.
pub fn write<T: Serialize>(value: &T) -> Option<String> {
    let value = value.serialize(&Serializer::json_compatible()).ok()?;
    JSON::stringify(&value).ok()?.as_string()
}

fn words(error: &JsValue) -> String {
    js_sys::Error::from(error.clone()).message().into()
}
