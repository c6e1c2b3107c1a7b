//! Examples in batches, each reproducible from the seed and the step alone, so that a resumed run meets exactly
//! what it would have met.

use serde::{Deserialize, Serialize};

use super::puzzles::Puzzles;
use crate::{
    puzzle::{Example, Kind},
    random::Random,
};

/// The label of a position that has no part in the loss.
const IGNORED: i32 = -100;

/// Rows for one training or evaluation step; B rows of S positions, row by row.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Batch {
    /// The question's tokens, `[B, S]`.
    #[serde(with = "crate::word_bytes")]
    pub tokens: Vec<u32>,
    /// The answer's tokens, `[B, S]`; -100 where a position is not learnt. Generated kinds ignore none.
    #[serde(with = "crate::word_bytes")]
    pub labels: Vec<i32>,
    /// Puzzle identifiers, `[B]`: rows of the puzzle embedding, where the model has one.
    pub ids: Vec<u32>,
    /// Of a run on boards of several sizes, the number of this batch's size; 0 is the model's own.
    pub board: usize,
}

impl Batch {
    /// Examples of a kind, each with its puzzle's identifier: one row each. Positions of an answer whose token the kind does not
    /// learn are ignored.
    pub fn of<'a>(kind: Kind, examples: impl IntoIterator<Item = (&'a Example, u32)>) -> Self {
        let (mut tokens, mut labels, mut ids) = (Vec::new(), Vec::new(), Vec::new());
        for (Example { question, answer }, identifier) in examples {
            ids.push(identifier);
            tokens.extend(question.iter().map(|&token| u32::from(token)));
            labels.extend(answer.iter().map(|&token| if kind.learns(token) { i32::from(token) } else { IGNORED }));
        }
        Self { tokens, labels, ids, board: 0 }
    }

    /// The same rows as those of the board of that number.
    #[must_use]
    pub fn of_board(self, board: usize) -> Self {
        Self { board, ..self }
    }

    /// Its rows in so many equal parts, in their order.
    pub fn parts(&self, count: usize) -> Vec<Self> {
        let parts = self.tokens.chunks(self.tokens.len().div_ceil(count.max(1)).max(1));
        let labels = self.labels.chunks(self.labels.len().div_ceil(count.max(1)).max(1));
        let ids = self.ids.chunks(self.ids.len().div_ceil(count.max(1)).max(1));
        let part = |((tokens, labels), ids): ((&[u32], &[i32]), &[u32])| Self {
            tokens: tokens.to_vec(),
            labels: labels.to_vec(),
            ids: ids.to_vec(),
            board: self.board,
        };
        parts.zip(labels).zip(ids).map(part).collect()
    }
}

/// Which of several right answers a training example gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answers {
    /// The one of the base puzzle, turned and mirrored with it.
    #[default]
    Given,
    /// The one that stands for all answers to the question as it is turned ([`crate::puzzle::Rules::another_answer`]).
    Canonical,
    /// A random one, another each time.
    Random,
}

/// An endless stream of training examples of one kind.
#[derive(Clone, Debug)]
pub struct Dataset {
    kind: Kind,
    seed: u64,
    /// What is drawn from, under a random symmetry.
    source: Source,
    answers: Answers,
}

/// Where examples come from.
#[derive(Clone, Debug)]
enum Source {
    /// One of these.
    Base(Vec<Example>),
    /// A new one each time; the first stands in where none is found.
    Fresh(Puzzles, Example),
}

/// Sets what is drawn of fresh puzzles apart from base puzzles of the same seed.
const FRESH: u64 = 0x66_7265_7368;

impl Dataset {
    /// New puzzles without end, none of which is of a test class.
    ///
    /// # Errors
    /// Of what is asked for none is found.
    pub fn fresh(puzzles: Puzzles, seed: u64) -> Result<Self, DatasetError> {
        let (kind, seed) = (puzzles.kind(), seed ^ FRESH);
        let first = puzzles.fresh(&mut Random::stream(seed, u64::MAX)).ok_or(DatasetError::NothingFresh { kind })?;
        Ok(Self { kind, seed, source: Source::Fresh(puzzles, first), answers: Answers::Given })
    }

