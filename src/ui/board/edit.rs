//! What pressing on a board does to it.

use hrm_core::puzzle::{Kind, Tool};

/// What a stroke over a board draws, where its game has tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brush {
    /// The tool of that number ([`hrm_core::puzzle::Tools::tools`]).
    Tool(usize),
    /// Nothing: the cell is selected, to be looked at.
    Look,
}

impl Default for Brush {
    fn default() -> Self {
        Self::Tool(0)
    }
}

impl Brush {
    /// Those that a kind offers, in their order; none where it has no tools.
    pub fn all(kind: Kind) -> Vec<Self> {
        let tools = kind.tools().map(|tools| (0..tools.tools.len()).map(Self::Tool).chain([Self::Look]));
        tools.into_iter().flatten().collect()
    }

    fn tool(self, kind: Kind) -> Option<&'static Tool> {
        match self {
            Self::Tool(at) => kind.tools()?.tools.get(at),
            Self::Look => None,
        }
    }

    /// Its name on the page.
    pub fn title(self, kind: Kind) -> &'static str {
        self.tool(kind).map_or("Look", |tool| tool.title)
    }

    /// What dragging with it does.
    pub fn help(self, kind: Kind) -> &'static str {
        let look = || kind.tools().map_or("", |tools| tools.look);
        self.tool(kind).map_or_else(look, |tool| tool.help)
    }

    /// The token that a stroke draws which begins on a cell with this one.
    pub fn drawn_from(self, kind: Kind, token: u8) -> Option<u8> {
        self.tool(kind).map(|tool| (tool.draws)(token))
    }
}

/// The cells on a straight way over a board, from the one after `from` to `to`; `to` alone where they are the same.
pub fn cells_between(columns: usize, from: usize, to: usize) -> Vec<usize> {
    let along = |from: usize, to: usize, share: f64| from as f64 + (to as f64 - from as f64) * share;
    let ([r0, c0], [r1, c1]) = ([from / columns, from % columns], [to / columns, to % columns]);
    let steps = r0.abs_diff(r1).max(c0.abs_diff(c1)).max(1);
    let cell = |step: usize| {
        let share = step as f64 / steps as f64;
        along(r0, r1, share).round() as usize * columns + along(c0, c1, share).round() as usize
    };
    (1..=steps).map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str) -> Kind {
        name.parse().unwrap()
    }

    #[test]
    fn brushes_are_those_of_the_game() {
        let maze = kind("maze-5");
        let titles: Vec<_> = Brush::all(maze).iter().map(|brush| brush.title(maze)).collect();
        assert_eq!(titles, ["Walls", "S", "G", "Look"]);
        assert_eq!((Brush::default().drawn_from(maze, 1), Brush::Look.drawn_from(maze, 1)), (Some(2), None));
        assert!(Brush::Look.help(maze).starts_with("Point at a cell"));
        assert_eq!(
            (Brush::all(kind("sudoku-4x4")), Brush::default().drawn_from(kind("sudoku-4x4"), 1)),
            (vec![], None)
        );
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
        let kind = kind("sudoku-4x4");
        let board = kind.written(&kind.written(&kind.empty(), 0, 3), 1, 3);
        assert_eq!(board[..3], [3, 3, 1]);
        assert_eq!(kind.written(&board, 2, 9), board);
    }
}
