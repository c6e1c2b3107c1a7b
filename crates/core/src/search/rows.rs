//! Views as rows of a batch: each sees its own form of a puzzle, from its own states, and answers in the puzzle's own
//! cells and symbols.

use super::{Settings, Start};
use crate::checkpoint::Weights;
use crate::config::ModelConfig;
use crate::engine::{Engine, Session};
use crate::model::{ModelError, RowInput, Solver, probabilities};
use crate::puzzle::{Form, Kind};
use crate::random::Random;

/// Sets the draws of noise and of random states apart from those of the forms.
const NOISE: u64 = 0x6E_6F69_7365;

/// What a view draws before a segment, counted from 0: its first states, and its noise. It is a function of seed, view and
/// segment: whatever else is in the batch changes nothing.
fn draws(seed: u64, view: usize, segment: usize) -> Random {
    let of_view = Random::stream(seed ^ NOISE, view as u64).bits();
    Random::stream(of_view, segment as u64)
}

/// The seeds of a view's noise before a segment, for z_H and z_L.
pub(super) fn noise_seeds(seed: u64, view: usize, segment: usize) -> [u32; 2] {
    let bits = draws(seed, view, segment).bits();
    [bits as u32, (bits >> 32) as u32]
}

/// Rows of a batch where nothing else is asked for.
pub const ROWS: usize = 16;

/// What a row is given.
#[derive(Clone, Debug)]
pub struct Pass {
    /// The view's number: with the seed it fixes the view's noise.
    pub view: usize,
    /// The form in which the question is seen.
    pub form: Form,
    /// The question in the puzzle's own cells, `[S]`; of a branch with the cells that it placed.
    pub question: Vec<u8>,
    /// Segments that the view has run before.
    pub segments: usize,
}

impl Pass {
    /// The first pass of a view: view 0 sees the puzzle as it stands.
    pub fn of_view(kind: Kind, question: &[u8], settings: &Settings, view: usize) -> Self {
        let form = match settings.forms {
            super::Forms::Symmetric if view > 0 => kind.form(&mut Random::stream(settings.seed, view as u64)),
            _ => Form::identity(kind),
        };
        Self { view, form, question: question.to_vec(), segments: 0 }
    }
}

/// What a row's segment gave.
#[derive(Clone, Debug)]
pub struct RowReport {
    /// The row.
    pub row: usize,
    /// The view's segment, from 1.
    pub segment: usize,
    /// The raw arg max in the puzzle's own cells and symbols, `[S]`.
    pub answer: Vec<u8>,
    /// (q_halt, q_continue).
    pub q: [f32; 2],
    /// RMS of z_H's change in the segment.
    pub residual: f32,
    /// z_H after the segment, its mean over the puzzle's cells, `[D]`: the same vector wherever a form puts the cells.
    pub pooled: Vec<f32>,
    /// Where asked for: the probability of every symbol in every cell, `[S, V]`.
    pub beliefs: Option<Vec<f32>>,
}

struct Row {
    pass: Pass,
    begun: bool,
}

/// A batch of views on an engine.
pub struct Rows<S: Session> {
    solver: Solver<S>,
    rows: Vec<Option<Row>>,
    /// z_H after the last segment, [B, T, D].
    z_h: Vec<f32>,
    seed: u64,
    noise: f64,
    start: Start,
    beliefs: bool,
}

impl<S: Session> Rows<S> {
    /// Prepares `engine` for `batch` rows at a time.
    ///
    /// # Errors
    /// Weights that do not fit, an engine's limits.
    pub async fn new<E: Engine<Session = S>>(
        engine: &E,
        config: &ModelConfig,
        weights: &Weights,
        batch: usize,
        settings: &Settings,
    ) -> Result<Self, ModelError> {
        let solver = Solver::by_rows(engine, config, weights, batch).await?;
        Ok(Self {
            solver,
            rows: (0..batch).map(|_| None).collect(),
            z_h: Vec::new(),
            seed: settings.seed,
            noise: f64::from(settings.noise),
            start: settings.start,
            beliefs: settings.branch,
        })
    }

    /// The configuration of the model.
    pub fn config(&self) -> &ModelConfig {
        self.solver.config()
    }

    /// A row that nothing runs in.
    pub fn free(&self) -> Option<usize> {
        self.rows.iter().position(Option::is_none)
    }

    /// Rows of the batch.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row at all.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Rows that something runs in.
    pub fn busy(&self) -> usize {
        self.rows.iter().flatten().count()
    }

