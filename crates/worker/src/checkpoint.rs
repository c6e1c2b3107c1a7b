//! Models that a person brings as files: read where they lie, piece by piece, and handed out again.

use std::{cell::RefCell, io};

use hrm_core::{
    checkpoint::{
        CheckpointError, Weights,
        official::{self, Beside, OfficialError, Shapes},
        torch::{self, PuzzleRows, Source, States, TorchFile, states_are_bf16},
    },
    config::ModelConfig,
    json,
    puzzle::Kind,
};
use hrm_link::protocol::{Describe, Event};
use js_sys::Uint8Array;
use web_sys::{Blob, FileReaderSync};

use crate::{error::TaskError, global, inbox::Inbox, open_model::OpenModel};

/// Bytes of a safetensors file's header at most, by its library.
const LONGEST_HEADER: u64 = 100_000_000;

/// What is asked about first where nothing tells a number of tokens.
const UNKNOWN_LENGTH: u64 = 81;

/// A `Blob`, of which slices are read.
struct Slices {
    blob: Blob,
    reader: FileReaderSync,
}

impl Slices {
    fn new(blob: Blob) -> io::Result<Self> {
        Ok(Self { blob, reader: FileReaderSync::new().map_err(failed)? })
    }

    fn bytes(&mut self, length: u64) -> io::Result<Vec<u8>> {
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

/// There the length of a JSON header comes first, then its brace.
fn is_safetensors(start: &[u8]) -> bool {
    start.get(8) == Some(&b'{')
}

fn of_safetensors(name: &str, bytes: &[u8], rows: PuzzleRows<'_>) -> Result<Weights, TaskError> {
    let invalid = |source: CheckpointError| TaskError::Weights { file: name.to_owned(), source };
    let mut weights = Weights::from_safetensors(bytes).map_err(invalid)?;
    if let PuzzleRows::Only(rows) = rows {
        weights.keep_puzzle_rows(rows).map_err(|error| invalid(error.into()))?;
    }
    Ok(weights)
}

/// The shapes of a safetensors file's weights, by its header alone.
fn shapes_of_header(slices: &mut Slices) -> Result<Shapes, String> {
    let words = |error: io::Error| error.to_string();
    let length = <[u8; 8]>::try_from(slices.bytes(8).map_err(words)?).map_or(0, u64::from_le_bytes);
    let start = slices.bytes(8 + length.min(LONGEST_HEADER)).map_err(words)?;
    official::shapes_of_safetensors(&start)
}

/// Finds the configuration of a checkpoint.
///
/// # Errors
/// A file that is none, or whose configuration cannot be found.
pub fn describe(asked: &Describe, blob: Option<Blob>) -> Result<Event, TaskError> {
    let name = &asked.name;
    let of_words = |problem: String| TaskError::Checkpoint { file: name.clone(), problem };
    let blob = blob.ok_or_else(|| TaskError::MissingFile(name.clone()))?;
    let of_system = |error: io::Error| of_words(error.to_string());
    let mut slices = Slices::new(blob).map_err(of_system)?;
    let shapes = if is_safetensors(&slices.bytes(9).map_err(of_system)?) {
        shapes_of_header(&mut slices).map_err(of_words)?
    } else {
        let of_torch = |source| TaskError::Torch { file: name.clone(), source };
        TorchFile::open(slices).and_then(|file| file.shapes()).map_err(of_torch)?
    };
    let changes = asked.changes.iter().map(|(field, value)| {
        let value = json::parse(value).unwrap_or_else(|_| value.as_str().into());
        (field.clone(), value)
    });
    let mut changes: Vec<_> = changes.collect();
    let find = |changes: &[(String, serde_json::Value)]| {
        let beside = Beside { yaml: asked.yaml.as_deref(), dataset: asked.dataset.as_deref(), changes };
        official::configuration(&shapes, beside)
    };
    let found = match find(&changes) {
        // Told nowhere, and the vocabulary is none of the known data sets': a person has to say it.
        Err(OfficialError::Length) => {
            changes.push(("seq_len".into(), UNKNOWN_LENGTH.into()));
            find(&changes).map(|mut found| {
                found.assumed.push(format!("seq_len {UNKNOWN_LENGTH}"));
                found
            })
        }
        found => found,
    };
    let found = found.map_err(|error| of_words(error.to_string()))?;
    let config = found.config;
    let puzzle = match Kind::of_configuration(&found.value, config.seq_len, config.vocab_size) {
        Ok(puzzle) => Some(puzzle),
        // What is assumed may be wrong: it is asked for first.
        Err(problem) if found.assumed.is_empty() => return Err(of_words(problem)),
        Err(_) => None,
    };
    Ok(Event::Described { config: Box::new(config), puzzle, assumed: found.assumed })
}

/// Hands out a model: the open one, or the one in a `Blob` with every row of its puzzle embedding.
///
/// # Errors
/// No model is open; a file that cannot be read any more; more than a file of the form can hold.
pub async fn export(
    id: u32,
    open: Option<&OpenModel>,
    archive: Option<&str>,
    of_blob: Option<(Blob, Box<ModelConfig>)>,
    puzzle: Kind,
    inbox: &RefCell<Inbox>,
) -> Result<Event, TaskError> {
    let (config, read);
    let weights = match of_blob {
        Some((blob, whole)) => {
            let file = File { name: "the model".into(), contents: Contents::Blob(blob) };
            let Some(found) = file.read(id, PuzzleRows::All, inbox).await? else { return Ok(Event::Cancelled) };
            (config, read) = (*whole, found);
            &read
        }
        None => {
            let model = open.ok_or(TaskError::NoModel)?;
            config = model.config.clone();
            &model.weights
        }
    };
    let (bytes, config) = match archive {
        Some(archive) => {
            let mut bytes = Vec::new();
            let failed = |error: io::Error| TaskError::Checkpoint { file: archive.into(), problem: error.to_string() };
            torch::write(weights, archive, States::Exact, &mut bytes).map_err(failed)?;
            (bytes, official::config_yaml(&config, Some(&puzzle.name()), states_are_bf16(weights)))
        }
        None => {
            let source = |source| TaskError::Json { file: "the configuration".into(), source };
            let mut json = serde_json::to_value(&config).map_err(source)?;
            json["puzzle"] = puzzle.name().into();
            (weights.to_safetensors()?, json.to_string())
        }
    };
    global::report_with_file(id, Event::Exported { config }, &bytes);
    Ok(Event::Finished)
}
