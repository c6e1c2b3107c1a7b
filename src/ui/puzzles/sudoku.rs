//! Sudokus on the page: single ones that are known for being hard.

use hrm_core::puzzle::{Kind, sudoku::Shape};

use super::extras::{Extras, Famous, Story};
use crate::ui::url::view::View;

/// The page's part of the game.
pub struct Sudoku;

impl Extras for Sudoku {
    fn game(&self) -> &'static str {
        "sudoku"
    }

    fn stories(&self) -> &'static [Story] {
        &STORIES
    }

    fn famous(&self, kind: Kind) -> &'static [Famous] {
        if kind == Kind::new(&Shape::NINE) { &FAMOUS } else { &[] }
    }
}

/// Beyond every run's last step.
const END: usize = 9999;

static STORIES: [Story; 5] = [
    Story {
        name: "Freeze H, and watch it fail",
        says: "From the first step on, the slow state z_H stays what it was at the start: L alone does not solve the board.",
        model: "sudoku-9x9",
        puzzle: ".1.5..492..48196....3.......29.45..6...62..897...98.2.4..9......9..3427.1.7.569..",
        view: View::Experiments,
        moment: END,
        stretch: None,
        acts: "0~freeze~H",
    },
    Story {
        name: "Wrong for long, then right",
        says: "Four times as many segments as in training: after as many as in training the answer is wrong, long after \
               that it is right.",
        model: "sudoku-9x9",
        puzzle: "94.2.....6..8.34.9.3...9.6.45.62...8..39.8.74...43..9.3...9.7..7..38..16..17.28..",
        view: View::Convergence,
        moment: END,
        stretch: Some(4),
        acts: "",
    },
    Story {
        name: "A board it never gets right",
        says: "Four cells change back and forth: the states come to no rest, and the Q-head knows that the answer is wrong.",
        model: "sudoku-9x9",
        puzzle: ".......2..1.6.7548.68...71.435..169.17....8.4..6.951.7..17...65.47.26.8.......2..",
        view: View::Answers,
        moment: END,
        stretch: Some(4),
        acts: "",
    },
    Story {
        name: "Two solutions: which will it choose?",
        says: "A clue was taken away, and two boards are right. The model knows nothing of that.",
        model: "sudoku-9x9",
        puzzle: ".1.5..492...8196....3.......29.45..6...62..897...98.2.4..9......9..3427.1.7.569..",
        view: View::Answers,
        moment: END,
        stretch: None,
        acts: "",
    },
    Story {
        name: "The newspapers’ hardest Sudoku",
        says: "Arto Inkala’s of 2012. Where the plain run fails, Think wider tries the board in other symmetric forms.",
        model: "sudoku-9x9",
        puzzle: "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..",
        view: View::Answers,
        moment: END,
        stretch: None,
        acts: "",
    },
];

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
