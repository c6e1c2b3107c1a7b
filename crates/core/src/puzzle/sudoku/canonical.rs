//! A key that two boards share whenever a map of [`Symmetry`](super::Symmetry) carries one into the other.
//!
//! 4x4 (128 maps of the cells) and 6x6 (3,456): exact, the least relabelled board over all maps. 9x9 has
//! 6^8·2 = 3,359,232 maps, too many to try for each of tens of thousands of puzzles: there the key is an
//! invariant from colour refinement (Weisfeiler & Leman 1968). It may put two classes under one key, which costs
//! a data set a puzzle; it never tells two equivalent boards apart, which would leak a puzzle into the test set.

use std::sync::OnceLock;

use super::{
    board::Board,
    shape::{MAX_CELLS, Shape},
    symmetry::source_cell,
};
use crate::{puzzle::class::ClassKey, random::mix64};

/// The key of a board's symmetry class. Keys of different shapes are not to be compared.
pub fn class_key(board: &Board) -> ClassKey {
    match cell_maps(board.shape()) {
        Some(maps) => ClassKey::of_number(least_relabelling(board, maps)),
        None => ClassKey::of_number(u128::from(refined_colour(board))),
    }
}

/// Every map of the cells, as the source of each new cell; `None` where there are too many to list.
fn cell_maps(shape: Shape) -> Option<&'static [Vec<u8>]> {
    static FOUR: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    static SIX: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    match shape.side() {
        4 => Some(FOUR.get_or_init(|| list_cell_maps(shape))),
        6 => Some(SIX.get_or_init(|| list_cell_maps(shape))),
        _ => None,
    }
}

fn list_cell_maps(shape: Shape) -> Vec<Vec<u8>> {
    let (rows, columns) = (line_orders(shape, shape.box_rows()), line_orders(shape, shape.box_cols()));
    let transpositions: &[bool] = if shape.is_transposable() { &[false, true] } else { &[false] };
    let mut maps = Vec::with_capacity(rows.len() * columns.len() * transpositions.len());
    for &transposed in transpositions {
        for rows in &rows {
            for columns in &columns {
                let source = |cell| source_cell(shape, rows, columns, transposed, cell);
                maps.push((0..shape.cells()).map(source).collect());
            }
        }
    }
    maps
}

/// Every order of the lines that keeps groups of `size` neighbours together.
fn line_orders(shape: Shape, size: usize) -> Vec<Vec<u8>> {
    let within = orders(size);
    let mut lines = Vec::new();
    for groups in orders(shape.side() / size) {
        let mut partial = vec![Vec::new()];
        for group in groups {
            partial = partial
                .iter()
                .flat_map(|start: &Vec<u8>| {
                    within.iter().map(|order| {
                        let next = order.iter().map(|line| group * size as u8 + line);
                        start.iter().copied().chain(next).collect()
                    })
                })
                .collect();
        }
        lines.extend(partial);
    }
    lines
}

/// Every order of `0..n`.
fn orders(n: usize) -> Vec<Vec<u8>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let insert_last = |order: Vec<u8>| {
        (0..n).map(move |place| {
            let mut longer = order.clone();
            longer.insert(place, n as u8 - 1);
            longer
        })
    };
    orders(n - 1).into_iter().flat_map(insert_last).collect()
}

/// The least board over all maps, digits renamed in the order of their first appearance, as a number of 3 bits a
/// cell.
fn least_relabelling(board: &Board, maps: &[Vec<u8>]) -> u128 {
    let cells = board.cells();
    let mut least = [u8::MAX; MAX_CELLS];
    for map in maps {
        let mut names = [0; 10];
        let mut used = 0;
        let mut smaller = false;
        for (&source, least) in map.iter().zip(&mut least) {
            let digit = usize::from(cells[usize::from(source)]);
            if digit != 0 && names[digit] == 0 {
                used += 1;
                names[digit] = used;
            }
            if !smaller && names[digit] > *least {
                break;
            }
            smaller |= names[digit] < *least;
            *least = names[digit];
        }
    }
    least[..cells.len()].iter().fold(0, |number, &digit| number << 3 | u128::from(digit))
}

/// Rounds of refinement: enough for the colour of every node to hear of every other.
const ROUNDS: usize = 8;

