//! The shapes of a model, as far as its states need them.

use serde::{Deserialize, Serialize};

use crate::config::{Family, ModelConfig};

/// What the page must know of a model to show its states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shapes {
    /// T, positions of a state.
    pub positions: usize,
    /// P, positions in front of the puzzle's tokens.
    pub prefix: usize,
    /// D, channels of a state.
    pub channels: usize,
    /// N_H.
    pub h_cycles: usize,
    /// N_L.
    pub l_cycles: usize,
    /// Segments a run has in training.
    pub segments: usize,
    /// Which recurrence: a TRM has one module in both roles and no use for q_continue.
    pub family: Family,
}

impl Shapes {
    /// Of a configuration.
    pub fn of(config: &ModelConfig) -> Self {
        Self {
            positions: config.tokens(),
            prefix: config.puzzle_emb_len,
            channels: config.hidden_size,
            h_cycles: config.h_cycles,
            l_cycles: config.l_cycles,
            segments: config.halt_max_steps,
            family: config.family,
        }
    }

    /// Whether a model holds itself done at these values of its Q-head, logits: q_halt > q_continue, TRM q_halt > 0.
    pub fn is_done(&self, q_halt: f32, q_continue: f32) -> bool {
        self.family.is_done(q_halt, q_continue)
    }

    /// L and H steps of a segment: N_H · (N_L + 1).
    pub fn steps(&self) -> usize {
        self.h_cycles * (self.l_cycles + 1)
    }

    /// The H cycle of a step of a segment, and its place in that: L steps from 0, then N_L for the H step.
    pub fn cycles_of(&self, step: usize) -> (usize, usize) {
        (step / (self.l_cycles + 1), step % (self.l_cycles + 1))
    }

    /// Elements of a state: T · D.
    pub fn state_len(&self) -> usize {
        self.positions * self.channels
    }
}
