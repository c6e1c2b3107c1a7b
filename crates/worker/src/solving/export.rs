//! Models as files that a person takes away.

use std::{cell::RefCell, io};

use hrm_core::{
    checkpoint::{
        official,
        torch::{self, PuzzleRows, States, states_are_bf16},
    },
    config::ModelConfig,
    puzzle::Kind,
};
use hrm_link::protocol::Event;
use web_sys::Blob;

use crate::{error::TaskError, global, inbox::Inbox, model_file::File, open_model::OpenModel};

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
            let file = File::of_blob("the model", blob);
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
