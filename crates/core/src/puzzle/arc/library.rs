//! The library of tasks: the collections that come with the page, and searching among tasks.

use super::Task;
use crate::puzzle::Size;

/// A collection that comes with the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collection {
    /// Its name in links: `arc-agi-1-training`.
    pub name: &'static str,
    /// Its name as a heading.
    pub title: &'static str,
    /// Its file under `tasks/`: `{id: task}`, read with [`super::file::read_all`].
    pub file: &'static str,
    /// How many tasks it has.
    pub tasks: usize,
    /// The licence's SPDX name.
    pub licence: &'static str,
}

/// Every collection that comes with the page.
pub const COLLECTIONS: [Collection; 3] = [
    Collection {
        name: "arc-agi-1-training",
        title: "ARC-AGI-1, training",
        file: "arc-agi-1-training.json",
        tasks: 400,
        licence: "Apache-2.0",
    },
    Collection {
        name: "arc-agi-1-evaluation",
        title: "ARC-AGI-1, evaluation",
        file: "arc-agi-1-evaluation.json",
        tasks: 400,
        licence: "Apache-2.0",
    },
    Collection { name: "mini-arc", title: "Mini-ARC", file: "mini-arc.json", tasks: 149, licence: "Apache-2.0" },
];

/// How the sizes of a task's outputs stand to those of their inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShapeChange {
    /// Every output has its input's size.
    Same,
    /// Every output has fewer cells than its input.
    Smaller,
    /// Every output has more cells than its input.
    Larger,
    /// Anything else.
    Mixed,
}

/// What is asked of a task; what is not set holds for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Occurs in the id or title, in whatever case.
    pub text: String,
    /// Every grid lies within this.
    pub within: Option<Size>,
    /// How the shape changes.
    pub change: Option<ShapeChange>,
    /// Colours that occur, as bits: bit c for colour c.
    pub with_colours: u16,
    /// Colours that do not occur, as bits.
    pub without_colours: u16,
    /// The least and the greatest number of demonstrations.
    pub pairs: Option<(usize, usize)>,
}

/// What is known of a task without looking at its grids again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The task's id and title, in lower case.
    pub text: String,
    /// The most rows and the most columns of its grids.
    pub largest: Size,
    /// How the shape changes.
    pub change: ShapeChange,
    /// The colours that occur, as bits.
    pub colours: u16,
    /// Demonstrations.
    pub pairs: usize,
    /// Tests.
    pub tests: usize,
}

impl Entry {
    /// The entry of a task.
    pub fn of(task: &Task) -> Self {
        let _ = task;
        todo!()
    }

    /// Whether the task has what is asked.
    pub fn meets(&self, filter: &Filter) -> bool {
        let _ = filter;
        todo!()
    }
}
