//! Settings of Adam-atan2, of the sign descent and of the learning rate. hrm.md, "Optimizers".

use serde::{Deserialize, Serialize};

/// The optimizers' settings; the defaults are the paper's for small sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptimizerConfig {
    /// Learning rate of Adam-atan2.
    pub lr: f64,
    /// Where the cosine ends, as a share of `lr`; 1: constant.
    pub lr_min_ratio: f64,
    /// Steps of linear warm-up.
    pub warmup_steps: u64,
    /// β1.
    pub beta1: f64,
    /// β2.
    pub beta2: f64,
    /// Weight decay of all trained weights.
    pub weight_decay: f64,
    /// Learning rate of the puzzle embedding.
    pub puzzle_lr: f64,
    /// Its weight decay.
    pub puzzle_weight_decay: f64,
    /// Decay of the weight average that evaluation uses.
    pub ema: f64,
}

impl Default for OptimizerConfig {
    fn default() -> Self {
        OptimizerConfig {
            lr: 1e-4,
            lr_min_ratio: 1.0,
            warmup_steps: 2000,
            beta1: 0.9,
            beta2: 0.95,
            weight_decay: 0.1,
            puzzle_lr: 1e-2,
            puzzle_weight_decay: 0.1,
            ema: 0.999,
        }
    }
}

impl OptimizerConfig {
    /// The factor on both learning rates at step `t` = 1, 2, … of `total`.
    pub fn schedule(&self, t: u64, total: u64) -> f64 {
        if t < self.warmup_steps {
            return t as f64 / self.warmup_steps as f64;
        }
        let span = total.saturating_sub(self.warmup_steps).max(1) as f64;
        // Past the end the rate stays where the cosine left it.
        let progress = ((t - self.warmup_steps) as f64 / span).min(1.0);
        self.lr_min_ratio + (1.0 - self.lr_min_ratio) * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
    }

    /// What the kernels read at step `t`: lr, puzzle lr, 1 / (1 - β1ᵗ), 1 / (1 - β2ᵗ).
    pub fn hyper(&self, t: u64, total: u64) -> [f32; 4] {
        let factor = self.schedule(t, total);
        let correction = |beta: f64| 1.0 / (1.0 - beta.powf(t as f64));
        [self.lr * factor, self.puzzle_lr * factor, correction(self.beta1), correction(self.beta2)].map(|x| x as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warms_up_and_ends_at_its_minimum() {
        let config = OptimizerConfig { warmup_steps: 10, lr_min_ratio: 0.1, ..OptimizerConfig::default() };
        assert_eq!(config.schedule(5, 100), 0.5);
        assert_eq!(config.schedule(10, 100), 1.0);
        assert!((config.schedule(55, 100) - 0.55).abs() < 1e-12);
        assert!((config.schedule(100, 100) - 0.1).abs() < 1e-12);
        assert!((config.schedule(900, 100) - 0.1).abs() < 1e-12);
    }
}
