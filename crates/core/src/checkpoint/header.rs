//! What a safetensors file says of itself beside its tensors.

use std::collections::HashMap;

use serde::Deserialize;

/// The entries of a file's `__metadata__`, none where it has no such thing; `bytes` may end after the header.
///
/// # Errors
/// In words, when it is no header.
pub fn metadata(bytes: &[u8]) -> Result<HashMap<String, String>, String> {
    /// The header but for the tensors.
    #[derive(Deserialize)]
    struct Text {
        #[serde(default, rename = "__metadata__")]
        metadata: HashMap<String, String>,
    }
    let text = bytes.split_first_chunk().and_then(|(length, rest)| {
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        rest.get(..length)
    });
    let text = text.ok_or("it ends within its header")?;
    Ok(serde_json::from_slice::<Text>(text).map_err(|error| error.to_string())?.metadata)
}
