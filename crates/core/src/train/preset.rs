//! Starting points of a training: what the page offers, and what `bench.html` measures.

use crate::config::{Family, LossKind, Mixer, ModelConfig, Positions};
use crate::puzzle::Kind;

use super::optimizer::OptimizerConfig;
use super::program::Trained;
use super::setup::{Late, Setup};

/// A model with the settings that train it.
#[derive(Clone, Debug, PartialEq)]
pub struct Preset {
    /// Its name, in lists and links.
    pub name: &'static str,
    /// One sentence on whom it is for.
    pub about: &'static str,
    /// The model.
    pub model: ModelConfig,
    /// The optimizers.
    pub optimizer: OptimizerConfig,
    /// B.
    pub batch: usize,
    /// Steps that the learning rate's schedule spans.
    pub steps: u64,
}

impl Preset {
    /// All presets for a kind of puzzle, from the smallest to the largest; the first is the default.
    pub fn all(puzzle: Kind) -> [Preset; 5] {
        [tiny(puzzle), small(puzzle), medium(puzzle), paper(puzzle), trm(puzzle)]
    }

    /// The run that it begins.
    pub fn setup(&self, seed: u64) -> Setup {
        let Preset { model, optimizer, batch, steps, .. } = self.clone();
        Setup {
            model,
            optimizer,
            batch,
            total_steps: steps,
            seed,
            shards: 1,
            sizes: Vec::new(),
            trained: Trained::Everything,
            late: Late::default(),
        }
    }
}

/// The paper's model of 27 M weights, for boards of so many cells and symbols.
pub(crate) fn paper_model(seq_len: usize, vocab_size: usize) -> ModelConfig {
    ModelConfig {
        family: Family::Hrm,
        seq_len,
        vocab_size,
        num_puzzle_identifiers: 1,
        puzzle_emb_ndim: 512,
        puzzle_emb_len: 1,
        h_cycles: 2,
        l_cycles: 2,
        h_layers: 4,
        l_layers: 4,
        hidden_size: 512,
        expansion: 4.0,
        num_heads: 8,
        mixer: Mixer::Attention,
        local_conv: None,
        positions: Positions::Rope,
        halt_max_steps: 16,
        halt_exploration_prob: 0.1,
        loss: LossKind::Stablemax,
        rms_norm_eps: 1e-5,
        rope_theta: 10000.0,
        columns: None,
    }
}

fn paper_model_of(puzzle: Kind) -> ModelConfig {
    let columns = (!puzzle.size().is_square()).then(|| puzzle.size().columns());
    ModelConfig { columns, ..paper_model(puzzle.seq_len(), puzzle.vocab_size()) }
}

/// HRM's two modules with token mixing over the positions, which learns boards several times faster than attention.
fn hrm(puzzle: Kind, hidden_size: usize, layers: usize) -> ModelConfig {
    ModelConfig {
        puzzle_emb_ndim: 0,
        puzzle_emb_len: 0,
        h_layers: layers,
        l_layers: layers,
        hidden_size,
        num_heads: (hidden_size / 32).max(1),
        mixer: Mixer::MlpT,
        positions: Positions::None,
        halt_max_steps: 8,
        ..paper_model_of(puzzle)
    }
}

/// The settings of a short run: a high rate that falls, and an average that follows quickly.
fn short(lr: f64, warmup_steps: u64, ema: f64) -> OptimizerConfig {
    OptimizerConfig { lr, lr_min_ratio: 0.1, warmup_steps, ema, ..OptimizerConfig::default() }
}

/// Found by trying: one layer a module, few segments and a batch of 32 reach 90 % of unseen 4x4 puzzles first.
fn tiny(puzzle: Kind) -> Preset {
    Preset {
        name: "tiny",
        about: "Learns 4x4 Sudoku in a minute on any device.",
        model: ModelConfig { halt_max_steps: 4, ..hrm(puzzle, 64, 1) },
        optimizer: short(2e-3, 50, 0.98),
        batch: 32,
        steps: 1000,
    }
}

fn small(puzzle: Kind) -> Preset {
    Preset {
        name: "small",
        about: "Learns 6x6 Sudoku in an hour on two processor cores.",
        model: hrm(puzzle, 96, 2),
        optimizer: short(1e-3, 100, 0.999),
        batch: 64,
        steps: 4000,
    }
}

fn medium(puzzle: Kind) -> Preset {
    Preset {
        name: "medium",
        about: "For 9x9 Sudoku: hours on a processor, far less on a graphics card.",
        model: ModelConfig { halt_max_steps: 16, ..hrm(puzzle, 128, 2) },
        optimizer: short(1e-3, 200, 0.999),
        batch: 64,
        steps: 20_000,
    }
}

/// The paper's 27 M model with its settings for Sudoku on one small graphics card, but for the batch of 384 and
/// the weight average, which it does not have.
fn paper(puzzle: Kind) -> Preset {
    Preset {
        name: "paper",
        about: "The paper's 27 M weights: needs a graphics card.",
        model: paper_model_of(puzzle),
        optimizer: OptimizerConfig {
            lr: 7e-5,
            weight_decay: 1.0,
            puzzle_lr: 7e-5,
            puzzle_weight_decay: 1.0,
            ..OptimizerConfig::default()
        },
        batch: 32,
        steps: 60_000,
    }
}

/// The successor as published for Sudoku (arXiv 2510.04871), but for the batch of 768.
fn trm(puzzle: Kind) -> Preset {
    let hrm = hrm(puzzle, 512, 2);
    Preset {
        name: "trm",
        about: "The successor with one module in both roles, as published: needs a graphics card.",
        model: ModelConfig {
            family: Family::Trm,
            puzzle_emb_ndim: 512,
            puzzle_emb_len: 16,
            h_cycles: 3,
            l_cycles: 6,
            h_layers: 0,
            num_heads: 8,
            halt_max_steps: 16,
            ..hrm
        },
        optimizer: OptimizerConfig {
            weight_decay: 1.0,
            puzzle_lr: 1e-4,
            puzzle_weight_decay: 1.0,
            ..OptimizerConfig::default()
        },
        batch: 32,
        steps: 60_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_can_be_for_every_puzzle() {
        for puzzle in Kind::all() {
            for preset in Preset::all(puzzle) {
                assert_eq!(preset.model.validate(), Ok(()), "{} for {puzzle}", preset.name);
                assert_eq!(preset.setup(3).seed, 3);
            }
        }
    }
}
