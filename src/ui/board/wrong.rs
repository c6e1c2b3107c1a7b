//! Which cells of an answer break a rule.

use hrm_core::puzzle::Kind;

/// Every cell of `answer` that cannot stand ([`hrm_core::puzzle::Rules::wrong_cells`]); none where there are no rules.
pub fn wrong_cells(kind: Kind, question: &[u8], answer: &[u8]) -> Vec<usize> {
    kind.rules().map(|rules| rules.wrong_cells(question, answer)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hrm_core::random::Random;

    /// A blank cell of a Sudoku.
    const BLANK_TOKEN: u8 = 1;

    #[test]
    fn a_right_answer_has_none() {
        for kind in ["sudoku-4x4", "maze-9"].map(|name| name.parse::<Kind>().unwrap()) {
            let example = kind.generate(&mut Random::new(3), 0.5).unwrap();
            assert!(wrong_cells(kind, &example.question, &example.answer).is_empty());
        }
    }

    #[test]
    fn what_breaks_a_rule_is_named() {
        let kind: Kind = "sudoku-4x4".parse().unwrap();
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
        let kind: Kind = "maze-9".parse().unwrap();
        let example = kind.generate(&mut Random::new(3), 0.5).unwrap();
        let mut answer = example.answer;
        answer[0] = 5;
        assert_eq!(wrong_cells(kind, &example.question, &answer), [0]);
    }
}
