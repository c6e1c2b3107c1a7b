//! The loop's inside: one step after another, on any engine, with a state that can be taken out and put back exactly.

use serde::{Deserialize, Serialize};

use crate::checkpoint::{CheckpointError, Tensor, Weights};
use crate::config::ModelConfig;
use crate::data::{Batch, DatasetError};
use crate::engine::{Data, Engine, EngineError, Session};
use crate::model::ModelError;
use crate::plan::{BufferId, PlanError};

use super::optimizer::OptimizerConfig;
use super::program::{TrainingPlan, record_training};

/// What fixes a run, beside its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// The model.
    pub model: ModelConfig,
    /// The optimizers.
    pub optimizer: OptimizerConfig,
    /// B.
    pub batch: usize,
    /// Steps that the learning rate's schedule spans.
    pub total_steps: u64,
    /// Seed of the start weights and of the exploration.
    pub seed: u64,
}

/// Why training cannot go on.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TrainError {
    /// The recording.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Weights that do not fit.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The model's own.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Examples that make no data set.
    #[error(transparent)]
    Data(#[from] DatasetError),
    /// The loss left the real numbers.
    #[error("the loss is not finite at step {step}; the last saved state is intact")]
    NotFinite {
        /// From 1.
        step: u64,
    },
    /// A saved state that belongs to another run or another version.
    #[error("training state: {0}")]
    State(String),
}

/// What a step reports; means over its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepReport {
    /// Steps done, this one included.
    pub step: u64,
    /// Learning rate.
    pub lr: f64,
    /// Cross-entropy.
    pub lm_loss: f64,
    /// Loss of q_halt, not halved.
    pub q_halt_loss: f64,
    /// Loss of q_continue, not halved.
    pub q_continue_loss: f64,
    /// Rows that halted in this step; the next four are means over them.
    pub halted: f64,
    /// Positions right.
    pub accuracy: f64,
    /// Whole sequences right.
    pub exact_accuracy: f64,
    /// q_halt ≥ 0 exactly where the sequence is right.
    pub q_halt_accuracy: f64,
    /// Segments until they halted.
    pub mean_steps: f64,
    /// √Σ g² over all weights.
    pub grad_norm: f64,
}

/// A run in progress.
pub struct Trainer<S: Session> {
    setup: Setup,
    plan: TrainingPlan,
    session: S,
    step: u64,
    /// The last step, where its numbers have not been fetched yet.
    under_way: Option<UnderWay<S::Reading>>,
}

/// A step that has been started.
struct UnderWay<R> {
    /// From 1.
    step: u64,
    lr: f64,
    /// Of [`TrainingPlan::read`].
    numbers: R,
}

/// Bytes of memory ([`Trainer::bytes`]) that a run will hold on an engine; nothing is allocated.
///
/// # Errors
/// A configuration that cannot be recorded.
pub fn predicted_bytes<E: Engine>(engine: &E, setup: &Setup) -> Result<usize, TrainError> {
    let plan = record_training(&setup.model, setup.batch, &setup.optimizer)?;
    Ok(engine.predicted_bytes(&plan.program, &plan.read()))
}

/// A run's whole state: every buffer that outlives a step, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// What the run is.
    pub setup: Setup,
    /// Steps done.
    pub step: u64,
    /// Buffers in the program's order.
    pub buffers: Vec<(String, Data)>,
}

impl<S: Session> Trainer<S> {
    /// Starts from given weights.
    ///
    /// # Errors
    /// Weights that do not fit the configuration, an engine's limits.
    pub async fn new<E: Engine<Session = S>>(engine: &E, setup: Setup, weights: &Weights) -> Result<Self, TrainError> {
        let mut trainer = Self::prepare(engine, setup).await?;
        weights.write(&mut trainer.session)?;
        for moments in trainer.plan.moments.clone() {
            let name = &trainer.plan.program.buffer(moments.param).name;
            // `write` has found it there.
            let tensor = &weights.tensors[name];
            trainer.session.write(moments.average, &tensor.data)?;
        }
        trainer.session.write_u32(trainer.plan.halted, &vec![1; trainer.setup.batch])?;
        Ok(trainer)
    }

    /// Goes on where a state was taken.
    ///
    /// # Errors
    /// A state whose buffers are not those of its own setup.
    pub async fn resume<E: Engine<Session = S>>(engine: &E, state: State) -> Result<Self, TrainError> {
        let mut trainer = Self::prepare(engine, state.setup).await?;
        let kept = trainer.kept();
        if kept.len() != state.buffers.len() {
            let (actual, expected) = (state.buffers.len(), kept.len());
            return Err(TrainError::State(format!("{actual} buffers, expected {expected}")));
        }
        for (id, (name, data)) in kept.into_iter().zip(state.buffers) {
            let expected = &trainer.plan.program.buffer(id).name;
            if *expected != name {
                return Err(TrainError::State(format!("found buffer {name}, expected {expected}")));
            }
            match data {
                Data::F32(values) => trainer.session.write(id, &values)?,
                Data::U32(values) => trainer.session.write_u32(id, &values)?,
            }
        }
        trainer.step = state.step;
        Ok(trainer)
    }

    async fn prepare<E: Engine<Session = S>>(engine: &E, setup: Setup) -> Result<Self, TrainError> {
        let plan = record_training(&setup.model, setup.batch, &setup.optimizer)?;
        let mut session = engine.prepare(plan.program.clone()).await?;
        for (id, values) in plan.model.constants() {
            session.write(id, &values)?;
        }
        Ok(Trainer { setup, plan, session, step: 0, under_way: None })
    }

