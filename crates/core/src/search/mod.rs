//! More thought at inference time with the same weights: many views of one puzzle as rows of a batch, or branches whose
//! surest cells become clues.
//!
//! Nothing here solves a puzzle: no candidates, no singles, no solver. A search looks at conflicts among placed symbols and
//! at the final check of an answer by rule ([`holds`]), and at nothing else.

mod branch;
mod replay;
mod rows;
mod run;
mod settings;
mod table;
mod trajectory;

pub use branch::{Branch, Branching, Step};
pub use replay::Replay;
pub use rows::{Pass, ROWS, RowReport, Rows};
pub use run::{Event, Outcome, Search, SearchError, search};
pub use settings::{Choose, Forms, Settings, Start, Until};
pub use table::Table;
pub use trajectory::{Chosen, Report, Snapshot, Trajectory, choose, distinct_answers};

use crate::puzzle::Kind;

/// Whether an answer holds by rule, as far as that can be seen without solving the puzzle ([`crate::puzzle::Rules::holds`]): the
/// marks of a path join its ends. Whether that path is a shortest one is judged afterwards ([`crate::puzzle::Rules::check`]).
pub fn holds(kind: Kind, question: &[u8], answer: &[u8]) -> bool {
    kind.rules().is_some_and(|rules| rules.holds(question, answer))
}
