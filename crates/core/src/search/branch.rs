//! Branching: the cells of which the model is surest become clues of the next pass, until the board holds by rule or the
//! placed digits contradict each other. Each branch draws its own cells and digits.

use crate::puzzle::{Kind, sudoku::BLANK_TOKEN};
use crate::random::Random;

/// Segments of a pass at most; it ends before when its answer stays the same.
const PASS: usize = 8;
/// The share of blank cells that become clues after a pass.
const SHARE: f64 = 0.125;
/// Sets the draws of branches apart from those of forms and noise.
const BRANCH: u64 = 0x6272_616E_6368;

/// What a branch does after a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The pass goes on.
    GoOn,
    /// The next pass begins with this question: the puzzle with the cells placed so far, `[S]`.
    Pass(Vec<u8>),
    /// Two placed digits contradict each other, or no cell is left: the branch ends.
    End,
}

/// One branch of a Sudoku.
#[derive(Clone, Debug)]
pub struct Branch {
    kind: Kind,
    given: usize,
    /// The puzzle with what was placed, `[S]`.
    question: Vec<u8>,
    random: Random,
    /// Branch 0 takes what is surest; later ones draw with the model's probabilities.
    drawn: bool,
    /// Sum of the pass's beliefs, `[S, V]`.
    beliefs: Vec<f32>,
    segments: usize,
    last: Vec<u8>,
}

impl Branch {
    /// Branch `number` of a search by `seed`.
    pub fn new(kind: Kind, question: &[u8], seed: u64, number: usize) -> Self {
        Self {
            kind,
            given: clues(question),
            question: question.to_vec(),
            random: Random::stream(seed ^ BRANCH, number as u64),
            drawn: number > 0,
            beliefs: Vec::new(),
            segments: 0,
            last: Vec::new(),
        }
    }

    /// Cells that were placed.
    pub fn placed(&self) -> usize {
        clues(&self.question) - self.given
    }

    /// Takes a segment's answer `[S]` and beliefs `[S, V]`.
    pub fn take(&mut self, answer: &[u8], beliefs: &[f32]) -> Step {
        self.beliefs.resize(beliefs.len(), 0.0);
        self.beliefs.iter_mut().zip(beliefs).for_each(|(sum, belief)| *sum += belief);
        self.segments += 1;
        let settled = self.last == answer;
        self.last = answer.to_vec();
        if self.segments < PASS && !settled { Step::GoOn } else { self.place() }
    }

    /// Places the surest cells. A given clue is never touched: only blank cells are looked at.
    fn place(&mut self) -> Step {
        let vocab = self.kind.vocab_size();
        let segments = self.segments as f64;
        let mut surest = Vec::new();
        for (cell, beliefs) in self.beliefs.chunks_exact(vocab).enumerate() {
            if self.question.get(cell) != Some(&BLANK_TOKEN) {
                continue;
            }
            let first = usize::from(BLANK_TOKEN) + 1;
            let scored = beliefs.iter().enumerate().skip(first).map(|(token, &belief)| {
                // Gumbel (1954): the greatest of ln p + noise is a draw with probabilities p.
                let noise = if self.drawn { -(-(1.0 - self.random.unit()).ln()).ln() } else { 0.0 };
                ((f64::from(belief) / segments).max(1e-12).ln() + noise, token as u8)
            });
            let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b));
            surest.extend(best.map(|(score, token)| (score, cell, token)));
        }
        surest.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let count = (surest.len() as f64 * SHARE).ceil() as usize;
        for &(_, cell, token) in surest.iter().take(count) {
            self.question[cell] = token;
        }
        self.beliefs.clear();
        (self.segments, self.last) = (0, Vec::new());
        // Faults of a Sudoku are conflicts among the digits that stand.
        if count == 0 || !self.kind.faults(&self.question).is_empty() {
            Step::End
        } else {
            Step::Pass(self.question.clone())
        }
    }
}

fn clues(question: &[u8]) -> usize {
    question.iter().filter(|&&token| token > BLANK_TOKEN).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Beliefs of a model that is sure of `answer`, with a little for every other symbol.
    fn beliefs(kind: Kind, answer: &[u8]) -> Vec<f32> {
        let vocab = kind.vocab_size();
        let of_cell = |&token: &u8| (0..vocab).map(move |v| if v == usize::from(token) { 0.9 } else { 0.01 });
        answer.iter().flat_map(of_cell).collect()
    }

    #[test]
    fn clues_stay_and_cells_are_added_until_none_is_left_or_two_contradict() {
        let kind: Kind = "sudoku-9x9".parse().unwrap();
        for number in 0..20 {
            let example = kind.generate(&mut Random::new(number as u64), 1.0);
            // Every other model is sure of what contradicts the clues.
            let mut answer = example.answer.clone();
            if number % 2 == 1 {
                answer.rotate_left(9);
            }
            let mut branch = Branch::new(kind, &example.question, 5, number);
            let (mut placed, mut passes) = (0, 0);
            loop {
                match branch.take(&answer, &beliefs(kind, &answer)) {
                    Step::GoOn => {}
                    Step::Pass(question) => {
                        let kept = example.question.iter().zip(&question).all(|(&a, &b)| a == BLANK_TOKEN || a == b);
                        assert!(kept && branch.placed() > placed);
                        assert_eq!(kind.faults(&question), []);
                        (placed, passes) = (branch.placed(), passes + 1);
                    }
                    Step::End => break,
                }
                assert!(passes < 82);
            }
            if number == 0 {
                assert_eq!(branch.question, example.answer);
            }
        }
    }

    #[test]
    fn the_same_number_draws_the_same_cells_and_another_others() {
        let kind: Kind = "sudoku-9x9".parse().unwrap();
        let example = kind.generate(&mut Random::new(1), 1.0);
        let beliefs = beliefs(kind, &example.answer);
        let placed = |seed, number| {
            let mut branch = Branch::new(kind, &example.question, seed, number);
            branch.take(&example.answer, &beliefs);
            branch.take(&example.answer, &beliefs);
            assert!(branch.placed() > 0);
            branch.question
        };
        assert_eq!(placed(3, 4), placed(3, 4));
        assert_ne!(placed(3, 4), placed(3, 5));
        assert_ne!(placed(3, 4), placed(4, 4));
    }
}
