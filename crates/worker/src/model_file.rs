//! Files of models that a person brings: read where they lie, piece by piece.

use std::{cell::RefCell, io};

use hrm_core::checkpoint::{
    CheckpointError, Weights, is_safetensors,
    torch::{PuzzleRows, Source, TorchFile},
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

    /// Its first bytes, as far as there are so many.
    ///
    /// # Errors
    /// In the browser's words.
    pub fn bytes(&mut self, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length.min(self.length()) as usize];
        self.read_at(0, &mut bytes)?;
        Ok(bytes)
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
        let of_system = |error: io::Error| TaskError::Checkpoint { file: name.clone(), problem: error.to_string() };
        let mut slices = Slices::new(blob).map_err(of_system)?;
        if is_safetensors(&slices.bytes(9).map_err(of_system)?) {
            let whole = slices.bytes(u64::MAX).map_err(of_system)?;
            return of_safetensors(name, &whole, rows).map(Some);
        }
        let of_torch = |source| TaskError::Torch { file: name.clone(), source };
        let mut file = TorchFile::open(slices).map_err(of_torch)?;
        let names = file.weight_names().map_err(of_torch)?;
        let (mut weights, count) = (Weights::default(), names.len());
        for (done, (plain, full)) in names.into_iter().enumerate() {
            let tensor = file.weight(&plain, &full, rows).map_err(of_torch)?;
            weights.tensors.insert(plain, tensor);
            global::report(Some(id), Event::Loading((done + 1) as f64 / count as f64));
            global::breathe().await;
            if inbox.borrow().is_cancelled(id) {
                return Ok(None);
            }
        }
        Ok(Some(weights))
    }
}

fn of_safetensors(name: &str, bytes: &[u8], rows: PuzzleRows<'_>) -> Result<Weights, TaskError> {
    let invalid = |source: CheckpointError| TaskError::Weights { file: name.to_owned(), source };
    let mut weights = Weights::from_safetensors(bytes).map_err(invalid)?;
    if let PuzzleRows::Only(rows) = rows {
        weights.keep_puzzle_rows(rows).map_err(|error| invalid(error.into()))?;
    }
    Ok(weights)
}
