//! Tasks of several grids as what a run learns: what a recipe says of them, their batches, and what is asked of the model.

use serde_json::{Map, Value};

use super::{
    HoldOut, Recipe, RecipeError, TaskProblem, TrainError,
    source::{Source, Unseen},
};
use crate::{
    config::Mixer,
    data::{Answers, Batch, Example},
    fields,
    puzzle::arc::{
        Task,
        codec::TokenGrid,
        file,
        training::{Learnt, Sample},
    },
};

pub(super) use crate::puzzle::arc::training::TaskSet;

/// Augmented versions of each task where a recipe does not say: published analysis finds that more bring nothing.
const AUGMENTATIONS: u64 = 300;
/// Augmented versions that a recipe may ask for.
const MOST_AUGMENTATIONS: usize = 10_000;
/// Rows and columns by which a task's grids can be moved in the token grid that is taken where a recipe does not say its side.
const ROOM: usize = 1;
/// What follows from the tasks, so that nobody writes it into a recipe.
const FOLLOWING: [(&str, &str); 3] =
    [("data", "base_puzzles"), ("data", "test_puzzles"), ("model", "num_puzzle_identifiers")];

/// The sources of tasks that a recipe's fields name; none where it learns puzzles.
pub fn wants_tasks(recipe: &Map<String, Value>) -> Vec<String> {
    let named = recipe.get("data").and_then(|data| data.get("tasks")).and_then(Value::as_array);
    named.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A recipe that a person wrote for tasks, with what follows from these, which are all tasks of its sources: the token grid, and
/// how many identifiers there are. The second result are the tasks that are learnt.
///
/// # Errors
/// As [`Recipe::of_person`]; tasks that cannot be learnt.
pub fn complete(mut recipe: Map<String, Value>, tasks: &[Task]) -> Result<(Recipe, Vec<Task>), RecipeError> {
    for (section, field) in FOLLOWING {
        if let Some(value) = recipe.get(section).and_then(|section| section.get(field)) {
            let value = fields::quoted(value);
            return Err(TaskProblem::Follows { section, field, value }.into());
        }
    }
    let chosen = insert_following(&mut recipe, tasks)?;
    Ok((Recipe::of_person(recipe)?, chosen))
}

/// Writes what follows from the tasks into a recipe's fields, and chooses the tasks that are learnt.
fn insert_following(recipe: &mut Map<String, Value>, tasks: &[Task]) -> Result<Vec<Task>, TaskProblem> {
    // A field of another type is told where the recipe is read.
    let whole = |name: &str| {
        let value = recipe.get("data").and_then(|data| data.get(name))?;
        value.as_u64().or_else(|| value.as_f64().filter(|number| *number >= 0.0).map(|number| number as u64))
    };
    let given = whole("side").filter(|side| *side > 0);
    let side_of = |side: u64| {
        let expected = || TaskProblem::Field {
            place: "[data] side",
            value: side.to_string(),
            expected: "1 to 30, or none for the smallest token grid that holds the tasks".into(),
        };
        usize::try_from(side).ok().and_then(TokenGrid::new).ok_or_else(expected)
    };
    let given = given.map(side_of).transpose()?;
    let fits = whole("fits").filter(|fits| *fits > 0);
    let is_chosen = |task: &&Task| {
        let largest = task.largest();
        fits.is_none_or(|fits| largest.rows().max(largest.columns()) as u64 <= fits)
    };
    let chosen: Vec<Task> = tasks.iter().filter(is_chosen).cloned().collect();
    if let Some(fits) = fits.filter(|_| chosen.is_empty()) {
        return Err(TaskProblem::NoneFits { fits, found: tasks.len() });
    }
    let side = given.unwrap_or_else(|| holding(&chosen));
    let augmentations = whole("augmentations").unwrap_or(AUGMENTATIONS);
    let seed = whole("seed").unwrap_or_default();
    let set = TaskSet::new(side, &chosen, (augmentations as usize).min(MOST_AUGMENTATIONS), seed)?;
    let demonstrations: usize = (0..set.tasks()).map(|task| set.demonstrations(task, Learnt::All)).sum();
    let tests = chosen.iter().flat_map(|task| &task.test).filter(|test| test.output.is_some()).count();
    for (section, field, value) in [
        ("data", "side", side.side()),
        ("data", "augmentations", augmentations as usize),
        ("data", "base_puzzles", demonstrations),
        ("data", "test_puzzles", tests),
        ("model", "num_puzzle_identifiers", set.identifiers()),
    ] {
        if let Some(Value::Object(section)) = recipe.get_mut(section)
            && section.get(field).is_none_or(Value::is_number)
        {
            section.insert(field.into(), value.into());
        }
    }
    recipe.entry("puzzle").or_insert_with(|| side.kind().name().into());
    Ok(chosen)
}

/// The smallest token grid that holds every grid of tasks and the marks of its end, and lets it be moved a little.
fn holding(tasks: &[Task]) -> TokenGrid {
    let sizes = tasks.iter().map(Task::largest);
    let largest = sizes.max_by_key(|size| size.rows().max(size.columns()));
    largest.map_or(TokenGrid::OFFICIAL, |size| TokenGrid::holding(size, ROOM))
}

/// Whether what a recipe says of tasks can be followed.
///
/// # Errors
/// The first field that cannot be.
pub(super) fn check(recipe: &Recipe) -> Result<(), TaskProblem> {
    let (data, kind) = (&recipe.data, recipe.puzzle);
    let wrong = |place: &'static str, value: &dyn ToString, expected: &str| {
        Err(TaskProblem::Field { place, value: value.to_string(), expected: expected.into() })
    };
    let side = TokenGrid::of_kind(kind);
    if !data.is_of_tasks() {
        return match () {
            () if side.is_some() => wrong("puzzle", &kind, "[data] tasks for a token grid"),
            () if data.side > 0 => wrong("[data] side", &data.side, "none without tasks"),
            () if data.augmentations > 0 => wrong("[data] augmentations", &data.augmentations, "none without tasks"),
            () if data.fits > 0 => wrong("[data] fits", &data.fits, "none without tasks"),
            () if data.hold_out != HoldOut::None => wrong("[data] hold_out", &"\"last\"", "none without tasks"),
            () => Ok(()),
        };
    }
    let (ndim, identifiers) = (recipe.model.puzzle_emb_ndim, recipe.model.num_puzzle_identifiers);
    if let Mixer::Conv { size } = recipe.model.mixer {
        let expected = "none: a task's vector stands before the board, where a convolution alone does not reach; \
                        local_conv_size adds one to attention";
        return wrong("[model] conv_size", &size, expected);
    }
    match () {
        () if side.is_none_or(|side| side.side() != data.side) => {
            let own = TokenGrid::new(data.side).map_or_else(String::new, |side| side.kind().name());
            wrong("puzzle", &kind, &format!("{own}, the token grid of the tasks"))
        }
        () if data.augmentations > MOST_AUGMENTATIONS => {
            wrong("[data] augmentations", &data.augmentations, &format!("at most {MOST_AUGMENTATIONS}"))
        }
        () if data.fits > TokenGrid::OFFICIAL.side() => wrong("[data] fits", &data.fits, "at most 30"),
        () if data.file.is_some() => wrong("[data] file", &"there", "none beside tasks"),
        () if !data.boards.is_empty() => wrong("[data] boards", &"there", "none beside tasks"),
        () if !data.mixture.is_empty() => wrong("[data] mixture", &"there", "none beside tasks"),
        () if data.answers != Answers::Given => wrong("[data] answers", &"there", "none beside tasks"),
        () if ndim == 0 => wrong("[model] puzzle_emb_ndim", &ndim, "above 0: tasks are told apart by their vectors"),
        () if identifiers < 2 => {
            wrong("[model] num_puzzle_identifiers", &identifiers, "one for each version of a task")
        }
        () => Ok(()),
    }
}

