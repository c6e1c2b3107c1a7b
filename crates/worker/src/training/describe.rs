//! The configuration of a checkpoint that a person brings. It is found in this module because a parser of YAML is larger than
//! all else that a first visit would load of checkpoints.

use std::io;

use hrm_core::{
    checkpoint::{
        is_safetensors,
        official::{self, Beside, OfficialError, Shapes},
        torch::TorchFile,
    },
    json,
    puzzle::Kind,
};
use hrm_link::protocol::{Describe, Event};
use web_sys::Blob;

use crate::{error::TaskError, model_file::Slices};

/// Bytes of a safetensors file's header at most, by its library.
const LONGEST_HEADER: u64 = 100_000_000;

/// What is asked about first where nothing tells a number of tokens.
const UNKNOWN_LENGTH: u64 = 81;

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
    let is_safetensors = name.ends_with(".safetensors") || is_safetensors(&slices.bytes(9).map_err(of_system)?);
    let shapes = if is_safetensors {
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
