//! Token grids by their kind.

use super::board::BOARDS;
use super::{board::TokenGrids, codec::TokenGrid};
use crate::puzzle::{Game, Kind};

impl TokenGrid {
    /// The token grid of a kind; `None` for boards of games.
    pub fn of_kind(kind: Kind) -> Option<Self> {
        (kind.game().name() == TokenGrids.name()).then(|| Self::new(kind.size().rows())).flatten()
    }

    /// Its kind, by which a model is called that answers in it.
    pub fn kind(self) -> Kind {
        Kind::new(&BOARDS[self.side() - 1])
    }
}
