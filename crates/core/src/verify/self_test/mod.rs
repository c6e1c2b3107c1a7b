//! The GPU engine tests itself: every kernel on small odd shapes against its twin on the CPU engine in f64, and the adapter's
//! workgroup memory.

mod cases;

pub use cases::{Case, Draw, KERNELS, Make};

use serde::Serialize;

use crate::engine::{Data, Engine, EngineError, Session, cpu, gpu};
use crate::plan::EntryId;

/// Error allowed beside 1, and relative to the value.
const TOLERANCE: f64 = 3e-5;
/// What the probe of workgroup memory is called.
const MEMORY: &str = "workgroup_memory";

/// What became of a kernel's test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// Its name, or `workgroup_memory`.
    pub kernel: &'static str,
    /// Random shapes that were tried.
    pub cases: u64,
    /// The largest error: beside 1, or relative to the value where that is larger. Infinite for what is no number.
    pub worst: f64,
    /// What is wrong, and where.
    pub fault: Option<String>,
}

impl Verdict {
    /// Whether nothing is wrong.
    ///
    /// # Errors
    /// What is, behind the kernel's name.
    pub fn passes(&self) -> Result<(), String> {
        self.fault.as_ref().map_or(Ok(()), |fault| Err(format!("{}: {fault}", self.kernel)))
    }
}

/// Tests the adapter's workgroup memory, then every kernel on `count` shapes in the form that the device is set to; `told` hears of
/// each as it is done.
///
/// # Errors
/// A device that was lost: nothing more can be tested on it.
pub async fn self_test(
    engine: &gpu::Engine,
    count: u64,
    mut told: impl FnMut(&Verdict),
) -> Result<Vec<Verdict>, EngineError> {
    let mut all = vec![test_memory(engine).await?];
    told(&all[0]);
    for (kernel, make) in KERNELS {
        let verdict = of_kernel(engine, kernel, *make, count).await?;
        told(&verdict);
        all.push(verdict);
    }
    Ok(all)
}

/// Tests the adapter's workgroup memory: all that every device grants is written and read.
///
/// # Errors
/// A device that was lost.
pub async fn test_memory(engine: &gpu::Engine) -> Result<Verdict, EngineError> {
    let fault = match gpu::probe_workgroup_memory(engine.device()).await {
        Err(error @ EngineError::DeviceLost(_)) => return Err(error),
        Err(error) => Some(error.to_string()),
        Ok(wrong) => wrong.map(|word| format!("word {word} is not what was written there")),
    };
    Ok(Verdict { kernel: MEMORY, cases: 1, worst: 0.0, fault })
}

/// Tests one of [`KERNELS`] on `count` shapes; `None` for a name that is not among them.
///
/// # Errors
/// A device that was lost.
pub async fn test_kernel(engine: &gpu::Engine, kernel: &str, count: u64) -> Result<Option<Verdict>, EngineError> {
    match KERNELS.iter().find(|(name, _)| *name == kernel) {
        Some((name, make)) => of_kernel(engine, name, *make, count).await.map(Some),
        None => Ok(None),
    }
}

async fn of_kernel(engine: &gpu::Engine, kernel: &'static str, make: Make, count: u64) -> Result<Verdict, EngineError> {
    let mut verdict = Verdict { kernel, cases: count, worst: 0.0, fault: None };
    for index in 0..count {
        let case = Draw::case(make, index);
        let say = |what: String| format!("case {index}, {:?}: {what}", case.program.entries[0].steps[0].kernel);
        // The CPU's own fault is no verdict on the GPU.
        let twin = play(&cpu::Engine::exact(), &case).await?;
        let found = match play(engine, &case).await {
            Err(error @ EngineError::DeviceLost(_)) => return Err(error),
            Err(error) => {
                verdict.worst = f64::INFINITY;
                verdict.fault.get_or_insert(say(error.to_string()));
                continue;
            }
            Ok(found) => found,
        };
        for (((id, _), ours), twin) in case.contents.iter().zip(found).zip(twin) {
            let (worst, at) = difference(&ours, &twin);
            verdict.worst = verdict.worst.max(worst);
            if worst > TOLERANCE {
                let name = &case.program.buffer(*id).name;
                verdict.fault.get_or_insert_with(|| say(format!("{name}, element {at}: {worst:.1e} off its twin")));
            }
        }
    }
    Ok(verdict)
}

/// Every buffer of a case after its run.
async fn play(engine: &impl Engine, case: &Case) -> Result<Vec<Data>, EngineError> {
    let mut session = engine.prepare(case.program.clone()).await?;
    for (id, data) in &case.contents {
        match data {
            Data::F32(values) => session.write(*id, values)?,
            Data::U32(values) => session.write_u32(*id, values)?,
        }
    }
    let all: Vec<_> = case.contents.iter().map(|(id, _)| *id).collect();
    session.run(&[EntryId(0)], &all).await
}

/// The largest error and where it is; whole numbers differ by all or nothing.
fn difference(ours: &Data, twin: &Data) -> (f64, usize) {
    let errors: Vec<f64> = match (ours, twin) {
        (Data::F32(ours), Data::F32(twin)) => {
            let error = |(&a, &b): (&f32, &f32)| {
                let (a, b) = (f64::from(a), f64::from(b));
                // The same infinity is no error.
                if a == b { 0.0 } else { (a - b).abs() / (1.0 + b.abs()) }
            };
            ours.iter().zip(twin).map(error).collect()
        }
        (Data::U32(ours), Data::U32(twin)) => {
            ours.iter().zip(twin).map(|(a, b)| if a == b { 0.0 } else { f64::INFINITY }).collect()
        }
        _ => vec![f64::INFINITY],
    };
    // What is no number is infinitely wrong.
    let size = |error: f64| if error.is_nan() { f64::INFINITY } else { error };
    errors.into_iter().map(size).enumerate().fold(
        (0.0, 0),
        |worst, (at, error)| {
            if error > worst.0 { (error, at) } else { worst }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_error_is_found_with_its_place() {
        let floats = |values: &[f32]| Data::F32(values.to_vec());
        assert_eq!(difference(&floats(&[1.0, 2.0]), &floats(&[1.0, 2.0])), (0.0, 0));
        assert_eq!(difference(&floats(&[1.0, 5.0, 1.5]), &floats(&[1.0, 3.0, 1.0])), (0.5, 1));
        assert_eq!(difference(&floats(&[f32::NAN]), &floats(&[0.0])).0, f64::INFINITY);
        assert_eq!(difference(&floats(&[f32::INFINITY]), &floats(&[f32::INFINITY])).0, 0.0);
        assert_eq!(difference(&Data::U32(vec![1, 2]), &Data::U32(vec![1, 3])), (f64::INFINITY, 1));
        assert_eq!(difference(&Data::U32(vec![1]), &floats(&[1.0])).0, f64::INFINITY);
    }
}
