//! The configuration of a checkpoint that a person brings. It is found in this module because a parser of YAML is larger than
//! all else that a first visit would load of checkpoints.

use std::io;

use hrm_core::{
    checkpoint::{
        ModelFile,
        official::{self, Beside, Blame, OfficialError},
    },
    json,
    puzzle::Kind,
};
use hrm_link::protocol::{Describe, Event, TextFile};
use web_sys::Blob;

use crate::{error::TaskError, model_file::Slices};

/// What is asked about first where nothing tells a number of tokens.
const UNKNOWN_LENGTH: u64 = 81;

/// Finds the configuration of a checkpoint.
///
/// # Errors
/// A file that is none, or whose configuration cannot be found.
pub fn describe(asked: &Describe, blob: Option<Blob>) -> Result<Event, TaskError> {
    let name = &asked.name;
    let of_words = |problem: String| TaskError::Checkpoint { file: name.clone(), problem };
    let blob = blob.ok_or_else(|| TaskError::MissingFile(name.clone()))?;
    let of_system = |error: io::Error| of_words(error.to_string());
    let slices = Slices::new(blob).map_err(of_system)?;
    let of_torch = |source| TaskError::Torch { file: name.clone(), source };
    let file = ModelFile::open(slices, name.ends_with(".safetensors")).map_err(of_torch)?;
    let shapes = file.shapes().map_err(of_torch)?;
    let changes = asked.changes.iter().map(|(field, value)| {
        let value = json::parse(value).unwrap_or_else(|_| value.as_str().into());
        (field.clone(), value)
    });
    let mut changes: Vec<_> = changes.collect();
    fn beside<'a>(asked: &'a Describe, changes: &'a [(String, serde_json::Value)]) -> Beside<'a> {
        let text = |file: &'a Option<TextFile>| file.as_ref().map(|file| file.text.as_str());
        Beside { yaml: text(&asked.yaml), dataset: text(&asked.dataset), changes }
    }
    let find = |changes: &[(String, serde_json::Value)]| official::configuration(&shapes, beside(asked, changes));
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
    let found = found.map_err(|error| {
        let file = match error.blame(beside(asked, &changes)) {
            Blame::Checkpoint => None,
            Blame::Yaml => asked.yaml.as_ref(),
            Blame::Dataset => asked.dataset.as_ref(),
        };
        let file = file.map_or(name, |file| &file.name).clone();
        TaskError::Checkpoint { file, problem: error.to_string() }
    })?;
    let config = found.config;
    let puzzle = match Kind::of_configuration(&found.value, config.seq_len, config.vocab_size) {
        Ok(puzzle) => Some(puzzle),
        // What is assumed may be wrong: it is asked for first.
        Err(problem) if found.assumed.is_empty() => return Err(of_words(problem)),
        Err(_) => None,
    };
    let source = found.value.to_string();
    Ok(Event::Described { config: Box::new(config), puzzle, assumed: found.assumed, source })
}
