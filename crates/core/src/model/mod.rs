//! The mathematics of HRM and TRM, said once: it records kernels and computes nothing.

mod answer;
mod block;
mod inference;
mod intervention;
mod mixing;
mod params;
mod recurrence;
mod rope;
mod rows;
mod solver;
mod stepwise;
mod taps;
mod weights;

pub use answer::{Answer, probabilities};
pub use inference::{InferencePlan, Options, RowEntry, StepEntries, record_inference};
pub use intervention::{Act, Intervention};
pub use mixing::{Before, Mixing, MixingKind, MixingSolver};
pub use params::{Init, ParamSpec, param_specs, parameters};
pub use recurrence::{Inputs, Model};
pub use rows::{Carry, RowInput};
pub use solver::{ModelError, Segment, Solver, State};
pub use taps::{Level, StateTap, TapLog, Taps};
pub use weights::{Tensor, Weights, WeightsError, check_shapes};
