//! The rules of a 4x4 Sudoku, said once more than in the library: the judge is no relative of the judged.

/// Whether the 16 characters hold 1 to 4 once in every row, column and 2x2 box.
pub fn is_solution(board: &str) -> bool {
    let digits: Vec<u32> = board.chars().filter_map(|c| c.to_digit(10)).collect();
    let whole = |cells: [usize; 4]| {
        let mut found = cells.map(|cell| digits[cell]);
        found.sort();
        found == [1, 2, 3, 4]
    };
    digits.len() == 16
        && board.len() == 16
        && (0..4).all(|i| {
            let corner = i / 2 * 8 + i % 2 * 2;
            whole([0, 1, 2, 3].map(|j| i * 4 + j))
                && whole([0, 1, 2, 3].map(|j| j * 4 + i))
                && whole([0, 1, 4, 5].map(|j| corner + j))
        })
}

/// Whether the answer has every clue of the puzzle (`.` is a blank) where the puzzle has it.
pub fn keeps_clues(puzzle: &str, answer: &str) -> bool {
    puzzle.len() == answer.len() && puzzle.chars().zip(answer.chars()).all(|(clue, digit)| clue == '.' || clue == digit)
}

/// How many clues a puzzle has.
pub fn clues(puzzle: &str) -> usize {
    puzzle.chars().filter(char::is_ascii_digit).count()
}
