//! The named tensors of a pickle, and where in the file their elements are.

use std::collections::BTreeMap;

use super::TorchError;
use super::value::{Dtype, Id, MAX_TENSORS, Pickle, Value};

/// Entries of dicts that are looked at.
const MAX_VISITS: usize = 1_000_000;
/// Dicts within each other.
const MAX_DEPTH: usize = 16;
/// Bytes of a tensor's name.
const MAX_NAME: usize = 500;

/// The tensors of a file may have this many times the bytes of their storages together, or [`FREE_BYTES`].
const MAX_SHARES: u64 = 2;
const FREE_BYTES: u64 = 1 << 20;
/// What is read for them, each for itself, may be this many times the bytes of their storages, and [`FREE_READ`].
const MAX_READS: u64 = 4;
const FREE_READ: u64 = 1 << 24;

/// Under what name other programs keep the weights beside an optimizer.
const WRAPPERS: [&str; 4] = ["state_dict", "model_state_dict", "model", "weights"];

/// A tensor of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Element type.
    pub dtype: Dtype,
    /// Lengths.
    pub shape: Vec<u64>,
    /// Elements from one index to the next, for every dimension.
    pub strides: Vec<u64>,
    /// The first element in its storage.
    pub offset: u64,
    /// Its storage.
    pub key: String,
}

impl Layout {
    /// Number of elements; [`check`] has seen that it can be counted.
    pub fn count(&self) -> u64 {
        self.shape.iter().product()
    }

    /// Elements from the first to behind the last, in the storage.
    pub fn span(&self) -> u64 {
        if self.count() == 0 {
            return 0;
        }
        1 + self.shape.iter().zip(&self.strides).map(|(length, stride)| (length - 1) * stride).sum::<u64>()
    }

    /// Whether its elements lie one behind the other.
    pub fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        self.count() == 0
            || self.shape.iter().zip(&self.strides).rev().all(|(&length, &stride)| {
                let fits = length == 1 || stride == expected;
                expected *= length;
                fits
            })
    }
}

/// Tensors by their names.
pub type Tensors = BTreeMap<String, Layout>;

/// The tensors of the weights.
///
/// # Errors
/// There are none; two of one name; a name that is too long; more than a file of weights has.
pub fn tensors(pickle: &Pickle<'_>) -> Result<Tensors, TorchError> {
    let mut root = pickle.root;
    // Wrapped, maybe twice: {"state_dict": {"model": …}}.
    for _ in 0..2 {
        let Value::Dict(items) = pickle.get(root) else { break };
        let named = |wanted: &str| {
            let found = items.iter().find(|(key, _)| pickle.is_text(*key, wanted))?.1;
            matches!(pickle.get(found), Value::Dict(_)).then_some(found)
        };
        match WRAPPERS.iter().find_map(|wrapper| named(wrapper)) {
            Some(inner) => root = inner,
            None => break,
        }
    }
    let Value::Dict(_) = pickle.get(root) else {
        return Err(TorchError::NoTensors("expected a dict of them (a state dict)".into()));
    };
    let mut found = Found { pickle, tensors: BTreeMap::new(), visits: 0 };
    found.walk(root, "", 0)?;
    if found.tensors.is_empty() {
        let Value::Dict(items) = pickle.get(root) else { return Err(TorchError::NoTensors(String::new())) };
        let start = |key: &str| key.chars().take(40).collect::<String>();
        let keys: Vec<_> = items.iter().filter_map(|(key, _)| pickle.as_text(*key)).take(5).map(start).collect();
        return Err(TorchError::NoTensors(format!("its dict has the keys {keys:?}")));
    }
    Ok(found.tensors)
}

struct Found<'p> {
    pickle: &'p Pickle<'p>,
    tensors: Tensors,
    visits: usize,
}

