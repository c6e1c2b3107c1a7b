//! Sudoku on boards of 4x4, 6x6 and 9x9 cells: rules, text and token form, solver, generator, symmetries.

mod board;
mod canonical;
mod generate;
mod paste;
mod rules;
mod shape;
mod solve;
mod symmetry;

pub use board::{BLANK_TOKEN, Board};
pub use canonical::class_key;
pub use generate::{clue_range, clues_at, full_grid, hard_puzzle, minimal_puzzle, puzzle_by_singles};
pub use rules::{Conflict, Fault, Unit, check_answer, conflicts};
pub use shape::Shape;
pub use solve::{Effort, Examination, count_solutions, effort, solved_by_singles, unique_solution};
pub use symmetry::Symmetry;

use super::{AnswerStyle, ClassKey, Example, Layout, ParseError, Rules};
use crate::random::Random;

/// Boards that are searched for one hard puzzle: seconds at most.
const TRIES: usize = 1000;

impl Rules for Shape {
    fn name(&self) -> String {
        format!("sudoku-{self}")
    }

    fn game(&self) -> &'static str {
        "Sudoku"
    }

    fn seq_len(&self) -> usize {
        self.cells()
    }

    fn vocab_size(&self) -> usize {
        Shape::vocab_size(*self)
    }

    fn layout(&self) -> Layout {
        Layout {
            rows: self.side(),
            columns: self.side(),
            box_rows: self.box_rows(),
            box_columns: self.box_cols(),
            answers: AnswerStyle::Symbols,
        }
    }

    fn levels(&self) -> usize {
        clue_range(*self).count()
    }

    fn generate(&self, random: &mut Random, difficulty: f64) -> Example {
        let (puzzle, solution) = puzzle_by_singles(*self, clues_at(*self, difficulty), random);
        Example { question: puzzle.to_tokens(), answer: solution.to_tokens() }
    }

    fn augment(&self, random: &mut Random, example: &Example) -> Example {
        let symmetry = Symmetry::random(*self, random);
        Example {
            question: symmetry.apply_to_tokens(&example.question),
            answer: symmetry.apply_to_tokens(&example.answer),
        }
    }

    fn has_hard(&self) -> bool {
        // Small boards are solved by singles, or have too few puzzles that are not.
        *self == Shape::NINE
    }

    fn generate_hard(&self, random: &mut Random, guesses: u32) -> Option<Example> {
        if !self.has_hard() {
            return None;
        }
        let (puzzle, solution) = hard_puzzle(*self, guesses, TRIES, random);
        Some(Example { question: puzzle.to_tokens(), answer: solution.to_tokens() })
    }

    fn class_key(&self, question: &[u8]) -> Result<ClassKey, ParseError> {
        Board::from_tokens(*self, question).map(|board| class_key(&board))
    }

    fn rating(&self, question: &[u8]) -> Option<u32> {
        let board = Board::from_tokens(*self, question).ok()?;
        effort(&board).map(|effort| effort.guesses)
    }

    fn encode(&self, text: &str) -> Result<Vec<u8>, ParseError> {
        Board::parse(text, Some(*self)).map(|board| board.to_tokens())
    }

    fn encode_all(&self, text: &str) -> Result<Vec<Vec<u8>>, ParseError> {
        Ok(Board::parse_all(text, Some(*self))?.iter().map(Board::to_tokens).collect())
    }

    fn decode(&self, tokens: &[u8]) -> String {
        board::text_of_tokens(*self, tokens)
    }

    fn faults(&self, question: &[u8]) -> Vec<super::Fault> {
        match Board::from_tokens(*self, question) {
            Ok(board) => conflicts(&board).into_iter().map(|conflict| Fault::from(conflict).into()).collect(),
            Err(error) => vec![error.into()],
        }
    }

    fn check(&self, question: &[u8], answer: &[u8]) -> Result<(), super::Fault> {
        let puzzle = Board::from_tokens(*self, question)?;
        let answer = Board::from_tokens(*self, answer)?;
        Ok(check_answer(&puzzle, &answer)?)
    }
}
