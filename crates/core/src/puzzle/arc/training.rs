//! What is learnt of tasks: their demonstrations under augmentations, each version of a task under an identifier of its own.

use super::{
    Augmentation, Grid, Pair, Task,
    codec::{TokenGrid, TooLarge},
};
use crate::{
    puzzle::{Example, Place},
    random::Random,
};

/// The identifier that no version has, as the official data sets leave it.
pub const BLANK: u32 = 0;

/// A version of a task: what an identifier stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// The task's number.
    pub task: usize,
    /// What was made of it.
    pub augmentation: Augmentation,
}

/// A version's demonstration in tokens, with the version's identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Input and output, `[S]` each; padding of the output is not learnt.
    pub example: Example,
    /// The version's identifier: its row of the puzzle embedding.
    pub identifier: u32,
}

impl Sample {
    /// What a batch has a row of.
    pub fn row(&self) -> (&Example, u32) {
        (&self.example, self.identifier)
    }
}

/// Which demonstrations are learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learnt {
    /// All of them.
    All,
    /// All but the last of each task, which is held out to see whether it is solved. A task of one demonstration, of which
    /// nothing can be held out, gives that one.
    AllButLast,
}

/// Tasks to learn, in versions. Of a task's tests only the inputs are ever used, as questions.
///
/// The first version of each task is the task itself; its identifier, and those of the others behind it, follow those of the
/// task before it, from 1.
#[derive(Clone, Debug)]
pub struct TaskSet {
    side: TokenGrid,
    seed: u64,
    tasks: Vec<Learning>,
    versions: Vec<Version>,
}

/// What is kept of a task.
#[derive(Clone, Debug)]
struct Learning {
    /// Demonstrations with outputs.
    demonstrations: Vec<(Grid, Grid)>,
    /// Inputs of its tests.
    questions: Vec<Grid>,
    /// Its versions, as places in the list of all.
    versions: std::ops::Range<usize>,
}

impl TaskSet {
    /// Tasks in at most `augmentations` versions beside themselves, in token grids of a side.
    ///
    /// # Errors
    /// No task, one without a demonstration that has an output, a grid that does not lie within the token grid.
    pub fn new(side: TokenGrid, tasks: &[Task], augmentations: usize, seed: u64) -> Result<Self, TaskSetError> {
        if tasks.is_empty() {
            return Err(TaskSetError::Empty);
        }
        let (mut learnt, mut versions) = (Vec::new(), Vec::new());
        for (number, task) in tasks.iter().enumerate() {
            let named = || task.title().unwrap_or_else(|| format!("{}", number + 1));
            // Under a map that transposes, rows are columns: the token grid is a square, so what fits once fits always.
            for (place, grid) in places(task) {
                if !side.holds(grid.size()) {
                    let error = TooLarge { size: grid.size(), offset: Place::ORIGIN, side: side.side() };
                    return Err(TaskSetError::TooLarge { task: named(), place, error });
                }
            }
            let with_output = |pair: &Pair| Some((pair.input.clone(), pair.output.clone()?));
            let demonstrations: Vec<(Grid, Grid)> = task.train.iter().filter_map(with_output).collect();
            if demonstrations.is_empty() {
                return Err(TaskSetError::NoOutputs { task: named() });
            }
            let questions: Vec<Grid> = task.test.iter().map(|pair| pair.input.clone()).collect();
            // Outputs of tests have no part in it, not even in telling versions apart.
            let asked = questions.iter().map(|input| Pair::new(input.clone(), None)).collect();
            let visible = Task::new("", task.train.clone(), asked);
            let mut random = Random::stream(seed ^ VERSIONS, number as u64);
            let found = Augmentation::distinct(&visible, augmentations, &mut random);
            let first = versions.len();
            versions.extend(found.into_iter().map(|augmentation| Version { task: number, augmentation }));
            learnt.push(Learning { demonstrations, questions, versions: first..versions.len() });
        }
        Ok(Self { side, seed, tasks: learnt, versions })
    }

    /// The token grid.
    pub fn side(&self) -> TokenGrid {
        self.side
    }

    /// Tasks.
    pub fn tasks(&self) -> usize {
        self.tasks.len()
    }

    /// Rows that a puzzle embedding needs for it: one for each version, and [`BLANK`]'s.
    pub fn identifiers(&self) -> usize {
        self.versions.len() + 1
    }

    /// The version of an identifier; `None` for [`BLANK`] and for what there is not.
    pub fn version(&self, identifier: u32) -> Option<Version> {
        self.versions.get((identifier as usize).checked_sub(1)?).copied()
    }

