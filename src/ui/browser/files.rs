//! Files of a person: out of an input or a drop, and what is in them.

use hrm_core::text::decode;
use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, File, FileList, HtmlInputElement};

/// Bytes of a safetensors file's header at most, by its library.
const LONGEST_HEADER: f64 = 1e8;

/// The files of an input, which is then empty: the same file can be chosen again.
pub fn files_of(event: &Event) -> Vec<File> {
    let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
        return Vec::new();
    };
    let files = listed(input.files());
    input.set_value("");
    files
}

/// The files of a list.
pub fn listed(list: Option<FileList>) -> Vec<File> {
    list.iter().flat_map(|list| (0..list.length()).filter_map(|at| list.get(at))).collect()
}

/// A file's contents, or what the browser says.
pub async fn contents(file: &File) -> Result<ArrayBuffer, String> {
    Ok(read(file, file.array_buffer()).await?.unchecked_into())
}

/// A file's text, or what the browser says; or that it is no text.
pub async fn text(file: &File) -> Result<String, String> {
    let buffer = contents(file).await?;
    let bytes = Uint8Array::new(&buffer).to_vec();
    Ok(decode(&bytes).map_err(|error| format!("{}: {error}", file.name()))?.into_owned())
}

async fn read(file: &File, reading: Promise) -> Result<JsValue, String> {
    let gone = |_| format!("{} cannot be read any more: choose it again", file.name());
    JsFuture::from(reading).await.map_err(gone)
}

/// The header of a safetensors file with the eight bytes before it that tell its length; empty where it cannot be read.
pub async fn header(file: &File) -> Vec<u8> {
    let start = async |bytes: f64| {
        let part = file.slice_with_f64_and_f64(0.0, bytes).ok()?;
        let buffer = JsFuture::from(part.array_buffer()).await.ok()?;
        Some(Uint8Array::new(&buffer).to_vec())
    };
    let length = start(8.0).await.unwrap_or_default();
    let length = <[u8; 8]>::try_from(length).map_or(0.0, |length| u64::from_le_bytes(length) as f64);
    start(8.0 + length.min(LONGEST_HEADER)).await.unwrap_or_default()
}
