//! The workloads that are measured, natively by `hrm bench` and in the browser by `bench.html`.

#[cfg(not(target_arch = "wasm32"))]
pub mod cpu_profile;
pub mod gpu_profile;
pub mod kernel_time;
mod learn;

pub use learn::LearnBench;

use crate::checkpoint::Weights;
use crate::config::ModelConfig;
use crate::data::Batch;
use crate::engine::{Engine, EngineError, Session};
use crate::model::{ModelError, Options, Segment, Solver, Taps, record_inference};
use crate::plan::kernel::{Matmul, Operand};
use crate::plan::{EntryId, Kernel, PlanError, Program, Recorder};
use crate::random::Random;
use crate::train::{Late, OptimizerConfig, Setup, TrainError, Trained, Trainer, paper_model, record_training};

/// The paper's 27 M model: D 512, 8 heads, 4+4 layers, T 82.
pub fn paper() -> ModelConfig {
    paper_model(81, 11)
}

/// The middle model: D 128, 4 heads, 2+2 layers, T 81.
pub fn middle() -> ModelConfig {
    ModelConfig {
        puzzle_emb_ndim: 0,
        puzzle_emb_len: 0,
        h_layers: 2,
        l_layers: 2,
        hidden_size: 128,
        num_heads: 4,
        ..paper()
    }
}

/// The model whose training step is compared with other libraries' in the browser: D 64, 4 heads, 2+2 layers, S 16.
/// Exploration is off, so that nothing in a step is left to chance.
pub fn tiny() -> ModelConfig {
    ModelConfig { seq_len: 16, vocab_size: 6, hidden_size: 64, halt_exploration_prob: 0.0, ..middle() }
}

/// Operations of the matrix products and of attention in these entries, as they are played; of elementwise work, which
/// memory bounds, [`Kernel::flops`] has only an estimate.
fn products(program: &Program, entries: &[EntryId]) -> f64 {
    let kernels = entries.iter().flat_map(|entry| &program.entries[entry.0].steps).map(|step| &step.kernel);
    kernels.filter(|kernel| kernel_time::multiplies(kernel)).map(Kernel::flops).sum()
}

/// Those of a segment, batch 1.
fn segment_flops(config: &ModelConfig) -> Result<f64, PlanError> {
    let plan = record_inference(config, 1, Options::default())?;
    Ok(products(&plan.program, &[plan.segment]))
}

/// Those of a training step.
fn step_flops(setup: &Setup) -> Result<f64, PlanError> {
    let plan = record_training(&setup.model, setup.batch, &setup.optimizer, false)?;
    Ok(products(&plan.program, &[plan.gradient, plan.update]))
}

/// One segment of a model with start weights, batch 1.
pub struct SegmentBench<S: Session> {
    solver: Solver<S>,
    flops: f64,
}

impl<S: Session> SegmentBench<S> {
    /// Prepares it.
    ///
    /// # Errors
    /// The engine's.
    pub async fn new<E: Engine<Session = S>>(engine: &E, config: &ModelConfig, taps: Taps) -> Result<Self, ModelError> {
        let mut solver = Solver::new(engine, config, &Weights::init(config, 1), 1, taps).await?;
        let mut random = Random::new(1);
        let tokens: Vec<u32> = (0..config.seq_len).map(|_| random.below(config.vocab_size) as u32).collect();
        solver.begin(&tokens, &[0]).await?;
        Ok(SegmentBench { solver, flops: segment_flops(config)? })
    }

    /// Operations of its matrix products and attention, a multiply-add counted as two.
    pub fn flops(&self) -> f64 {
        self.flops
    }

    /// See [`Session::forms`].
    pub fn forms(&self) -> String {
        self.solver.forms()
    }

    /// Runs one segment, the answer and what is tapped read back.
    ///
    /// # Errors
    /// The engine's.
    pub async fn run(&mut self) -> Result<Segment, ModelError> {
        self.solver.segment().await
    }
}

/// What a training step starts from, the same in every library: start weights and random tokens.
pub struct Workload {
    /// Model and optimizer.
    pub setup: Setup,
    /// Start weights.
    pub weights: Weights,
    /// Random tokens and labels.
    pub batch: Batch,
}

impl Workload {
    /// For batches of `batch` rows; the learning rate stands still.
    pub fn new(config: &ModelConfig, batch: usize) -> Self {
        let optimizer = OptimizerConfig { lr: 1e-3, warmup_steps: 0, ..OptimizerConfig::default() };
        let setup = Setup {
            model: config.clone(),
            optimizer,
            batch,
            total_steps: 1000,
            seed: 1,
            shards: 1,
            sizes: Vec::new(),
            trained: Trained::Everything,
            late: Late::default(),
        };
        let mut random = Random::new(2);
        let len = batch * config.seq_len;
        let mut draw = || (0..len).map(|_| random.below(config.vocab_size)).collect::<Vec<_>>();
        let tokens = draw().into_iter().map(|t| t as u32).collect();
        let labels = draw().into_iter().map(|t| t as i32).collect();
        let mut weights = Weights::init(config, 1);
        // Where it starts at 0, rounding would decide which rows halt.
        if let Some(q_head) = weights.tensors.get_mut("q_head.weight") {
            q_head.data.iter_mut().for_each(|w| *w = (random.unit() as f32 - 0.5) / 4.0);
        }
        let batch = Batch { tokens, labels, ids: vec![0; batch], board: 0 };
        Workload { setup, weights, batch }
    }
}

