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
    /// No path leads from start to goal, and the answer marks cells.
    #[error("there is no path from S to G; the model drew one, through {} cells", .cells.len())]
    Invented {
        /// The marks.
        cells: Vec<usize>,
    },
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
            | Self::Invented { cells }
            | Self::Stray { cells, .. }
            | Self::Detour { cells, .. } => cells.clone(),
        }
    }

    fn is_of_form(&self) -> bool {
        !matches!(self, Self::Unreachable | Self::OpenBorder { .. })
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

/// The one place of a start or a goal.
fn only(maze: &Grid, cell: Cell) -> Result<usize, Fault> {
    match maze.places_of(cell).as_slice() {
        [] => Err(Fault::Missing { cell }),
        [place] => Ok(*place),
        places @ [_, second, ..] => {
            let second = Place::of(*second, maze.size().columns());
            Err(Fault::Several { cell, cells: places.to_vec(), second })
        }
    }
}

/// Everything that is wrong with a maze as a question.
pub fn faults(maze: &Grid) -> Vec<Fault> {
    let size = maze.size();
    let columns = size.columns();
    let cells = maze.cells();
    let mut found = Vec::new();
    found.extend([Cell::Start, Cell::Goal].into_iter().filter_map(|cell| only(maze, cell).err()));
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
/// such path exists (whether or not the answer marks one), the maze was changed, the path breaks off, other cells are marked, the path is a detour.
pub fn check_answer(maze: &Grid, answer: &Grid) -> Result<(), Fault> {
    if maze.size() != answer.size() {
        return Err(Fault::Size { maze: maze.size(), answer: answer.size() });
    }
    let (start, goal) = (only(maze, Cell::Start)?, only(maze, Cell::Goal)?);
    let Some(shortest) = Distances::from(maze, start).steps_to(goal) else {
        let cells = answer.places_of(Cell::Path);
        return Err(if cells.is_empty() { Fault::Unreachable } else { Fault::Invented { cells } });
    };
    let path = marked_path(maze, answer)?;
    let steps = path.len() as u32 - 1;
    if steps > shortest { Err(Fault::Detour { cells: answer.places_of(Cell::Path), steps, shortest }) } else { Ok(()) }
}

/// The path that the answer marks in the maze, from S to G, whether or not it is a shortest one; nothing is searched for but
/// among the marks.
///
/// # Errors
/// The first of: the maze was changed, the path breaks off, other cells are marked.
pub fn marked_path(maze: &Grid, answer: &Grid) -> Result<Vec<usize>, Fault> {
    let columns = maze.size().columns();
    if maze.size() != answer.size() {
        return Err(Fault::Size { maze: maze.size(), answer: answer.size() });
    }
    let (start, goal) = (only(maze, Cell::Start)?, only(maze, Cell::Goal)?);
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
    Ok(path)
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
        // A path it is all the same.
        assert_eq!(marked_path(&maze, &detour).map(|path| path.len()), Ok(10));
        let closed = grid("#####\n#S#G#\n#####\n#####\n#####");
        assert_eq!(check_answer(&closed, &closed), Err(Fault::Unreachable));
    }

    #[test]
    fn odd_boards_are_questions_and_their_answers_are_judged() {
        let said = |text: &str| {
            let found = faults(&grid(text));
            let words: Vec<String> = found.iter().map(ToString::to_string).collect();
            (words.join("; "), found.iter().any(RuleFault::is_of_form))
        };
        let verdict =
            |maze: &str, answer: &str| check_answer(&grid(maze), &grid(answer)).map_err(|fault| fault.to_string());

        // S beside G, with and without other open cells: nothing is to be marked.
        let beside = "#####\n#SG #\n#   #\n#   #\n#####";
        let alone = "#####\n#SG##\n#####\n#####\n#####";
        for maze in [beside, alone] {
            assert_eq!(said(maze), (String::new(), false));
            assert_eq!(verdict(maze, maze), Ok(()));
        }
        let around = "#####\n#SG #\n#oo #\n#   #\n#####";
        assert_eq!(
            verdict(beside, around),
            Err("2 marked cells lie off the path, the first at row 3, column 2".into())
        );

        // No way out of S, and a model that draws one all the same.
        let walled = "#####\n#S# #\n### #\n#  G#\n#####";
        assert_eq!(said(walled), ("no path leads from S to G".into(), false));
        assert_eq!(verdict(walled, walled), Err("no path leads from S to G".into()));
        let drawn = verdict(walled, "#####\n#S#o#\n###o#\n#ooG#\n#####");
        assert_eq!(drawn, Err("there is no path from S to G; the model drew one, through 4 cells".into()));

        // An entrance: odd, but a path is a path; it does not lead around the outside.
        let open = "#S###\n# # #\n#   #\n### #\n###G#";
        assert_eq!(
            said(open),
            ("the border is open at row 1, column 2 (2 openings), expected walls all around".into(), false)
        );
        assert_eq!(verdict(open, "#S###\n#o# #\n#ooo#\n###o#\n###G#"), Ok(()));

        // Several starts are no question, and no answer to them is right.
        let several = "#####\n#S S#\n#   #\n#  G#\n#####";
        let words = "the maze has 2 S, expected one: the second stands at row 2, column 4";
        assert_eq!(said(several), (words.into(), true));
        assert_eq!(verdict(several, several), Err(words.into()));
        assert!(said("#####\n#S  #\n#   #\n#   #\n#####").1);

        // A corridor of 5x30.
        let wall = "#".repeat(30);
        let corridor = |fill: &str| format!("{wall}\n{wall}\n#S{}G#\n{wall}\n{wall}", fill.repeat(26));
        assert_eq!(said(&corridor(" ")), (String::new(), false));
        assert_eq!(verdict(&corridor(" "), &corridor("o")), Ok(()));
        assert_eq!(
            verdict(&corridor(" "), &corridor(" ")),
            Err("the path breaks off at row 3, column 2, 0 steps from S".into())
        );
    }
}
