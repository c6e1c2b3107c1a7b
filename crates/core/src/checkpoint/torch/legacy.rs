//! The single-file form of `torch.save` before PyTorch 1.6: five pickles (a magic number, the version, facts of the system,
//! the object, the names of its storages), then every storage as its number of elements and the elements.

use std::collections::BTreeMap;

use super::source::{Source, bytes};
use super::value::{Pickle, Value};
use super::{TorchError, pickle};

/// What the first pickle holds: 0x1950a86a20f9469cfc6c, little-endian.
const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/// What the second one holds.
const VERSION: i64 = 1001;

/// First byte and number of bytes of every storage.
pub type Storages = BTreeMap<String, (u64, u64)>;

/// Reads the object's pickle out of `head`, the file's beginning, and finds the storages.
///
/// # Errors
/// Another pickle, a damaged one, a storage that the file does not have whole, big-endian numbers.
pub fn open<'a, S: Source>(source: &mut S, head: &'a [u8]) -> Result<(Pickle<'a>, Storages), TorchError> {
    let first = pickle::run(head, 0)?;
    let magic = match first.get(first.root) {
        Value::Long(span) => head.get(span.start as usize..span.end as usize),
        _ => None,
    };
    if magic != Some(&MAGIC) {
        let text = "it is a pickle, but not one that torch.save wrote: load it in Python and save its state dict";
        return Err(TorchError::Format(text.into()));
    }
    let version = pickle::run(head, first.end)?;
    if !matches!(version.get(version.root), Value::Int(VERSION)) {
        return Err(fault(first.end as u64, format!("another version, expected {VERSION}")));
    }
    let system = pickle::run(head, version.end)?;
    if let Value::Dict(items) = system.get(system.root)
        && items.iter().any(|(key, value)| {
            system.as_text(*key) == Some("little_endian") && matches!(system.get(*value), Value::Bool(false))
        })
    {
        return Err(fault(version.end as u64, "its numbers are big-endian".into()));
    }
    let object = pickle::run(head, system.end)?;
    let keys = pickle::run(head, object.end)?;
    let Value::List(ids) = keys.get(keys.root) else {
        return Err(fault(object.end as u64, "expected the names of the storages".into()));
    };
    let sizes = element_sizes(&object);
    let mut storages = Storages::new();
    let mut at = keys.end as u64;
    for id in ids {
        let Some(key) = keys.as_text(*id) else {
            return Err(fault(object.end as u64, "the name of a storage is no text".into()));
        };
        let count = bytes(source, at, 8)?;
        let count = count.first_chunk().map_or(0, |word| u64::from_le_bytes(*word));
        let Some(size) = sizes.get(key) else {
            return Err(fault(at, format!("a storage {key:?} that no tensor has")));
        };
        let length = count.checked_mul(*size).filter(|length| at.saturating_add(8 + length) <= source.length());
        let Some(length) = length else {
            return Err(fault(at, format!("storage {key:?} has {count} elements, more than the file")));
        };
        if storages.insert(key.to_owned(), (at + 8, length)).is_some() {
            return Err(fault(at, format!("a second storage {key:?}")));
        }
        at += 8 + length;
    }
    Ok((object, storages))
}

/// Bytes of an element of every storage of an object.
fn element_sizes<'p>(object: &'p Pickle<'_>) -> BTreeMap<&'p str, u64> {
    let storages = object.values.iter().filter_map(|value| match value {
        Value::Storage(storage) => Some((object.text(&storage.key), storage.dtype.size())),
        _ => None,
    });
    storages.collect()
}

fn fault(offset: u64, problem: String) -> TorchError {
    TorchError::Legacy { offset, problem }
}