/// Training steps, target segment included.
pub struct TrainBench<S: Session> {
    trainer: Trainer<S>,
    batch: Batch,
    flops: f64,
}

impl<S: Session> TrainBench<S> {
    /// Prepares it.
    ///
    /// # Errors
    /// The engine's.
    pub async fn new<E: Engine<Session = S>>(engine: &E, workload: Workload) -> Result<Self, TrainError> {
        let Workload { setup, weights, batch } = workload;
        let flops = step_flops(&setup)?;
        Ok(TrainBench { trainer: Trainer::new(engine, setup, &weights).await?, batch, flops })
    }

    /// Operations of a step's matrix products and attention, a multiply-add counted as two.
    pub fn flops(&self) -> f64 {
        self.flops
    }

    /// Bytes that the engine holds for it; all that a run holds from two steps in one [`TrainBench::run`] on.
    pub fn bytes(&self) -> u64 {
        self.trainer.bytes()
    }

    /// See [`Session::forms`].
    pub fn forms(&self) -> String {
        self.trainer.forms()
    }

    /// `steps` steps, each started before the last one's numbers are read; returns the loss of the last.
    ///
    /// # Errors
    /// The engine's.
    pub async fn run(&mut self, steps: usize) -> Result<f64, TrainError> {
        for _ in 0..steps {
            self.trainer.advance(&self.batch).await?;
        }
        let report = self.trainer.settle().await?.unwrap_or_default();
        Ok(report.lm_loss + 0.5 * (report.q_halt_loss + report.q_continue_loss))
    }
}

/// `times` products out [m, n] = x [m, k] · Wᵀ, W [n, k], in one run.
pub struct MatmulBench<S> {
    session: S,
    entry: EntryId,
    flops: f64,
}

impl<S: Session> MatmulBench<S> {
    /// Prepares it with random factors.
    ///
    /// # Errors
    /// The engine's.
    pub async fn new<E: Engine<Session = S>>(
        engine: &E,
        [m, n, k]: [usize; 3],
        times: usize,
    ) -> Result<Self, ModelError> {
        let mut r = Recorder::new();
        let (x, w, y) = (r.persistent("x", &[m, k]), r.persistent("w", &[n, k]), r.persistent("y", &[m, n]));
        let entry = r.entry("main");
        for _ in 0..times {
            r.push(Matmul {
                a: Operand::whole(x, k),
                b: Operand::whole(w, k).t(),
                out: Operand::whole(y, n),
                batch: 1,
                m,
                n,
                k,
                reduce: false,
                accumulate: false,
            });
        }
        let program = r.finish().map_err(|e: PlanError| ModelError::from(e))?;
        let mut session = engine.prepare(program).await?;
        let mut random = Random::new(3);
        for (id, len) in [(x, m * k), (w, n * k)] {
            let values: Vec<f32> = (0..len).map(|_| random.unit() as f32 - 0.5).collect();
            session.write(id, &values)?;
        }
        Ok(MatmulBench { session, entry, flops: 2.0 * (m * n * k * times) as f64 })
    }

    /// Multiply-adds of a run, counted as two operations each.
    pub fn flops(&self) -> f64 {
        self.flops
    }

    /// One run, waited for.
    ///
    /// # Errors
    /// The engine's.
    pub async fn run(&mut self) -> Result<(), EngineError> {
        let entry = self.entry;
        // Reading one small thing waits for all that was submitted before; the result itself would cost its transfer.
        let x = self.session.program().find("x").into_iter().collect::<Vec<_>>();
        self.session.run(&[entry], &x).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_counts_its_products() {
        let (tokens, width, inner) = (82.0, 512.0, 1536.0);
        // q, k, v and the way out; both halves of the gate and the way back.
        let weights = width * (3.0 * width + width + 2.0 * inner + inner);
        let layer = 2.0 * tokens * weights + 4.0 * width * tokens * tokens;
        // Four layers, of L called four times and of H twice.
        let expected = layer * 4.0 * (4.0 + 2.0);
        let counted = segment_flops(&paper()).unwrap();
        assert!((counted / expected - 1.0).abs() < 0.01, "{counted}, expected about {expected}");
    }

    #[test]
    fn a_step_counts_every_row_alike() {
        let [one, two] = [16, 32].map(|batch| step_flops(&Workload::new(&tiny(), batch).setup).unwrap());
        assert!(one > 0.0 && (two / one - 2.0).abs() < 0.01, "{one}, then {two}");
    }
}