    /// Begins a pass in a row, in place of what ran there; a row outside the batch is ignored.
    pub fn begin(&mut self, row: usize, pass: Pass) {
        if let Some(place) = self.rows.get_mut(row) {
            *place = Some(Row { pass, begun: false });
        }
    }

    /// The pass that runs in a row.
    pub fn pass(&self, row: usize) -> Option<&Pass> {
        self.rows.get(row)?.as_ref().map(|row| &row.pass)
    }

    /// Ends what runs in a row.
    pub fn end(&mut self, row: usize) {
        if let Some(place) = self.rows.get_mut(row) {
            *place = None;
        }
    }

    /// Runs one segment of all rows.
    ///
    /// # Errors
    /// The engine's, questions that do not fit the model, results that are not finite.
    pub async fn segment(&mut self) -> Result<Vec<RowReport>, ModelError> {
        self.begin_fresh().await?;
        let (segment, z_h) = self.solver.segment_with_state().await?;
        let (seq, vocab, loss) = (self.config().seq_len, self.config().vocab_size, self.config().loss);
        let (answers, len) = (segment.answer(vocab), self.row_len());
        let (width, prefix) = (self.config().hidden_size, self.config().tokens() - seq);
        let mut reports = Vec::new();
        for (index, row) in self.rows.iter_mut().enumerate() {
            let Some(Row { pass, .. }) = row else { continue };
            pass.segments += 1;
            let beliefs = self.beliefs.then(|| {
                let logits = segment.logits[index * seq * vocab..][..seq * vocab].chunks_exact(vocab);
                let of_view: Vec<f32> =
                    logits.flat_map(|cell| probabilities(cell, loss)).map(|chance| chance as f32).collect();
                pass.form.undo_values(&of_view)
            });
            reports.push(RowReport {
                row: index,
                segment: pass.segments,
                answer: pass.form.undo(&answers[index * seq..][..seq]),
                q: segment.q[index],
                pooled: mean_of_cells(&z_h[index * len..][..len], prefix, width),
                residual: rms_change(&self.z_h[index * len..][..len], &z_h[index * len..][..len]),
                beliefs,
            });
        }
        self.z_h = z_h;
        Ok(reports)
    }

    /// Elements of a row's state, T·D.
    fn row_len(&self) -> usize {
        self.config().tokens() * self.config().hidden_size
    }

    /// Gives rows that begin their puzzles, and all their noise.
    async fn begin_fresh(&mut self) -> Result<(), ModelError> {
        let mut fresh = Vec::new();
        for (index, row) in self.rows.iter_mut().enumerate() {
            if let Some(row) = row.as_mut().filter(|row| !row.begun) {
                row.begun = true;
                fresh.push(index);
            }
        }
        let input = |&row: &usize| self.pass(row).map(|pass| RowInput { row, tokens: pass.form.apply(&pass.question) });
        let puzzles: Vec<_> = fresh.iter().filter_map(input).collect();
        if !puzzles.is_empty() {
            self.solver.begin_rows(&puzzles).await?;
        } else if self.noise == 0.0 {
            return Ok(());
        }
        let mut carry = self.solver.carry().await?;
        let (len, mut changed) = (self.row_len(), false);
        for (index, row) in self.rows.iter().enumerate() {
            let Some(Row { pass, .. }) = row else { continue };
            if pass.view == 0 {
                continue;
            }
            if self.start == Start::Random && fresh.contains(&index) {
                carry.draw(index, len, &mut draws(self.seed, pass.view, pass.segments));
                changed = true;
            }
            if self.noise > 0.0 {
                carry.add_noise(index, len, self.noise, noise_seeds(self.seed, pass.view, pass.segments));
                changed = true;
            }
        }
        if changed {
            self.solver.set_carry(&carry)?;
        }
        self.z_h = carry.z_h;
        Ok(())
    }
}

fn rms_change(before: &[f32], after: &[f32]) -> f32 {
    let squares: f64 = before.iter().zip(after).map(|(a, b)| f64::from(b - a).powi(2)).sum();
    (squares / before.len().max(1) as f64).sqrt() as f32
}

/// The mean of a state's vectors `[T, D]` at the cells, which follow `prefix` others.
fn mean_of_cells(z: &[f32], prefix: usize, width: usize) -> Vec<f32> {
    let cells = z.chunks_exact(width).skip(prefix);
    let count = cells.len().max(1) as f32;
    let mut mean = vec![0.0; width];
    cells.for_each(|cell| mean.iter_mut().zip(cell).for_each(|(sum, x)| *sum += x / count));
    mean
}
