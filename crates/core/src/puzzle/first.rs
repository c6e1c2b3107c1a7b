//! What somebody meets who is here for the first time.

use super::{Kind, sudoku};

/// The kind that a first training is about: a minute is enough for it.
pub const FIRST_KIND: Kind = Kind::new(&sudoku::Shape::FOUR);
/// The board that a first visit meets, and the seed with which its generator draws it: the gallery's default model is wrong
/// about it after one segment and after two, and right and sure after three (`tests/gallery.rs`).
pub const FIRST_BOARD: (Kind, u64) = (Kind::new(&sudoku::Shape::NINE), 55);
