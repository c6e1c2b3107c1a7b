//! Figures of the states as they pass: how much each step changed, and how widely its values spread.

use serde::{Deserialize, Serialize};

use super::analysis::{Head, Readout, product};
use crate::{
    checkpoint::Weights,
    config::ModelConfig,
    model::{Level, State},
};

/// One L or H step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Which module stepped.
    pub level: Level,
    /// H cycle, from 0.
    pub h_cycle: usize,
    /// L cycle, from 0; of an H step, the last one before it.
    pub l_cycle: usize,
    /// Root mean square of the change of this module's state (the forward residual).
    pub change: f32,
    /// The 98th percentile of the state's magnitudes: a colour scale that no outlier stretches.
    pub spread: f32,
    /// Inner products with every earlier state of this module in the run, in order, and with itself.
    pub products: Vec<f64>,
    /// What the state would answer through the model's head.
    pub readout: Readout,
}

/// A state that is not finite.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("z_{level:?} holds {value} at position {position}, channel {channel}; expected finite numbers")]
pub struct NotFinite {
    /// The module.
    pub level: Level,
    /// Position, from 0.
    pub position: usize,
    /// Channel, from 0.
    pub channel: usize,
    /// NaN or an infinity.
    pub value: f32,
}

/// Remembers the states of a run, to compare the next one with them.
#[derive(Clone, Debug)]
pub struct Trace {
    head: Head,
    channels: usize,
    h: Past,
    l: Past,
}

/// The states of one module.
#[derive(Clone, Debug)]
struct Past {
    initial: Vec<f32>,
    states: Vec<Vec<f32>>,
}

impl Trace {
    /// Begins at the initial states of a model: H_init and L_init at every position.
    pub fn of(weights: &Weights, config: &ModelConfig) -> Self {
        // A solver that runs has checked that both are there.
        let initial = |name| weights.tensors.get(name).map_or(&[][..], |tensor| &tensor.data);
        let past = |name| Past { initial: initial(name).repeat(config.tokens()), states: Vec::new() };
        Self { head: Head::of(weights, config), channels: config.hidden_size, h: past("H_init"), l: past("L_init") }
    }

    /// Figures of the next state.
    ///
    /// # Errors
    /// NaN or infinity in the state.
    pub fn step(&mut self, state: &State) -> Result<Step, NotFinite> {
        let State { level, h_cycle, l_cycle, ref z } = *state;
        if let Some(index) = z.iter().position(|value| !value.is_finite()) {
            let (position, channel) = (index / self.channels, index % self.channels);
            return Err(NotFinite { level, position, channel, value: z[index] });
        }
        let past = match level {
            Level::H => &mut self.h,
            Level::L => &mut self.l,
        };
        let change = rms_change(past.states.last().unwrap_or(&past.initial), z);
        past.states.push(z.clone());
        let products = past.states.iter().map(|before| product(before, z)).collect();
        Ok(Step { level, h_cycle, l_cycle, change, spread: spread(z), products, readout: self.head.read(z) })
    }
}

/// sqrt(mean((b - a)²)).
pub fn rms_change(a: &[f32], b: &[f32]) -> f32 {
    let sum: f64 = a.iter().zip(b).map(|(a, b)| f64::from(b - a).powi(2)).sum();
    (sum / a.len().max(1) as f64).sqrt() as f32
}

/// The 98th percentile of |z|.
pub fn spread(z: &[f32]) -> f32 {
    let mut magnitudes: Vec<f32> = z.iter().map(|value| value.abs()).collect();
    if magnitudes.is_empty() {
        return 0.0;
    }
    let rank = (magnitudes.len() - 1) * 98 / 100;
    *magnitudes.select_nth_unstable_by(rank, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(level: Level, z: &[f32]) -> State {
        State { level, h_cycle: 0, l_cycle: 0, z: z.to_vec() }
    }

    /// A trace of a model of T = 2 positions whose H_init is 0 and whose L_init is 1.
    fn trace(channels: usize) -> Trace {
        let text = format!(
            r#"{{"seq_len":2,"vocab_size":3,"H_cycles":1,"L_cycles":1,"H_layers":1,"L_layers":1,"num_heads":1,
            "mlp_t":true,"pos_encodings":"none","hidden_size":{channels}}}"#
        );
        let config = ModelConfig::from_json(&text).unwrap();
        let mut weights = Weights::init(&config, 1);
        for (name, value) in [("H_init", 0.0), ("L_init", 1.0)] {
            weights.tensors.get_mut(name).unwrap().data.fill(value);
        }
        weights.tensors.get_mut("lm_head.weight").unwrap().data[..3 * channels].fill(0.5);
        Trace::of(&weights, &config)
    }

    #[test]
    fn changes_are_of_the_same_module_and_begin_at_its_initial_state() {
        let mut trace = trace(1);
        let mut step = |level, z: &[f32]| trace.step(&state(level, z)).unwrap();
        assert_eq!(step(Level::L, &[1.0, 2.0]).change, 0.5_f32.sqrt());
        assert_eq!(step(Level::H, &[5.0, 5.0]).change, 5.0);
        let third = step(Level::L, &[4.0, 6.0]);
        assert_eq!(third.change, 12.5_f32.sqrt());
        assert_eq!(third.products, [16.0, 52.0]);
        assert_eq!(third.readout.answer(), [0, 0]);
    }

    #[test]
    fn an_outlier_does_not_stretch_the_scale() {
        let mut z: Vec<f32> = (0..100).map(|i| i as f32 / 100.0).collect();
        z[0] = -1e6;
        assert!(spread(&z) <= 1.0);
        assert_eq!(spread(&[]), 0.0);
    }

    #[test]
    fn names_the_place_of_what_is_no_number() {
        let error = trace(2).step(&state(Level::H, &[0.0, 0.0, 0.0, f32::NAN]));
        let error = error.unwrap_err();
        assert_eq!((error.position, error.channel), (1, 1));
        assert!(error.to_string().contains("z_H"));
    }
}
