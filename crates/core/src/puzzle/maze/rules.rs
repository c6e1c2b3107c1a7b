//! What a maze breaks, and whether an answer is a shortest path through it.

use super::{
    grid::{Cell, Grid},
    search::Distances,
};
use crate::puzzle::{Place, RuleFault, Size};

/// What is wrong with a maze or with an answer to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is no start, or no goal.
    #[error("the maze has no {}, expected one", symbol(*.cell))]
    Missing {
        /// [`Cell::Start`] or [`Cell::Goal`].
        cell: Cell,
    },
    /// There are several starts or goals.
    #[error("the maze has {} {}, expected one: the second stands at {second}", .cells.len(), symbol(*.cell))]
    Several {
        /// [`Cell::Start`] or [`Cell::Goal`].
        cell: Cell,
        /// All of them.
        cells: Vec<usize>,
        /// Where the second one is.
        second: Place,
    },
    /// The border has openings.
    #[error("the border is open at {first} ({} openings), expected walls all around", .cells.len())]
    OpenBorder {
        /// Every opening.
        cells: Vec<usize>,
        /// Where the first one is.
        first: Place,
    },
    /// A question that holds marks of a path, or padding.
    #[error("{place}: found {}, expected a wall, an open cell, S or G", symbol(*.found))]
    NoQuestion {
        /// The cell.
        cell: usize,
        /// Where it is.
        place: Place,
        /// What it holds.
        found: Cell,
    },
    /// No path leads from start to goal.
    #[error("no path leads from S to G")]
    Unreachable,
    /// The sizes differ.
    #[error("the answer has {}", other_side(*.maze, *.answer))]
    Size {
        /// Rows and columns of the maze.
        maze: Size,
        /// Rows and columns of the answer.
        answer: Size,
    },
    /// The answer changes the maze.
    #[error("{place}: the maze has {}, the answer {}", symbol(*.maze), symbol(*.answer))]
    Changed {
        /// The cell.
        cell: usize,
        /// Where it is.
        place: Place,
        /// What the maze has there.
        maze: Cell,
        /// What the answer has there.
        answer: Cell,
    },
    /// The marks do not join start and goal.
    #[error("the path breaks off at {place}, {steps} steps from S")]
    Broken {
        /// The last cell that is reached.
        cell: usize,
        /// Where it is.
        place: Place,
        /// Steps from the start to it.
        steps: u32,
    },
    /// There are marks beside the path.
    #[error("{} marked cells lie off the path, the first at {first}", .cells.len())]
    Stray {
        /// All of them.
        cells: Vec<usize>,
        /// Where the first one is.
        first: Place,
    },
    /// The path is not a shortest one.
    #[error("the path takes {steps} steps, a shortest one takes {shortest}")]
    Detour {
        /// Every mark of the path.
        cells: Vec<usize>,
        /// Steps of the answer.
        steps: u32,
        /// Steps that breadth-first search finds.
        shortest: u32,
    },
}

impl RuleFault for Fault {
    fn cells(&self) -> Vec<usize> {
        match self {
            Self::Missing { .. } | Self::Unreachable | Self::Size { .. } => Vec::new(),
            Self::NoQuestion { cell, .. } | Self::Changed { cell, .. } | Self::Broken { cell, .. } => vec![*cell],
            Self::Several { cells, .. }
            | Self::OpenBorder { cells, .. }
            | Self::Stray { cells, .. }
            | Self::Detour { cells, .. } => cells.clone(),
        }
    }
}

impl From<Fault> for crate::puzzle::Fault {
    fn from(fault: Fault) -> Self {
        Self::of_rule(fault)
    }
}

/// In what two sizes differ.
fn other_side(maze: Size, answer: Size) -> String {
    if maze.rows() == answer.rows() {
        format!("{} columns, the maze {}", answer.columns(), maze.columns())
    } else {
        format!("{} rows, the maze {}", answer.rows(), maze.rows())
    }
}

fn symbol(cell: Cell) -> &'static str {
    match cell {
        Cell::Pad => "no cell",
        Cell::Wall => "a wall",
        Cell::Open => "an open cell",
        Cell::Start => "S",
        Cell::Goal => "G",
        Cell::Path => "a mark (o)",
    }
}

/// Everything that is wrong with a maze as a question.
pub fn faults(maze: &Grid) -> Vec<Fault> {
    let size = maze.size();
    let columns = size.columns();
    let cells = maze.cells();
    let mut found = Vec::new();
    for cell in [Cell::Start, Cell::Goal] {
        match maze.places_of(cell).as_slice() {
            [] => found.push(Fault::Missing { cell }),
            [_] => {}
            places @ [_, second, ..] => {
                found.push(Fault::Several { cell, cells: places.to_vec(), second: Place::of(*second, columns) });
            }
        }
    }
    let on_border = |cell: &usize| {
        let Place { row, column } = Place::of(*cell, columns);
        row == 0 || column == 0 || row + 1 == size.rows() || column + 1 == columns
    };
    let openings: Vec<usize> = (0..cells.len()).filter(on_border).filter(|&cell| cells[cell].is_open()).collect();
    if let Some(&first) = openings.first() {
        found.push(Fault::OpenBorder { first: Place::of(first, columns), cells: openings });
    }
    let foreign = |cell: &usize| matches!(cells[*cell], Cell::Pad | Cell::Path);
    found.extend((0..cells.len()).find(foreign).map(|cell| Fault::NoQuestion {
        cell,
        place: Place::of(cell, columns),
        found: cells[cell],
    }));
    if let ([start], [goal]) = (maze.places_of(Cell::Start).as_slice(), maze.places_of(Cell::Goal).as_slice())
        && Distances::from(maze, *start).steps_to(*goal).is_none()
    {
        found.push(Fault::Unreachable);
    }
    found
}

