//! A model that learnt tasks, as its files say: weights with a configuration, or a saved run.

use std::path::Path;

use hrm_core::checkpoint::torch::PuzzleRows;
use hrm_core::learn::{Base, Known, names_of};
use hrm_core::train::Saved;

use super::{Failure, at, files, models};

/// A model with the tasks that it knows.
pub struct TaskModel {
    /// Configuration and weights.
    pub base: Base,
    /// The tasks that its identifiers stand for.
    pub known: Known,
}

/// Reads a gallery's model by name, one of a file, or the weights' average of a saved run, which has every version of its tasks.
///
/// # Errors
/// One line on what is in the way.
pub fn load(name_or_file: &str) -> Result<TaskModel, Failure> {
    let file = Path::new(name_or_file);
    if file.is_file() && !file.with_extension("json").is_file() && Saved::is_claimed_by(&files::header(file)?) {
        return of_saved(&Saved::from_bytes(&files::read(file)?).map_err(|e| at(file.display())(&e))?)
            .map_err(|e| at(file.display())(&*e).into());
    }
    let loaded = models::read("--model", name_or_file, &[], PuzzleRows::All)?;
    let known = Known::of_names(loaded.identifiers.iter().map(String::as_str));
    Ok(TaskModel { base: Base { config: loaded.config, weights: loaded.weights }, known })
}

fn of_saved(saved: &Saved) -> Result<TaskModel, Failure> {
    let Some((set, ids)) = saved.task_set()? else {
        return Err(format!("the saved run learns {}, expected one that learns tasks", saved.recipe.puzzle).into());
    };
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let names = names_of(&set, &ids);
    let known = Known::of_names(names.iter().map(String::as_str));
    let base = Base { config: saved.recipe.model.clone(), weights: saved.averaged_weights()? };
    Ok(TaskModel { base, known })
}
