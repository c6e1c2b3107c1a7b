//! Finds a model by name in the gallery, or by file; writes one.

use std::path::{Path, PathBuf};

use hrm_core::checkpoint::torch::PuzzleRows;
use hrm_core::checkpoint::{ModelFile, Weights};
use hrm_core::config::ModelConfig;
use hrm_core::json;
use hrm_core::puzzle::Kind;
use hrm_core::train::Saved;
use serde_json::Value;

use super::loaded::Loaded;
use super::output::note;
use super::{Failure, at, files, gallery, official};

/// A model as read from its files.
pub struct Model {
    /// Its configuration.
    pub config: ModelConfig,
    /// What it solves.
    pub kind: Kind,
    /// Its weights, checked against the configuration.
    pub weights: Weights,
}

impl Model {
    fn of(loaded: Loaded) -> Result<Self, Failure> {
        let kind = loaded.kind()?;
        Ok(Self { config: loaded.config, kind, weights: loaded.weights })
    }

    /// The model for the size of the first board in a text, where its weights serve every size; else as it is.
    pub fn sized_for(self, text: &str) -> Self {
        let found = || {
            let (size, _) = self.kind.game().read_all(text).ok()?.swap_remove(0);
            let kind = self.kind.resized(size)?;
            Some((kind, self.kind.configured_for(kind, &self.config)?))
        };
        match found() {
            Some((kind, config)) => Self { config, kind, weights: self.weights },
            None => self,
        }
    }
}

/// The files of a path, else of a gallery name; `option` is what it was given by, for messages.
fn find(option: &str, name_or_file: &str) -> Result<gallery::Files, Failure> {
    let file = PathBuf::from(name_or_file);
    if file.is_file() {
        // The run's folder has its model, under a name of its own.
        if !file.with_extension("json").is_file() && Saved::is_claimed_by(&files::header(&file)?) {
            return Err(format!(
                "{option} {name_or_file}: this is a saved run, no model; hrm train writes its model beside it, as NAME.safetensors"
            )
            .into());
        }
        return gallery::of_file(file);
    }
    if let Some(files) = gallery::find(name_or_file)? {
        return Ok(files);
    }
    if file.is_dir() {
        return Err(format!("{option} {name_or_file}: this is a folder, expected a .safetensors file").into());
    }
    Err(format!("{option} {name_or_file}: there is no such file, {}", gallery::places()).into())
}

/// The name that a model goes by.
pub fn stem(name_or_file: &str) -> String {
    let stem = Path::new(name_or_file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    stem.unwrap_or_else(|| name_or_file.to_owned())
}

/// Reads a model; `option` is what names it on the command line, for messages.
pub fn load(option: &str, name_or_file: &str) -> Result<Model, Failure> {
    Model::of(read(option, name_or_file, &[], PuzzleRows::All)?)
}

/// What `run` and `eval` are given: a model, fields of its configuration that are set otherwise than in its file, and the puzzle
/// identifier to run it under, a number or a name, else 0. Its row of the puzzle embedding is the only one then.
pub fn load_under(
    option: &str,
    name_or_file: &str,
    changes: &[String],
    identifier: Option<&str>,
) -> Result<Model, Failure> {
    let number = match identifier {
        Some(said) => {
            let (number, name) = official::identifier(Path::new(name_or_file), said)?;
            if let Some(name) = name {
                note(format_args!("hrm: puzzle identifier {number} is {name}"));
            }
            number
        }
        None => 0,
    };
    let loaded = read(option, name_or_file, changes, PuzzleRows::Only(&[number]))?;
    match identifier {
        Some(said) if loaded.config.puzzle_emb_ndim == 0 => {
            return Err(format!("--identifier {said}: this model has no puzzle embedding").into());
        }
        None if loaded.all_identifiers > 1 => {
            let all = loaded.all_identifiers;
            note(format_args!("hrm: under puzzle identifier 0 of {all}; --identifier gives another"));
        }
        _ => {}
    }
    Model::of(loaded)
}

/// Reads a model of any shape.
pub fn read(option: &str, name_or_file: &str, changes: &[String], rows: PuzzleRows<'_>) -> Result<Loaded, Failure> {
    let changes = official::changes(changes)?;
    if let Some(loaded) = official::read(Path::new(name_or_file), &changes, rows)? {
        return Ok(loaded);
    }
    let files = find(option, name_or_file)?;
    let mut opened = ModelFile::open(files.weights, true).map_err(|e| at(&files.weights_place)(&e))?;
    let mut value = json::parse(&files.config).map_err(|e| at(&files.config_place)(&e))?;
    official::change(&mut value, &changes);
    let config = ModelConfig::from_json_value(&value).map_err(|e| at(&files.config_place)(&e))?;
    let unknown = ModelConfig::unknown_fields(&value);
    if !unknown.is_empty() {
        note(format_args!("hrm: {}: unknown fields are ignored: {}", files.config_place, unknown.join(", ")));
    }
    let mut loaded = Loaded::read(&mut opened, &files.weights_place, config, value, files.config_place, rows)?;
    let names = loaded.value.get("identifiers").and_then(Value::as_array).into_iter().flatten();
    loaded.identifiers = names.map(|name| name.as_str().unwrap_or_default().to_owned()).collect();
    Ok(loaded)
}

/// The configuration's file of a model, as [`load`] reads it: with what it solves, and the names of its puzzle identifiers if it
/// learnt tasks.
pub fn config_text(config: &ModelConfig, kind: Option<Kind>, identifiers: &[String]) -> Result<String, Failure> {
    let mut json = serde_json::to_value(config)?;
    if let Some(kind) = kind {
        json["puzzle"] = kind.name().into();
    }
    if !identifiers.is_empty() {
        json["identifiers"] = identifiers.into();
    }
    Ok(serde_json::to_string_pretty(&json)? + "\n")
}

/// Whether a model can be written so, before it is made: both its files.
pub fn check_output(file: &Path, force: bool) -> Result<(), Failure> {
    if file.extension().is_none_or(|extension| extension != "safetensors") {
        return Err(format!("--out {}: expected a .safetensors file", file.display()).into());
    }
    files::check_output(file, force)?;
    files::check_output(&file.with_extension("json"), force)
}

/// Writes a model: weights into `file`, the configuration into the .json beside it; neither where one of them cannot be written.
pub fn write(file: &Path, weights: &Weights, config_text: &str) -> Result<(), Failure> {
    let bytes = weights.to_safetensors()?;
    let weights = files::written(file, |out| out.write_all(&bytes))?;
    let config = files::written(&file.with_extension("json"), |out| out.write_all(config_text.as_bytes()))?;
    weights.place()?;
    config.place()
}
