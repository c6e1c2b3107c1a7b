//! The library of tasks: the collections that come with the page, and searching among tasks.

use std::cmp::Ordering;

use super::Task;
use crate::puzzle::Size;

/// A collection that comes with the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collection {
    /// Its name in links: `arc-agi-1-training`.
    pub name: &'static str,
    /// Its name as a heading.
    pub title: &'static str,
    /// Its file under `tasks/`: `{id: task}`, read with [`super::file::Bundle`], or at once with [`super::file::read_all`].
    pub file: &'static str,
    /// How many tasks it has.
    pub tasks: usize,
    /// The licence's SPDX name; its text is beside the file.
    pub licence: &'static str,
    /// XXH3 of the file, 128 bits: the version that it is.
    pub hash: &'static str,
}

/// Every collection that comes with the page.
pub const COLLECTIONS: [Collection; 3] = [
    Collection {
        name: "arc-agi-1-training",
        title: "ARC-AGI-1, training",
        file: "arc-agi-1-training.json",
        tasks: 400,
        licence: "Apache-2.0",
        hash: "86793b84644c87778e5b341598122cb7",
    },
    Collection {
        name: "arc-agi-1-evaluation",
        title: "ARC-AGI-1, evaluation",
        file: "arc-agi-1-evaluation.json",
        tasks: 400,
        licence: "Apache-2.0",
        hash: "a37e3c9754d1b210e6bc6df3115ddb67",
    },
    Collection {
        name: "mini-arc",
        title: "Mini-ARC",
        file: "mini-arc.json",
        tasks: 149,
        licence: "Apache-2.0",
        hash: "46c2f2f6668734a81d5d60ca8a8da5b9",
    },
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
    /// Anything else, and tasks without outputs to judge by.
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
        Self {
            text: format!("{}\n{}", task.id, task.title().unwrap_or_default()).to_lowercase(),
            largest: task.largest(),
            change: ShapeChange::of(task),
            colours: task.colours(),
            pairs: task.train.len(),
            tests: task.test.len(),
        }
    }

    /// Whether the task has what is asked.
    pub fn meets(&self, filter: &Filter) -> bool {
        self.text.contains(&filter.text.trim().to_lowercase())
            && filter.within.is_none_or(|size| size.holds(self.largest))
            && filter.change.is_none_or(|change| change == self.change)
            && self.colours & filter.with_colours == filter.with_colours
            && self.colours & filter.without_colours == 0
            && filter.pairs.is_none_or(|(least, most)| (least..=most).contains(&self.pairs))
    }
}

/// The numbers of the entries that meet a filter, in their order.
pub fn find(entries: &[Entry], filter: &Filter) -> Vec<usize> {
    (0..entries.len()).filter(|&number| entries[number].meets(filter)).collect()
}

impl ShapeChange {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Same, Self::Smaller, Self::Larger, Self::Mixed];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Same => "same size",
            Self::Smaller => "smaller output",
            Self::Larger => "larger output",
            Self::Mixed => "mixed",
        }
    }

    /// That of a task: of its demonstrations, as far as they have outputs.
    pub fn of(task: &Task) -> Self {
        let mut changes = task.train.iter().filter_map(|pair| {
            let (before, after) = (pair.input.size(), pair.output.as_ref()?.size());
            Some(match after.cells().cmp(&before.cells()) {
                _ if after == before => Self::Same,
                Ordering::Less => Self::Smaller,
                Ordering::Greater => Self::Larger,
                Ordering::Equal => Self::Mixed,
            })
        });
        let first = changes.next().unwrap_or(Self::Mixed);
        if changes.all(|change| change == first) { first } else { Self::Mixed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::arc::{Grid, Pair};

    fn sized(rows: usize, columns: usize, colour: u8) -> Grid {
        Grid::filled(Size::new(rows, columns), colour)
    }

    fn task(id: &str, shapes: &[[usize; 4]]) -> Task {
        let pair = |&[rows, columns, to_rows, to_columns]: &[usize; 4]| {
            Pair::new(sized(rows, columns, 1), Some(sized(to_rows, to_columns, 2)))
        };
        Task::new(id, shapes.iter().map(pair).collect(), vec![Pair::new(sized(2, 2, 3), None)])
    }

    #[test]
    fn the_change_of_shape_is_that_of_every_demonstration() {
        let change = |shapes: &[[usize; 4]]| ShapeChange::of(&task("", shapes));
        assert_eq!(change(&[[2, 3, 2, 3], [4, 4, 4, 4]]), ShapeChange::Same);
        assert_eq!(change(&[[3, 3, 1, 1], [4, 4, 2, 6]]), ShapeChange::Smaller);
        assert_eq!(change(&[[3, 3, 9, 9]]), ShapeChange::Larger);
        assert_eq!(change(&[[3, 3, 9, 9], [3, 3, 3, 3]]), ShapeChange::Mixed);
        // As many cells in another shape; nothing to judge by.
        assert_eq!(change(&[[2, 3, 3, 2]]), ShapeChange::Mixed);
        assert_eq!(change(&[]), ShapeChange::Mixed);
    }

    #[test]
    fn tasks_are_found_by_what_is_asked() {
        let mut tasks = [
            task("00d62c1b", &[[2, 2, 2, 2]; 3]),
            task("Bouncing_Ball", &[[5, 7, 1, 1]; 2]),
            task("", &[[9, 4, 9, 9]]),
        ];
        tasks[2].extra = vec![crate::puzzle::arc::Extra { name: "name".into(), json: "\"Ball game\"".into() }];
        tasks[2].train[0].input = sized(9, 4, 7);
        let entries: Vec<Entry> = tasks.iter().map(Entry::of).collect();
        let found = |filter: Filter| find(&entries, &filter);
        assert_eq!(found(Filter::default()), [0, 1, 2]);
        let text = |text: &str| Filter { text: text.into(), ..Filter::default() };
        assert_eq!(found(text("D62")), [0]);
        assert_eq!(found(text(" ball ")), [1, 2]);
        assert!(found(text("none")).is_empty());
        let within = |size| Filter { within: Some(size), ..Filter::default() };
        assert_eq!(found(within(Size::new(5, 7))), [0, 1]);
        assert_eq!(found(within(Size::new(5, 6))), [0]);
        assert_eq!(found(Filter { change: Some(ShapeChange::Smaller), ..Filter::default() }), [1]);
        assert_eq!(found(Filter { with_colours: 1 << 1 | 1 << 2, ..Filter::default() }), [0, 1]);
        assert_eq!(found(Filter { without_colours: 1 << 7, ..Filter::default() }), [0, 1]);
        assert_eq!(found(Filter { pairs: Some((2, 3)), ..Filter::default() }), [0, 1]);
        assert_eq!(found(Filter { pairs: Some((1, 1)), text: "a".into(), ..Filter::default() }), [2]);
    }
}
