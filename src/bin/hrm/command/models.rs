//! Finds a model by name in the gallery, or by file; writes one.

use std::path::{Path, PathBuf};

use hrm_core::checkpoint::Weights;
use hrm_core::config::ModelConfig;
use hrm_core::json;
use hrm_core::puzzle::Kind;
use hrm_core::train::Saved;

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
        if !file.with_extension("json").is_file() && Saved::is_claimed_by(&files::read(&file)?) {
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
    load_with(option, name_or_file, &[])
}

/// [`load`] with fields of the configuration set otherwise than in its file.
pub fn load_with(option: &str, name_or_file: &str, changes: &[String]) -> Result<Model, Failure> {
    load_as(option, name_or_file, changes, None)
}

/// [`load_with`] for the puzzles of one identifier, whose row of the puzzle embedding is the only one then.
pub fn load_as(
    option: &str,
    name_or_file: &str,
    changes: &[String],
    identifier: Option<u64>,
) -> Result<Model, Failure> {
    let mut loaded = read_as(option, name_or_file, changes, identifier)?;
    let kind = loaded.kind()?;
    if let Some(identifier) = identifier {
        if loaded.config.puzzle_emb_ndim == 0 {
            return Err(format!("--identifier {identifier}: this model has no puzzle embedding").into());
        }
        // A checkpoint of the official training has been read so.
        if loaded.config.num_puzzle_identifiers > 1 {
            loaded.weights.keep_puzzle_rows(&[identifier]).map_err(|e| at(name_or_file)(&e))?;
            loaded.config.num_puzzle_identifiers = 1;
        }
    }
    Ok(Model { config: loaded.config, kind, weights: loaded.weights })
}

/// [`load_with`] for a model of any shape.
pub fn read(option: &str, name_or_file: &str, changes: &[String]) -> Result<Loaded, Failure> {
    read_as(option, name_or_file, changes, None)
}

fn read_as(option: &str, name_or_file: &str, changes: &[String], identifier: Option<u64>) -> Result<Loaded, Failure> {
    let changes = official::changes(changes)?;
    if let Some(loaded) = official::read(Path::new(name_or_file), &changes, identifier)? {
        return Ok(loaded);
    }
    let files = find(option, name_or_file)?;
    let weights = Weights::from_safetensors(&files.weights).map_err(|e| at(&files.weights_place)(&e))?;
    let mut value = json::parse(&files.config).map_err(|e| at(&files.config_place)(&e))?;
    official::change(&mut value, &changes);
    let config = ModelConfig::from_json_value(&value).map_err(|e| at(&files.config_place)(&e))?;
    let unknown = ModelConfig::unknown_fields(&value);
    if !unknown.is_empty() {
        note(format_args!("hrm: {}: unknown fields are ignored: {}", files.config_place, unknown.join(", ")));
    }
    weights.check(&config).map_err(|e| at(&files.weights_place)(&e))?;
    Ok(Loaded { config, value, config_place: files.config_place, weights })
}

/// The configuration's file of a model that solves `kind`, as [`load`] reads it.
pub fn config_text(config: &ModelConfig, kind: Kind) -> Result<String, Failure> {
    let mut json = serde_json::to_value(config)?;
    json["puzzle"] = kind.name().into();
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

/// Writes a model: weights into `file`, the configuration into the .json beside it.
pub fn write(file: &Path, config: &ModelConfig, kind: Kind, weights: &Weights) -> Result<(), Failure> {
    files::write(file, &weights.to_safetensors()?)?;
    files::write(&file.with_extension("json"), config_text(config, kind)?.as_bytes())
}

/// [`write`] of a model that learnt tasks, with the names of its puzzle identifiers.
pub fn write_named(
    file: &Path,
    config: &ModelConfig,
    kind: Kind,
    weights: &Weights,
    identifiers: &[String],
) -> Result<(), Failure> {
    files::write(file, &weights.to_safetensors()?)?;
    files::write(&file.with_extension("json"), named_config_text(config, kind, identifiers)?.as_bytes())
}

/// [`config_text`] of a model that learnt tasks, with the names of its puzzle identifiers.
pub fn named_config_text(config: &ModelConfig, kind: Kind, identifiers: &[String]) -> Result<String, Failure> {
    let mut json: serde_json::Value = serde_json::from_str(&config_text(config, kind)?)?;
    json["identifiers"] = identifiers.into();
    Ok(serde_json::to_string_pretty(&json)? + "\n")
}
