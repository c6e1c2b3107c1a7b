//! What drawing in a cell does to a board.

use hrm_core::puzzle::{Kind, maze::Cell, sudoku::BLANK_TOKEN};

/// What a stroke over a maze draws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Brush {
    /// Walls, or openings where it begins on a wall; begun on S or G it carries that along.
    #[default]
    Walls,
    /// The start.
    Start,
    /// The goal.
    Goal,
    /// Nothing: the cell is selected, to be looked at.
    Look,
}

impl Brush {
    /// In the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Walls, Self::Start, Self::Goal, Self::Look];

    /// Its name on the page.
    pub fn title(self) -> &'static str {
        match self {
            Self::Walls => "Walls",
            Self::Start => "S",
            Self::Goal => "G",
            Self::Look => "Look",
        }
    }

    /// What dragging with it does.
    pub fn help(self) -> &'static str {
        match self {
            Self::Walls => "Drag to draw or erase walls, or to move S and G. Keys: # wall, space, S, G.",
            Self::Start => "Press where S is to be.",
            Self::Goal => "Press where G is to be.",
            Self::Look => {
                "Point at a cell, or press it to select it. To change the maze, and forget its run: Walls, S or G."
            }
        }
    }

    /// What a stroke that begins on a cell with this token draws.
    pub fn drawn_from(self, token: u8) -> Option<Cell> {
        Some(match (self, Cell::of_token(token)) {
            (Self::Look, _) => return None,
            (Self::Start, _) | (Self::Walls, Cell::Start) => Cell::Start,
            (Self::Goal, _) | (Self::Walls, Cell::Goal) => Cell::Goal,
            (Self::Walls, Cell::Wall) => Cell::Open,
            (Self::Walls, _) => Cell::Wall,
        })
    }
}

/// The board with a token written into a cell. A maze keeps one start and one goal: a new one takes the other's place.
pub fn written(kind: Kind, tokens: &[u8], cell: usize, token: u8) -> Vec<u8> {
    let mut written = tokens.to_vec();
    let ends = [Cell::Start as u8, Cell::Goal as u8];
    if matches!(kind, Kind::Maze(_)) && ends.contains(&token) {
        written.iter_mut().filter(|other| **other == token).for_each(|other| *other = Cell::Open as u8);
    }
    if let Some(place) = written.get_mut(cell).filter(|_| usize::from(token) < kind.vocab_size()) {
        *place = token;
    }
    written
}

/// The board with a wall or an opening painted into a cell; start and goal stay.
pub fn painted(tokens: &[u8], cell: usize, with: Cell) -> Vec<u8> {
    let mut painted = tokens.to_vec();
    if let Some(place) = painted.get_mut(cell)
        && !matches!(Cell::of_token(*place), Cell::Start | Cell::Goal)
    {
        *place = with as u8;
    }
    painted
}

/// The cells on a straight way over a board, from the one after `from` to `to`; `to` alone where they are the same.
pub fn cells_between(side: usize, from: usize, to: usize) -> Vec<usize> {
    let along = |from: usize, to: usize, share: f64| from as f64 + (to as f64 - from as f64) * share;
    let ([r0, c0], [r1, c1]) = ([from / side, from % side], [to / side, to % side]);
    let steps = r0.abs_diff(r1).max(c0.abs_diff(c1)).max(1);
    let cell = |step: usize| {
        let share = step as f64 / steps as f64;
        along(r0, r1, share).round() as usize * side + along(c0, c1, share).round() as usize
    };
    (1..=steps).map(cell).collect()
}

/// A board with nothing on it: blanks, or a room between walls with S and G in its corners.
pub fn empty(kind: Kind) -> Vec<u8> {
    match kind {
        Kind::Sudoku(_) => vec![BLANK_TOKEN; kind.seq_len()],
        Kind::Maze(side) => {
            let side = side.get();
            let cell = |at: usize| match (at / side, at % side) {
                (1, 1) => Cell::Start,
                (row, column) if (row, column) == (side - 2, side - 2) => Cell::Goal,
                (row, column) if [row, column].iter().any(|at| [0, side - 1].contains(at)) => Cell::Wall,
                _ => Cell::Open,
            };
            (0..side * side).map(|at| cell(at) as u8).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hrm_core::puzzle::{maze::Side, sudoku::Shape};

    #[test]
    fn a_maze_has_one_start_however_often_it_is_placed() {
        let kind = Kind::Maze(Side::new(5).unwrap());
        let maze = empty(kind);
        assert!(kind.faults(&maze).is_empty());
        let moved = written(kind, &maze, 8, Cell::Start as u8);
        assert_eq!((moved[6], moved[8]), (Cell::Open as u8, Cell::Start as u8));
        assert!(kind.faults(&moved).is_empty());
        assert_eq!(written(kind, &maze, 99, Cell::Wall as u8), maze);
    }

    #[test]
    fn strokes_do_the_opposite_of_what_they_begin_on() {
        assert_eq!(Brush::Walls.drawn_from(Cell::Wall as u8), Some(Cell::Open));
        assert_eq!(Brush::Walls.drawn_from(Cell::Open as u8), Some(Cell::Wall));
        assert_eq!(Brush::Walls.drawn_from(Cell::Goal as u8), Some(Cell::Goal));
        assert_eq!(Brush::Start.drawn_from(Cell::Wall as u8), Some(Cell::Start));
        assert_eq!(Brush::Look.drawn_from(Cell::Wall as u8), None);
        let maze = empty(Kind::Maze(Side::new(5).unwrap()));
        assert_eq!(painted(&maze, 6, Cell::Wall), maze);
        assert_eq!(painted(&maze, 7, Cell::Wall)[7], Cell::Wall as u8);
    }

    #[test]
    fn a_quick_stroke_has_no_gaps() {
        assert_eq!(cells_between(9, 10, 13), [11, 12, 13]);
        assert_eq!(cells_between(9, 13, 10), [12, 11, 10]);
        assert_eq!(cells_between(9, 0, 20), [10, 20]);
        assert_eq!(cells_between(9, 40, 40), [40]);
    }

    #[test]
    fn a_digit_is_written_once() {
        let kind = Kind::Sudoku(Shape::FOUR);
        let board = written(kind, &written(kind, &empty(kind), 0, 3), 1, 3);
        assert_eq!(board[..3], [3, 3, 1]);
        assert_eq!(written(kind, &board, 2, 9), board);
    }
}
