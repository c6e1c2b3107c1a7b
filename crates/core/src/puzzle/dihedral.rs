//! The eight maps of a square onto itself, numbered as the official ARC builder numbers them.

use super::Size;
use crate::random::Random;

/// One of the maps: 0 identity, 1-3 quarter turns counter-clockwise, 4 left-right flip, 5 up-down flip,
/// 6 transpose, 7 quarter turn and then left-right flip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dihedral(u8);

impl Dihedral {
    /// The map that leaves all where it is.
    pub const IDENTITY: Self = Self(0);
    /// A quarter turn counter-clockwise.
    pub const LEFT: Self = Self(1);
    /// A quarter turn clockwise.
    pub const RIGHT: Self = Self(3);
    /// Left and right exchanged.
    pub const LEFT_RIGHT: Self = Self(4);
    /// Top and bottom exchanged.
    pub const UP_DOWN: Self = Self(5);
    /// Rows and columns exchanged.
    pub const TRANSPOSE: Self = Self(6);

    /// The map of a number from 0 to 7.
    pub fn of_number(number: u8) -> Option<Self> {
        (number < 8).then_some(Self(number))
    }

    /// Its number, 0 to 7.
    pub fn number(self) -> u8 {
        self.0
    }

    /// The map that undoes it.
    #[must_use]
    pub fn inverse(self) -> Self {
        // Every other one is its own.
        match self.0 {
            1 => Self(3),
            3 => Self(1),
            number => Self(number),
        }
    }

    /// Every map, in the order of the numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..8).map(Self)
    }

    /// Those that keep a board of a size in its size: all of a square's, else the four that do not transpose.
    pub fn of(size: Size) -> impl Iterator<Item = Self> {
        Self::all().filter(move |map| size.is_square() || !map.transposes())
    }

    /// A random map of a board of a size.
    pub fn random(size: Size, random: &mut Random) -> Self {
        let maps: Vec<Self> = Self::of(size).collect();
        maps[random.below(maps.len())]
    }

    /// Whether it makes rows of columns.
    fn transposes(self) -> bool {
        matches!(self.0, 1 | 3 | 6 | 7)
    }

    /// The cells of a board, row by row, mapped; a map that transposes a board that is no square leaves it as it is.
    ///
    /// # Panics
    /// If there are fewer cells.
    pub fn apply<T: Copy>(self, size: Size, cells: &[T]) -> Vec<T> {
        let map = if self.transposes() && !size.is_square() { Self(0) } else { self };
        map.map(size, cells).1
    }

    /// A board of any size mapped, row by row, with the size that it then has.
    ///
    /// # Panics
    /// If there are fewer cells.
    pub fn map<T: Copy>(self, size: Size, cells: &[T]) -> (Size, Vec<T>) {
        let (last_row, last_column) = (size.rows() - 1, size.columns() - 1);
        let source = |row: usize, column: usize| match self.0 {
            0 => (row, column),
            1 => (column, last_column - row),
            2 => (last_row - row, last_column - column),
            3 => (last_row - column, row),
            4 => (row, last_column - column),
            5 => (last_row - row, column),
            6 => (column, row),
            _ => (last_row - column, last_column - row),
        };
        let mapped = if self.transposes() { Size::new(size.columns(), size.rows()) } else { size };
        let cells = (0..mapped.cells())
            .map(|cell| {
                let (row, column) = source(cell / mapped.columns(), cell % mapped.columns());
                cells[row * size.columns() + column]
            })
            .collect();
        (mapped, cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_those_of_numpy() {
        let mapped: Vec<Vec<u8>> = Dihedral::all().map(|map| map.apply(Size::square(2), &[1, 2, 3, 4])).collect();
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

    #[test]
    fn a_board_that_is_no_square_has_four_maps_onto_itself() {
        let size = Size::new(2, 3);
        let mapped: Vec<Vec<u8>> = Dihedral::of(size).map(|map| map.apply(size, &[1, 2, 3, 4, 5, 6])).collect();
        assert_eq!(mapped, [[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], [3, 2, 1, 6, 5, 4], [4, 5, 6, 1, 2, 3]]);
    }

    #[test]
    fn a_board_that_is_no_square_is_turned_into_another_size() {
        let size = Size::new(2, 3);
        let mapped: Vec<_> = Dihedral::all().map(|map| map.map(size, &[1, 2, 3, 4, 5, 6])).collect();
        let turned = Size::new(3, 2);
        // As numpy.rot90, fliplr, flipud, T, and fliplr of rot90.
        let expected = [
            (size, vec![1, 2, 3, 4, 5, 6]),
            (turned, vec![3, 6, 2, 5, 1, 4]),
            (size, vec![6, 5, 4, 3, 2, 1]),
            (turned, vec![4, 1, 5, 2, 6, 3]),
            (size, vec![3, 2, 1, 6, 5, 4]),
            (size, vec![4, 5, 6, 1, 2, 3]),
            (turned, vec![1, 4, 2, 5, 3, 6]),
            (turned, vec![6, 3, 5, 2, 4, 1]),
        ];
        assert_eq!(mapped, expected);
        for (map, (size, cells)) in Dihedral::all().zip(mapped) {
            assert_eq!(map.inverse().map(size, &cells), (Size::new(2, 3), vec![1, 2, 3, 4, 5, 6]), "{map:?}");
        }
    }
}
