//! Which engine runs: each is timed on the model, and the faster is taken unless a person says otherwise.

use hrm_core::{
    engine::{Kind, Session},
    model::{ModelError, Solver},
};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Time spent on one engine at most, once it has begun to run; a warm-up that took longer stands for the measurement.
const BUDGET_MS: f64 = 1500.0;
/// Timed segments at most; the fastest counts.
const SEGMENTS: usize = 3;

/// One segment of one model on each engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// Name of the model.
    pub model: String,
    /// The CPU engine.
    pub cpu: Timing,
    /// The GPU engine, or why there is none.
    pub gpu: Result<Timing, String>,
}

/// What an engine took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// The adapter's name, or the CPU's instruction set.
    pub name: String,
    /// Milliseconds a segment, reading back included.
    pub milliseconds: f64,
}

/// What a person asked for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Choice {
    /// Whichever is faster.
    #[default]
    Auto,
    /// WASM SIMD.
    Cpu,
    /// WebGPU.
    Gpu,
}

impl Choice {
    /// Its name in addresses and in the page's list.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The choice of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// The engine to run; `None` while it depends on a measurement that is not there yet.
    pub fn engine(self, measurement: Option<&Measurement>) -> Option<Kind> {
        match self {
            Self::Cpu => Some(Kind::Cpu),
            Self::Gpu => Some(Kind::Gpu),
            Self::Auto => measurement.map(Measurement::fastest),
        }
    }
}

impl Measurement {
    /// The engine that took less.
    pub fn fastest(&self) -> Kind {
        match &self.gpu {
            Ok(gpu) if gpu.milliseconds < self.cpu.milliseconds => Kind::Gpu,
            _ => Kind::Cpu,
        }
    }
}

/// Milliseconds of one segment after a warm-up, within a budget of time. `now` reads a clock in milliseconds.
///
/// # Errors
/// What the engine says.
pub async fn time_segment<S: Session>(
    solver: &mut Solver<S>,
    question: &[u32],
    now: impl Fn() -> f64,
) -> Result<f64, ModelError> {
    let start = now();
    solver.begin(question, &[0]).await?;
    solver.segment().await?;
    let mut fastest = now() - start;
    if fastest > BUDGET_MS {
        return Ok(fastest);
    }
    for _ in 0..SEGMENTS {
        let before = now();
        solver.segment().await?;
        fastest = fastest.min(now() - before);
        if now() - start > BUDGET_MS {
            break;
        }
    }
    Ok(fastest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measurement(cpu: f64, gpu: Result<f64, String>) -> Measurement {
        let timing = |milliseconds| Timing { name: String::new(), milliseconds };
        Measurement { model: "m".into(), cpu: timing(cpu), gpu: gpu.map(timing) }
    }

    #[test]
    fn auto_takes_the_faster_and_waits_for_figures() {
        assert_eq!(Choice::Auto.engine(None), None);
        assert_eq!(Choice::Auto.engine(Some(&measurement(2.0, Ok(1.0)))), Some(Kind::Gpu));
        assert_eq!(Choice::Auto.engine(Some(&measurement(1.0, Ok(2.0)))), Some(Kind::Cpu));
        assert_eq!(Choice::Auto.engine(Some(&measurement(1.0, Err("none".into())))), Some(Kind::Cpu));
        assert_eq!(Choice::Gpu.engine(None), Some(Kind::Gpu));
    }

    #[test]
    fn names_are_read_back() {
        for &choice in Choice::VARIANTS {
            assert_eq!(Choice::of_name(choice.name()), Some(choice));
        }
        assert_eq!(Choice::of_name("tpu"), None);
    }
}