/// The tasks of a run.
pub(super) struct TaskData {
    set: TaskSet,
    /// Of the tasks in their order.
    ids: Vec<String>,
    /// As a file, which a saved run carries.
    text: String,
    /// Steps in which the last demonstrations are held out.
    held_out_until: u64,
    held_out: Unseen,
    tests: Unseen,
}

impl TaskData {
    /// The tasks that a recipe is about, as one file of them has them.
    ///
    /// # Errors
    /// A text that is no file of tasks; tasks that cannot be learnt, or are not those of the recipe.
    pub fn of_text(recipe: &Recipe, text: String) -> Result<Self, TrainError> {
        let tasks = file::read_all(&[("", &text)]).map_err(|error| TrainError::State(format!("tasks: {error}")))?;
        Self::new(recipe, &tasks, text)
    }

    /// As [`TaskData::of_text`], of tasks.
    ///
    /// # Errors
    /// Tasks that cannot be learnt, or are not those of the recipe.
    pub fn of_tasks(recipe: &Recipe, tasks: &[Task]) -> Result<Self, TrainError> {
        Self::new(recipe, tasks, file::write_all(tasks))
    }

    fn new(recipe: &Recipe, tasks: &[Task], text: String) -> Result<Self, TrainError> {
        let (data, expected) = (&recipe.data, recipe.model.num_puzzle_identifiers);
        let side = TokenGrid::of_kind(recipe.puzzle).unwrap_or(TokenGrid::OFFICIAL);
        let set = TaskSet::new(side, tasks, data.augmentations, data.seed).map_err(TaskProblem::from)?;
        if set.identifiers() != expected {
            return Err(TaskProblem::Identifiers { found: set.identifiers(), expected }.into());
        }
        let held_out_until = match data.hold_out {
            HoldOut::None => 0,
            HoldOut::Last => recipe.training.steps / 2,
        };
        let mut held_out = Unseen::new(recipe.puzzle, Vec::new());
        for Sample { example, identifier } in (0..set.tasks()).filter_map(|task| set.held_out(task)) {
            held_out.push(example, identifier);
        }
        let tests = tests(&set, tasks);
        let ids = tasks.iter().map(|task| task.id.clone()).collect();
        Ok(Self { set, ids, text, held_out_until, held_out, tests })
    }

