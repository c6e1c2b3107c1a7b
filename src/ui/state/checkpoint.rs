//! A checkpoint that a person brings: its files, what has to be asked of it, what is kept of it.

use hrm_core::{config::ModelConfig, puzzle::Kind};
use hrm_link::protocol::Describe;
use serde::{Deserialize, Serialize};
use web_sys::File;

/// The files of a checkpoint.
#[derive(Clone, Debug, Default)]
pub struct Brought {
    /// Its tensors.
    pub weights: Option<File>,
    /// The step that they are of, if the name says so.
    pub step: Option<u64>,
    /// all_config.yaml.
    pub yaml: Option<File>,
    /// dataset.json.
    pub dataset: Option<File>,
    /// identifiers.json.
    pub names: Option<File>,
}

impl Brought {
    /// Takes a file that its name tells to be of a checkpoint; of several steps the last. Whether it is one.
    pub fn take(&mut self, file: &File) -> bool {
        let name = file.name().to_lowercase();
        let step = name.strip_prefix("step_").and_then(|number| number.parse().ok());
        let ending = name.rsplit_once('.').map(|(_, ending)| ending);
        let place = match (name.as_str(), ending) {
            ("dataset.json", _) => &mut self.dataset,
            ("identifiers.json", _) => &mut self.names,
            (_, Some("yaml" | "yml")) => &mut self.yaml,
            (_, Some("pt" | "pth" | "bin" | "ckpt")) => &mut self.weights,
            _ if step.is_some() => {
                if step < self.step {
                    return true;
                }
                self.step = step;
                &mut self.weights
            }
            _ => return false,
        };
        *place = Some(file.clone());
        true
    }

    /// Whether something came that stands beside a checkpoint.
    pub fn is_described(&self) -> bool {
        [&self.yaml, &self.dataset, &self.names].into_iter().any(Option::is_some)
    }
}

/// A checkpoint of which something has to be asked.
#[derive(Clone)]
pub struct Unsettled {
    /// Its name.
    pub name: String,
    /// The fields that nothing tells, with what is assumed for them.
    pub fields: Vec<(String, String)>,
    pub(super) described: Describe,
    pub(super) file: File,
    pub(super) names: Vec<String>,
}

/// What is kept beside a model's file.
#[derive(Clone, Serialize, Deserialize)]
pub struct About {
    /// What it solves.
    pub puzzle: Kind,
    /// Its configuration.
    pub config: ModelConfig,
    /// Names of its puzzle identifiers, where they are known.
    pub names: Vec<String>,
    /// When the file was last changed, in ms since 1970: another one of this name is told from it so.
    #[serde(default)]
    pub modified: f64,
    /// The official training's whole configuration, JSON: it is handed out with the model.
    #[serde(default)]
    pub source: Option<String>,
}
