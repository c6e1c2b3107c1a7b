//! Recipes and their examples as files.

use std::fs::{self, File};
use std::path::Path;

use hrm_core::data::{Split, csv, generate_split};
use hrm_core::train::{Examples, Recipe};
use indicatif::{ProgressBar, ProgressStyle};
use toml::{Table, Value};

use super::{Failure, at};

/// Reads a recipe, with some of its fields set otherwise: each change is a line of TOML such as `training.batch = 16`.
pub fn load(file: &Path, changes: &[String]) -> Result<Recipe, Failure> {
    let text = fs::read_to_string(file).map_err(|e| at(file.display())(&e))?;
    let recipe = toml::from_str(&text).map_err(|e| at(file.display())(&e))?;
    if changes.is_empty() {
        return Ok(recipe);
    }
    let mut fields: Table = toml::from_str(&text)?;
    for change in changes {
        // A shell takes the quotes off: a bare word is text.
        let quoted = change.split_once('=').map(|(field, word)| format!("{field}={word:?}"));
        let read: Table = match (change.parse(), quoted) {
            (Err(_), Some(quoted)) => quoted.parse(),
            (read, _) => read,
        }
        .map_err(|e: toml::de::Error| format!("--set {change}: {}", e.message()))?;
        merge(&mut fields, read);
    }
    Ok(fields.try_into().map_err(|e: toml::de::Error| format!("--set: {}", e.message()))?)
}

/// Puts what `changes` holds in place of what `fields` has.
fn merge(fields: &mut Table, changes: Table) {
    for (name, value) in changes {
        match (fields.get_mut(&name), value) {
            (Some(Value::Table(inner)), Value::Table(changes)) => merge(inner, changes),
            (_, value) => drop(fields.insert(name, value)),
        }
    }
}

/// Base puzzles for training and unseen ones, split by symmetry class before anything is trained.
pub fn examples(recipe: &Recipe) -> Result<Examples, Failure> {
    let examples = match &recipe.data.file {
        Some(file) => {
            let input = File::open(file).map_err(|e| at(file)(&e))?;
            let table = csv::read(recipe.puzzle, input).map_err(|e| at(file)(&e))?;
            for problem in &table.problems {
                eprintln!("hrm: {file}: {problem}");
            }
            Examples::of_file(recipe, table.into_examples())
        }
        None => Examples { split: generate(recipe)?, given: None },
    };
    let Split { training, test } = &examples.split;
    eprintln!("{} base puzzles, {} unseen ones", training.len(), test.len());
    Ok(examples)
}

/// The puzzles that a recipe generates.
pub fn generate(recipe: &Recipe) -> Result<Split, Failure> {
    let request = recipe.data.request();
    let bar = bar((request.training + request.test) as u64, "generating {pos}/{len} puzzles, {eta} left")?;
    let split = generate_split(recipe.puzzle, &request, |done, _| bar.set_position(done as u64));
    bar.finish_and_clear();
    Ok(split)
}

/// A progress bar in the words of `template`.
pub fn bar(len: u64, template: &str) -> Result<ProgressBar, Failure> {
    let bar = ProgressBar::new(len);
    bar.set_style(ProgressStyle::with_template(template)?);
    Ok(bar)
}
