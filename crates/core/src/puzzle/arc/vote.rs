//! The vote over many answers.

use super::Grid;

/// An answer that was given, and how often.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The answer.
    pub grid: Grid,
    /// How often it was given, at least once.
    pub count: usize,
    /// The mean of sigmoid(q_halt) over the times that it was given, 0 to 1.
    pub q: f64,
}

/// Answers to one input as they come in, each undone to the form of that input.
#[derive(Clone, Debug, Default)]
pub struct Votes {
    /// In the order in which they were first given.
    candidates: Vec<Candidate>,
    /// Answers that were no grid.
    spoilt: usize,
}

impl Votes {
    /// Counts an answer with its q_halt (a logit). `None` is an answer in which there is no grid: it has no part in the vote.
    pub fn add(&mut self, grid: Option<Grid>, q_halt: f32) {
        let Some(grid) = grid else {
            self.spoilt += 1;
            return;
        };
        let q = 1.0 / (1.0 + (-f64::from(q_halt)).exp());
        // A logit that is no number is no sign of certainty.
        let q = if q.is_nan() { 0.0 } else { q };
        match self.candidates.iter_mut().find(|candidate| candidate.grid == grid) {
            Some(candidate) => {
                candidate.count += 1;
                candidate.q += (q - candidate.q) / candidate.count as f64;
            }
            None => self.candidates.push(Candidate { grid, count: 1, q }),
        }
    }

    /// The candidates: the one most often given first; of those equally often given the one with the higher q, then the one
    /// that was given first. The first two are the attempts of the benchmark.
    pub fn ranked(&self) -> Vec<&Candidate> {
        let mut ranked: Vec<&Candidate> = self.candidates.iter().collect();
        ranked.sort_by(|a, b| b.count.cmp(&a.count).then(b.q.total_cmp(&a.q)));
        ranked
    }

    /// Answers that were counted, those without a grid included.
    pub fn total(&self) -> usize {
        self.candidates.iter().map(|candidate| candidate.count).sum::<usize>() + self.spoilt
    }

    /// Answers that were no grid.
    pub fn spoilt(&self) -> usize {
        self.spoilt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(colour: u8) -> Grid {
        Grid::of_rows(&[[colour]]).unwrap()
    }

    #[test]
    fn candidates_are_ranked_by_count_then_by_certainty() {
        let mut votes = Votes::default();
        // sigmoid(0) = 1/2, sigmoid(ln 3) = 3/4.
        let sure = 3_f32.ln();
        for (colour, q) in [(1, 0.0), (2, sure), (3, 50.0), (1, sure), (2, sure), (4, f32::NAN)] {
            votes.add(Some(grid(colour)), q);
        }
        votes.add(None, 50.0);
        let ranked: Vec<(u8, usize, f64)> = votes
            .ranked()
            .iter()
            .map(|found| (found.grid.cells()[0], found.count, (found.q * 1e4).round() / 1e4))
            .collect();
        assert_eq!(ranked, [(2, 2, 0.75), (1, 2, 0.625), (3, 1, 1.0), (4, 1, 0.0)]);
        assert_eq!((votes.total(), votes.spoilt()), (7, 1));
    }

    #[test]
    fn of_equals_the_first_given_is_first() {
        let mut votes = Votes::default();
        for colour in [5, 3, 3, 5, 4] {
            votes.add(Some(grid(colour)), 1.0);
        }
        let ranked: Vec<u8> = votes.ranked().iter().map(|found| found.grid.cells()[0]).collect();
        assert_eq!(ranked, [5, 3, 4]);
    }
}
