//! Which engine runs: each is timed on the model, and the faster is taken unless a person says otherwise.

use hrm_core::{
    engine::{Kind, Session},
    model::{ModelError, Solver},
};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Time after which no further round is begun.
const BUDGET_MS: f64 = 1500.0;
/// Timed rounds at most; the fastest counts.
const ROUNDS: usize = 3;
/// Segments of a round that are started before the first of them is read, where the engine starts any ahead: reading takes some
/// browsers longer than a segment, and a run waits for it once in many.
const TOGETHER: usize = 4;

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

    /// The engine to run: nobody waits for a measurement, so that before it is there, it is the CPU.
    pub fn engine(self, measurement: Option<&Measurement>) -> Kind {
        match self {
            Self::Cpu => Kind::Cpu,
            Self::Gpu => Kind::Gpu,
            Self::Auto => measurement.map_or(Kind::Cpu, Measurement::fastest),
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

    /// What an engine took, milliseconds; `None` where there is no such engine.
    pub fn of(&self, engine: Kind) -> Option<f64> {
        match engine {
            Kind::Cpu => Some(self.cpu.milliseconds),
            Kind::Gpu => self.gpu.as_ref().ok().map(|gpu| gpu.milliseconds),
        }
    }
}

/// Milliseconds of one segment, after one that is not counted: engines compile and pack meanwhile. `now` reads a clock in
/// milliseconds. `goes_on` is asked before every round; `None` where it says no.
///
/// # Errors
/// What the engine says.
pub async fn time_segment<S: Session>(
    solver: &mut Solver<S>,
    question: &[u32],
    now: impl Fn() -> f64,
    mut goes_on: impl AsyncFnMut() -> bool,
) -> Result<Option<f64>, ModelError> {
    let together = solver.ahead().min(TOGETHER);
    solver.begin(question, &[0]).await?;
    solver.segment().await?;
    let (start, mut fastest) = (now(), f64::INFINITY);
    for _ in 0..ROUNDS {
        if !goes_on().await {
            return Ok(None);
        }
        let before = now();
        solver.start(together)?;
        for _ in 0..together {
            solver.segment().await?;
        }
        fastest = fastest.min((now() - before) / together as f64);
        if now() - start > BUDGET_MS {
            break;
        }
    }
    Ok(Some(fastest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measurement(cpu: f64, gpu: Result<f64, String>) -> Measurement {
        let timing = |milliseconds| Timing { name: String::new(), milliseconds };
        Measurement { model: "m".into(), cpu: timing(cpu), gpu: gpu.map(timing) }
    }

    #[test]
    fn auto_takes_the_faster_and_the_cpu_without_figures() {
        assert_eq!(Choice::Auto.engine(None), Kind::Cpu);
        assert_eq!(Choice::Auto.engine(Some(&measurement(2.0, Ok(1.0)))), Kind::Gpu);
        assert_eq!(Choice::Auto.engine(Some(&measurement(1.0, Ok(2.0)))), Kind::Cpu);
        assert_eq!(Choice::Auto.engine(Some(&measurement(1.0, Err("none".into())))), Kind::Cpu);
        assert_eq!(Choice::Gpu.engine(None), Kind::Gpu);
    }

    #[test]
    fn names_are_read_back() {
        for &choice in Choice::VARIANTS {
            assert_eq!(Choice::of_name(choice.name()), Some(choice));
        }
        assert_eq!(Choice::of_name("tpu"), None);
    }
}