    /// The identifiers of a task's versions, the one of the task itself first; none for a task that there is not.
    pub fn identifiers_of(&self, task: usize) -> std::ops::Range<u32> {
        let versions = self.tasks.get(task).map_or(0..0, |task| task.versions.clone());
        versions.start as u32 + 1..versions.end as u32 + 1
    }

    /// Demonstrations of a task that are learnt.
    pub fn demonstrations(&self, task: usize, learnt: Learnt) -> usize {
        self.tasks.get(task).map_or(0, |task| task.learnt(learnt))
    }

    /// The samples of step `step` (from 0), a function of the seed and the step alone: tasks in random order, of each one random
    /// version, of that the demonstrations in random order, until there are `rows`; then the tasks again. All but one of a
    /// version's demonstrations are moved by a random offset, input and output by the same.
    pub fn samples(&self, step: u64, rows: usize, learnt: Learnt) -> Vec<Sample> {
        let mut random = Random::stream(self.seed, step);
        let mut samples = Vec::with_capacity(rows);
        while samples.len() < rows {
            let mut order: Vec<usize> = (0..self.tasks.len()).collect();
            random.shuffle(&mut order);
            for task in order {
                let room = rows - samples.len();
                samples.extend(self.samples_of(task, learnt, &mut random).take(room));
                if samples.len() == rows {
                    break;
                }
            }
        }
        samples
    }

    /// The learnt demonstrations of a random version of a task, in random order.
    fn samples_of<'a>(
        &'a self,
        task: usize,
        learnt: Learnt,
        random: &'a mut Random,
    ) -> impl Iterator<Item = Sample> + use<'a> {
        let Learning { demonstrations, versions, .. } = &self.tasks[task];
        let mut order: Vec<usize> = (0..self.tasks[task].learnt(learnt)).collect();
        random.shuffle(&mut order);
        let unmoved = order[random.below(order.len())];
        let version = versions.start + random.below(versions.len());
        order.into_iter().map(move |number| {
            let (input, output) = &demonstrations[number];
            let augmentation = self.versions[version].augmentation;
            let pair = [augmentation.apply(input), augmentation.apply(output)];
            let room = self.side.room(&pair).filter(|_| number != unmoved).unwrap_or(Place::ORIGIN);
            let offset = Place { row: random.below(room.row + 1), column: random.below(room.column + 1) };
            let [question, answer] = pair.map(|grid| self.tokens(&grid, offset));
            Sample { example: Example { question, answer }, identifier: version as u32 + 1 }
        })
    }

    /// What is held out of a task by [`Learnt::AllButLast`], as it is and under its own identifier; `None` where nothing is.
    pub fn held_out(&self, task: usize) -> Option<Sample> {
        let Learning { demonstrations, versions, .. } = self.tasks.get(task)?;
        let (input, output) = demonstrations.last().filter(|_| demonstrations.len() > 1)?;
        let [question, answer] = [input, output].map(|grid| self.tokens(grid, Place::ORIGIN));
        Some(Sample { example: Example { question, answer }, identifier: versions.start as u32 + 1 })
    }

    /// A test's input under each version of its task, the task itself first: tokens `[S]` and identifier. None for a test that
    /// there is not.
    pub fn questions(&self, task: usize, test: usize) -> impl Iterator<Item = (u32, Vec<u8>)> {
        let input = self.tasks.get(task).and_then(|task| task.questions.get(test));
        self.identifiers_of(task).filter_map(move |identifier| {
            let augmented = self.version(identifier)?.augmentation.apply(input?);
            Some((identifier, self.tokens(&augmented, Place::ORIGIN)))
        })
    }

    /// The grid of an answer to a question of a version, as the task itself has it: cropped and undone. `None` where there is no
    /// grid in it.
    pub fn answer(&self, identifier: u32, tokens: &[u8]) -> Option<Grid> {
        Some(self.version(identifier)?.augmentation.undo(&self.side.decode(tokens)?))
    }

    /// A grid that was found to lie within the token grid.
    fn tokens(&self, grid: &Grid, offset: Place) -> Vec<u8> {
        self.side.encode(grid, offset).unwrap_or_else(|_| vec![super::codec::PAD; self.side.tokens()])
    }
}

impl Learning {
    fn learnt(&self, learnt: Learnt) -> usize {
        match (learnt, self.demonstrations.len()) {
            (Learnt::AllButLast, count @ 2..) => count - 1,
            (_, count) => count,
        }
    }
}

/// Sets the draws of versions apart from those of samples.
const VERSIONS: u64 = 0x7665_7273_696f_6e73;

