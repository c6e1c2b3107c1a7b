//! Branching: the cells of which the model is surest become clues of the next pass, until the board holds by rule or the
//! placed digits contradict each other. Then the branch begins again from the puzzle's own clues and places other cells or
//! digits.

use crate::puzzle::Kind;
use crate::random::Random;

/// Sets the draws of branches apart from those of forms and noise.
const BRANCH: u64 = 0x6272_616E_6368;

/// How a branch spends its segments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Branching {
    /// Segments of the first pass of a branch.
    pub first: usize,
    /// Segments of each later pass.
    pub later: usize,
    /// The share of the blank cells that become clues after a pass; one cell at least.
    pub share: f64,
    /// How much chance there is in the choice of cells: Gumbel noise of this size is added to the log of each cell's
    /// probability. 0 takes the surest ones.
    pub temperature: f64,
}

impl Default for Branching {
    fn default() -> Self {
        Self { first: 8, later: 4, share: 0.02, temperature: 0.3 }
    }
}

/// What a branch does after a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The pass goes on.
    GoOn,
    /// The next pass begins with this question: the puzzle with the cells placed so far, `[S]`.
    Pass(Vec<u8>),
}

/// One branch of a puzzle whose blank cells are filled with symbols, and those that follow it where it contradicts itself.
#[derive(Clone, Debug)]
pub struct Branch {
    kind: Kind,
    settings: Branching,
    puzzle: Vec<u8>,
    /// The puzzle with what was placed, `[S]`.
    question: Vec<u8>,
    random: Random,
    /// The first branch of view 0 takes what is surest; all others draw.
    drawn: bool,
    /// Sum of the pass's beliefs, `[S, V]`.
    beliefs: Vec<f32>,
    /// Segments of this pass.
    segments: usize,
}

impl Branch {
    /// The branches of view `view` of a search by `seed`.
    pub fn new(kind: Kind, question: &[u8], seed: u64, view: usize) -> Self {
        Self::with(Branching::default(), kind, question, seed, view)
    }

    /// [`Branch::new`] by other settings than the default.
    pub fn with(settings: Branching, kind: Kind, question: &[u8], seed: u64, view: usize) -> Self {
        Self {
            kind,
            settings,
            puzzle: question.to_vec(),
            question: question.to_vec(),
            random: Random::stream(seed ^ BRANCH, view as u64),
            drawn: view > 0,
            beliefs: Vec::new(),
            segments: 0,
        }
    }

    /// Cells that are placed.
    pub fn placed(&self) -> usize {
        self.puzzle.iter().zip(&self.question).filter(|(given, now)| given != now).count()
    }

    /// Chance for what else a pass draws, such as the form in which the question is seen.
    pub fn random(&mut self) -> &mut Random {
        &mut self.random
    }

    /// Takes a segment's beliefs `[S, V]`.
    pub fn take(&mut self, beliefs: &[f32]) -> Step {
        self.beliefs.resize(beliefs.len(), 0.0);
        self.beliefs.iter_mut().zip(beliefs).for_each(|(sum, belief)| *sum += belief);
        self.segments += 1;
        let length = if self.placed() == 0 { self.settings.first } else { self.settings.later };
        if self.segments < length {
            return Step::GoOn;
        }
        self.place();
        self.beliefs.clear();
        self.segments = 0;
        // The faults of such a puzzle are conflicts among the symbols that stand.
        if !self.kind.faults(&self.question).is_empty() {
            self.question.clone_from(&self.puzzle);
            self.drawn = true;
        }
        Step::Pass(self.question.clone())
    }

    /// Places the surest cells. A given clue is never touched: only blank cells are looked at.
    fn place(&mut self) {
        let (vocab, segments) = (self.kind.vocab_size(), self.segments as f64);
        let (mut cells, blank) = (Vec::new(), self.kind.blank());
        // Padding and the blank come before the symbols.
        let first = usize::from(blank) + 1;
        for (cell, beliefs) in self.beliefs.chunks_exact(vocab).enumerate() {
            if self.question.get(cell) != Some(&blank) {
                continue;
            }
            let chances: Vec<f64> = beliefs.iter().map(|&belief| f64::from(belief) / segments).collect();
            let token = if self.drawn { draw(&chances, first, &mut self.random) } else { surest(&chances, first) };
            let noise = if self.drawn { self.settings.temperature * gumbel(&mut self.random) } else { 0.0 };
            cells.push((chances[token].max(1e-12).ln() + noise, cell, token as u8));
        }
        cells.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let count = (cells.len() as f64 * self.settings.share).ceil() as usize;
        for &(_, cell, token) in cells.iter().take(count.max(1)) {
            self.question[cell] = token;
        }
    }
}

/// The most probable symbol from the token `first` on.
fn surest(chances: &[f64], first: usize) -> usize {
    let symbols = first..chances.len();
    symbols.max_by(|&a, &b| chances[a].total_cmp(&chances[b]).then(b.cmp(&a))).unwrap_or(first)
}

