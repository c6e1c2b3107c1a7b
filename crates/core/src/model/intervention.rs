//! What can be done to a thought while it goes on, to see whether it recovers.

use serde::{Deserialize, Serialize};

use super::taps::Level;

/// An act, and when it begins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intervention {
    /// The first step that it touches, counted from 0 through the whole run; it acts just before that step.
    pub at: usize,
    /// What is done.
    pub act: Act,
}

/// What is done to the states or to the input, in every row of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Act {
    /// The module makes no more steps: its state stays as it is.
    Freeze {
        /// Which module.
        level: Level,
    },
    /// The state becomes the module's initial one.
    Restart {
        /// Which module.
        level: Level,
    },
    /// Gaussian noise is added to the state.
    Noise {
        /// Which module.
        level: Level,
        /// RMS of the noise over that of the state.
        size: f32,
        /// The same seed gives the same noise.
        seed: u32,
    },
    /// A token of the puzzle becomes another one: from here on the input is embedded so.
    Clue {
        /// The cell, from 0.
        cell: usize,
        /// What it becomes.
        token: u32,
    },
}

impl Act {
    /// Whether it can be done to a puzzle of `cells` cells whose tokens are below `vocab_size`.
    pub fn fits(&self, cells: usize, vocab_size: usize) -> bool {
        match *self {
            Self::Clue { cell, token } => cell < cells && (token as usize) < vocab_size,
            Self::Noise { size, .. } => size.is_finite(),
            Self::Freeze { .. } | Self::Restart { .. } => true,
        }
    }
}

impl Intervention {
    /// Whether a stretch of steps, the first and the one after the last, runs otherwise because of it: a freeze holds on,
    /// all else acts once (its effects last by themselves).
    pub fn touches(&self, first: usize, end: usize) -> bool {
        self.at < end && (self.at >= first || matches!(self.act, Act::Freeze { .. }))
    }

    /// Whether it keeps a module from making a step.
    pub fn holds(&self, level: Level, step: usize) -> bool {
        self.at <= step && self.act == Act::Freeze { level }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_fits_a_puzzle_that_has_what_it_is_about() {
        let clue = |cell, token| Act::Clue { cell, token }.fits(16, 6);
        assert!(clue(15, 5) && !clue(16, 5) && !clue(15, 6));
        let noise = |size| Act::Noise { level: Level::H, size, seed: 1 }.fits(16, 6);
        assert!(noise(0.5) && !noise(f32::NAN) && Act::Freeze { level: Level::L }.fits(16, 6));
    }
}
