//! Plays a case on the GPU and on the CPU engine in f64, and compares every buffer that may have been written.

use hrm_core::engine::{Data, Engine, EngineError, Session, cpu, gpu};
use hrm_core::plan::EntryId;

use crate::cases::{Case, Draw, KERNELS};

/// Error allowed beside 1, and relative to the value.
const TOLERANCE: f64 = 3e-5;

/// Compares `count` random cases of a kernel.
///
/// # Errors
/// What differs, and where.
pub async fn compare(engine: &gpu::Engine, kernel: &str, count: u64) -> Result<(), String> {
    let make = KERNELS.iter().find(|(name, _)| *name == kernel).ok_or_else(|| format!("{kernel} has no cases"))?.1;
    for index in 0..count {
        let case = Draw::case(make, index);
        let step = format!("{kernel}, case {index}: {:?}", case.program.entries[0].steps[0].kernel);
        let ours = play(engine, &case).await.map_err(|error| format!("{step}: {error}"))?;
        let twin = play(&cpu::Engine::exact(), &case).await.map_err(|error| format!("{step}: {error}"))?;
        for (((id, _), ours), twin) in case.contents.iter().zip(ours).zip(twin) {
            differs(&ours, &twin)
                .map_or(Ok(()), |what| Err(format!("{step}\n{}: {what}", case.program.buffer(*id).name)))?;
        }
    }
    Ok(())
}

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

fn differs(ours: &Data, twin: &Data) -> Option<String> {
    match (ours, twin) {
        (Data::F32(ours), Data::F32(twin)) => ours.iter().zip(twin).enumerate().find_map(|(i, (&a, &b))| {
            let error = (f64::from(a) - f64::from(b)).abs();
            let holds = error <= TOLERANCE * (1.0 + f64::from(b).abs());
            (!holds).then(|| format!("element {i} is {a}, its twin {b}"))
        }),
        (Data::U32(ours), Data::U32(twin)) => {
            let at = ours.iter().zip(twin).position(|(a, b)| a != b)?;
            Some(format!("element {at} is {}, its twin {}", ours[at], twin[at]))
        }
        _ => Some("the element types differ".to_owned()),
    }
}
