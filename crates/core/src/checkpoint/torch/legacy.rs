//! The single-file form of `torch.save` before PyTorch 1.6: five pickles (a magic number, the version, facts of the system,
//! the object, the names of its storages), then every storage as its number of elements and the elements.

use std::collections::BTreeMap;

use super::source::{Source, bytes};
use super::state::{self, Tensors};
use super::value::Value;
use super::{TorchError, pickle};
use crate::text::excerpt;

/// What the first pickle holds: 0x1950a86a20f9469cfc6c, little-endian.
const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/// What the second one holds.
const VERSION: i64 = 1001;

/// First byte and number of bytes of every storage.
pub type Storages = BTreeMap<String, (u64, u64)>;

/// Reads the object's tensors out of `head`, the file's beginning, and finds the storages. One pickle is held at a time.
///
/// # Errors
/// Another pickle, a damaged one, no tensors, a storage that the file does not have whole, big-endian numbers.
pub fn open<S: Source>(source: &mut S, head: &[u8]) -> Result<(Tensors, Storages), TorchError> {
    let version_at = magic(head)?;
    let system_at = version(head, version_at)?;
    let object_at = system(head, system_at)?;
    let (tensors, sizes, keys_at) = object(head, object_at)?;
    let keys = pickle::run(head, keys_at)?;
    let Value::List(ids) = keys.get(keys.root) else {
        return Err(fault(keys_at as u64, "expected the names of the storages".into()));
    };
    let mut storages = Storages::new();
    let mut at = keys.end as u64;
    for id in ids {
        let Some(key) = keys.as_text(*id) else {
            return Err(fault(keys_at as u64, "the name of a storage is no text".into()));
        };
        let count = bytes(source, at, 8)?;
        let count = count.first_chunk().map_or(0, |word| u64::from_le_bytes(*word));
        let Some(size) = sizes.get(key) else {
            return Err(fault(at, format!("a storage {:?} that no tensor has", excerpt(key))));
        };
        let length =
            count.checked_mul(*size).filter(|length| at.saturating_add(8).saturating_add(*length) <= source.length());
        let Some(length) = length else {
            return Err(fault(at, format!("storage {key:?} has {count} elements, more than the file")));
        };
        if storages.insert(key.to_owned(), (at + 8, length)).is_some() {
            return Err(fault(at, format!("a second storage {key:?}")));
        }
        at += 8 + length;
    }
    Ok((tensors, storages))
}

/// Where the first pickle ends.
fn magic(head: &[u8]) -> Result<usize, TorchError> {
    let first = pickle::run(head, 0)?;
    let magic = match first.get(first.root) {
        Value::Long(span) => head.get(span.start as usize..span.end as usize),
        _ => None,
    };
    if magic != Some(&MAGIC) {
        let text = "it is a pickle, but not one that torch.save wrote: load it in Python and save its state dict";
        return Err(TorchError::Format(text.into()));
    }
    Ok(first.end)
}

/// Where the second pickle ends, which begins at `start`.
fn version(head: &[u8], start: usize) -> Result<usize, TorchError> {
    let version = pickle::run(head, start)?;
    if !matches!(version.get(version.root), Value::Int(VERSION)) {
        return Err(fault(start as u64, format!("another version, expected {VERSION}")));
    }
    Ok(version.end)
}

/// Where the third pickle ends, which begins at `start`.
fn system(head: &[u8], start: usize) -> Result<usize, TorchError> {
    let system = pickle::run(head, start)?;
    if let Value::Dict(items) = system.get(system.root)
        && items.iter().any(|(key, value)| {
            system.is_text(*key, "little_endian") && matches!(system.get(*value), Value::Bool(false))
        })
    {
        return Err(fault(start as u64, "its numbers are big-endian".into()));
    }
    Ok(system.end)
}

/// The tensors of the fourth pickle, which begins at `start`, the bytes of an element of every storage, and where it ends.
fn object(head: &[u8], start: usize) -> Result<(Tensors, BTreeMap<String, u64>, usize), TorchError> {
    let object = pickle::run(head, start)?;
    let sizes = object.values.iter().filter_map(|value| match value {
        Value::Storage(storage) => Some((object.text(&storage.key).to_owned(), storage.dtype.size())),
        _ => None,
    });
    Ok((state::tensors(&object)?, sizes.collect(), object.end))
}

fn fault(offset: u64, problem: String) -> TorchError {
    TorchError::Legacy { offset, problem }
}