    /// The tasks in their versions, and their ids.
    pub fn into_set(self) -> (TaskSet, Vec<String>) {
        (self.set, self.ids)
    }
}

impl Source for TaskData {
    fn batch(&self, step: u64, rows: usize) -> Batch {
        let learnt = if step < self.held_out_until { Learnt::AllButLast } else { Learnt::All };
        let samples = self.set.samples(step, rows, learnt);
        Batch::of(self.set.side().kind(), samples.iter().map(Sample::row))
    }

    /// The demonstrations that are held out, and once these are learnt too, the tests whose outputs are known.
    fn unseen(&self, steps_done: u64) -> Vec<&Unseen> {
        let is_held_out = steps_done <= self.held_out_until && !self.held_out.examples.is_empty();
        vec![if self.held_out_until > 0 && is_held_out { &self.held_out } else { &self.tests }]
    }

    /// Demonstrations that are learnt in the end.
    fn base_puzzles(&self) -> usize {
        (0..self.set.tasks()).map(|task| self.set.demonstrations(task, Learnt::All)).sum()
    }

    /// The tasks' ids, each with the identifier of the task as it is.
    fn identifiers(&self) -> Vec<(&str, u32)> {
        self.ids.iter().enumerate().map(|(task, id)| (&id[..], self.set.identifiers_of(task).start)).collect()
    }

    fn tasks(&self) -> Option<&str> {
        Some(&self.text)
    }
}