/// The grids that a set uses of a task, with what they are called: not its tests' outputs, whose size nobody is told.
fn places(task: &Task) -> impl Iterator<Item = (String, &Grid)> {
    let train = task.train.iter().enumerate().flat_map(|(number, pair)| {
        let part = move |part: &str| format!("train pair {}, {part}", number + 1);
        std::iter::once((part("input"), &pair.input)).chain(pair.output.as_ref().map(|grid| (part("output"), grid)))
    });
    let test = (1..).zip(&task.test).map(|(number, pair)| (format!("test pair {number}, input"), &pair.input));
    train.chain(test)
}

/// Tasks that cannot be learnt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaskSetError {
    /// There is none.
    #[error("found no task, expected at least one")]
    Empty,
    /// Nothing to learn from.
    #[error("task {task}: no demonstration has an output, expected at least one to learn from")]
    NoOutputs {
        /// What the task is called.
        task: String,
    },
    /// A grid that is larger than the model's token grid.
    #[error("task {task}, {place}: {error}")]
    TooLarge {
        /// What the task is called.
        task: String,
        /// Which grid it is.
        place: String,
        /// How large it is.
        error: TooLarge,
    },
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::puzzle::{Dihedral, Size};

    fn grid(rows: &[&[u8]]) -> Grid {
        Grid::of_rows(rows).unwrap()
    }

    /// Outputs are the inputs upside down, a row longer; the test's output holds colour 9, which is nowhere else.
    fn task() -> Task {
        let pair = |colour: u8| {
            let output = grid(&[&[colour, 0, 0], &[0, colour, 2], &[3, 3, 3]]);
            Pair::new(grid(&[&[0, colour, 2], &[colour, 0, 0]]), Some(output))
        };
        let test = Pair::new(grid(&[&[8, 8]]), Some(grid(&[&[9, 9], &[9, 9]])));
        Task::new("flip", vec![pair(1), pair(4), pair(5)], vec![test])
    }

    fn side(side: usize) -> TokenGrid {
        TokenGrid::new(side).unwrap()
    }

    /// A sample's grids, found by their colours, undone, with the offset of each.
    fn undone(set: &TaskSet, sample: &Sample) -> [(Grid, Place); 2] {
        let augmentation = set.version(sample.identifier).unwrap().augmentation;
        [&sample.example.question, &sample.example.answer].map(|tokens| {
            let side = set.side().side();
            let first = tokens.iter().position(|token| *token > 1).unwrap();
            let offset = Place::of(first, side);
            // The tokens from there on, as if they stood at the corner.
            let moved: Vec<u8> = (0..side * side)
                .map(|at| Place::of(at, side))
                .map(|at| match (at.row + offset.row, at.column + offset.column) {
                    (row, column) if row < side && column < side => tokens[row * side + column],
                    _ => 0,
                })
                .collect();
            (augmentation.undo(&set.side().decode(&moved).unwrap()), offset)
        })
    }

    #[test]
    fn samples_are_the_demonstrations_in_versions_and_nothing_of_the_tests() {
        let (task, count) = (task(), 40);
        let set = TaskSet::new(side(6), std::slice::from_ref(&task), count, 3).unwrap();
        assert_eq!((set.tasks(), set.identifiers()), (1, count + 2));
        assert_eq!(set.version(1), Some(Version { task: 0, augmentation: Augmentation::identity() }));
        assert_eq!((set.version(BLANK), set.version(count as u32 + 2)), (None, None));
        let (mut identifiers, mut pairs, mut offsets) = (HashSet::new(), HashSet::new(), HashSet::new());
        for sample in (0..60).flat_map(|step| set.samples(step, 12, Learnt::All)) {
            let [(input, offset), (output, of_output)] = undone(&set, &sample);
            assert_eq!(offset, of_output, "input and output are moved alike");
            let number =
                task.train.iter().position(|pair| pair.input == input && pair.output.as_ref() == Some(&output));
            pairs.insert(number.expect("a demonstration"));
            identifiers.insert(sample.identifier);
            offsets.insert((offset.row, offset.column));
        }
        assert_eq!((pairs.len(), identifiers.len()), (3, count + 1));
        // 3x3 in 6x6 has four rows and four columns to begin in.
        assert_eq!(offsets.len(), 16);
    }

    #[test]
    fn one_demonstration_of_each_version_is_not_moved() {
        let set = TaskSet::new(side(30), &[task()], 10, 3).unwrap();
        let (mut unmoved, mut rows) = (0, 0);
        for step in 0..200 {
            for visit in set.samples(step, 6, Learnt::All).chunks(3) {
                assert!(visit.iter().all(|sample| sample.identifier == visit[0].identifier), "one version at a time");
                let origins = visit.iter().filter(|sample| undone(&set, sample)[0].1 == Place::ORIGIN).count();
                assert!(origins > 0);
                unmoved += origins;
                rows += visit.len();
            }
        }
        // A third, and one of 28 · 28 of the others.
        assert!((rows / 3..rows / 3 + 10).contains(&unmoved), "{unmoved} of {rows}");
    }

    #[test]
    fn samples_depend_on_seed_and_step_alone() {
        let tasks = [task(), Task::new("other", task().train[..1].to_vec(), Vec::new())];
        let set = |seed| TaskSet::new(side(6), &tasks, 5, seed).unwrap();
        let later = set(1).samples(7, 9, Learnt::All);
        assert_eq!(later.len(), 9);
        assert_eq!(set(1).samples(7, 9, Learnt::All), later);
        assert_ne!(set(1).samples(8, 9, Learnt::All), later);
        assert_ne!(set(2).samples(7, 9, Learnt::All), later);
        // Identifiers of the second task follow those of the first; both tasks are in every batch.
        let (first, second) = (set(1).identifiers_of(0), set(1).identifiers_of(1));
        assert_eq!((first.start, first.end, second.end as usize), (1, second.start, set(1).identifiers()));
        assert!(later.iter().any(|sample| first.contains(&sample.identifier)));
        assert!(later.iter().any(|sample| second.contains(&sample.identifier)));
        assert!(set(1).identifiers_of(2).is_empty());
    }

    #[test]
    fn the_last_demonstration_is_held_out() {
        let task = task();
        let set = TaskSet::new(side(6), std::slice::from_ref(&task), 4, 3).unwrap();
        for sample in (0..40).flat_map(|step| set.samples(step, 8, Learnt::AllButLast)) {
            assert_ne!(undone(&set, &sample)[0].0, task.train[2].input);
        }
        let held_out = set.held_out(0).unwrap();
        assert_eq!((undone(&set, &held_out)[0].0.clone(), held_out.identifier), (task.train[2].input.clone(), 1));
        assert_eq!((set.demonstrations(0, Learnt::AllButLast), set.demonstrations(0, Learnt::All)), (2, 3));
        let single = Task::new("", task.train[..1].to_vec(), Vec::new());
        let set = TaskSet::new(side(6), &[single], 0, 3).unwrap();
        assert_eq!((set.held_out(0), set.demonstrations(0, Learnt::AllButLast)), (None, 1));
        assert_eq!(set.samples(0, 3, Learnt::AllButLast).len(), 3);
    }

    #[test]
    fn answers_to_questions_are_undone() {
        let task = task();
        let set = TaskSet::new(side(4), std::slice::from_ref(&task), 20, 3).unwrap();
        let mut maps = HashSet::new();
        for (identifier, question) in set.questions(0, 0) {
            maps.insert(set.version(identifier).unwrap().augmentation.map().number());
            assert_eq!(set.answer(identifier, &question), Some(task.test[0].input.clone()));
        }
        assert!(maps.len() > 4);
        assert_eq!(set.questions(0, 0).count(), 21);
        assert_eq!((set.questions(0, 1).count(), set.questions(1, 0).count()), (0, 0));
        assert_eq!(set.answer(1, &[1; 16]), None);
        let turned = Augmentation::new(Dihedral::RIGHT, Augmentation::identity().colours()).unwrap();
        assert_eq!(turned.apply(&task.test[0].input), grid(&[&[8], &[8]]));
    }

    #[test]
    fn tasks_that_cannot_be_learnt_are_told() {
        let said = |side, tasks: &[Task]| TaskSet::new(side, tasks, 1, 0).unwrap_err().to_string();
        assert_eq!(said(side(6), &[]), "found no task, expected at least one");
        let mut unanswered = task();
        unanswered.train.iter_mut().for_each(|pair| pair.output = None);
        let expected = "task flip: no demonstration has an output, expected at least one to learn from";
        assert_eq!(said(side(6), &[unanswered]), expected);
        let mut large = task();
        large.train[1].output = Some(Grid::black(Size::new(7, 4)));
        let expected = "task flip, train pair 2, output: the grid has 7x4 cells and begins at row 1, column 1, the model's \
                        token grid has 6x6; one of 7x7 holds it";
        assert_eq!(said(side(6), &[task(), large.clone()]), expected);
        large.train.remove(1);
        large.test[0].output = Some(Grid::black(Size::new(9, 9)));
        assert!(TaskSet::new(side(6), &[large], 1, 0).is_ok(), "a test's output is not looked at");
    }
}
