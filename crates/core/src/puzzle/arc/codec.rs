//! Grids as a model's tokens and back, as the official builder of data sets does it: 0 is padding, 1 ends a grid, colour c is
//! token c + 2.

use super::Grid;
use crate::puzzle::{Place, Size};

/// Different tokens, V.
pub const VOCABULARY: usize = 12;
/// The token around a grid.
pub const PAD: u8 = 0;
/// The token of the row under a grid and of the column right of it.
pub const END: u8 = 1;
/// The token of colour 0.
pub const BLACK: u8 = 2;

/// A square of tokens in which grids are written: S = side · side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenGrid {
    side: usize,
}

impl TokenGrid {
    /// The official one, 30x30: 900 tokens.
    pub const OFFICIAL: Self = Self { side: Grid::MOST };

    /// One of another side, from 1 to 30.
    pub fn new(side: usize) -> Option<Self> {
        (1..=Grid::MOST).contains(&side).then_some(Self { side })
    }

    /// As [`TokenGrid::new`], of a side that there is.
    pub(super) const fn of_side(side: usize) -> Self {
        Self { side }
    }

    /// The smallest one that holds every grid within `largest` with the marks of its end, and lets it be moved by `room` cells
    /// each way; at most the official one.
    pub fn holding(largest: Size, room: usize) -> Self {
        let side = largest.rows().max(largest.columns()) + 1 + room;
        Self { side: side.min(Grid::MOST) }
    }

    /// Rows, and columns.
    pub fn side(self) -> usize {
        self.side
    }

    /// Tokens, S.
    pub fn tokens(self) -> usize {
        self.side * self.side
    }

    /// Whether a grid of a size lies within it.
    pub fn holds(self, size: Size) -> bool {
        Size::square(self.side).holds(size)
    }

    /// The tokens of a grid whose first cell is at `offset`, `[S]`: padding around it, a row of ends under it and a column of
    /// ends right of it, where there is room for them.
    ///
    /// # Errors
    /// It does not lie within the token grid.
    pub fn encode(self, grid: &Grid, offset: Place) -> Result<Vec<u8>, TooLarge> {
        let end = Place { row: offset.row + grid.rows(), column: offset.column + grid.columns() };
        if end.row > self.side || end.column > self.side {
            return Err(TooLarge { size: grid.size(), offset, side: self.side });
        }
        let mut tokens = vec![PAD; self.tokens()];
        for (row, line) in grid.lines().enumerate() {
            let start = (offset.row + row) * self.side + offset.column;
            for (token, colour) in tokens[start..].iter_mut().zip(line) {
                *token = colour + BLACK;
            }
            if end.column < self.side {
                tokens[start + line.len()] = END;
            }
        }
        if end.row < self.side {
            let start = end.row * self.side + offset.column;
            tokens[start..start + grid.columns()].fill(END);
        }
        Ok(tokens)
    }

    /// The grid of an answer: the largest rectangle from the top left corner in which every token is a colour; of equally large
    /// ones the one of fewer rows. `None` where the first token is no colour. Tokens, `[S]`, that are missing count as padding.
    pub fn decode(self, tokens: &[u8]) -> Option<Grid> {
        let colour = |row: usize, column: usize| {
            let token = tokens.get(row * self.side + column).copied().unwrap_or(PAD);
            token.checked_sub(BLACK).filter(|_| usize::from(token) < VOCABULARY)
        };
        let (mut columns, mut best) = (self.side, (0, 0));
        for row in 0..self.side {
            columns = (0..columns).take_while(|&column| colour(row, column).is_some()).count();
            if (row + 1) * columns > best.0 * best.1 {
                best = (row + 1, columns);
            }
        }
        let size = (best.0 > 0).then(|| Size::new(best.0, best.1))?;
        Some(Grid::of_places(size, |at| colour(at.row, at.column).unwrap_or(0)))
    }

    /// How far grids may be moved together within it: the greatest row and column of an offset. `None` where one does not fit.
    pub fn room<'a>(self, grids: impl IntoIterator<Item = &'a Grid>) -> Option<Place> {
        grids.into_iter().try_fold(Place { row: self.side, column: self.side }, |room, grid| {
            Some(Place {
                row: room.row.min(self.side.checked_sub(grid.rows())?),
                column: room.column.min(self.side.checked_sub(grid.columns())?),
            })
        })
    }
}

/// A grid that does not lie within a token grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the grid has {size} cells and begins at {offset}, the model's token grid has {side}x{side}; one of {needed}x{needed} holds it",
    needed = offset.row.saturating_add(size.rows()).max(offset.column.saturating_add(size.columns()))
)]
pub struct TooLarge {
    /// The grid's rows and columns.
    pub size: Size,
    /// Where it begins.
    pub offset: Place,
    /// The token grid's side.
    pub side: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(rows: &[&[u8]]) -> Grid {
        Grid::of_rows(rows).unwrap()
    }

    fn of_side(side: usize) -> TokenGrid {
        TokenGrid::new(side).unwrap()
    }

