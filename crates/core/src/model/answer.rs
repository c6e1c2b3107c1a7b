//! Logits to an answer: the raw arg max, and how sure the model is of it.

use serde::{Deserialize, Serialize};

use crate::{
    config::LossKind,
    engine::cpu::{arg_max, stablemax},
};

/// What the model answers, position by position. Nothing repairs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Arg max token of each position, `[S]`; the first of equals.
    pub tokens: Vec<u8>,
    /// Probability of that token, `[S]`, 0 to 1.
    pub confidence: Vec<f32>,
}

impl Answer {
    /// Of `logits` `[S, V]`, with probabilities as the training loss defines them.
    pub fn of_logits(logits: &[f32], vocab_size: usize, loss: LossKind) -> Self {
        let mut answer = Self { tokens: Vec::new(), confidence: Vec::new() };
        for row in logits.chunks_exact(vocab_size) {
            let best = arg_max(row);
            answer.tokens.push(best as u8);
            answer.confidence.push(probabilities(row, loss)[best] as f32);
        }
        answer
    }
}

/// Probabilities of a position's symbols, `[V]`, from its logits.
pub fn probabilities(logits: &[f32], loss: LossKind) -> Vec<f64> {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weight = |&logit: &f32| match loss {
        LossKind::Softmax => f64::from(logit - top).exp(),
        LossKind::Stablemax => stablemax(f64::from(logit)),
    };
    let weights: Vec<f64> = logits.iter().map(weight).collect();
    let total: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_arg_max_and_its_probability() {
        let logits = [0.0, 1.0, -1.0, 3.0, 3.0, 0.0];
        let soft = Answer::of_logits(&logits, 3, LossKind::Softmax);
        assert_eq!(soft.tokens, [1, 0]);
        let expected = 1.0_f64.exp() / (1.0 + 1.0_f64.exp() + (-1.0_f64).exp());
        assert!((f64::from(soft.confidence[0]) - expected).abs() < 1e-6);
        let stable = Answer::of_logits(&logits, 3, LossKind::Stablemax);
        assert!((stable.confidence[0] - 2.0 / 3.5).abs() < 1e-6);
        assert!((stable.confidence[1] - 4.0 / 9.0).abs() < 1e-6);
    }
}
