//! Checkpoints of the official training: the file `step_N` or its folder, with `all_config.yaml` beside it or without.

use std::fs;
use std::path::{Path, PathBuf};

use hrm_core::checkpoint::ModelFile;
use hrm_core::checkpoint::official::{self, Beside, Blame};
use hrm_core::checkpoint::torch::{PuzzleRows, is_torch};
use serde_json::Value;

use super::loaded::Loaded;
use super::output::note;
use super::{Failure, at, files};

/// The configuration's file.
pub const CONFIG: &str = "all_config.yaml";
/// The names of the puzzle identifiers of its data set, a list.
pub const IDENTIFIERS: &str = "identifiers.json";
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

/// The names in the identifiers.json beside a model, where it has one, with that file.
///
/// # Errors
/// One line: a file that is no list of names.
pub fn identifiers(model: &Path) -> Result<Option<(Vec<String>, PathBuf)>, Failure> {
    let folder = if model.is_dir() { Some(model) } else { model.parent() };
    let file = folder.map(|folder| folder.join(IDENTIFIERS)).filter(|file| file.is_file());
    let read = |file: PathBuf| {
        let names = serde_json::from_str(&files::read_text(&file)?)
            .map_err(|e| format!("{}: expected a list of names: {e}", file.display()))?;
        Ok((names, file))
    };
    file.map(read).transpose()
}

/// A puzzle identifier by its number, or by its name in the identifiers.json beside the model; and its name where that is known.
///
/// # Errors
/// One line: a name without such a file, or that it does not have.
pub fn identifier(model: &Path, said: &str) -> Result<(u64, Option<String>), Failure> {
    let fault = |problem: String| Failure::from(format!("--identifier {said}: {problem}"));
    let known = identifiers(model)?;
    let by_name = known.iter().find_map(|(names, _)| names.iter().position(|name| name == said));
    match (by_name.map(|at| at as u64).or_else(|| said.parse().ok()), known) {
        (Some(number), known) => {
            let name = known.and_then(|(names, _)| names.into_iter().nth(usize::try_from(number).ok()?));
            Ok((number, name))
        }
        (None, Some((_, file))) => Err(fault(format!("{} has no such name", file.display()))),
        (None, None) => Err(fault(format!("expected a number: no {IDENTIFIERS} beside the model tells names"))),
    }
}

/// Reads an official checkpoint, of its puzzle embedding only the rows that are asked for; `None` for a path that is no checkpoint.
///
/// # Errors
/// One line on what cannot be read.
pub fn read(path: &Path, changes: &[(String, Value)], rows: PuzzleRows<'_>) -> Result<Option<Loaded>, Failure> {
    let Some(file) = find(path, !changes.is_empty())? else { return Ok(None) };
    let place = file.display().to_string();
    let named = file.extension().is_some_and(|extension| extension == "safetensors");
    let mut opened = ModelFile::open(files::source(&file)?, named).map_err(|e| at(&place)(&e))?;
    // Of the whole puzzle embedding.
    let shapes = opened.shapes().map_err(|e| at(&place)(&e))?;
    let beside = |name: &str| {
        let file = file.with_file_name(name);
        file.is_file().then(|| files::read_text(&file)).transpose()
    };
    let (yaml, dataset) = (beside(CONFIG)?, beside(DATASET)?);
    let facts = Beside { yaml: yaml.as_deref(), dataset: dataset.as_deref(), changes };
    let found = official::configuration(&shapes, facts).map_err(|error| {
        let blamed = match error.blame(facts) {
            Blame::Checkpoint => file.clone(),
            Blame::Yaml => file.with_file_name(CONFIG),
            Blame::Dataset => file.with_file_name(DATASET),
        };
        at(blamed.display())(&error)
    })?;
    if !found.assumed.is_empty() {
        let assumed = found.assumed.join(", ");
        note(format_args!(
            "hrm: {place}: assumed {assumed}, which the tensors do not tell; --set FIELD=VALUE changes it"
        ));
    }
    let config_place = match &yaml {
        Some(_) => file.with_file_name(CONFIG).display().to_string(),
        None => place.clone(),
    };
    let mut loaded = Loaded::read(&mut opened, &place, found.config, found.value, config_place, rows)?;
    loaded.identifiers = identifiers(&file)?.map(|(names, _)| names).unwrap_or_default();
    Ok(Some(loaded))
}

/// The checkpoint's file: the path itself, or in a folder the one of the most steps, else the only one of that form.
fn find(path: &Path, has_changes: bool) -> Result<Option<PathBuf>, Failure> {
    if path.is_dir() {
        return find_within(path);
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

fn find_within(folder: &Path) -> Result<Option<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|e| at(folder.display())(&e))?;
    let entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    let shown = folder.display();
    let steps = |file: &PathBuf| file.file_name()?.to_str()?.strip_prefix("step_")?.parse::<u64>().ok();
    let mut numbered: Vec<_> = entries.iter().filter_map(|file| Some((steps(file)?, file))).collect();
    numbered.sort();
    if let [_, .., (_, last)] = &numbered[..] {
        note(format_args!("hrm: {shown}: of {} checkpoints the last is taken, {}", numbered.len(), last.display()));
    }
    if let Some((_, last)) = numbered.pop() {
        return Ok(Some(last.clone()));
    }
    // The published ones are named `checkpoint`, or as their authors liked.
    let begins = |file: &&PathBuf| file.is_file() && files::beginning(file, 16).is_ok_and(|bytes| is_torch(&bytes));
    let mut found: Vec<&PathBuf> = entries.iter().filter(begins).collect();
    found.sort();
    match found[..] {
        [] => Ok(None),
        [only] => Ok(Some(only.clone())),
        _ => {
            let names: Vec<_> = found.iter().map(|file| file.display().to_string()).collect();
            Err(format!("{shown}: several PyTorch files, expected one of them: {}", names.join(", ")).into())
        }
    }
}
