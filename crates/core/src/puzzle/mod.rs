//! Puzzles: rules, text and token form, generators, symmetries, and the check of an answer. Nothing here knows of
//! tensors: a puzzle meets a model as tokens, one byte each.

pub mod arc;
mod class;
mod dihedral;
mod fault;
mod first;
mod form;
mod game;
mod kind;
mod layout;
pub mod maze;
mod mixture;
mod place;
mod reading;
mod setting;
mod size;
pub mod sudoku;
mod symbol;
mod table;
mod text;

pub use class::ClassKey;
pub use dihedral::Dihedral;
pub use fault::{Fault, RuleFault};
pub use first::{FIRST_BOARD, FIRST_KIND};
pub use form::Form;
pub use game::{Board, Classes, Difficulty, Game, Generator, Known, Rules, SolutionCount, Symmetry};
pub use kind::{Kind, UnknownKind};
pub use layout::{AnswerStyle, Fill, Layout};
pub use mixture::{Asked, Mixture, Part};
pub use place::Place;
pub use reading::{fitted, in_rows, read_all};
pub use setting::{Setting, SettingError, Settings};
pub use size::{NoSize, Size};
pub use symbol::{Symbol, Tool, Tools};
pub use table::{add_game, games};
pub use text::ParseError;

/// A puzzle and its solution, in tokens of its kind, `[S]` each.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Example {
    /// What the model is given.
    pub question: Vec<u8>,
    /// What it should answer.
    pub answer: Vec<u8>,
}
