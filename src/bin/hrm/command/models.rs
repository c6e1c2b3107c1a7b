//! Finds a model by name in the gallery, or by file; writes one.

use std::path::{Path, PathBuf};

use hrm_web::checkpoint::Weights;
use hrm_web::config::ModelConfig;
use hrm_web::puzzle::Kind;

use super::{Failure, at};

/// A model as read from its files.
pub struct Model {
    /// Its configuration.
    pub config: ModelConfig,
    /// What it solves.
    pub kind: Kind,
    /// Its weights, checked against the configuration.
    pub weights: Weights,
}

/// The gallery beside the command: of the working directory, else of the source tree it was built from.
pub fn gallery() -> PathBuf {
    let here = PathBuf::from("www/gallery");
    if here.is_dir() { here } else { Path::new(env!("CARGO_MANIFEST_DIR")).join("www/gallery") }
}

/// The weights' file of a gallery name or of a path.
fn find(name_or_file: &str) -> Result<PathBuf, Failure> {
    let file = PathBuf::from(name_or_file);
    if file.is_file() {
        return Ok(file);
    }
    let named = gallery().join(format!("{name_or_file}.safetensors"));
    if named.is_file() {
        return Ok(named);
    }
    let mut known: Vec<String> = std::fs::read_dir(gallery())
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_str()?.strip_suffix(".safetensors")?.to_owned()))
        .collect();
    known.sort();
    Err(format!("--model {name_or_file}: no such file, and the gallery has {}", known.join(", ")).into())
}

/// The name that a model goes by.
pub fn stem(name_or_file: &str) -> String {
    let stem = Path::new(name_or_file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    stem.unwrap_or_else(|| name_or_file.to_owned())
}

/// Reads a model.
pub fn load(name_or_file: &str) -> Result<Model, Failure> {
    let file = find(name_or_file)?;
    let weights = load_weights(&file)?;
    let json = file.with_extension("json");
    let text = std::fs::read(&json).map_err(|e| at(json.display())(&e))?;
    let text = hrm_web::text::decode(&text).map_err(|e| at(json.display())(&e))?;
    let value: serde_json::Value = serde_json::from_str(&text).map_err(|e| at(json.display())(&e))?;
    let config = ModelConfig::from_json_value(&value).map_err(|e| at(json.display())(&e))?;
    let unknown = ModelConfig::unknown_fields(&value);
    if !unknown.is_empty() {
        eprintln!("hrm: {}: unknown fields are ignored: {}", json.display(), unknown.join(", "));
    }
    weights.check(&config).map_err(|e| at(file.display())(&e))?;
    let kind = Kind::of_configuration(&value, config.seq_len, config.vocab_size)
        .map_err(|problem| format!("{}: {problem}", json.display()))?;
    Ok(Model { config, kind, weights })
}

/// The configuration's file of a model that solves `kind`, as [`load`] reads it.
pub fn config_text(config: &ModelConfig, kind: Kind) -> Result<String, Failure> {
    let mut json = serde_json::to_value(config)?;
    json["puzzle"] = kind.name().into();
    Ok(serde_json::to_string_pretty(&json)? + "\n")
}

/// Writes a model: weights into `file`, the configuration into the .json beside it.
pub fn write(file: &Path, config: &ModelConfig, kind: Kind, weights: &Weights) -> Result<(), Failure> {
    if file.extension().is_none_or(|extension| extension != "safetensors") {
        return Err(format!("--out {}: expected a .safetensors file", file.display()).into());
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(|e| at(folder.display())(&e))?;
    }
    std::fs::write(file, weights.to_safetensors()?).map_err(|e| at(file.display())(&e))?;
    let json = file.with_extension("json");
    Ok(std::fs::write(&json, config_text(config, kind)?).map_err(|e| at(json.display())(&e))?)
}

/// Reads weights alone.
pub fn load_weights(file: &Path) -> Result<Weights, Failure> {
    let bytes = std::fs::read(file).map_err(|e| at(file.display())(&e))?;
    Ok(Weights::from_safetensors(&bytes).map_err(|e| at(file.display())(&e))?)
}
