//! A task: demonstration pairs and test inputs.

use std::fmt;

use super::Grid;
use crate::puzzle::Size;

/// A field of a task or pair that this program does not use: it is kept, and written again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    /// The field's name.
    pub name: String,
    /// Its value as JSON.
    pub json: String,
}

/// An input and its output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// What is given.
    pub input: Grid,
    /// What it becomes. A test's is often not known.
    pub output: Option<Grid>,
    /// Other fields, as JSON.
    pub extra: Vec<Extra>,
}

impl Pair {
    /// A pair without other fields.
    pub fn new(input: Grid, output: Option<Grid>) -> Self {
        Self { input, output, extra: Vec::new() }
    }

    /// The input, then the output where there is one.
    pub fn grids(&self) -> impl Iterator<Item = &Grid> {
        std::iter::once(&self.input).chain(&self.output)
    }
}

/// Which pairs of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The demonstrations.
    Train,
    /// What is asked.
    Test,
}

/// Prints as in files: `train`, `test`.
impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Train => "train",
            Self::Test => "test",
        })
    }
}

/// Demonstrations of a rule, and inputs to apply it to.
///
/// Two tasks are equal where their ids, pairs and other fields are; the text that they were read from does not count.
#[derive(Clone, Debug, Default)]
pub struct Task {
    /// What it is called: the name of its file without `.json`, or its key in a file of many; empty where nobody named it.
    /// A file of one task does not hold it.
    pub id: String,
    /// The demonstrations.
    pub train: Vec<Pair>,
    /// What is asked.
    pub test: Vec<Pair>,
    /// Other fields (`name`, `id`, `uuid` and the like), as JSON, in their order.
    pub extra: Vec<Extra>,
    /// The text that it was read from.
    pub(super) source: Option<Box<str>>,
}

impl PartialEq for Task {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.has_content_of(other)
    }
}

impl Eq for Task {}

impl Task {
    /// The most demonstrations, and the most tests, that are read.
    pub const MOST_PAIRS: usize = 100;

    /// A task of given pairs, without other fields.
    pub fn new(id: impl Into<String>, train: Vec<Pair>, test: Vec<Pair>) -> Self {
        Self { id: id.into(), train, test, ..Self::default() }
    }

    /// The text of a field of a name, where it has one: of `name`, `id`, `uuid`. A number counts as its digits.
    pub fn field(&self, name: &str) -> Option<String> {
        let json = &self.extra.iter().find(|extra| extra.name == name)?.json;
        serde_json::from_str::<String>(json)
            .ok()
            .or_else(|| serde_json::from_str::<u64>(json).ok().map(|n| n.to_string()))
    }

    /// What it is shown as: its field `name`, else its id, else its field `id` or `uuid`.
    pub fn title(&self) -> Option<String> {
        let id = Some(self.id.clone()).filter(|id| !id.is_empty());
        self.field("name").or(id).or_else(|| self.field("id")).or_else(|| self.field("uuid"))
    }

    /// The pairs of a side.
    pub fn pairs(&self, side: Side) -> &[Pair] {
        match side {
            Side::Train => &self.train,
            Side::Test => &self.test,
        }
    }

    /// Every grid: demonstrations, then tests, each input before its output.
    pub fn grids(&self) -> impl Iterator<Item = &Grid> {
        self.train.iter().chain(&self.test).flat_map(Pair::grids)
    }

    /// The most rows and the most columns of its grids.
    pub fn largest(&self) -> Size {
        let most = |side: fn(&Grid) -> usize| self.grids().map(side).max().unwrap_or(1);
        Size::new(most(Grid::rows), most(Grid::columns))
    }

    /// The colours that occur, as bits: bit c for colour c.
    pub fn colours(&self) -> u16 {
        self.grids().fold(0, |found, grid| found | grid.colours())
    }

    /// Whether pairs and other fields are the same.
    pub fn has_content_of(&self, other: &Self) -> bool {
        self.train == other.train && self.test == other.test && self.extra == other.extra
    }
}
