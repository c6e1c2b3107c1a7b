//! What holds of weights in a file of any form: plain names, one of each, and values that are finite.

use std::collections::BTreeMap;

use super::safetensors::{CheckpointError, plain_name};
use crate::model::{Tensor, Weights};

/// How the plain name of the puzzle embedding begins.
pub(super) const PUZZLES: &str = "puzzle_emb.";

/// The plain name of every weight ([`plain_name`]), with its name in the file; of each tensor of that it is told whether it has
/// no elements. A puzzle embedding without elements is no weight.
///
/// # Errors
/// Two tensors under one plain name.
pub(super) fn weight_names<'n>(
    tensors: impl Iterator<Item = (&'n String, bool)>,
) -> Result<BTreeMap<String, String>, CheckpointError> {
    let mut names = BTreeMap::new();
    for (name, is_empty) in tensors {
        let plain = plain_name(name);
        if plain.starts_with(PUZZLES) && is_empty {
            continue;
        }
        if let Some(first) = names.insert(plain.to_owned(), name.clone()) {
            return Err(CheckpointError::Twice { name: plain.to_owned(), first, second: name.clone() });
        }
    }
    Ok(names)
}

/// All weights by their plain names, of which `read` is given each with its name in the file.
///
/// # Errors
/// What `read` says.
pub(super) fn weights<E>(
    names: BTreeMap<String, String>,
    mut read: impl FnMut(&str, &str) -> Result<Tensor, E>,
) -> Result<Weights, E> {
    let named = names.into_iter().map(|(plain, name)| read(&plain, &name).map(|tensor| (plain, tensor)));
    Ok(Weights { tensors: named.collect::<Result<_, E>>()? })
}

/// A tensor, by its name in the file, if all its values are finite.
///
/// # Errors
/// The first one that is not.
pub(super) fn finite(name: &str, tensor: Tensor) -> Result<Tensor, CheckpointError> {
    match tensor.data.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(CheckpointError::NotFinite { name: name.to_owned(), index, value: tensor.data[index] }),
        None => Ok(tensor),
    }
}
