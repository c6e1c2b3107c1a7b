//! What a state would answer if the run ended with it: the model's own output head, read at any step.

use serde::{Deserialize, Serialize};

use crate::{
    analysis::product,
    checkpoint::Weights,
    config::{LossKind, ModelConfig},
    model::probabilities,
};

/// Symbols of a cell that are kept, the most probable ones.
pub const KEPT: usize = 3;

/// The distribution over the symbols of each of S cells, as far as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Readout {
    /// The most probable tokens of each cell, best first (of equals the first), `[S, min(V, KEPT)]`.
    tokens: Vec<u8>,
    /// Their probabilities, 0 to 1.
    probabilities: Vec<f32>,
    /// Entropy of each cell in bits, `[S]`.
    entropy: Vec<f32>,
}

impl Readout {
    /// Of `logits` `[S, V]`, with probabilities as the training loss defines them.
    pub fn of_logits(logits: &[f32], vocab_size: usize, loss: LossKind) -> Self {
        let mut readout = Self::default();
        let mut order: Vec<usize> = Vec::new();
        for row in logits.chunks_exact(vocab_size) {
            let chances = probabilities(row, loss);
            order.clear();
            order.extend(0..vocab_size);
            order.sort_unstable_by(|&a, &b| row[b].total_cmp(&row[a]).then(a.cmp(&b)));
            for &token in order.iter().take(KEPT) {
                readout.tokens.push(token as u8);
                readout.probabilities.push(chances[token] as f32);
            }
            let entropy: f64 = chances.iter().filter(|p| **p > 0.0).map(|p| -p * p.log2()).sum();
            readout.entropy.push(entropy as f32);
        }
        readout
    }

    /// Whether it is one of `cells` cells of a vocabulary, with numbers everywhere.
    pub fn fits(&self, cells: usize, vocab_size: usize) -> bool {
        let kept = cells * vocab_size.min(KEPT);
        (self.cells(), self.tokens.len(), self.probabilities.len()) == (cells, kept, kept)
            && self.tokens.iter().all(|&token| usize::from(token) < vocab_size)
            && self.probabilities.iter().chain(&self.entropy).all(|value| value.is_finite())
    }

    /// S.
    pub fn cells(&self) -> usize {
        self.entropy.len()
    }

    fn kept(&self) -> usize {
        self.tokens.len() / self.cells().max(1)
    }

    /// The answer: each cell's most probable token, `[S]`.
    pub fn answer(&self) -> Vec<u8> {
        self.tokens.iter().step_by(self.kept().max(1)).copied().collect()
    }

    /// The most probable tokens of a cell with their probabilities, best first; none for a cell that is not there.
    pub fn top(&self, cell: usize) -> impl Iterator<Item = (u8, f32)> {
        let range = cell * self.kept()..(cell + 1) * self.kept();
        let tokens = self.tokens.get(range.clone()).unwrap_or_default();
        let chances = self.probabilities.get(range).unwrap_or_default();
        tokens.iter().copied().zip(chances.iter().copied())
    }

    /// Probability of each cell's most probable token, `[S]`.
    pub fn confidence(&self) -> Vec<f32> {
        self.probabilities.iter().step_by(self.kept().max(1)).copied().collect()
    }

    /// Entropy of each cell in bits, `[S]`.
    pub fn entropy(&self) -> &[f32] {
        &self.entropy
    }
}

/// The output head: logits = z · Wᵀ at the positions of the puzzle's cells.
#[derive(Clone, Debug)]
pub struct Head {
    /// `[V, D]`.
    weight: Vec<f32>,
    vocab_size: usize,
    channels: usize,
    prefix: usize,
    loss: LossKind,
}

impl Head {
    /// Of a model whose weights fit its configuration.
    pub fn of(weights: &Weights, config: &ModelConfig) -> Self {
        let weight = weights.tensors.get("lm_head.weight").map(|tensor| tensor.data.clone()).unwrap_or_default();
        let (vocab_size, channels) = (config.vocab_size, config.hidden_size);
        Self { weight, vocab_size, channels, prefix: config.puzzle_emb_len, loss: config.loss }
    }

    /// Reads a state `[T, D]` of either module.
    pub fn read(&self, state: &[f32]) -> Readout {
        let cells = state.chunks_exact(self.channels).skip(self.prefix);
        let symbols = || self.weight.chunks_exact(self.channels);
        let logits: Vec<f32> = cells.flat_map(|z| symbols().map(|w| product(z, w) as f32)).collect();
        Readout::of_logits(&logits, self.vocab_size, self.loss)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_best_symbols_in_order() {
        let readout = Readout::of_logits(&[0.0, 2.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0], 4, LossKind::Stablemax);
        assert_eq!(readout.cells(), 2);
        assert_eq!(readout.answer(), [1, 0]);
        let top: Vec<_> = readout.top(0).collect();
        assert_eq!(top, [(1, 1.0 / 3.0), (2, 1.0 / 3.0), (3, 2.0 / 9.0)]);
        assert_eq!((readout.confidence(), readout.entropy()[1]), (vec![1.0 / 3.0, 0.25], 2.0));
        assert_eq!(readout.top(2).count(), 0);
    }

    #[test]
    fn a_small_vocabulary_is_kept_whole() {
        let readout = Readout::of_logits(&[-1.0, 1.0, 3.0, 0.0], 2, LossKind::Softmax);
        assert_eq!(readout.answer(), [1, 0]);
        assert_eq!(readout.top(1).count(), 2);
    }
}
