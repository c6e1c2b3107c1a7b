//! Recipes and their examples as files.

use std::fs::{self, File};
use std::path::Path;

use hrm_web::data::{Shortfall, Split, csv, generate_split};
use hrm_web::puzzle::Kind;
use hrm_web::text;
use hrm_web::train::{Examples, Recipe};
use indicatif::{ProgressBar, ProgressStyle};
use toml::{Table, Value};

use super::{Failure, at};

/// Reads a recipe, with some of its fields set otherwise: each change is a line of TOML such as `training.batch = 16`.
pub fn load(file: &Path, changes: &[String]) -> Result<Recipe, Failure> {
    let bytes = fs::read(file).map_err(|e| at(file.display())(&e))?;
    let text = text::decode(&bytes).map_err(|e| at(file.display())(&e))?;
    let mut fields: Table = text.parse().map_err(|e| format!("{}: {}", file.display(), syntax(&e, &text)))?;
    // The file for itself, so that a fault of its own is not put down to a change.
    let recipe = of_table(&fields).map_err(|e| at(file.display())(&*e))?;
    if changes.is_empty() {
        return Ok(recipe);
    }
    for change in changes {
        // A shell takes the quotes off: a bare word is text.
        let quoted = change.split_once('=').map(|(field, word)| format!("{field}={word:?}"));
        let read: Table = match (change.parse(), quoted) {
            (Err(_), Some(quoted)) => quoted.parse(),
            (read, _) => read,
        }
        .map_err(|e: toml::de::Error| format!("--set {change}: {}", e.message()))?;
        merge(&mut fields, read);
        of_table(&fields).map_err(|e| format!("--set {change}: {e}"))?;
    }
    of_table(&fields)
}

fn of_table(fields: &Table) -> Result<Recipe, Failure> {
    let fields = serde_json::to_value(fields)?.as_object().cloned().unwrap_or_default();
    Ok(Recipe::of_person(fields)?)
}

/// What is no TOML, with its line, without the excerpt that takes several.
fn syntax(error: &toml::de::Error, text: &str) -> String {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = text.as_bytes()[..start].iter().filter(|&&byte| byte == b'\n').count() + 1;
    format!("line {line}: {}", error.message().replace('\n', ", "))
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
            tell(file, recipe.puzzle, &table);
            Examples::of_file(recipe, table.into_examples())
        }
        None => Examples { split: generate(recipe)?, given: None },
    };
    let Split { training, test } = &examples.split;
    eprintln!("{} base puzzles, {} unseen ones", training.len(), test.len());
    let from_file = recipe.data.file.is_some();
    for shortfall in Shortfall::of(recipe.puzzle, &examples.split, &recipe.data.request(), from_file) {
        eprintln!("hrm: {shortfall}");
    }
    Ok(examples)
}

/// Says how a file of puzzles was read, and what is wrong with it, in a few lines.
pub fn tell(file: &str, kind: Kind, table: &csv::Table) {
    for line in table.notes.iter().chain(&table.report(kind)) {
        eprintln!("hrm: {file}: {line}");
    }
    if !table.problems.is_empty() {
        eprintln!("hrm: {file}: {} good rows, {} left out", table.rows.len(), table.left_out());
    }
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
