//! How good a model is on examples it has not seen.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::data::Batch;
use crate::engine::Session;
use crate::model::{ModelError, Solver};
use crate::puzzle::Example;

/// Means over examples, after a fixed number of segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Share of examples whose every position is right in the last segment.
    pub exact_accuracy: f64,
    /// Share of positions right in the last segment.
    pub accuracy: f64,
    /// Mean of the first segment with q_halt > q_continue (TRM: q_halt > 0), else the last.
    pub steps: f64,
    /// Share of examples where q_halt ≥ 0 exactly if all is right, in the last segment.
    pub q_halt_accuracy: f64,
    /// Examples.
    pub count: usize,
}

/// Solves every example with `segments` segments. `observe` hears, after each segment, how many examples are done, and says
/// whether to go on; where it does not, there is no result.
///
/// # Errors
/// The model's and the engine's.
pub async fn evaluate<S: Session>(
    solver: &mut Solver<S>,
    examples: &[Example],
    segments: usize,
    mut observe: impl AsyncFnMut(usize) -> ControlFlow<()>,
) -> Result<Option<Evaluation>, ModelError> {
    let (rows, vocab, seq) = (solver.batch(), solver.config().vocab_size, solver.config().seq_len);
    let family = solver.config().family;
    let mut sum = Evaluation::default();
    for part in examples.chunks(rows) {
        // The last batch is filled up with its first example; what that gives is not counted.
        let filled = part.iter().chain(std::iter::repeat(&part[0])).take(rows);
        solver.begin(&Batch::of(filled).tokens, &vec![0; rows]).await?;
        let mut halted_at = vec![segments; part.len()];
        let mut last = None;
        for number in 1..=segments {
            let segment = solver.segment().await?;
            for (at, [halt, go_on]) in halted_at.iter_mut().zip(&segment.q) {
                if family.is_done(*halt, *go_on) {
                    *at = (*at).min(number);
                }
            }
            last = Some(segment);
            if observe(sum.count).await.is_break() {
                return Ok(None);
            }
        }
        let Some(segment) = last else { continue };
        let answers = segment.answer(vocab);
        for (row, example) in part.iter().enumerate() {
            let answer = &answers[row * seq..][..seq];
            let right = answer.iter().zip(&example.answer).filter(|(a, b)| a == b).count();
            let exact = right == seq;
            sum.exact_accuracy += f64::from(u8::from(exact));
            sum.accuracy += right as f64 / seq as f64;
            sum.steps += halted_at[row] as f64;
            sum.q_halt_accuracy += f64::from(u8::from((segment.q[row][0] >= 0.0) == exact));
        }
        sum.count += part.len();
    }
    let over = sum.count.max(1) as f64;
    Ok(Some(Evaluation {
        exact_accuracy: sum.exact_accuracy / over,
        accuracy: sum.accuracy / over,
        steps: sum.steps / over,
        q_halt_accuracy: sum.q_halt_accuracy / over,
        count: sum.count,
    }))
}

/// What a model answers to every example after its last segment, `[S]` tokens each.
///
/// # Errors
/// The model's and the engine's.
pub async fn answers<S: Session>(solver: &mut Solver<S>, examples: &[Example]) -> Result<Vec<Vec<u8>>, ModelError> {
    let (rows, vocab, seq) = (solver.batch(), solver.config().vocab_size, solver.config().seq_len);
    let mut answers = Vec::with_capacity(examples.len());
    for part in examples.chunks(rows) {
        let filled = part.iter().chain(std::iter::repeat(&part[0])).take(rows);
        solver.begin(&Batch::of(filled).tokens, &vec![0; rows]).await?;
        let mut tokens = Vec::new();
        for _ in 0..solver.config().halt_max_steps {
            tokens = solver.segment().await?.answer(vocab);
        }
        answers.extend(tokens.chunks_exact(seq).take(part.len()).map(<[u8]>::to_vec));
    }
    Ok(answers)
}
