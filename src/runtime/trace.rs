//! Figures of the states as they pass: how much each step changed, and how widely its values spread.

use serde::{Deserialize, Serialize};

use super::protocol::Shapes;
use crate::{
    checkpoint::Weights,
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

/// Remembers the last state of each module.
#[derive(Clone, Debug)]
pub struct Trace {
    channels: usize,
    last_h: Vec<f32>,
    last_l: Vec<f32>,
}

impl Trace {
    /// Begins at the initial states: H_init and L_init, `[D]`, at every of T positions.
    pub fn new(h_init: &[f32], l_init: &[f32], positions: usize) -> Self {
        Self { channels: h_init.len(), last_h: h_init.repeat(positions), last_l: l_init.repeat(positions) }
    }

    /// Begins where a model with these weights begins.
    pub fn of(weights: &Weights, shapes: Shapes) -> Self {
        // A solver that runs has checked that both are there.
        let initial = |name| weights.tensors.get(name).map_or(&[][..], |tensor| &tensor.data);
        Self::new(initial("H_init"), initial("L_init"), shapes.positions)
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
        let last = match level {
            Level::H => &mut self.last_h,
            Level::L => &mut self.last_l,
        };
        let change = rms_change(last, z);
        last.clear();
        last.extend_from_slice(z);
        Ok(Step { level, h_cycle, l_cycle, change, spread: spread(z) })
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

    #[test]
    fn changes_are_of_the_same_module_and_begin_at_its_initial_state() {
        let mut trace = Trace::new(&[0.0], &[1.0], 2);
        let mut change = |level, z: &[f32]| trace.step(&state(level, z)).unwrap().change;
        assert_eq!(change(Level::L, &[1.0, 2.0]), 0.5_f32.sqrt());
        assert_eq!(change(Level::H, &[5.0, 5.0]), 5.0);
        assert_eq!(change(Level::L, &[4.0, 6.0]), 12.5_f32.sqrt());
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
        let error = Trace::new(&[0.0; 2], &[0.0; 2], 2).step(&state(Level::H, &[0.0, 0.0, 0.0, f32::NAN]));
        let error = error.unwrap_err();
        assert_eq!((error.position, error.channel), (1, 1));
        assert!(error.to_string().contains("z_H"));
    }
}
