//! Which cells of an answer break a rule.

use hrm_core::puzzle::{
    Kind,
    maze::Cell,
    sudoku::{BLANK_TOKEN, Board, Shape, conflicts},
};

/// Every cell of `answer` that cannot stand: what was given is changed, there is no symbol of the kind, symbols exclude
/// each other, marks are no shortest path. Both are `[S]`; in order, each once.
pub fn wrong_cells(kind: Kind, question: &[u8], answer: &[u8]) -> Vec<usize> {
    let mut wrong: Vec<usize> =
        (0..answer.len()).filter(|&at| question.get(at).is_none_or(|&asked| !fits(kind, asked, answer[at]))).collect();
    match kind {
        Kind::Sudoku(shape) => wrong.extend(repeated(shape, answer)),
        Kind::Maze(_) => wrong.extend(kind.check(question, answer).err().iter().flat_map(|fault| fault.cells())),
    }
    wrong.sort_unstable();
    wrong.dedup();
    wrong
}

/// Cells of a Sudoku's answer that exclude each other.
pub fn repeated(shape: Shape, answer: &[u8]) -> Vec<usize> {
    let board = Board::from_tokens(shape, answer);
    board.map_or_else(|_| Vec::new(), |board| conflicts(&board).iter().flat_map(|conflict| conflict.cells).collect())
}

/// Whether a token may answer what was asked, looking at the one cell alone.
fn fits(kind: Kind, asked: u8, answered: u8) -> bool {
    match kind {
        Kind::Sudoku(shape) => {
            let is_digit = answered > BLANK_TOKEN && usize::from(answered - BLANK_TOKEN) <= shape.side();
            is_digit && (asked == BLANK_TOKEN || asked == answered)
        }
        Kind::Maze(_) => answered == asked || (asked, answered) == (Cell::Open as u8, Cell::Path as u8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hrm_core::{puzzle::maze::Side, random::Random};

    #[test]
    fn a_right_answer_has_none() {
        for kind in [Kind::Sudoku(Shape::FOUR), Kind::Maze(Side::new(9).unwrap())] {
            let example = kind.generate(&mut Random::new(3), 0.5);
            assert!(wrong_cells(kind, &example.question, &example.answer).is_empty());
        }
    }

    #[test]
    fn what_breaks_a_rule_is_named() {
        let kind = Kind::Sudoku(Shape::FOUR);
        let mut question = [BLANK_TOKEN; 16];
        question[0] = 2;
        let mut answer: [u8; 16] = [2, 3, 4, 5, 4, 5, 2, 3, 3, 2, 5, 4, 5, 4, 3, 2];
        assert!(wrong_cells(kind, &question, &answer).is_empty());
        answer[15] = 1;
        assert_eq!(wrong_cells(kind, &question, &answer), [15]);
        answer[15] = 3;
        assert_eq!(wrong_cells(kind, &question, &answer), [7, 14, 15]);
        question[5] = 3;
        assert_eq!(wrong_cells(kind, &question, &answer), [5, 7, 14, 15]);
    }

    #[test]
    fn a_wall_broken_in_a_maze_is_named() {
        let kind = Kind::Maze(Side::new(9).unwrap());
        let example = kind.generate(&mut Random::new(3), 0.5);
        let mut answer = example.answer;
        answer[0] = Cell::Path as u8;
        assert_eq!(wrong_cells(kind, &example.question, &answer), [0]);
    }
}
