//! Recipes and their examples as files.

use std::fs::{self, File};
use std::path::Path;

use hrm_web::data::{Split, csv, generate_split};
use hrm_web::train::{Examples, Recipe};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, at};

/// Reads a recipe.
pub fn load(file: &Path) -> Result<Recipe, Failure> {
    let text = fs::read_to_string(file).map_err(|e| at(file.display())(&e))?;
    Ok(toml::from_str(&text).map_err(|e| at(file.display())(&e))?)
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
