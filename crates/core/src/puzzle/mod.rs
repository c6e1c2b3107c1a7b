//! Puzzles: rules, text and token form, generators, symmetries, and the check of an answer. Nothing here knows of
//! tensors: a puzzle meets a model as tokens, one byte each.

mod class;
mod dihedral;
mod form;
mod kind;
mod layout;
pub mod maze;
mod place;
mod several;
pub mod sudoku;
mod text;

pub use class::ClassKey;
pub use dihedral::Dihedral;
pub use form::Form;
pub use kind::{Fault, Kind, Rules, UnknownKind};
pub use layout::{AnswerStyle, Fill, Layout};
pub use place::Place;
pub use several::has_several_answers;
pub use text::ParseError;

/// A puzzle and its solution, in tokens of its kind, `[S]` each.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Example {
    /// What the model is given.
    pub question: Vec<u8>,
    /// What it should answer.
    pub answer: Vec<u8>,
}
