//! `hrm verify --model`: the logits of a model, segment after segment, against those that the official code computed.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use hrm_core::checkpoint;
use hrm_core::engine::{AnyEngine, Engine};
use hrm_core::model::{Solver, Taps};
use serde_json::json;

use super::loaded::Loaded;
use super::{Failure, output};

/// Of the largest difference over the largest magnitude.
const LIMIT: f32 = 1e-4;

/// Compares every segment that the file has; exit status 1 where one is further off than the limit.
///
/// # Errors
/// A file without such outputs, outputs of another shape, the engine's.
///
/// `read` reads the model with these rows of its puzzle embedding.
pub fn run(
    read: impl FnOnce(&[u64]) -> Result<Loaded, Failure>,
    file: &Path,
    bytes: &[u8],
    engine: &AnyEngine,
    as_json: bool,
) -> Result<ExitCode, Failure> {
    let shown = file.display();
    let outputs = checkpoint::open(bytes).map_err(|error| format!("{shown}: {error}"))?;
    // Integers and f32 alike have four bytes.
    let words = |name: &str| -> Option<Vec<[u8; 4]>> {
        let tensor = outputs.tensor(name).ok()?;
        let words = tensor.data().as_chunks::<4>().0.to_vec();
        (words.len() == tensor.shape().iter().product::<usize>()).then_some(words)
    };
    let integers = |name: &str| {
        let words = words(name).ok_or_else(|| format!("{shown}: {name} is missing, or not of 32 bits"))?;
        Ok::<Vec<u32>, Failure>(words.into_iter().map(u32::from_le_bytes).collect())
    };
    let (inputs, puzzles) = (integers("batch.inputs")?, integers("batch.puzzle_identifiers")?);
    let rows: Vec<u64> = puzzles.iter().map(|&puzzle| puzzle.into()).collect::<BTreeSet<_>>().into_iter().collect();
    let model = read(&rows)?;
    let config = &model.config;
    // Their places among the rows that are read; where there is no embedding any number will do.
    let place = |puzzle: &u32| rows.partition_point(|row| *row < u64::from(*puzzle)) as u32;
    let puzzles: Vec<u32> = puzzles.iter().map(place).collect();
    if inputs.len() != puzzles.len() * config.seq_len {
        let (found, each) = (inputs.len(), config.seq_len);
        return Err(format!("{shown}: {found} inputs for {} puzzles, expected {each} for each", puzzles.len()).into());
    }
    if let Some(token) = inputs.iter().find(|token| **token as usize >= config.vocab_size) {
        return Err(format!("{shown}: batch.inputs holds {token}, expected less than {}", config.vocab_size).into());
    }
    let golden = (0..).map_while(|segment| words(&format!("f32.segment.{segment}.logits")));
    let golden: Vec<Vec<f32>> = golden.map(|words| words.into_iter().map(f32::from_le_bytes).collect()).collect();
    if golden.is_empty() {
        return Err(format!("{shown}: f32.segment.0.logits is missing").into());
    }
    let errors = pollster::block_on(async {
        let mut solver = Solver::new(engine, config, &model.weights, puzzles.len(), Taps::None).await?;
        solver.begin(&inputs, &puzzles).await?;
        let mut errors = Vec::new();
        for (segment, golden) in golden.iter().enumerate() {
            let logits = solver.segment().await?.logits;
            if logits.len() != golden.len() {
                let (found, expected) = (golden.len(), logits.len());
                let text = format!("{shown}: {found} logits of segment {segment}, expected {expected}");
                return Err(Failure::from(text));
            }
            let largest = golden.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
            let apart = golden.iter().zip(&logits).fold(0.0_f32, |most, (a, b)| most.max((a - b).abs()));
            errors.push(if largest > 0.0 { apart / largest } else { apart });
        }
        Ok(errors)
    })?;
    let passes = errors.iter().all(|error| *error <= LIMIT);
    if as_json {
        let engine = engine.info().name;
        output::print_result(json!({"file": file, "engine": engine, "segments": errors, "pass": passes}))?;
    } else {
        let mut lines = vec![format!("{shown} on {}", engine.info().name)];
        lines.extend(errors.iter().enumerate().map(|(segment, error)| {
            let verdict = if *error <= LIMIT { "" } else { "  BROKEN" };
            format!("  logits of segment {segment:<3} {error:>8.1e}  at most {LIMIT:.0e}{verdict}")
        }));
        output::print_result(lines.join("\n"))?;
    }
    Ok(if passes { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
