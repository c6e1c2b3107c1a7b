//! Solutions of challenges in other files.

use std::collections::HashMap;

use super::fault::{FileError, FileFault, Location};
use crate::puzzle::arc::{Grid, Task};

/// Puts a file's solutions into the tests of the tasks that they belong to: those of the file of challenges that is named so,
/// else those of any file.
pub(super) fn merge(
    files: &mut [(&str, Vec<Task>)],
    name: &str,
    solutions: Vec<(String, Vec<Grid>)>,
) -> Result<(), FileError> {
    let at = |location, fault| FileError { file: name.to_owned(), location, fault };
    let expected = challenges_of(name);
    let has_name = |(file, _): &&(&str, _)| expected.as_ref().is_some_and(|expected| plain(file) == plain(expected));
    let own = files.iter().find(has_name).map(|(file, _)| (*file).to_owned());
    if files.is_empty() {
        let expected = expected.unwrap_or_else(|| "arc-agi_training_challenges.json".into());
        return Err(at(Location::default(), FileFault::SolutionsAlone { expected }));
    }
    let tasks = files.iter_mut().filter(|(file, _)| own.as_ref().is_none_or(|own| own == file));
    let mut tasks: HashMap<String, &mut Task> =
        tasks.flat_map(|(_, tasks)| tasks).rev().map(|task| (task.id.clone(), task)).collect();
    for (id, grids) in solutions {
        let here = Location { task: Some(id.clone()), ..Location::default() };
        let Some(task) = tasks.get_mut(&id) else { return Err(at(here, FileFault::NoChallenge)) };
        if grids.len() != task.test.len() {
            let (found, expected) = (grids.len(), task.test.len());
            return Err(at(here, FileFault::Solutions { found, expected }));
        }
        for (number, (pair, grid)) in task.test.iter_mut().zip(grids).enumerate() {
            if pair.output.as_ref().is_some_and(|output| *output != grid) {
                let grid = Some(format!("solution {}", number + 1));
                return Err(at(Location { grid, ..here }, FileFault::OtherSolution));
            }
            pair.output = Some(grid);
        }
    }
    Ok(())
}

/// The name of the file whose solutions a file of this name holds.
fn challenges_of(name: &str) -> Option<String> {
    let at = name.rfind("solutions")?;
    Some(format!("{}challenges{}", &name[..at], &name[at + "solutions".len()..]))
}

/// A name without the difference between `arc-agi_training_challenges` and `arc-agi_training-challenges`.
fn plain(name: &str) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
    file.to_ascii_lowercase().replace('-', "_")
}
