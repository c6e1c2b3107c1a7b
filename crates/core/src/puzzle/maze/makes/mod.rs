//! Ways to make a maze, by their names. All but the first leave S and G to [`super::ends`].

mod floor;
mod lattice;

use super::grid::Grid;
use crate::{puzzle::Size, random::Random};
use lattice::Lattice;

/// A way to make a maze. Its number, as a setting, is its place in [`Make::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Make {
    /// A tree that grows from the newest room or a random one, with further openings ([`super::Design`]).
    GrowingTree,
    /// A tree of long winding corridors.
    DepthFirst,
    /// A tree of many short dead ends.
    Prim,
    /// A tree of the walls in random order.
    Kruskal,
    /// A tree by walls that divide the floor.
    Division,
    /// A tree of which dead ends are opened.
    Braided,
    /// An open floor with walls at random.
    Scattered,
    /// An open floor divided into rooms with doors.
    Rooms,
    /// Caves, by a cellular automaton.
    Caves,
    /// An open floor.
    Open,
}

impl Make {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::GrowingTree,
        Self::DepthFirst,
        Self::Prim,
        Self::Kruskal,
        Self::Division,
        Self::Braided,
        Self::Scattered,
        Self::Rooms,
        Self::Caves,
        Self::Open,
    ];

    /// Their names, in the same order.
    pub const NAMES: [&'static str; 10] = [
        "growing-tree",
        "depth-first",
        "prim",
        "kruskal",
        "division",
        "braided",
        "scattered",
        "rooms",
        "caves",
        "open",
    ];

    /// Walls and open cells, of which at least two lie beside each other; the border is walls. `percent` is that of the dead ends
    /// that are opened, or of the cells that are walls. The first one is made by [`super::generate`]; here it has no loops.
    pub fn carve(self, size: Size, percent: usize, random: &mut Random) -> Grid {
        let mut lattice = || Lattice::of(size, random);
        match self {
            Self::GrowingTree | Self::DepthFirst => lattice::depth_first(&lattice(), random),
            Self::Prim => lattice::prim(&lattice(), random),
            Self::Kruskal => lattice::kruskal(&lattice(), random),
            Self::Division => lattice::division(&lattice(), random),
            Self::Braided => lattice::braided(&lattice(), percent, random),
            Self::Scattered => floor::scattered(size, percent, random),
            Self::Rooms => floor::rooms(size, random),
            Self::Caves => floor::caves(size, random),
            Self::Open => floor::open(size),
        }
    }
}

#[cfg(test)]
mod tests;