/// Whether the answer is the maze with a shortest path from start to goal marked. The error is the first of: no
/// such path exists, the maze was changed, the path breaks off, other cells are marked, the path is a detour.
pub fn check_answer(maze: &Grid, answer: &Grid) -> Result<(), Fault> {
    let columns = maze.size().columns();
    if maze.size() != answer.size() {
        return Err(Fault::Size { maze: maze.size(), answer: answer.size() });
    }
    let only = |cell| maze.places_of(cell).first().copied().ok_or(Fault::Missing { cell });
    let (start, goal) = (only(Cell::Start)?, only(Cell::Goal)?);
    let shortest = Distances::from(maze, start).steps_to(goal).ok_or(Fault::Unreachable)?;

    let pairs = maze.cells().iter().zip(answer.cells());
    let is_change = |maze: Cell, answer: Cell| maze != answer && (maze, answer) != (Cell::Open, Cell::Path);
    if let Some((cell, (&maze, &answer))) = pairs.enumerate().find(|(_, (maze, answer))| is_change(**maze, **answer)) {
        return Err(Fault::Changed { cell, place: Place::of(cell, columns), maze, answer });
    }

    let marked = Distances::within(answer, start, |cell| cell.is_open() && cell != Cell::Open);
    let Some(path) = marked.path_to(goal) else {
        let cell = marked.farthest();
        let steps = marked.steps_to(cell).unwrap_or(0);
        return Err(Fault::Broken { cell, place: Place::of(cell, columns), steps });
    };
    let marks = answer.places_of(Cell::Path);
    let stray: Vec<usize> = marks.iter().copied().filter(|cell| !path.contains(cell)).collect();
    if let Some(&first) = stray.first() {
        return Err(Fault::Stray { first: Place::of(first, columns), cells: stray });
    }
    let steps = path.len() as u32 - 1;
    if steps > shortest { Err(Fault::Detour { cells: marks, steps, shortest }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(text: &str) -> Grid {
        Grid::parse(text).unwrap()
    }

    fn words(faults: &[Fault]) -> Vec<String> {
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn questions_are_judged() {
        assert_eq!(faults(&grid("#####\n#S  #\n# # #\n#  G#\n#####")), []);
        assert_eq!(
            words(&faults(&grid("#####\n# o #\n# # #\n#   #\n#####"))),
            [
                "the maze has no S, expected one",
                "the maze has no G, expected one",
                "row 2, column 3: found a mark (o), expected a wall, an open cell, S or G"
            ]
        );
        assert_eq!(
            words(&faults(&grid("## ##\n#S# #\n###  \n#S G#\n#####"))),
            [
                "the maze has 2 S, expected one: the second stands at row 4, column 2",
                "the border is open at row 1, column 3 (2 openings), expected walls all around"
            ]
        );
        let unreachable = faults(&grid("#####\n#S# #\n### #\n#  G#\n#####"));
        assert_eq!(words(&unreachable), ["no path leads from S to G"]);
    }

    #[test]
    fn answers_are_judged_by_rule() {
        let maze = grid("######\n#S   #\n# ## #\n#    #\n#G## #\n######");
        let verdict = |text: &str| check_answer(&maze, &grid(text)).map_err(|fault| fault.to_string());
        assert_eq!(verdict("######\n#S   #\n#o## #\n#o   #\n#G## #\n######"), Ok(()));
        let refusals = [
            ("######\n#Sooo#\n# ##o#\n#oooo#\n#G## #\n######", "the path takes 9 steps, a shortest one takes 3"),
            (
                "######\n#S   #\n#o## #\n#    #\n#G## #\n######",
                "the path breaks off at row 3, column 2, 1 steps from S",
            ),
            (
                "######\n#S   #\n# ## #\n#    #\n#G## #\n######",
                "the path breaks off at row 2, column 2, 0 steps from S",
            ),
            (
                "######\n#S  o#\n#o## #\n#oo  #\n#G## #\n######",
                "2 marked cells lie off the path, the first at row 2, column 5",
            ),
            (
                "######\n#S   #\n#o#o #\n#o   #\n#G## #\n######",
                "row 3, column 4: the maze has a wall, the answer a mark (o)",
            ),
            (
                "######\n#o   #\n#o## #\n#o   #\n#G## #\n######",
                "row 2, column 2: the maze has S, the answer a mark (o)",
            ),
            ("#####\n#S G#\n#####\n#####\n#####", "the answer has 5 rows, the maze 6"),
        ];
        for (answer, words) in refusals {
            assert_eq!(verdict(answer), Err(words.into()));
        }
        let detour = grid("######\n#Sooo#\n# ##o#\n#oooo#\n#G## #\n######");
        let marked = check_answer(&maze, &detour).map_err(|fault| fault.cells());
        assert_eq!(marked, Err(vec![8, 9, 10, 16, 19, 20, 21, 22]));
        let closed = grid("#####\n#S#G#\n#####\n#####\n#####");
        assert_eq!(check_answer(&closed, &closed), Err(Fault::Unreachable));
    }
}