    /// The same with other answers, in games whose questions have several.
    #[must_use]
    pub fn with_answers(self, answers: Answers) -> Self {
        Self { answers, ..self }
    }

    /// Base puzzles and all that their symmetries make of them.
    ///
    /// # Errors
    /// No example; one that is not of the kind.
    pub fn augmented(kind: Kind, base: Vec<Example>, seed: u64) -> Result<Self, DatasetError> {
        if base.is_empty() {
            return Err(DatasetError::Empty);
        }
        for (index, Example { question, answer }) in base.iter().enumerate() {
            for (part, tokens) in [("question", question), ("answer", answer)] {
                if tokens.len() != kind.seq_len() {
                    let (found, expected) = (tokens.len(), kind.seq_len());
                    return Err(DatasetError::Length { index, part, found, kind, expected });
                }
                if let Some(&token) = tokens.iter().find(|&&token| usize::from(token) >= kind.vocab_size()) {
                    return Err(DatasetError::Token { index, part, token, kind, limit: kind.vocab_size() });
                }
            }
        }
        Ok(Self { kind, seed, source: Source::Base(base), answers: Answers::Given })
    }

    /// The kind of every example.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The base puzzles; none where each is a fresh one.
    pub fn into_base(self) -> Vec<Example> {
        match self.source {
            Source::Base(base) => base,
            Source::Fresh(..) => Vec::new(),
        }
    }

    /// Base puzzles; 0 where each is a fresh one.
    pub fn base_puzzles(&self) -> usize {
        match &self.source {
            Source::Base(base) => base.len(),
            Source::Fresh(..) => 0,
        }
    }

    /// Example `index` of the stream, a function of the seed and `index` alone.
    pub fn example(&self, index: u64) -> Example {
        let mut random = Random::stream(self.seed, index);
        let drawn;
        let example = match &self.source {
            Source::Base(base) => &base[random.below(base.len())],
            Source::Fresh(puzzles, first) => {
                drawn = puzzles.fresh(&mut random);
                drawn.as_ref().unwrap_or(first)
            }
        };
        let Example { question, answer } = self.kind.augment(&mut random, example);
        let another = |random| self.kind.rules()?.another_answer(&question, random);
        let other = match self.answers {
            Answers::Given => None,
            Answers::Canonical => another(None),
            Answers::Random => another(Some(&mut random)),
        };
        Example { answer: other.unwrap_or(answer), question }
    }

    /// The batch of step `step` (from 0): the next `rows` examples of the stream.
    pub fn batch(&self, step: u64, rows: usize) -> Batch {
        let first = step * rows as u64;
        let examples = self.examples(first..first + rows as u64);
        Batch::of(self.kind, examples.iter().map(|example| (example, 0)))
    }

    fn examples(&self, indices: std::ops::Range<u64>) -> Vec<Example> {
        // A fresh puzzle takes up to milliseconds.
        #[cfg(not(target_arch = "wasm32"))]
        if matches!(self.source, Source::Fresh(..)) {
            use rayon::prelude::*;
            return indices.into_par_iter().map(|index| self.example(index)).collect();
        }
        indices.map(|index| self.example(index)).collect()
    }
}

