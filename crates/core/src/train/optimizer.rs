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

/// Share of the start weights in the average of the weights, above which that lags.
const LAGGING: f64 = 0.05;

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

    /// Why the average of the weights, which is tested and saved, may be far behind the last weights after `step` of `total`
    /// steps, and what helps where it will be so at the end; a sentence without its full stop. `None` where there is no
    /// average, or the start weights are no more than a twentieth of it.
    pub fn average_lag(&self, step: u64, total: u64) -> Option<String> {
        let share = |step: u64| self.ema.powf(step as f64);
        if !(self.ema > 0.0 && share(step) > LAGGING) {
            return None;
        }
        let span = 1.0 / (1.0 - self.ema);
        let advice = if share(total) > LAGGING {
            // A tenth of the run.
            let digits = if total < 1000 { 2 } else { 4 };
            format!("; for a run of {total} steps ema = {:.digits$} suits", (1.0 - 10.0 / total as f64).max(0.0))
        } else {
            format!("; from about step {:.0} on it does not lag", span * -LAGGING.ln())
        };
        Some(format!(
            "the weights that are tested and saved are an average over about {span:.0} steps (ema {}), which lags: after step \
             {step} it is still {:.0} % start weights{advice}",
            self.ema,
            100.0 * share(step)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_lags_until_it_has_left_the_start_weights_behind() {
        let with = |ema| OptimizerConfig { ema, ..OptimizerConfig::default() };
        let said = with(0.999).average_lag(250, 4000).unwrap();
        let lags =
            "an average over about 1000 steps (ema 0.999), which lags: after step 250 it is still 78 % start weights";
        assert!(said.contains(lags) && said.ends_with("; from about step 2996 on it does not lag"), "{said}");
        let short = with(0.999).average_lag(250, 250).unwrap();
        assert!(short.ends_with("; for a run of 250 steps ema = 0.96 suits"), "{short}");
        let suits = with(0.96);
        assert_eq!(suits.average_lag(250, 250), None, "what is advised helps");
        assert_eq!((with(0.98).average_lag(149, 1000), with(0.0).average_lag(0, 1000)), (None, None));
        assert!(with(0.98).average_lag(147, 1000).is_some());
    }

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