    #[test]
    fn a_grid_is_written_with_its_ends_and_padding() {
        let two = grid(&[&[0, 9, 1], &[4, 5, 6]]);
        let tokens = of_side(5).encode(&two, Place::ORIGIN).unwrap();
        #[rustfmt::skip]
        assert_eq!(tokens, [
            2, 11, 3, 1, 0,
            6, 7, 8, 1, 0,
            1, 1, 1, 0, 0,
            0, 0, 0, 0, 0,
            0, 0, 0, 0, 0,
        ]);
        let moved = of_side(5).encode(&two, Place { row: 2, column: 1 }).unwrap();
        #[rustfmt::skip]
        assert_eq!(moved, [
            0, 0, 0, 0, 0,
            0, 0, 0, 0, 0,
            0, 2, 11, 3, 1,
            0, 6, 7, 8, 1,
            0, 1, 1, 1, 0,
        ]);
        // At the right edge and at the bottom there is no room for ends.
        let cornered = of_side(5).encode(&two, Place { row: 3, column: 2 }).unwrap();
        assert_eq!(cornered[15..], [0, 0, 2, 11, 3, 0, 0, 6, 7, 8]);
        assert!(!cornered.contains(&END));
        let bottom = of_side(5).encode(&two, Place { row: 3, column: 0 }).unwrap();
        assert_eq!(bottom[15..], [2, 11, 3, 1, 0, 6, 7, 8, 1, 0]);
    }

    #[test]
    fn the_official_token_grid_is_30x30() {
        let full = Grid::filled(Size::square(30), 3);
        let tokens = TokenGrid::OFFICIAL.encode(&full, Place::ORIGIN).unwrap();
        assert_eq!(tokens, [5; 900]);
        assert_eq!(TokenGrid::OFFICIAL.decode(&tokens), Some(full));
        let one = TokenGrid::OFFICIAL.encode(&grid(&[&[7]]), Place::ORIGIN).unwrap();
        assert_eq!((one.len(), one[0], one[1], one[30], one[31]), (900, 9, 1, 1, 0));
        assert_eq!(one.iter().filter(|token| **token == END).count(), 2);
    }

    #[test]
    fn what_was_written_is_cropped_again() {
        for (rows, columns) in [(1, 1), (2, 5), (5, 2), (6, 6), (1, 6), (6, 1), (3, 3)] {
            let cells = (0..rows * columns).map(|cell| (cell % 10) as u8).collect();
            let grid = Grid::new(Size::new(rows, columns), cells).unwrap();
            let tokens = of_side(6).encode(&grid, Place::ORIGIN).unwrap();
            assert_eq!(of_side(6).decode(&tokens), Some(grid));
        }
    }

    #[test]
    fn the_largest_rectangle_of_colours_is_cropped() {
        let cropped = |tokens: [u8; 9]| of_side(3).decode(&tokens).map(|grid| grid.to_string());
        let expect = |text: &str| Some(text.to_owned());
        assert_eq!(cropped([2, 3, 4, 5, 6, 1, 1, 1, 0]), expect("01\n34"));
        // A ragged answer: 2x2 is larger than 1x3 and than 3x1.
        assert_eq!(cropped([2, 3, 4, 5, 6, 0, 7, 0, 0]), expect("01\n34"));
        // 1x2 and 2x1 are equally large: the one of fewer rows.
        assert_eq!(cropped([2, 3, 1, 4, 1, 0, 1, 0, 0]), expect("01"));
        // What lies beyond padding is no part of it, nor is what lies behind a shorter row.
        assert_eq!(cropped([2, 0, 3, 4, 5, 6, 7, 8, 9]), expect("0\n2\n5"));
        assert_eq!(cropped([2, 3, 4, 1, 5, 5, 5, 5, 5]), expect("012"));
        // Tokens outside the vocabulary, and none at the corner.
        assert_eq!(cropped([2, 12, 4, 200, 5, 5, 5, 5, 5]), expect("0"));
        assert_eq!(cropped([1, 3, 4, 5, 6, 7, 5, 5, 5]), None);
        assert_eq!(cropped([0; 9]), None);
        assert_eq!(of_side(3).decode(&[2, 3]), Grid::of_rows(&[[0, 1]]).ok());
    }

    #[test]
    fn grids_that_do_not_fit_are_told() {
        let wide = grid(&[&[1, 2, 3, 4]]);
        assert!(of_side(4).encode(&wide, Place::ORIGIN).is_ok());
        let said = of_side(3).encode(&wide, Place::ORIGIN).unwrap_err().to_string();
        let expected =
            "the grid has 1x4 cells and begins at row 1, column 1, the model's token grid has 3x3; one of 4x4 holds it";
        assert_eq!(said, expected);
        assert!(of_side(4).encode(&wide, Place { row: 0, column: 1 }).is_err());
        assert!(of_side(4).encode(&wide, Place { row: 4, column: 0 }).is_err());
        assert_eq!((TokenGrid::new(0), TokenGrid::new(31)), (None, None));
    }

    #[test]
    fn the_smallest_token_grid_has_room_for_ends_and_moves() {
        let side = |rows, columns, room| TokenGrid::holding(Size::new(rows, columns), room).side();
        assert_eq!(
            (side(10, 7, 0), side(7, 10, 2), side(29, 3, 0), side(29, 3, 5), side(30, 30, 0)),
            (11, 13, 30, 30, 30)
        );
        let room = of_side(6).room([&grid(&[&[1, 2, 3, 4]]), &grid(&[&[1], &[2]])]);
        assert_eq!(room, Some(Place { row: 4, column: 2 }));
        assert_eq!(of_side(3).room([&grid(&[&[1, 2, 3, 4]])]), None);
    }
}
