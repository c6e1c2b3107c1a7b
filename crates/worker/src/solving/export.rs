//! Models as files that a person takes away.

use std::{cell::RefCell, io};

use hrm_core::{
    checkpoint::{
        official,
        torch::{self, PuzzleRows, STATES, States, states_are_bf16},
    },
    config::ModelConfig,
    model::Weights,
    puzzle::Kind,
};
use hrm_link::protocol::{Event, Half};
use web_sys::Blob;

use crate::{error::TaskError, global, inbox::Inbox, model_file::File, open_model::OpenModel};

/// Which file of which model.
pub struct Wanted {
    /// Its weights or its configuration.
    pub half: Half,
    /// The name of the folder in a PyTorch file; safetensors without one.
    pub archive: Option<String>,
    /// What the model solves.
    pub puzzle: Kind,
    /// The configuration that it came with, JSON.
    pub source: Option<String>,
    /// The model in a `Blob`, with every row of its puzzle embedding; else the open one.
    pub of_blob: Option<(Blob, Box<ModelConfig>)>,
}

/// Hands out a file of a model. For a configuration no weights are read but the states at the beginning, of which the
/// official form says how they are written.
///
/// # Errors
/// No model is open; a file that cannot be read any more; more than a file of the form can hold.
pub async fn export(
    id: u32,
    open: Option<&OpenModel>,
    wanted: Wanted,
    inbox: &RefCell<Inbox>,
) -> Result<Event, TaskError> {
    let Wanted { half, archive, puzzle, source, of_blob } = wanted;
    let read;
    let (config, weights) = match of_blob {
        Some((blob, config)) => {
            let file = File::of_blob("the model", blob);
            read = match half {
                Half::Weights => file.read(id, PuzzleRows::All, inbox).await?,
                Half::Configuration if archive.is_some() => Some(file.read_only(&STATES)?),
                Half::Configuration => Some(Weights::default()),
            };
            let Some(read) = &read else { return Ok(Event::Cancelled) };
            (*config, read)
        }
        None => {
            let model = open.ok_or(TaskError::NoModel)?;
            (model.config.clone(), &model.weights)
        }
    };
    let bytes = match (half, archive) {
        (Half::Weights, Some(archive)) => {
            let mut bytes = Vec::new();
            let failed = |error: io::Error| TaskError::Checkpoint { file: archive.clone(), problem: error.to_string() };
            torch::write(weights, &archive, States::Exact, &mut bytes).map_err(failed)?;
            bytes
        }
        (Half::Weights, None) => weights.to_safetensors()?,
        (Half::Configuration, Some(_)) => {
            let source = source.and_then(|source| serde_json::from_str(&source).ok());
            let is_bf16 = states_are_bf16(weights);
            official::config_yaml(&config, Some(&puzzle.name()), is_bf16, source.as_ref()).into_bytes()
        }
        (Half::Configuration, None) => {
            let source = |source| TaskError::Json { file: "the configuration".into(), source };
            let mut json = serde_json::to_value(&config).map_err(source)?;
            json["puzzle"] = puzzle.name().into();
            json.to_string().into_bytes()
        }
    };
    global::report_with_file(id, Event::Exported, &bytes);
    Ok(Event::Finished)
}
