//! The boards that a first visit meets.

use hrm_core::puzzle::Kind;

/// The first board of a kind, `[S]` tokens; an empty one where none is stored.
pub fn first_question(kind: Kind) -> Vec<u8> {
    kind.first().and_then(|text| kind.encode(text).ok()).unwrap_or_else(|| kind.empty())
}
