//! The eight maps of a square onto itself, numbered as the official ARC builder numbers them.

use crate::random::Random;

/// One of the maps: 0 identity, 1-3 quarter turns counter-clockwise, 4 left-right flip, 5 up-down flip,
/// 6 transpose, 7 quarter turn and then left-right flip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dihedral(u8);

impl Dihedral {
    /// Every map, in the order of the numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..8).map(Self)
    }

    /// A random map.
    pub fn random(random: &mut Random) -> Self {
        Self(random.below(8) as u8)
    }

    /// The square of `side` x `side` cells, row by row, mapped.
    ///
    /// # Panics
    /// If there are fewer cells.
    pub fn apply<T: Copy>(self, side: usize, cells: &[T]) -> Vec<T> {
        let last = side.saturating_sub(1);
        let source = |row: usize, column: usize| match self.0 {
            0 => (row, column),
            1 => (column, last - row),
            2 => (last - row, last - column),
            3 => (last - column, row),
            4 => (row, last - column),
            5 => (last - row, column),
            6 => (column, row),
            _ => (last - column, last - row),
        };
        (0..side * side)
            .map(|cell| {
                let (row, column) = source(cell / side, cell % side);
                cells[row * side + column]
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_those_of_numpy() {
        let mapped: Vec<Vec<u8>> = Dihedral::all().map(|map| map.apply(2, &[1, 2, 3, 4])).collect();
        let expected = [
            [1, 2, 3, 4],
            [2, 4, 1, 3],
            [4, 3, 2, 1],
            [3, 1, 4, 2],
            [2, 1, 4, 3],
            [3, 4, 1, 2],
            [1, 3, 2, 4],
            [4, 2, 3, 1],
        ];
        assert_eq!(mapped, expected);
    }
}
