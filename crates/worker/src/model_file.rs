//! Files of models that a person brings: read where they lie, piece by piece.

use std::{cell::RefCell, collections::BTreeMap, io};

use hrm_core::{
    checkpoint::{
        CheckpointError, ModelFile, Weights,
        torch::{PuzzleRows, Source, TorchError},
    },
    model::Tensor,
};
use hrm_link::protocol::Event;
use js_sys::Uint8Array;
use web_sys::{Blob, FileReaderSync};

use crate::{error::TaskError, global, inbox::Inbox};

/// A `Blob`, of which slices are read.
pub struct Slices {
    blob: Blob,
    reader: FileReaderSync,
}

impl Slices {
    /// Of a `Blob`.
    ///
    /// # Errors
    /// In the browser's words.
    pub fn new(blob: Blob) -> io::Result<Self> {
        Ok(Self { blob, reader: FileReaderSync::new().map_err(failed)? })
    }
}

fn failed(error: wasm_bindgen::JsValue) -> io::Error {
    io::Error::other(global::words(&error))
}

impl Source for Slices {
    fn length(&self) -> u64 {
        self.blob.size() as u64
    }

    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let end = offset as f64 + into.len() as f64;
        let slice = self.blob.slice_with_f64_and_f64(offset as f64, end).map_err(failed)?;
        let buffer = self.reader.read_as_array_buffer(&slice).map_err(failed)?;
        let read = Uint8Array::new(&buffer);
        if read.length() as usize != into.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        read.copy_to(into);
        Ok(())
    }
}

/// The file of a model.
pub struct File {
    name: String,
    contents: Contents,
}

enum Contents {
    /// Safetensors.
    Whole(Vec<u8>),
    /// Of either form.
    Blob(Blob),
}

impl File {
    /// One that is read where it lies.
    pub fn of_blob(name: &str, blob: Blob) -> Self {
        Self { name: name.into(), contents: Contents::Blob(blob) }
    }

    /// What came with a request.
    ///
    /// # Errors
    /// Nothing did.
    pub fn of(name: String, files: Vec<Vec<u8>>, blob: Option<Blob>) -> Result<Self, TaskError> {
        let whole = || files.into_iter().next().map(Contents::Whole);
        match blob.map(Contents::Blob).or_else(whole) {
            Some(contents) => Ok(Self { name, contents }),
            None => Err(TaskError::MissingFile(name)),
        }
    }

    /// Its weights, with some rows of the puzzle embedding; `None` where the page does not want them any more. How far it is
    /// is reported of the task `id`.
    ///
    /// # Errors
    /// Says what cannot be read.
    pub async fn read(
        self,
        id: u32,
        rows: PuzzleRows<'_>,
        inbox: &RefCell<Inbox>,
    ) -> Result<Option<Weights>, TaskError> {
        let name = &self.name;
        let blob = match self.contents {
            Contents::Whole(bytes) => return of_safetensors(name, &bytes, rows).map(Some),
            Contents::Blob(blob) => blob,
        };
        let (mut file, names) = open(name, blob)?;
        let (mut weights, count) = (Weights::default(), names.len());
        for (done, (plain, full)) in names.into_iter().enumerate() {
            let tensor = file.weight(&plain, &full, rows).map_err(of_file(name))?;
            weights.tensors.insert(plain, tensor);
            global::report(Some(id), Event::Loading((done + 1) as f64 / count as f64));
            global::breathe().await;
            if inbox.borrow().is_cancelled(id) {
                return Ok(None);
            }
        }
        Ok(Some(weights))
    }

    /// Some of its weights, by their plain names, as far as it has them; no other one is read.
    ///
    /// # Errors
    /// Says what cannot be read.
    pub fn read_only(self, wanted: &[&str]) -> Result<Weights, TaskError> {
        let name = &self.name;
        let blob = match self.contents {
            Contents::Whole(bytes) => return of_safetensors(name, &bytes, PuzzleRows::All),
            Contents::Blob(blob) => blob,
        };
        let (mut file, names) = open(name, blob)?;
        let named = names.into_iter().filter(|(plain, _)| wanted.contains(&plain.as_str()));
        let read = |(plain, full): (String, String)| -> Result<(String, Tensor), TaskError> {
            let tensor = file.weight(&plain, &full, PuzzleRows::All).map_err(of_file(name))?;
            Ok((plain, tensor))
        };
        Ok(Weights { tensors: named.map(read).collect::<Result<_, _>>()? })
    }
}

fn of_file(name: &str) -> impl Fn(TorchError) -> TaskError {
    move |source| TaskError::Torch { file: name.to_owned(), source }
}

/// The file in a `Blob`, and the names of its weights, plain and as they stand in it.
fn open(name: &str, blob: Blob) -> Result<(ModelFile<'static, Slices>, BTreeMap<String, String>), TaskError> {
    let of_system = |error: io::Error| TaskError::Checkpoint { file: name.to_owned(), problem: error.to_string() };
    let file = ModelFile::open(Slices::new(blob).map_err(of_system)?, false).map_err(of_file(name))?;
    let names = file.weight_names().map_err(of_file(name))?;
    Ok((file, names))
}

fn of_safetensors(name: &str, bytes: &[u8], rows: PuzzleRows<'_>) -> Result<Weights, TaskError> {
    let invalid = |source: CheckpointError| TaskError::Weights { file: name.to_owned(), source };
    let mut weights = Weights::from_safetensors(bytes).map_err(invalid)?;
    if let PuzzleRows::Only(rows) = rows {
        weights.keep_puzzle_rows(rows).map_err(|error| invalid(error.into()))?;
    }
    Ok(weights)
}
