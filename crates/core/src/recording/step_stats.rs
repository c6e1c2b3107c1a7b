//! Figures of the states as they pass: how much each step changed, and how widely its values spread.

use serde::{Deserialize, Serialize};

use crate::{
    analysis::{Head, Readout, product},
    checkpoint::Weights,
    config::ModelConfig,
    model::{Level, State},
    recording::{
        Shapes,
        retention::{Keep, States},
    },
};

/// One L or H step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Which module stepped.
    pub level: Level,
    /// H cycle, from 0.
    pub h_cycle: usize,
    /// L cycle, from 0; of an H step, the number of L steps before it.
    pub l_cycle: usize,
    /// Root mean square of the change of this module's state (the forward residual).
    pub change: f32,
    /// Cosine between the module's state and the one before; `None` at its first.
    pub cosine: Option<f64>,
    /// The 98th percentile of the state's magnitudes: a colour scale that no outlier stretches.
    pub spread: f32,
    /// Inner products with every earlier state of this module that is kept, in order, and with itself; none of a state that
    /// is not kept. They are of the states as they are kept.
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

/// Remembers the states of a run that are kept, to compare the next one with them.
#[derive(Clone, Debug)]
pub struct Trace {
    head: Head,
    channels: usize,
    keep: Keep,
    steps: usize,
    seen: usize,
    h: Past,
    l: Past,
}

/// The states of one module.
#[derive(Clone, Debug)]
struct Past {
    /// The last one exactly, at first the initial one.
    last: Vec<f32>,
    begun: bool,
    kept: Vec<States>,
}

impl Trace {
    /// Begins at the initial states of a model, H_init and L_init at every position, for a run of at most so many segments.
    pub fn of(weights: &Weights, config: &ModelConfig, segments: usize) -> Self {
        // A solver that runs has checked that both are there.
        let initial = |name| weights.tensors.get(name).map_or(&[][..], |tensor| &tensor.data);
        let past = |name| Past { last: initial(name).repeat(config.tokens()), begun: false, kept: Vec::new() };
        let shapes = Shapes::of(config);
        Self {
            head: Head::of(weights, config),
            channels: config.hidden_size,
            keep: Keep::of(shapes, segments),
            steps: shapes.steps(),
            seen: 0,
            h: past("H_init"),
            l: past("L_init"),
        }
    }

    /// The same of a run that is not watched: no state comes by.
    pub fn unwatched(self) -> Self {
        Self { keep: self.keep.nothing(), ..self }
    }

    /// An empty store for the next segment's states, of which [`Trace::step`] fills in those that are kept.
    pub fn store(&self) -> States {
        self.keep.store(self.keep.states_of(self.seen / self.steps))
    }

    /// Figures of the next state, which goes to `kept` if it is one that is kept.
    ///
    /// # Errors
    /// NaN or infinity in the state.
    pub fn step(&mut self, state: State, kept: &mut States) -> Result<Step, NotFinite> {
        let State { level, h_cycle, l_cycle, z } = state;
        if let Some(index) = z.iter().position(|value| !value.is_finite()) {
            let (position, channel) = (index / self.channels, index % self.channels);
            return Err(NotFinite { level, position, channel, value: z[index] });
        }
        let past = match level {
            Level::H => &mut self.h,
            Level::L => &mut self.l,
        };
        let change = rms_change(&past.last, &z);
        let cosine = past.begun.then(|| cosine(&past.last, &z));
        let mut products = Vec::new();
        if self.keep.keeps(self.seen / self.steps, self.seen % self.steps) {
            let mut own = self.keep.store(1);
            own.push(&z);
            kept.push(&z);
            past.kept.push(own);
            let of = |states: &States| -> Option<f64> {
                let (a, b) = (states.get(0..z.len())?, past.kept.last()?.get(0..z.len())?);
                Some(product(&a, &b))
            };
            products = past.kept.iter().filter_map(of).collect();
        }
        let (spread, readout) = (spread(&z), self.head.read(&z));
        (past.last, past.begun) = (z, true);
        self.seen += 1;
        Ok(Step { level, h_cycle, l_cycle, change, cosine, spread, products, readout })
    }
}

/// sqrt(mean((b - a)²)).
pub fn rms_change(a: &[f32], b: &[f32]) -> f32 {
    let sum: f64 = a.iter().zip(b).map(|(a, b)| f64::from(b - a).powi(2)).sum();
    (sum / a.len().max(1) as f64).sqrt() as f32
}

/// Cosine of the angle between two states; 0 where one of them is 0.
fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let lengths = (product(a, a) * product(b, b)).sqrt();
    if lengths > 0.0 { (product(a, b) / lengths).clamp(-1.0, 1.0) } else { 0.0 }
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
        Trace::of(&weights, &config, 16)
    }

    #[test]
    fn changes_are_of_the_same_module_and_begin_at_its_initial_state() {
        let mut trace = trace(1);
        let mut kept = trace.store();
        let mut step = |level, z: &[f32]| trace.step(state(level, z), &mut kept).unwrap();
        assert_eq!(step(Level::L, &[1.0, 2.0]).change, 0.5_f32.sqrt());
        assert_eq!(step(Level::H, &[5.0, 5.0]).change, 5.0);
        let third = step(Level::L, &[4.0, 6.0]);
        assert_eq!(third.change, 12.5_f32.sqrt());
        assert_eq!(third.products, [16.0, 52.0]);
        assert_eq!(third.readout.answer(), [0, 0]);
        assert!((third.cosine.unwrap() - 16.0 / (5.0_f64 * 52.0).sqrt()).abs() < 1e-12);
        assert_eq!(kept, States::Single(vec![1.0, 2.0, 5.0, 5.0, 4.0, 6.0]));
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
        let mut trace = trace(2);
        let error = trace.step(state(Level::H, &[0.0, 0.0, 0.0, f32::NAN]), &mut trace.store()).unwrap_err();
        assert_eq!((error.position, error.channel), (1, 1));
        assert!(error.to_string().contains("z_H"));
    }
}