    /// What the run is.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Steps done or under way.
    pub fn steps_done(&self) -> u64 {
        self.step
    }

    /// Bytes of memory that the engine holds.
    pub fn bytes(&self) -> usize {
        self.session.bytes()
    }

    /// One segment on every row, one update, waited for. Rows that halted before take their data from `batch`.
    ///
    /// # Errors
    /// The engine's; a loss that is not finite.
    pub async fn step(&mut self, batch: &Batch) -> Result<StepReport, TrainError> {
        self.settle().await?;
        let started = self.start(batch)?;
        self.report(started).await
    }

    /// As [`Trainer::step`], but reports the step before this one, if that has not been reported: so the next step waits
    /// in a GPU's queue while the host reads of the last.
    ///
    /// # Errors
    /// The engine's; a loss of the step before that is not finite.
    pub async fn advance(&mut self, batch: &Batch) -> Result<Option<StepReport>, TrainError> {
        let started = self.start(batch)?;
        match self.under_way.replace(started) {
            Some(before) => self.report(before).await.map(Some),
            None => Ok(None),
        }
    }

    /// Waits for the step that [`Trainer::advance`] left under way, if there is one, and reports it.
    ///
    /// # Errors
    /// The engine's; a loss that is not finite.
    pub async fn settle(&mut self) -> Result<Option<StepReport>, TrainError> {
        match self.under_way.take() {
            Some(last) => self.report(last).await.map(Some),
            None => Ok(None),
        }
    }

    fn start(&mut self, batch: &Batch) -> Result<UnderWay<S::Reading>, TrainError> {
        let Trainer { setup, plan, session, .. } = self;
        let step = self.step + 1;
        session.write_u32(plan.fresh.tokens, &batch.tokens)?;
        session.write_u32(plan.fresh_labels, bytemuck::cast_slice(&batch.labels))?;
        session.write_u32(plan.random, &[setup.seed as u32, self.step as u32])?;
        let hyper = setup.optimizer.hyper(step, setup.total_steps);
        session.write(plan.hyper, &hyper)?;
        let numbers = session.start(&[plan.gradient, plan.update], &plan.read())?;
        self.step = step;
        Ok(UnderWay { step, lr: f64::from(hyper[0]), numbers })
    }

    async fn report(&mut self, of: UnderWay<S::Reading>) -> Result<StepReport, TrainError> {
        let UnderWay { step, lr, numbers } = of;
        let mut read = self.session.fetch(numbers).await?.into_iter();
        let mut next = || read.next().map(Data::f32).unwrap_or_default();
        let (sums, squares) = (next(), next());
        let norm = squares.iter().map(|&x| f64::from(x)).sum::<f64>().sqrt();
        if !norm.is_finite() || sums.iter().any(|x| !x.is_finite()) {
            return Err(TrainError::NotFinite { step });
        }
        let mean = |i: usize, over: f64| f64::from(sums[i]) / over.max(1.0);
        let (halted, rows) = (f64::from(sums[0]), self.setup.batch as f64);
        Ok(StepReport {
            step,
            lr,
            lm_loss: mean(5, rows),
            q_halt_loss: mean(6, rows),
            q_continue_loss: mean(7, rows),
            halted,
            accuracy: mean(1, halted),
            exact_accuracy: mean(2, halted),
            q_halt_accuracy: mean(3, halted),
            mean_steps: mean(4, halted),
            grad_norm: norm,
        })
    }

    /// The weights as they are now, or their moving average.
    ///
    /// # Errors
    /// The engine's.
    pub async fn weights(&mut self, averaged: bool) -> Result<Weights, TrainError> {
        let average_of = |id: BufferId| self.plan.moments.iter().find(|m| averaged && m.param == id).map(|m| m.average);
        let params: Vec<BufferId> = self.plan.program.params().map(|(id, _)| id).collect();
        let sources: Vec<BufferId> = params.iter().map(|&id| average_of(id).unwrap_or(id)).collect();
        let data = self.session.run(&[], &sources).await?;
        let named = params.iter().zip(data).map(|(&id, data)| {
            let buffer = self.plan.program.buffer(id);
            (buffer.name.clone(), Tensor { shape: buffer.shape.clone(), data: data.f32() })
        });
        Ok(Weights { tensors: named.collect() })
    }

    /// The whole state, after the step that is under way.
    ///
    /// # Errors
    /// The engine's; a state that is not finite.
    pub async fn state(&mut self) -> Result<State, TrainError> {
        let kept = self.kept();
        let data = self.session.run(&[], &kept).await?;
        let finite = |data: &Data| !matches!(data, Data::F32(values) if values.iter().any(|x| !x.is_finite()));
        if !data.iter().all(finite) {
            return Err(TrainError::NotFinite { step: self.step });
        }
        let named = kept.iter().zip(data).map(|(&id, data)| (self.plan.program.buffer(id).name.clone(), data));
        Ok(State { setup: self.setup.clone(), step: self.step, buffers: named.collect() })
    }

    /// The buffers that a next step depends on: weights, moments, averages and the carry with its data.
    fn kept(&self) -> Vec<BufferId> {
        let plan = &self.plan;
        let mut kept: Vec<BufferId> = plan.program.params().map(|(id, _)| id).collect();
        for moments in &plan.moments {
            kept.push(moments.average);
            kept.extend(moments.adam.into_iter().flat_map(|(m, v)| [m, v]));
        }
        kept.extend([plan.z_h, plan.z_l, plan.steps, plan.halted]);
        kept.extend([plan.current.tokens, plan.current.ids, plan.labels]);
        kept
    }
}
