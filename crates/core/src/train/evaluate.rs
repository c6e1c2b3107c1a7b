//! How good a model is on examples it has not seen.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::engine::Session;
use crate::model::{ModelError, Solver};
use crate::puzzle::{Example, Kind};

/// Means over examples, after a fixed number of segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Share of examples whose every position is right in the last segment.
    pub exact_accuracy: f64,
    /// Share of examples whose answer in the last segment is right by rule, whether or not it is the one that the example
    /// gives: a question may have several. `None` in what older versions wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_accuracy: Option<f64>,
    /// Share of positions right in the last segment.
    pub accuracy: f64,
    /// Mean of the first segment with q_halt > q_continue (TRM: q_halt > 0), else the last.
    pub steps: f64,
    /// Share of examples where q_halt ≥ 0 exactly if all is right, in the last segment.
    pub q_halt_accuracy: f64,
    /// Examples.
    pub count: usize,
}

impl Evaluation {
    /// The share of right answers of which the examples give another one, where there are any.
    pub fn valid_beside_exact(&self) -> Option<f64> {
        self.valid_accuracy.map(|valid| valid - self.exact_accuracy).filter(|&more| more > 0.0)
    }
}

/// A model tried on examples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trial {
    /// After each segment: what thinking longer adds.
    pub after_each: Vec<Evaluation>,
    /// What the model answers to each example after the last segment, `[S]` tokens each.
    pub answers: Vec<Vec<u8>>,
}

impl Trial {
    /// Counts other examples in, of which the answers are left out.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.after_each.iter_mut().zip(&other.after_each) {
            let count = sum.count + more.count;
            let mean = |a: f64, b: f64| (a * sum.count as f64 + b * more.count as f64) / count.max(1) as f64;
            *sum = Evaluation {
                exact_accuracy: mean(sum.exact_accuracy, more.exact_accuracy),
                valid_accuracy: sum.valid_accuracy.zip(more.valid_accuracy).map(|(a, b)| mean(a, b)),
                accuracy: mean(sum.accuracy, more.accuracy),
                steps: mean(sum.steps, more.steps),
                q_halt_accuracy: mean(sum.q_halt_accuracy, more.q_halt_accuracy),
                count,
            };
        }
    }

    /// After the last segment; of no examples every figure is 0 and says nothing.
    pub fn result(&self) -> Evaluation {
        self.after_each.last().copied().unwrap_or_default()
    }
}

/// [`evaluate_identified`] under identifier 0.
///
/// # Errors
/// As there.
pub async fn evaluate<S: Session>(
    solver: &mut Solver<S>,
    kind: Kind,
    examples: &[Example],
    segments: usize,
    observe: impl AsyncFnMut(usize) -> ControlFlow<()>,
) -> Result<Option<Trial>, ModelError> {
    evaluate_identified(solver, kind, (examples, &[]), segments, observe).await
}

/// Solves every example, of `kind`, with `segments` segments. `observe` hears, after each segment, how many examples are done, and says
/// whether to go on; where it does not, there is no result. Examples come with their puzzle identifiers; what has none has 0.
///
/// # Errors
/// The model's and the engine's.
pub async fn evaluate_identified<S: Session>(
    solver: &mut Solver<S>,
    kind: Kind,
    (examples, ids): (&[Example], &[u32]),
    segments: usize,
    mut observe: impl AsyncFnMut(usize) -> ControlFlow<()>,
) -> Result<Option<Trial>, ModelError> {
    let (rows, vocab, seq) = (solver.batch(), solver.config().vocab_size, solver.config().seq_len);
    let family = solver.config().family;
    let mut sums = vec![Evaluation::default(); segments];
    let mut last = Vec::with_capacity(examples.len());
    let mut valid = vec![0_usize; segments];
    for (number, part) in examples.chunks(rows).enumerate() {
        begin(solver, part, ids.get(number * rows..).unwrap_or_default()).await?;
        let mut answers = Vec::new();
        let mut halted_at = vec![None; part.len()];
        for ((number, sum), valid) in (1..).zip(&mut sums).zip(&mut valid) {
            let segment = solver.segment().await?;
            answers = segment.answer(vocab);
            for (row, example) in part.iter().enumerate() {
                let [halt, go_on] = segment.q[row];
                if family.is_done(halt, go_on) {
                    halted_at[row].get_or_insert(number);
                }
                let answer = &answers[row * seq..][..seq];
                let counted = answer.iter().zip(&example.answer).filter(|(_, given)| kind.learns(**given));
                let (right, of) = counted.fold((0, 0), |(right, of), (a, b)| (right + usize::from(a == b), of + 1));
                let exact = right == of;
                let is_right =
                    || kind.is_alike(&example.answer, answer) || kind.check(&example.question, answer).is_ok();
                *valid += usize::from(exact || is_right());
                sum.exact_accuracy += f64::from(u8::from(exact));
                sum.accuracy += right as f64 / of.max(1) as f64;
                sum.steps += f64::from(halted_at[row].unwrap_or(number));
                sum.q_halt_accuracy += f64::from(u8::from((halt >= 0.0) == exact));
                sum.count += 1;
            }
            if observe(last.len()).await.is_break() {
                return Ok(None);
            }
        }
        last.extend(answers.chunks_exact(seq).take(part.len()).map(<[u8]>::to_vec));
    }
    let mean = |(sum, valid): (Evaluation, usize)| {
        let over = sum.count.max(1) as f64;
        Evaluation {
            exact_accuracy: sum.exact_accuracy / over,
            valid_accuracy: Some(valid as f64 / over),
            accuracy: sum.accuracy / over,
            steps: sum.steps / over,
            q_halt_accuracy: sum.q_halt_accuracy / over,
            count: sum.count,
        }
    };
    Ok(Some(Trial { after_each: sums.into_iter().zip(valid).map(mean).collect(), answers: last }))
}

/// Gives a solver at most as many examples as it has rows, and at least one. What is missing is filled up with the first:
/// what those rows give is not counted.
async fn begin<S: Session>(solver: &mut Solver<S>, part: &[Example], ids: &[u32]) -> Result<(), ModelError> {
    let rows = solver.batch();
    let filled = part.iter().chain(std::iter::repeat(&part[0])).take(rows);
    let tokens: Vec<u32> = filled.flat_map(|example| &example.question).map(|&token| u32::from(token)).collect();
    let mut ids: Vec<u32> = ids.iter().copied().take(part.len()).collect();
    ids.resize(rows, 0);
    solver.begin(&tokens, &ids).await
}
