//! Puzzles of a file, by the sizes of their boards.

use hrm_core::data::{Example, csv::Row};
use hrm_core::puzzle::Kind;

/// The puzzles of a kind, with their sources.
pub struct Boards {
    /// The game and the size.
    pub kind: Kind,
    /// Questions with their answers.
    pub examples: Vec<Example>,
    /// Where each is from, as the file says.
    pub sources: Vec<String>,
}

/// Rows by their kinds, in the order in which these come first.
pub fn by_size(rows: Vec<(Kind, Row)>) -> Vec<Boards> {
    let mut sizes: Vec<Boards> = Vec::new();
    for (kind, Row { source, example, .. }) in rows {
        let at = sizes.iter().position(|boards| boards.kind == kind).unwrap_or_else(|| {
            sizes.push(Boards { kind, examples: Vec::new(), sources: Vec::new() });
            sizes.len() - 1
        });
        sizes[at].examples.push(example);
        sizes[at].sources.push(source);
    }
    sizes
}
