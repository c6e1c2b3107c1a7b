//! Which tasks a model knows: the versions that its puzzle identifiers stand for.

use std::collections::HashMap;

use super::answerer::Question;
use crate::puzzle::{
    Place,
    arc::{
        Augmentation, Task,
        codec::{TokenGrid, TooLarge},
        training::{BLANK, TaskSet},
    },
};

/// The name of the identifier that no task has, as the official data sets have it.
pub const BLANK_NAME: &str = "<blank>";

/// The tasks of a model, by id: the row of each version and what was made of the task there.
#[derive(Clone, Debug, Default)]
pub struct Known {
    versions: HashMap<String, Vec<(u32, Augmentation)>>,
}

impl Known {
    /// Those of a list of names by identifier: `ID` for a task as it is, `ID_t3_0246813579` for a version of it.
    pub fn of_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut versions: HashMap<String, Vec<(u32, Augmentation)>> = HashMap::new();
        for (identifier, name) in (0..).zip(names).filter(|(_, name)| *name != BLANK_NAME) {
            let version = name.rfind("_t").and_then(|at| Some((&name[..at], name[at + 1..].parse().ok()?)));
            let (id, augmentation) = version.unwrap_or((name, Augmentation::identity()));
            versions.entry(id.to_owned()).or_default().push((identifier, augmentation));
        }
        Self { versions }
    }

    /// Tasks.
    pub fn tasks(&self) -> usize {
        self.versions.len()
    }

    /// Whether there is a version of a task.
    pub fn has(&self, id: &str) -> bool {
        self.versions.contains_key(id)
    }

    /// A task's tests under its versions, at most so many beside the task itself, counted from `first` on; each test as it is
    /// under the identifier of no task where the model does not know it.
    ///
    /// # Errors
    /// An input that does not lie within the token grid.
    pub fn questions(
        &self,
        task: &Task,
        first: usize,
        side: TokenGrid,
        augmentations: usize,
    ) -> Result<Vec<Question>, TooLarge> {
        let blank = [(BLANK, Augmentation::identity())];
        let versions = self.versions.get(&task.id).map_or(&blank[..], Vec::as_slice);
        let mut questions = Vec::new();
        for (test, pair) in (first..).zip(&task.test) {
            for &(identifier, augmentation) in versions.iter().take(augmentations.saturating_add(1)) {
                let tokens = side.encode(&augmentation.apply(&pair.input), Place::ORIGIN)?;
                questions.push(Question { test, identifier, augmentation, tokens });
            }
        }
        Ok(questions)
    }
}

/// The names of a set's identifiers, from that of no task on; `ids` are its tasks' in their order.
pub fn names_of(set: &TaskSet, ids: &[&str]) -> Vec<String> {
    let name = |identifier: u32| {
        let version = set.version(identifier)?;
        let id = ids.get(version.task)?;
        let is_itself = version.augmentation == Augmentation::identity();
        Some(if is_itself { (*id).to_owned() } else { format!("{id}_{}", version.augmentation) })
    };
    (0..set.identifiers() as u32).map(|identifier| name(identifier).unwrap_or_else(|| BLANK_NAME.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::arc::{Grid, Pair};

    fn grid(rows: &[&[u8]]) -> Grid {
        Grid::of_rows(rows).unwrap()
    }

    fn task(id: &str) -> Task {
        let pair = Pair::new(grid(&[&[1, 2, 3]]), Some(grid(&[&[3, 2, 1]])));
        Task::new(id, vec![pair.clone()], vec![Pair::new(grid(&[&[4, 5]]), None), pair])
    }

    #[test]
    fn names_tell_the_versions_that_they_were_made_of() {
        let side = TokenGrid::new(5).unwrap();
        // An id may look like the beginning of a version.
        let tasks = [task("a_t3"), task("b")];
        let set = TaskSet::new(side, &tasks, 6, 1).unwrap();
        let names = names_of(&set, &["a_t3", "b"]);
        assert_eq!((names.len(), &names[0][..], &names[1][..], &names[8][..]), (15, BLANK_NAME, "a_t3", "b"));
        let known = Known::of_names(names.iter().map(String::as_str));
        assert!(known.tasks() == 2 && known.has("b") && !known.has("c"));
        for (number, task) in tasks.iter().enumerate() {
            let asked = known.questions(task, 0, side, 6).unwrap();
            let mut expected = Question::of_task(&set, number, 0);
            expected.sort_by_key(|question| question.test);
            assert_eq!(asked, expected);
            assert_eq!(known.questions(task, 3, side, 2).unwrap().len(), 6);
        }
        let unknown = known.questions(&task("c"), 1, side, 6).unwrap();
        assert_eq!(
            unknown.iter().map(|question| (question.test, question.identifier)).collect::<Vec<_>>(),
            [(1, 0), (2, 0)]
        );
        let small = TokenGrid::new(2).unwrap();
        assert!(known.questions(&tasks[0], 0, small, 6).is_err());
    }
}
