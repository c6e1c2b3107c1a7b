//! Checkpoints of the official training: the file `step_N` or its folder, with `all_config.yaml` beside it or without.

use std::fs;
use std::path::{Path, PathBuf};

use hrm_core::checkpoint::Weights;
use hrm_core::checkpoint::official::{self, Beside, Shapes};
use hrm_core::checkpoint::torch::{PuzzleRows, Seekable, TorchFile};
use serde_json::Value;

use super::loaded::Loaded;
use super::output::note;
use super::{Failure, at, files};

/// The configuration's file.
pub const CONFIG: &str = "all_config.yaml";
/// The names of the puzzle identifiers of its data set, a list.
const IDENTIFIERS: &str = "identifiers.json";
/// The data set's facts, where somebody put them beside the checkpoint.
const DATASET: &str = "dataset.json";

/// Fields as `--set` gives them; a value that is no JSON is a text.
///
/// # Errors
/// One line: no equals sign, no field of that name.
pub fn changes(set: &[String]) -> Result<Vec<(String, Value)>, Failure> {
    let change = |change: &String| {
        let expected = || format!("--set {change}: expected FIELD=VALUE");
        let (field, value) = change.split_once('=').ok_or_else(expected)?;
        if !official::is_field(field) {
            return Err(format!("--set {change}: there is no field {field}").into());
        }
        Ok((field.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| value.into())))
    };
    set.iter().map(change).collect()
}

/// Sets fields of a configuration, where its file keeps them.
pub fn change(value: &mut Value, changes: &[(String, Value)]) {
    let place = ["config", "arch"].into_iter().find(|name| value.get(*name).is_some_and(Value::is_object));
    let fields = match place {
        Some(name) => value.get_mut(name),
        None => Some(value),
    };
    if let Some(fields) = fields.and_then(Value::as_object_mut) {
        fields.extend(changes.iter().cloned());
    }
}

/// A puzzle identifier by its number, or by its name in the identifiers.json beside the model; and its name where that is known.
///
/// # Errors
/// One line: a name without such a file, or that it does not have.
pub fn identifier(model: &Path, said: &str) -> Result<(u64, Option<String>), Failure> {
    let fault = |problem: String| Failure::from(format!("--identifier {said}: {problem}"));
    let folder = if model.is_dir() { Some(model) } else { model.parent() };
    let file = folder.map(|folder| folder.join(IDENTIFIERS)).filter(|file| file.is_file());
    let names: Option<Vec<String>> = match &file {
        Some(file) => {
            let text = files::read_text(file)?;
            Some(
                serde_json::from_str(&text)
                    .map_err(|e| format!("{}: expected a list of names: {e}", file.display()))?,
            )
        }
        None => None,
    };
    let by_name = names.iter().flatten().position(|name| name == said).map(|at| at as u64);
    match (by_name.or_else(|| said.parse().ok()), &file) {
        (Some(number), _) => {
            let name = names.and_then(|names| names.into_iter().nth(usize::try_from(number).ok()?));
            Ok((number, name))
        }
        (None, Some(file)) => Err(fault(format!("{} has no such name", file.display()))),
        (None, None) => Err(fault(format!("expected a number: no {IDENTIFIERS} beside the model tells names"))),
    }
}

/// Reads an official checkpoint, of its puzzle embedding only the row of `identifier` where there is one; `None` for a path
/// that is no checkpoint.
///
/// # Errors
/// One line on what cannot be read.
pub fn read(path: &Path, changes: &[(String, Value)], identifier: Option<u64>) -> Result<Option<Loaded>, Failure> {
    let Some(file) = find(path, !changes.is_empty())? else { return Ok(None) };
    let rows: Vec<u64> = identifier.into_iter().collect();
    let rows = if rows.is_empty() { PuzzleRows::All } else { PuzzleRows::Only(&rows) };
    let place = file.display().to_string();
    let is_safetensors = file.extension().is_some_and(|extension| extension == "safetensors");
    // With the shapes of the whole puzzle embedding.
    let (shapes, weights): (Shapes, _) = if is_safetensors {
        let weights = Weights::from_safetensors(&files::read(&file)?).map_err(|e| at(&place)(&e))?;
        (weights.tensors.iter().map(|(name, tensor)| (name.clone(), tensor.shape.clone())).collect(), weights)
    } else {
        let opened = files::open(&file)?;
        if opened.metadata().is_ok_and(|about| about.len() == 0) {
            return Err(format!("{place}: the file is empty").into());
        }
        let source = Seekable::new(opened).map_err(|e| at(&place)(&e))?;
        let mut torch = TorchFile::open(source).map_err(|e| at(&place)(&e))?;
        let shapes = torch.shapes().map_err(|e| at(&place)(&e))?;
        (shapes, torch.weights(rows).map_err(|e| at(&place)(&e))?)
    };
    let beside = |name: &str| {
        let file = file.with_file_name(name);
        file.is_file().then(|| files::read_text(&file)).transpose()
    };
    let (yaml, dataset) = (beside(CONFIG)?, beside(DATASET)?);
    let config_place = match &yaml {
        Some(_) => file.with_file_name(CONFIG).display().to_string(),
        None => place.clone(),
    };
    let facts = Beside { yaml: yaml.as_deref(), dataset: dataset.as_deref(), changes };
    let found = official::configuration(&shapes, facts).map_err(|e| at(&config_place)(&e))?;
    if !found.assumed.is_empty() {
        let assumed = found.assumed.join(", ");
        note(format_args!(
            "hrm: {place}: assumed {assumed}, which the tensors do not tell; --set FIELD=VALUE changes it"
        ));
    }
    let mut config = found.config;
    if identifier.is_some() && !is_safetensors {
        config.num_puzzle_identifiers = 1;
    }
    weights.check(&config).map_err(|e| at(&place)(&e))?;
    Ok(Some(Loaded { config, value: found.value, config_place, weights }))
}

/// The checkpoint's file: the path itself, or in a folder the one of the most steps.
fn find(path: &Path, has_changes: bool) -> Result<Option<PathBuf>, Failure> {
    if path.is_dir() {
        let entries = fs::read_dir(path).map_err(|e| at(path.display())(&e))?;
        let step = |file: PathBuf| {
            let steps = file.file_name()?.to_str()?.strip_prefix("step_")?.parse::<u64>().ok()?;
            Some((steps, file))
        };
        let mut found: Vec<_> = entries.flatten().filter_map(|entry| step(entry.path())).collect();
        found.sort();
        if let [_, .., (_, last)] = &found[..] {
            note(format_args!(
                "hrm: {}: of {} checkpoints the last is taken, {}",
                path.display(),
                found.len(),
                last.display()
            ));
        }
        return Ok(found.pop().map(|(_, file)| file));
    }
    if !path.is_file() {
        return Ok(None);
    }
    let is_safetensors = path.extension().is_some_and(|extension| extension == "safetensors");
    // Without a configuration of this project's form: one beside it of the official form, or fields that are given.
    let is_official = !is_safetensors
        || !path.with_extension("json").exists() && (path.with_file_name(CONFIG).is_file() || has_changes);
    Ok(is_official.then(|| path.to_owned()))
}
