//! Where the values of a state `[T, D]` lie in its image.

/// How positions and channels are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// A row of pixels for every position, a column for every channel.
    Rows {
        /// T.
        positions: usize,
        /// D.
        channels: usize,
    },
    /// A tile for every cell of a board, at its place; in it the channels, row by row.
    Tiles {
        /// Rows of the board.
        rows: usize,
        /// Columns of the board.
        columns: usize,
        /// Positions in front of the cells; they have no tile.
        prefix: usize,
        /// D.
        channels: usize,
    },
}

/// Pixels between tiles.
const GAP: usize = 1;

impl Picture {
    /// Pixels across and down a tile, without the gap.
    fn tile(channels: usize) -> (usize, usize) {
        let width = (channels as f64).sqrt().ceil().max(1.0) as usize;
        (width, channels.div_ceil(width).max(1))
    }

    /// Pixels across and down.
    pub fn size(self) -> (usize, usize) {
        match self {
            Self::Rows { positions, channels } => (channels, positions),
            Self::Tiles { rows, columns, channels, .. } => {
                let (width, height) = Self::tile(channels);
                (columns * (width + GAP) - GAP, rows * (height + GAP) - GAP)
            }
        }
    }

    /// The position and channel of a pixel; `None` in a gap.
    pub fn at(self, x: usize, y: usize) -> Option<(usize, usize)> {
        match self {
            Self::Rows { positions, channels } => (x < channels && y < positions).then_some((y, x)),
            Self::Tiles { rows, columns, prefix, channels } => {
                let (width, height) = Self::tile(channels);
                let (column, row) = (x / (width + GAP), y / (height + GAP));
                let (dx, dy) = (x % (width + GAP), y % (height + GAP));
                let channel = dy * width + dx;
                let inside = column < columns && row < rows && dx < width && dy < height && channel < channels;
                inside.then_some((prefix + row * columns + column, channel))
            }
        }
    }

    /// The area of a position, as shares of the image: left, top, width, height. `None` where it has none.
    pub fn area(self, position: usize) -> Option<[f64; 4]> {
        match self {
            Self::Rows { positions, .. } => {
                let height = 1.0 / positions as f64;
                (position < positions).then_some([0.0, position as f64 * height, 1.0, height])
            }
            Self::Tiles { rows, columns, prefix, channels } => {
                let cell = position.checked_sub(prefix).filter(|cell| *cell < rows * columns)?;
                let ((width, height), (across, down)) = (Self::tile(channels), self.size());
                let share = |at: usize, length: usize, all: usize| {
                    ((at * (length + GAP)) as f64 / all as f64, length as f64 / all as f64)
                };
                let (left, wide) = share(cell % columns, width, across);
                let (top, high) = share(cell / columns, height, down);
                Some([left, top, wide, high])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_positions() {
        let picture = Picture::Rows { positions: 3, channels: 5 };
        assert_eq!(picture.size(), (5, 3));
        assert_eq!((picture.at(4, 2), picture.at(5, 0)), (Some((2, 4)), None));
        assert_eq!(picture.area(1).unwrap()[1], 1.0 / 3.0);
    }

    #[test]
    fn tiles_lie_as_the_cells_do() {
        let picture = Picture::Tiles { rows: 2, columns: 2, prefix: 1, channels: 5 };
        assert_eq!(picture.size(), (7, 5));
        assert_eq!(picture.at(0, 0), Some((1, 0)));
        assert_eq!(picture.at(4, 0), Some((2, 0)));
        assert_eq!(picture.at(5, 4), Some((4, 4)));
        assert_eq!((picture.at(3, 0), picture.at(2, 1), picture.at(0, 2)), (None, None, None));
        assert_eq!(picture.area(0), None);
        assert_eq!(picture.area(4).unwrap(), [4.0 / 7.0, 3.0 / 5.0, 3.0 / 7.0, 2.0 / 5.0]);
        assert_eq!(picture.area(5), None);
    }
}