impl Found<'_> {
    fn walk(&mut self, id: Id, prefix: &str, depth: usize) -> Result<(), TorchError> {
        let Value::Dict(items) = self.pickle.get(id) else { return Ok(()) };
        if depth == MAX_DEPTH {
            return Err(TorchError::Limit(format!("more than {MAX_DEPTH} dicts within each other")));
        }
        for (key, value) in items {
            self.visits += 1;
            if self.visits > MAX_VISITS {
                return Err(TorchError::Limit(format!("more than {MAX_VISITS} entries of dicts")));
            }
            let value_id = *value;
            let value = self.pickle.get(value_id);
            if !matches!(value, Value::Dict(_) | Value::Tensor(_)) {
                continue;
            }
            // What stands under a number is an optimizer's.
            let Some(key) = self.pickle.as_text(*key) else { continue };
            if prefix.len() + key.len() >= MAX_NAME {
                let start: String = key.chars().take(40).collect();
                return Err(TorchError::Tensor {
                    name: format!("{start}…"),
                    problem: format!("a name of more than {MAX_NAME} bytes"),
                });
            }
            let name = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
            let Value::Tensor(view) = value else {
                self.walk(value_id, &name, depth + 1)?;
                continue;
            };
            let fault = |problem: &str| TorchError::Tensor { name: name.clone(), problem: problem.into() };
            let Value::Storage(storage) = self.pickle.get(view.storage) else { return Err(fault("it has no storage")) };
            let mut layout = Layout {
                dtype: storage.dtype,
                shape: view.shape.clone(),
                strides: view.strides.clone(),
                offset: view.offset.checked_add(storage.skipped).ok_or_else(|| fault("its offset is too large"))?,
                key: self.pickle.text(&storage.key).to_owned(),
            };
            // Where no element is, nothing is computed with places, of which no file is a measure.
            if layout.shape.contains(&0) {
                layout.offset = 0;
                layout.strides.fill(0);
            }
            if self.tensors.insert(name.clone(), layout).is_some() {
                return Err(fault("the file has two of this name"));
            }
            if self.tensors.len() > MAX_TENSORS {
                return Err(fault(&format!(
                    "the file has {MAX_TENSORS} tensors before this one, expected at most as many"
                )));
            }
        }
        Ok(())
    }
}

/// Whether the elements of every tensor lie in its storage; `storage` tells the bytes of one, and whether they are deflated.
///
/// # Errors
/// The first tensor without a storage, beyond its end, or with more elements than that has; tensors that together have more
/// than twice the elements of their storages, or of which each for itself needs so much of its storage that reading all would
/// take more than [`MAX_READS`] times the storages.
pub fn check(tensors: &Tensors, storage: impl Fn(&str) -> Option<(u64, bool)>) -> Result<(), TorchError> {
    let mut storages = BTreeMap::new();
    let (mut bytes, mut read) = (0_u64, 0_u64);
    for (name, layout) in tensors {
        let fault = |problem: String| TorchError::Tensor { name: name.clone(), problem };
        let Some((size, is_deflated)) = storage(&layout.key) else {
            return Err(fault(format!("its storage {:?} is missing", layout.key)));
        };
        let held = size / layout.dtype.size();
        let shape = &layout.shape;
        let count = shape.iter().try_fold(1_u64, |count, &length| count.checked_mul(length));
        let Some(count) = count.filter(|&count| count <= held) else {
            return Err(fault(format!("shape {shape:?} has more elements than its storage, {held}")));
        };
        let last = shape.iter().zip(&layout.strides).try_fold(layout.offset, |last, (&length, &stride)| {
            length.saturating_sub(1).checked_mul(stride)?.checked_add(last)
        });
        if count > 0 && last.is_none_or(|last| last >= held) {
            return Err(fault(format!(
                "shape {shape:?} with strides {:?} from element {} reaches beyond its storage of {held} elements",
                layout.strides, layout.offset
            )));
        }
        storages.insert(&layout.key, size);
        bytes = bytes.saturating_add(count * layout.dtype.size());
        // A deflated storage is unpacked from its beginning.
        let skipped = if is_deflated { layout.offset } else { 0 };
        read = read.saturating_add((skipped + layout.span()) * layout.dtype.size());
    }
    let available = storages.values().fold(0_u64, |sum, size| sum.saturating_add(*size));
    if bytes > available.saturating_mul(MAX_SHARES).max(FREE_BYTES) {
        return Err(TorchError::Limit(format!(
            "its tensors have {bytes} bytes, their storages {available}: expected at most twice as many"
        )));
    }
    let most = available.saturating_mul(MAX_READS).saturating_add(FREE_READ);
    if read > most {
        return Err(TorchError::Limit(format!(
            "to read its tensors one by one takes {read} bytes of storages that have {available}, expected at most {most}"
        )));
    }
    Ok(())
}
