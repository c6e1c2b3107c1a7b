//! The file of a model in either form, read where it lies.

use std::collections::BTreeMap;

use super::header::is_safetensors;
use super::safetensors_file::SafetensorsFile;
use super::torch::{PuzzleRows, Source, TorchError, TorchFile};
use crate::model::{Tensor, Weights};

/// A file of weights that is open.
pub enum ModelFile<'s, S> {
    /// Of `safetensors`.
    Safetensors(SafetensorsFile<'s>),
    /// Of `torch.save`.
    Torch(TorchFile<S>),
}

impl<'s, S: Source + 's> ModelFile<'s, S> {
    /// Opens it by how it begins. What begins as neither is told to be no safetensors file where it is `named` so, else no
    /// PyTorch file.
    ///
    /// # Errors
    /// As [`SafetensorsFile::open`] and [`TorchFile::open`].
    pub fn open(mut source: S, named: bool) -> Result<Self, TorchError> {
        if named {
            return Ok(Self::Safetensors(SafetensorsFile::open(source)?));
        }
        let mut head = [0; 9];
        let head = &mut head[..source.length().min(9) as usize];
        source.read_at(0, head).map_err(|error| TorchError::Read { offset: 0, problem: error.to_string() })?;
        match is_safetensors(head) {
            true => Ok(Self::Safetensors(SafetensorsFile::open(source)?)),
            false => Ok(Self::Torch(TorchFile::open(source)?)),
        }
    }

    /// The plain name of every weight, with its name in the file.
    ///
    /// # Errors
    /// Two tensors under one plain name.
    pub fn weight_names(&self) -> Result<BTreeMap<String, String>, TorchError> {
        match self {
            Self::Safetensors(file) => Ok(file.weight_names()?),
            Self::Torch(file) => file.weight_names(),
        }
    }

    /// The shape of every weight by its plain name, of which no element is read.
    ///
    /// # Errors
    /// As [`ModelFile::weight_names`].
    pub fn shapes(&self) -> Result<BTreeMap<String, Vec<usize>>, TorchError> {
        match self {
            Self::Safetensors(file) => Ok(file.shapes()?),
            Self::Torch(file) => file.shapes(),
        }
    }

    /// All weights; of a puzzle embedding the rows that are asked for.
    ///
    /// # Errors
    /// As [`SafetensorsFile::weights`] and [`TorchFile::weights`].
    pub fn weights(&mut self, rows: PuzzleRows<'_>) -> Result<Weights, TorchError> {
        match self {
            Self::Safetensors(file) => Ok(file.weights(rows)?),
            Self::Torch(file) => file.weights(rows),
        }
    }

    /// One of [`ModelFile::weight_names`]; of a puzzle embedding the rows that are asked for.
    ///
    /// # Errors
    /// As [`SafetensorsFile::weight`] and [`TorchFile::weight`].
    pub fn weight(&mut self, plain: &str, name: &str, rows: PuzzleRows<'_>) -> Result<Tensor, TorchError> {
        match self {
            Self::Safetensors(file) => Ok(file.weight(plain, name, rows)?),
            Self::Torch(file) => file.weight(plain, name, rows),
        }
    }
}
