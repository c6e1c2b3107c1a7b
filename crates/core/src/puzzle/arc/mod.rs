//! ARC tasks: grids of ten colours, pairs of input and output, the files and links that hold them, and their form as tokens.
//!
//! A task is several grids of any size, so it is no [`super::Game`] of one board: what draws and edits it is its own. Only the
//! token grid, in which a model is given a grid and answers one, is a board ([`TokenGrids`]).

mod augmentation;
mod board;
pub mod codec;
pub mod edit;
pub mod file;
mod grid;
mod kind;
pub mod library;
pub mod link;
mod palette;
mod task;
pub mod training;
mod vote;

pub use augmentation::{Augmentation, NoAugmentation};
pub use board::TokenGrids;
pub use grid::{Grid, GridFault};
pub use palette::{COLOURS, Palette};
pub use task::{Extra, Pair, Side, Task};
pub use vote::{Candidate, Votes};
