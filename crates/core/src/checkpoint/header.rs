//! What a safetensors file says of itself beside its tensors, and what a file is that is none.

use std::collections::HashMap;

use safetensors::{SafeTensors, tensor::Metadata};
use serde::Deserialize;

use super::torch::is_torch;
use crate::{json, text};

/// Reads a safetensors file whose header names everything once.
///
/// # Errors
/// In words: what the file is instead, a name that its header gives twice, or where it is damaged.
pub fn open(bytes: &[u8]) -> Result<SafeTensors<'_>, String> {
    metadata(bytes)?;
    SafeTensors::deserialize(bytes).map_err(|error| error.to_string())
}

/// The entries of a file's `__metadata__`, none where it has no such thing; `bytes` may end after the header.
///
/// # Errors
/// In words, when it is no header, or one that gives a name twice.
pub fn metadata(bytes: &[u8]) -> Result<HashMap<String, String>, String> {
    /// The header but for the tensors.
    #[derive(Deserialize)]
    struct Text {
        #[serde(default, rename = "__metadata__")]
        metadata: HashMap<String, String>,
    }
    let text = header(bytes)?;
    Ok(serde_json::from_str::<Text>(text).map_err(|error| format!("its header: {error}"))?.metadata)
}

/// What a file says of its tensors; `bytes` may end after the header.
///
/// # Errors
/// As [`metadata`], and when the tensors' places do not fit one another.
pub fn tensors(bytes: &[u8]) -> Result<Metadata, String> {
    serde_json::from_str(header(bytes)?).map_err(|error| format!("its header: {error}"))
}

/// The header's text, which names everything once.
fn header(bytes: &[u8]) -> Result<&str, String> {
    if let Some(found) = other_format(bytes) {
        return Err(found.into());
    }
    if bytes.len() > 8 && !is_safetensors(bytes) {
        return Err("it is no safetensors file: expected the length of a JSON header, then that".into());
    }
    let text = bytes.split_first_chunk().and_then(|(length, rest)| {
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        rest.get(..length)
    });
    let text = text.ok_or("the file ends within its header: it was cut short")?;
    let text = std::str::from_utf8(text).map_err(|_| "its header is no text")?;
    json::check_names(text).map_err(|error| format!("its header: {error}"))?;
    Ok(text)
}

/// Whether a file begins as safetensors files do: the length of a JSON header comes first, then its brace.
pub fn is_safetensors(bytes: &[u8]) -> bool {
    bytes.get(8) == Some(&b'{')
}

/// What a file is that begins as no safetensors file does.
pub(super) fn other_format(bytes: &[u8]) -> Option<&'static str> {
    if is_safetensors(bytes) {
        return None;
    }
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let begins = |signs: &[&[u8]]| signs.iter().any(|sign| start.starts_with(sign));
    match () {
        () if bytes.is_empty() => Some("it is empty"),
        () if is_torch(start) => Some(
            "it is a zip archive or a pickle, as PyTorch writes, and no safetensors file: weights are read from it under a \
             name that ends in .pt",
        ),
        () if begins(&[b"{", b"["]) => Some("it is JSON text, such as a configuration, without tensors"),
        () => text::other_format(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: usize) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; data]].concat()
    }

    #[test]
    fn a_name_may_stand_once_in_a_header() {
        let tensor = |name: &str, at: usize| {
            format!(r#""{name}":{{"dtype":"F32","shape":[1],"data_offsets":[{at},{}]}}"#, at + 4)
        };
        let good = file(&format!("{{{},{}}}", tensor("a", 0), tensor("b", 4)), 8);
        assert_eq!(open(&good).unwrap().len(), 2);
        let refusal = |header: &str| open(&file(header, 8)).unwrap_err();
        let twice = format!("{{{},{},{}}}", tensor("a", 0), tensor("b", 4), tensor("a", 0));
        assert!(refusal(&twice).contains("two entries named \"a\""), "{}", refusal(&twice));
        // The same name, written with an escape.
        assert!(
            refusal(&format!("{{{},{}}}", tensor("a", 0), tensor("\\u0061", 4))).contains("two entries named \"a\"")
        );
        let metadata = format!(r#"{{"__metadata__":{{"k":"1","k":"2"}},{},{}}}"#, tensor("a", 0), tensor("b", 4));
        assert!(refusal(&metadata).contains("two entries named \"k\""));
        let shape = r#"{"a":{"dtype":"F32","shape":[1],"shape":[2],"data_offsets":[0,8]}}"#;
        assert!(refusal(shape).contains("two entries named \"shape\""));
    }

    #[test]
    fn what_is_no_safetensors_file_is_told_by_its_name() {
        let said = |bytes: &[u8]| open(bytes).unwrap_err();
        assert!(said(b"<!doctype html>\n<html><body>Please sign in</body></html>").contains("web page"));
        assert!(said(b"\xef\xbb\xbf\n <html>").contains("web page"));
        assert!(
            said(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n").contains("Git LFS pointer")
        );
        assert!(
            said(b"PK\x03\x04 archive/data.pkl").ends_with("weights are read from it under a name that ends in .pt")
        );
        assert!(said(b"\x80\x02}q\x00(X\x04\x00").contains("PyTorch"));
        assert!(said(b"{\"seq_len\": 16}").contains("JSON text"));
        assert!(said(b"\x1f\x8b\x08\x00").contains("compressed"));
        assert!(said(b"some notes of mine").starts_with("it is no safetensors file"));
        assert_eq!(said(b""), "it is empty");
        assert_eq!(said(b"\x05\0\0\0\0\0\0\0{"), "the file ends within its header: it was cut short");
    }
}