/// Refines the colours of a graph whose symmetries are those of the board: each cell is joined to its row, column,
/// box and digit, each line and box to its bands and stacks. A round gives every node a new colour from its own
/// and the sum of its neighbours', so that no order matters and rows look like columns.
fn refined_colour(board: &Board) -> u64 {
    let shape = board.shape();
    let side = shape.side();
    let lines = shape.cells();
    let boxes = lines + 2 * side;
    let bands = boxes + side;
    let stacks = bands + side / shape.box_rows();
    let labels = stacks + side / shape.box_cols();

    let mut edges = Vec::with_capacity(6 * shape.cells());
    for (cell, &digit) in board.cells().iter().enumerate() {
        let (row, column) = (shape.row(cell), shape.column(cell));
        edges.extend([lines + row, lines + side + column, boxes + shape.box_of(cell)].map(|unit| (cell, unit)));
        if digit != 0 {
            edges.push((cell, labels + usize::from(digit) - 1));
        }
    }
    for line in 0..side {
        let (band, stack) = (bands + line / shape.box_rows(), stacks + line / shape.box_cols());
        edges.extend([(lines + line, band), (lines + side + line, stack)]);
    }
    for index in 0..side {
        let boxes_across = side / shape.box_cols();
        let (band, stack) = (bands + index / boxes_across, stacks + index % boxes_across);
        edges.extend([(boxes + index, band), (boxes + index, stack)]);
    }

    // At first only the sort of a node counts: cell, line, box, chute or digit.
    let sort = |node| [lines, boxes, bands, labels].iter().filter(|&&start| node >= start).count() as u64;
    let mut colours: Vec<u64> = (0..labels + side).map(|node| mix64(1 + sort(node))).collect();
    let mut sums = vec![0_u64; colours.len()];
    for _ in 0..ROUNDS {
        sums.fill(0);
        for &(a, b) in &edges {
            sums[a] = sums[a].wrapping_add(colours[b]);
            sums[b] = sums[b].wrapping_add(colours[a]);
        }
        for (colour, sum) in colours.iter_mut().zip(&sums) {
            *colour = mix64(mix64(*colour).wrapping_add(sum.rotate_left(32)));
        }
    }
    colours.iter().fold(0, |sum: u64, &colour| sum.wrapping_add(colour))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{
        puzzle::sudoku::{Symmetry, clue_range, count_solutions, puzzle_by_singles, solved_by_singles},
        random::Random,
    };

    #[test]
    fn maps_are_as_many_as_there_should_be() {
        let unlike = |shape| cell_maps(shape).unwrap().iter().collect::<HashSet<_>>().len();
        assert_eq!(unlike(Shape::FOUR), 2 * 8 * 8);
        assert_eq!(unlike(Shape::SIX), 48 * 72);
        assert!(cell_maps(Shape::NINE).is_none());
    }

    #[test]
    fn equivalent_boards_share_a_key() {
        for (shape, rounds) in [(Shape::FOUR, 200), (Shape::SIX, 40), (Shape::NINE, 200)] {
            let mut random = Random::new(11);
            for _ in 0..rounds {
                let (puzzle, _) = puzzle_by_singles(shape, shape.cells() * 2 / 5, &mut random);
                let mapped = Symmetry::random(shape, &mut random).apply(&puzzle);
                assert_eq!(class_key(&puzzle), class_key(&mapped));
            }
        }
    }

    #[test]
    fn random_nine_by_nine_puzzles_have_keys_of_their_own() {
        let mut random = Random::new(12);
        let keys: HashSet<ClassKey> =
            (0..300).map(|_| class_key(&puzzle_by_singles(Shape::NINE, 30, &mut random).0)).collect();
        assert_eq!(keys.len(), 300);
    }

    #[test]
    fn moving_one_clue_changes_the_key() {
        let mut random = Random::new(13);
        for shape in [Shape::SIX, Shape::NINE] {
            let (puzzle, solution) = puzzle_by_singles(shape, shape.cells() / 2, &mut random);
            let place = |filled| (0..shape.cells()).find(|&cell| (puzzle.digit(cell) != 0) == filled).unwrap();
            let (given, blank) = (place(true), place(false));
            let mut other = puzzle;
            other.set(given, 0);
            other.set(blank, solution.digit(blank));
            assert_ne!(class_key(&puzzle), class_key(&other));
        }
    }

    /// Every 4x4 puzzle of 4 to 10 clues that singles solve: a subset of one of the 288 grids, each of which is
    /// equivalent to one of the two tried here.
    #[test]
    fn four_by_four_has_4004_classes() {
        let mut keys = HashSet::new();
        for grid in ["1234341221434321", "1234341223414123"] {
            let grid = Board::parse(grid, None).unwrap();
            for kept in 0_u32..1 << 16 {
                if !clue_range(Shape::FOUR).contains(&(kept.count_ones() as usize)) {
                    continue;
                }
                let mut puzzle = grid;
                (0..16).filter(|cell| kept >> cell & 1 == 0).for_each(|cell| puzzle.set(cell, 0));
                if solved_by_singles(&puzzle) {
                    assert_eq!(count_solutions(&puzzle, 2), 1);
                    keys.insert(class_key(&puzzle));
                }
            }
        }
        assert_eq!(keys.len(), 4004);
    }
}
