//! The boards that a first visit meets.

use hrm_core::{
    puzzle::{FIRST_BOARD, Kind, Settings},
    random::Random,
};

/// Chosen so that every model of the gallery solves the board of its kind: `tests/gallery.rs` holds it to that.
const SEED: u64 = 1;

/// The first board of a kind, `[S]` tokens: what its generator gives where nothing is set, else an empty one.
pub fn first_question(kind: Kind) -> Vec<u8> {
    let seed = if kind == FIRST_BOARD.0 { FIRST_BOARD.1 } else { SEED };
    let generated = kind.generator().map(|generator| generator.generate(&mut Random::new(seed), &Settings::default()));
    generated.map_or_else(|| kind.empty(), |example| example.question)
}
