//! Sudokus on the page: single ones that are known for being hard.

use hrm_core::puzzle::{Kind, sudoku::Shape};

use super::extras::{Extras, Famous};

/// The page's part of the game.
pub struct Sudoku;

impl Extras for Sudoku {
    fn game(&self) -> &'static str {
        "sudoku"
    }

    fn famous(&self, kind: Kind) -> &'static [Famous] {
        if kind == Kind::new(&Shape::NINE) { &FAMOUS } else { &[] }
    }
}

static FAMOUS: [Famous; 5] = [
    Famous {
        name: "Inkala 2010",
        source: "Arto Inkala, 2010, in the newspapers as the hardest there is; P. Norvig, Solving Every Sudoku Puzzle",
        puzzle: "..53.....8......2..7..1.5..4....53...1..7...6..32...8..6.5....9..4....3......97..",
    },
    Famous {
        name: "Inkala 2012",
        source: "Arto Inkala, 2012, in the newspapers as the hardest there is; the list as above",
        puzzle: "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..",
    },
    Famous {
        name: "Norvig’s slow one",
        source: "Took P. Norvig’s program 188.79 s (Solving Every Sudoku Puzzle); it has several solutions",
        puzzle: ".....6....59.....82....8....45........3........6..3.54...325..6..................",
    },
    Famous {
        name: "Golden Nugget",
        source: "From the lists of the hardest that players keep in their forum",
        puzzle: ".......39.....1..5..3.5.8....8.9...6.7...2...1..4.......9.8..5..2....6..4..7.....",
    },
    Famous {
        name: "Easter Monster",
        source: "By JPF, 2007, from the lists of the hardest that players keep in their forum",
        puzzle: "1.......2.9.4...5...6...7...5.9.3.......7.......85..4.7.....6...3...9.8...2.....1",
    },
];
