//! The maps that carry every valid board into a valid board: a permutation of the digits; a transposition, where
//! the boxes stay boxes; shuffled bands, rows within bands, stacks, columns within stacks.

use super::{
    board::Board,
    shape::{MAX_CELLS, Shape},
};
use crate::random::Random;

/// One such map. Applied to a question and its answer alike, it gives another question with its answer.
#[derive(Clone, Debug)]
pub struct Symmetry {
    shape: Shape,
    /// The cell of the old board that each cell of the new one is taken from.
    source: [u8; MAX_CELLS],
    /// The new digit of each old one; 0 (blank) stays.
    digits: [u8; 10],
}

impl Symmetry {
    /// A random map: every one is equally likely.
    pub fn random(shape: Shape, random: &mut Random) -> Self {
        let mut digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        random.shuffle(&mut digits[1..=shape.side()]);
        let transposed = shape.is_transposable() && random.chance(0.5);
        let rows = shuffled_lines(shape.side(), shape.box_rows(), random);
        let columns = shuffled_lines(shape.side(), shape.box_cols(), random);
        let mut source = [0; MAX_CELLS];
        for (cell, source) in source.iter_mut().enumerate().take(shape.cells()) {
            *source = source_cell(shape, &rows, &columns, transposed, cell);
        }
        Self { shape, source, digits }
    }

    /// The mapped board.
    ///
    /// # Panics
    /// If the board's shape is not the map's.
    pub fn apply(&self, board: &Board) -> Board {
        assert_eq!(board.shape(), self.shape, "a board's symmetries are those of its shape");
        let mut mapped = Board::empty(self.shape);
        for cell in 0..self.shape.cells() {
            mapped.set(cell, self.digits[usize::from(board.digit(usize::from(self.source[cell])))]);
        }
        mapped
    }

    /// For each cell of the new board the cell of the old one that it is taken from.
    pub(in crate::puzzle) fn sources(&self) -> &[u8] {
        &self.source[..self.shape.cells()]
    }

    /// The new digit of each old one, from 1; 0 (blank) stays.
    pub(in crate::puzzle) fn digits(&self) -> &[u8] {
        &self.digits[..=self.shape.side()]
    }
}

/// The cell that stands at `cell` once rows and columns are put into the given orders (of the transposed board,
/// where `transposed`).
pub(super) fn source_cell(shape: Shape, rows: &[u8], columns: &[u8], transposed: bool, cell: usize) -> u8 {
    let side = shape.side() as u8;
    let (row, column) = (rows[shape.row(cell)], columns[shape.column(cell)]);
    if transposed { column * side + row } else { row * side + column }
}

/// Lines in an order that keeps groups of `size` neighbours together.
fn shuffled_lines(side: usize, size: usize, random: &mut Random) -> Vec<u8> {
    let mut lines = Vec::with_capacity(side);
    for group in random.permutation(side / size) {
        lines.extend(random.permutation(size).into_iter().map(|line| (group * size + line) as u8));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::sudoku::{check_answer, puzzle_by_singles, solved_by_singles};

    #[test]
    fn a_mapped_answer_solves_the_mapped_question() {
        for shape in Shape::ALL {
            for seed in 0..50 {
                let mut random = Random::new(seed);
                let clues = shape.cells() / 2;
                let (puzzle, solution) = puzzle_by_singles(shape, clues, &mut random);
                let symmetry = Symmetry::random(shape, &mut random);
                let (mapped, answer) = (symmetry.apply(&puzzle), symmetry.apply(&solution));
                assert_eq!(mapped.clues(), clues);
                assert_eq!(check_answer(&mapped, &answer), Ok(()));
                assert!(solved_by_singles(&mapped));
            }
        }
    }

    #[test]
    fn six_by_six_is_not_transposed() {
        let mut row = Board::empty(Shape::SIX);
        (0..6).for_each(|cell| row.set(cell, cell as u8 + 1));
        let mut random = Random::new(5);
        for _ in 0..50 {
            let mapped = Symmetry::random(Shape::SIX, &mut random).apply(&row);
            assert!(mapped.cells().chunks(6).any(|row| row.iter().all(|&digit| digit != 0)));
        }
    }
}