/// The tests of tasks whose outputs are known and lie within the token grid, each under its task's own identifier.
fn tests(set: &TaskSet, tasks: &[Task]) -> Unseen {
    let mut unseen = Unseen::new(set.side().kind(), Vec::new());
    for (number, task) in tasks.iter().enumerate() {
        for (test, pair) in task.test.iter().enumerate() {
            let question = set.questions(number, test).next();
            let answer = pair.output.as_ref().and_then(|output| set.side().at_origin(output));
            if let Some(((identifier, question), answer)) = question.zip(answer) {
                unseen.push(Example { question, answer }, identifier);
            }
        }
    }
    unseen
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::puzzle::{
        Place,
        arc::{Grid, Pair, codec::PAD},
    };

    const FIELDS: &str = r#"{"name":"a","data":{"tasks":["some"],"seed":1,"augmentations":5},
        "model":{"family":"trm","H_cycles":1,"L_cycles":1,"L_layers":1,"hidden_size":16,"num_heads":2,"puzzle_emb_ndim":16,
        "pos_encodings":"rope_2d"},
        "training":{"batch":8,"steps":40,"seed":1,"evaluate_every":20,"evaluate_on":5}}"#;

    fn fields(from: &str, to: &str) -> Map<String, Value> {
        assert!(FIELDS.contains(from), "{from}");
        serde_json::from_str(&FIELDS.replacen(from, to, 1)).unwrap()
    }

    fn grid(rows: &[&[u8]]) -> Grid {
        Grid::of_rows(rows).unwrap()
    }

    /// Three demonstrations and two tests, of which one has an output.
    fn task(id: &str, colour: u8) -> Task {
        let pair = |n: u8| Pair::new(grid(&[&[colour, n], &[0, colour]]), Some(grid(&[&[n, colour, n]])));
        let test = Pair::new(grid(&[&[colour], &[9]]), Some(grid(&[&[9, 9, 9]])));
        Task::new(id, vec![pair(1), pair(2), pair(3)], vec![test, Pair::new(grid(&[&[5]]), None)])
    }

    #[test]
    fn what_follows_from_the_tasks_is_written_into_the_recipe() {
        let tasks = [task("x", 4), task("y", 5)];
        let (recipe, chosen) = complete(fields("\"seed\":1,", "\"seed\":1.0,"), &tasks).unwrap();
        assert_eq!((chosen.len(), recipe.puzzle.name(), recipe.data.side), (2, "arc-5".into(), 5));
        // Three cells, an end and one cell to move by; two tasks in six versions, and no task.
        assert_eq!((recipe.model.seq_len, recipe.model.vocab_size, recipe.model.num_puzzle_identifiers), (25, 12, 13));
        assert_eq!((recipe.data.base_puzzles, recipe.data.test_puzzles, recipe.data.is_fresh()), (6, 2, false));
        let text = serde_json::to_string(&recipe).unwrap();
        assert_eq!(serde_json::from_str::<Recipe>(&text).unwrap(), recipe, "it is read back from a saved run");
        let (default, _) = complete(fields(",\"augmentations\":5", ""), &tasks).unwrap();
        assert_eq!(default.data.augmentations, 300);
        let (larger, _) = complete(fields("\"seed\":1,", "\"seed\":1,\"side\":7,"), &tasks).unwrap();
        assert_eq!((larger.puzzle.name(), larger.data.side), ("arc-7".into(), 7));
        let mut large = task("z", 3);
        large.test[0].output = Some(Grid::black(crate::puzzle::Size::new(2, 9)));
        let three = [tasks[0].clone(), large, tasks[1].clone()];
        let (_, chosen) = complete(fields("\"seed\":1,", "\"seed\":1,\"fits\":3,"), &three).unwrap();
        assert_eq!(chosen, tasks, "all grids of a task are within");
    }

    #[test]
    fn what_cannot_be_learnt_is_told_by_field() {
        let tasks = [task("x", 4)];
        let said = |from: &str, to: &str| complete(fields(from, to), &tasks).unwrap_err().to_string();
        let data = |field: &str| said("\"seed\":1,\"aug", &format!("\"seed\":1,{field},\"aug"));
        assert_eq!(data("\"base_puzzles\":3"), "[data] base_puzzles is 3; expected none: it follows from the tasks");
        assert_eq!(
            data("\"side\":31"),
            "[data] side is 31, expected 1 to 30, or none for the smallest token grid that holds the tasks"
        );
        assert!(data("\"side\":2").starts_with("[data] tasks: task x, train pair 1, output: the grid has 1x3 cells"));
        assert_eq!(data("\"fits\":1"), "[data] fits is 1: none of the 1 tasks lies within 1x1");
        assert_eq!(data("\"file\":\"a.csv\""), "[data] file is there, expected none beside tasks");
        assert!(data("\"side\":\"ten\"").starts_with("[data] side is \"ten\"; expected a whole number"));
        assert!(data("\"hold_out\":\"first\"").starts_with("[data] hold_out is \"first\"; expected"));
        assert!(said("\"name\"", "\"puzzle\":\"arc-9\",\"name\"").starts_with("puzzle is arc-9, expected arc-5"));
        assert!(
            said("\"puzzle_emb_ndim\":16,", "").starts_with("[model] puzzle_emb_ndim is 0, expected above 0: tasks")
        );
        let conv = said("\"num_heads\":2,", "\"num_heads\":2,\"conv_size\":3,");
        assert!(conv.starts_with("[model] conv_size is 3, expected none: a task's vector stands before"), "{conv}");
        assert!(complete(fields("\"a\"", "\"b\""), &[]).unwrap_err().to_string().contains("found no task"));
        // Without tasks none of their fields is taken.
        let puzzles = |data: &str, kind: &str| {
            let text = FIELDS.replace("\"tasks\":[\"some\"],", data).replace("\"name\"", kind);
            serde_json::from_str::<Recipe>(&text).unwrap_err().to_string()
        };
        let board = "\"puzzle\":\"sudoku-4x4\",\"name\"";
        let count = "\"base_puzzles\":1,\"test_puzzles\":1,";
        assert!(puzzles(count, board).contains("[data] augmentations is 5, expected none without tasks"));
        let token_grid = "\"puzzle\":\"arc-5\",\"name\"";
        assert!(puzzles(count, token_grid).contains("puzzle is arc-5, expected [data] tasks for a token grid"));
    }

    /// The input and the output that a row of a batch holds, undone.
    fn undone(data: &TaskData, batch: &Batch, row: usize) -> (usize, [Grid; 2]) {
        let (side, set) = (data.set.side().side(), &data.set);
        let version = set.version(batch.ids[row]).expect("an identifier that there is");
        let cells = row * side * side..(row + 1) * side * side;
        let input: Vec<u8> = batch.tokens[cells.clone()].iter().map(|&token| token as u8).collect();
        // What is not learnt is padding.
        let output: Vec<u8> = batch.labels[cells].iter().map(|&label| label.max(0) as u8).collect();
        let first = Place::of(input.iter().position(|token| *token > 1).unwrap(), side);
        let grids = [input, output].map(|tokens| {
            let moved = |at: usize| {
                let (row, column) = (Place::of(at, side).row + first.row, Place::of(at, side).column + first.column);
                if row < side && column < side { tokens[row * side + column] } else { PAD }
            };
            let moved: Vec<u8> = (0..side * side).map(moved).collect();
            version.augmentation.undo(&set.side().decode(&moved).unwrap())
        });
        (version.task, grids)
    }

    /// The tasks of `recipes/arc-small.toml` with its settings.
    fn arc_small() -> (Recipe, Vec<Task>) {
        let mut tasks = Vec::new();
        for name in ["arc-agi-1-training.json", "arc-agi-1-evaluation.json"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/tasks").join(name);
            let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            tasks.extend(file::read_all(&[(name, &text)]).unwrap());
        }
        // Fewer versions than there: they say nothing else.
        let data = "\"seed\":1,\"fits\":10,\"side\":12,\"augmentations\":20";
        complete(fields("\"seed\":1,\"augmentations\":5", data), &tasks).unwrap()
    }

    #[test]
    fn no_output_of_a_test_is_ever_learnt() {
        let (recipe, tasks) = arc_small();
        assert_eq!(tasks.len(), 178 + 77);
        let data = TaskData::of_tasks(&recipe, &tasks).unwrap();
        // Every row is a demonstration of its version's task,
        let mut seen = std::collections::HashSet::new();
        for step in 0..100 {
            let batch = data.batch(step, 32);
            for row in 0..32 {
                let (task, [input, output]) = undone(&data, &batch, row);
                let number = tasks[task]
                    .train
                    .iter()
                    .position(|pair| pair.input == input && pair.output.as_ref() == Some(&output));
                seen.insert((task, number.expect("a demonstration")));
            }
        }
        assert!(seen.len() > 600, "{} of the demonstrations came up", seen.len());
        // and without those outputs, or with other ones, every bit of the batches is the same.
        let mut without = tasks.clone();
        without.iter_mut().flat_map(|task| &mut task.test).for_each(|test| test.output = None);
        let mut other = tasks.clone();
        for test in other.iter_mut().flat_map(|task| &mut task.test) {
            test.output = Some(Grid::filled(crate::puzzle::Size::new(1, 2), 7));
        }
        for changed in [without, other] {
            let blind = TaskData::of_tasks(&recipe, &changed).unwrap();
            assert!((0..100).all(|step| blind.batch(step, 32) == data.batch(step, 32)));
        }
    }

    #[test]
    fn the_last_demonstrations_are_held_out_and_asked_in_the_first_half() {
        let tasks = [task("x", 4), task("y", 5)];
        let (recipe, _) = complete(fields("\"seed\":1,", "\"seed\":1,\"hold_out\":\"last\","), &tasks).unwrap();
        let data = TaskData::of_tasks(&recipe, &tasks).unwrap();
        let last_ones = |step: u64| {
            let batch = data.batch(step, 8);
            let is_last = |row: &usize| {
                let (task, [input, _]) = undone(&data, &batch, *row);
                input == tasks[task].train[2].input
            };
            (0..8).filter(is_last).count()
        };
        assert_eq!((0..20).map(last_ones).sum::<usize>(), 0);
        assert!((20..40).map(last_ones).sum::<usize>() > 20);
        let asked = |step| data.unseen(step)[0].clone();
        // The last step that leaves them out is the 20th.
        for step in [0, 19, 20] {
            assert_eq!(asked(step).ids, [1, 7]);
            assert_eq!(asked(step).examples[0].question, recipe.puzzle.encode("43\n04").unwrap());
        }
        assert_eq!(asked(21).ids, [1, 7]);
        let test =
            Example { question: recipe.puzzle.encode("4\n9").unwrap(), answer: recipe.puzzle.encode("999").unwrap() };
        assert_eq!(asked(21).examples[0], test);
        assert_eq!(TaskData::of_text(&recipe, data.text.clone()).unwrap().batch(3, 8), data.batch(3, 8));
        let error = TaskData::of_tasks(&recipe, &tasks[..1]).map(|_| ()).unwrap_err().to_string();
        assert_eq!(error, "its tasks come to 7 identifiers, and its recipe to 13");
    }
}