/// A symbol from the token `first` on, by its probability.
fn draw(chances: &[f64], first: usize, random: &mut Random) -> usize {
    let total: f64 = chances[first..].iter().sum();
    let mut left = random.unit() * total;
    for (token, chance) in chances.iter().enumerate().skip(first) {
        left -= chance;
        if left < 0.0 {
            return token;
        }
    }
    surest(chances, first)
}

/// The standard Gumbel distribution (1954).
fn gumbel(random: &mut Random) -> f64 {
    -(-(1.0 - random.unit()).ln()).max(1e-300).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::sudoku::BLANK_TOKEN;

    /// Beliefs of a model that is sure of `answer`, with a little for every other symbol.
    fn beliefs(kind: Kind, answer: &[u8]) -> Vec<f32> {
        let vocab = kind.vocab_size();
        let of_cell = |&token: &u8| (0..vocab).map(move |v| if v == usize::from(token) { 0.9 } else { 0.01 });
        answer.iter().flat_map(of_cell).collect()
    }

    fn nine() -> Kind {
        "sudoku-9x9".parse().unwrap()
    }

    /// The next pass's question.
    fn pass(branch: &mut Branch, beliefs: &[f32]) -> Vec<u8> {
        loop {
            if let Step::Pass(question) = branch.take(beliefs) {
                return question;
            }
        }
    }

    #[test]
    fn clues_stay_and_no_question_contradicts_itself() {
        let kind = nine();
        for view in 0..20 {
            let example = kind.generate(&mut Random::new(view as u64), 1.0).unwrap();
            // Every other model is sure of what contradicts the clues.
            let mut answer = example.answer.clone();
            if view % 2 == 1 {
                answer.rotate_left(9);
            }
            let beliefs = beliefs(kind, &answer);
            let mut branch = Branch::new(kind, &example.question, 5, view);
            for _ in 0..40 {
                let question = pass(&mut branch, &beliefs);
                assert!(example.question.iter().zip(&question).all(|(&a, &b)| a == BLANK_TOKEN || a == b));
                assert_eq!(kind.faults(&question), []);
            }
        }
    }

    #[test]
    fn the_surest_cells_are_placed_first_until_none_is_blank() {
        let kind = nine();
        let example = kind.generate(&mut Random::new(1), 1.0).unwrap();
        let mut sure = beliefs(kind, &example.answer);
        let cell = example.question.iter().position(|&token| token == BLANK_TOKEN).unwrap();
        sure[cell * kind.vocab_size() + usize::from(example.answer[cell])] = 0.99;
        let settings = Branching { share: 0.0, ..Branching::default() };
        let mut branch = Branch::with(settings, kind, &example.question, 5, 0);
        let question = pass(&mut branch, &sure);
        assert_eq!((question[cell], branch.placed()), (example.answer[cell], 1));
        while branch.question != example.answer {
            let before = branch.placed();
            pass(&mut branch, &sure);
            assert_eq!(branch.placed(), before + 1);
        }
    }

    #[test]
    fn a_contradiction_begins_again_with_other_cells() {
        let kind = nine();
        let example = kind.generate(&mut Random::new(1), 1.0).unwrap();
        let wrong: Vec<u8> = example.answer.iter().map(|_| BLANK_TOKEN + 1).collect();
        let settings = Branching { first: 1, later: 1, share: 0.0, temperature: 1.0 };
        let mut branch = Branch::with(settings, kind, &example.question, 5, 1);
        let counts: Vec<usize> = (0..60)
            .map(|_| {
                pass(&mut branch, &beliefs(kind, &wrong));
                branch.placed()
            })
            .collect();
        // No more than nine equal digits fit.
        assert!(counts.iter().all(|&placed| placed <= 9) && counts.windows(2).filter(|w| w[1] < w[0]).count() > 3);
    }

    #[test]
    fn the_same_number_draws_the_same_cells_and_another_others() {
        let kind = nine();
        let example = kind.generate(&mut Random::new(1), 1.0).unwrap();
        let beliefs = beliefs(kind, &example.answer);
        let placed = |seed, view| pass(&mut Branch::new(kind, &example.question, seed, view), &beliefs);
        assert_eq!(placed(3, 4), placed(3, 4));
        assert_ne!(placed(3, 4), placed(3, 5));
        assert_ne!(placed(3, 4), placed(4, 4));
    }

    #[test]
    fn digits_are_drawn_by_their_probability() {
        let mut random = Random::new(2);
        let chances = [0.5, 0.2, 0.2, 0.1, 0.0];
        let mut counts = [0; 5];
        (0..3000).for_each(|_| counts[draw(&chances, 2, &mut random)] += 1);
        assert!(counts[0] == 0 && counts[1] == 0 && counts[4] == 0, "{counts:?}");
        assert!((1900..2100).contains(&counts[2]), "{counts:?}");
        assert_eq!(surest(&chances, 2), 2);
    }
}