/// Examples that make no data set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatasetError {
    /// There is no example.
    #[error("a data set needs at least one example, found none")]
    Empty,
    /// There are examples, but none may be trained on.
    #[error(
        "all {count} puzzles are of the symmetry classes that are kept for unseen ones, a fifth of all: there is none to train \
         on; add puzzles of other classes (`hrm puzzles KIND --training` writes such)"
    )]
    OnlyUnseen {
        /// How many there are.
        count: usize,
    },
    /// No fresh puzzle may be trained on.
    #[error(
        "of what is drawn of {kind} nothing can be learnt: in many tries each puzzle was of a symmetry class that is kept for \
         unseen ones"
    )]
    NothingFresh {
        /// The kind.
        kind: Kind,
    },
    /// An example of another length than its kind's.
    #[error("example {index}: the {part} has {found} tokens, expected {expected} for {kind}")]
    Length {
        /// The example, from 0.
        index: usize,
        /// `question` or `answer`.
        part: &'static str,
        /// Its tokens.
        found: usize,
        /// The kind.
        kind: Kind,
        /// The kind's sequence length.
        expected: usize,
    },
    /// A token outside the vocabulary.
    #[error("example {index}: the {part} holds token {token}, expected tokens below {limit} for {kind}")]
    Token {
        /// The example, from 0.
        index: usize,
        /// `question` or `answer`.
        part: &'static str,
        /// The token.
        token: u8,
        /// The kind.
        kind: Kind,
        /// The kind's vocabulary size.
        limit: usize,
    },
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::puzzle::{arc::codec::TokenGrid, sudoku::Shape};

    const KIND: Kind = Kind::new(&Shape::FOUR);

    fn base(count: u64) -> Vec<Example> {
        (0..count).map(|index| KIND.generate(&mut Random::stream(1, index), 0.5).unwrap()).collect()
    }

    fn rows(batch: &Batch) -> Vec<Example> {
        let bytes = |tokens: &[i32]| tokens.iter().map(|&token| token as u8).collect();
        let questions: Vec<i32> = batch.tokens.iter().map(|&token| token as i32).collect();
        questions
            .chunks(16)
            .zip(batch.labels.chunks(16))
            .map(|(question, answer)| Example { question: bytes(question), answer: bytes(answer) })
            .collect()
    }

    #[test]
    fn a_batch_depends_on_seed_and_step_alone() {
        let data = Dataset::augmented(KIND, base(10), 5).unwrap();
        let later = data.batch(7, 8);
        (0..7).for_each(|step| drop(data.batch(step, 8)));
        assert_eq!(data.batch(7, 8), later);
        assert_ne!(data.batch(8, 8), later);
        assert_ne!(Dataset::augmented(KIND, base(10), 6).unwrap().batch(7, 8), later);
        // The stream does not depend on how it is cut into batches.
        assert_eq!(rows(&data.batch(1, 16)), [rows(&data.batch(2, 8)), rows(&data.batch(3, 8))].concat());
    }

    #[test]
    fn augmented_rows_stay_in_the_classes_of_their_base() {
        let base = base(20);
        let key = |example: &Example| KIND.class_key(&example.question).unwrap();
        let classes: HashSet<_> = base.iter().map(key).collect();
        let data = Dataset::augmented(KIND, base, 5).unwrap();
        let rows = rows(&data.batch(0, 300));
        assert!(rows.iter().all(|row| KIND.check(&row.question, &row.answer).is_ok()));
        assert_eq!(rows.iter().map(key).collect::<HashSet<_>>(), classes);
        assert!(rows.iter().collect::<HashSet<_>>().len() > 250);
    }

    #[test]
    fn what_a_kind_does_not_learn_is_ignored() {
        let example = |answer: [u8; 3]| Example { question: vec![1, 2, 0], answer: answer.to_vec() };
        let (one, two) = (example([3, 0, 1]), example([0, 0, 2]));
        let token_grid = TokenGrid::new(5).unwrap().kind();
        let batch = Batch::of(token_grid, [(&one, 7), (&two, 4)]);
        assert_eq!((batch.tokens, batch.ids), (vec![1, 2, 0, 1, 2, 0], vec![7, 4]));
        assert_eq!(batch.labels, [3, -100, 1, -100, -100, 2]);
        assert_eq!(Batch::of(KIND, [(&one, 0)]).labels, [3, 0, 1]);
    }

    #[test]
    fn foreign_examples_are_refused() {
        let refusal = |base| Dataset::augmented(KIND, base, 0).unwrap_err().to_string();
        assert_eq!(refusal(Vec::new()), "a data set needs at least one example, found none");
        let mut short = base(2);
        short[1].answer.pop();
        assert_eq!(refusal(short), "example 1: the answer has 15 tokens, expected 16 for sudoku-4x4");
        let mut foreign = base(2);
        foreign[0].question[3] = 6;
        assert_eq!(refusal(foreign), "example 0: the question holds token 6, expected tokens below 6 for sudoku-4x4");
    }
}
