//! A shard: one of the equal parts of a batch, with its own copy of the weights and of the optimizers' moments.
//!
//! Every shard computes the gradient of its rows; these are averaged in the shards' order and every shard makes the same
//! update of them. So the result depends on the number of shards, never on who computes one or when it is done.

use std::pin::Pin;

use serde::{Deserialize, Serialize};

use crate::data::Batch;
#[cfg(not(target_arch = "wasm32"))]
use crate::engine::cpu;
use crate::engine::{Data, Engine, Session};
use crate::model::Weights;
use crate::plan::{BufferId, EntryId};

use super::error::TrainError;
use super::program::{Pass, TrainingPlan};
use super::setup::Setup;

/// Buffers by name.
pub type Named = Vec<(String, Data)>;

/// Sums of a shard's step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gradient {
    /// [8], see [`TrainingPlan::metrics`].
    pub metrics: Vec<f32>,
    /// Mean over the shard's rows of every weight's gradient, one after the other in the plan's order.
    #[serde(with = "crate::word_bytes")]
    pub values: Vec<f32>,
    /// Of the puzzle embedding, where the model has one, which stands in none of `values`.
    pub rows: EmbeddingGradient,
}

/// The puzzle embedding's gradients row by row of a batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EmbeddingGradient {
    /// [rows, E].
    #[serde(with = "crate::word_bytes")]
    pub values: Vec<f32>,
    /// The rows' identifiers.
    #[serde(with = "crate::word_bytes")]
    pub ids: Vec<u32>,
}

impl Gradient {
    /// Metrics summed, gradients averaged, those of embedding rows joined, in the order of the shards.
    pub fn average(shards: Vec<Self>) -> Self {
        let share = 1.0 / shards.len().max(1) as f32;
        let mut shards = shards.into_iter();
        let mut total = shards.next().unwrap_or_default();
        for Self { metrics, values, rows } in shards {
            total.metrics.iter_mut().zip(metrics).for_each(|(sum, x)| *sum += x);
            total.values.iter_mut().zip(values).for_each(|(sum, x)| *sum += x);
            total.rows.values.extend(rows.values);
            total.rows.ids.extend(rows.ids);
        }
        // A row's gradient is a part of the mean over its shard: of that over the batch it is a smaller one.
        total.values.iter_mut().chain(&mut total.rows.values).for_each(|x| *x *= share);
        total
    }

    /// Σ g² over all of it.
    pub fn squares(&self) -> f64 {
        self.values.iter().chain(&self.rows.values).map(|&x| f64::from(x).powi(2)).sum()
    }
}

/// What a shard is told: the one message of its work, from the trainer and between workers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Order {
    /// Compute the gradient of step `step` (from 1) on these rows.
    Gradient {
        /// The step.
        step: u64,
        /// Its rows for those that halted.
        batch: Batch,
    },
    /// Update the weights by the average of all shards' gradients; nothing is answered.
    Update {
        /// The step.
        step: u64,
        /// [`Gradient::values`].
        #[serde(with = "crate::word_bytes")]
        gradient: Vec<f32>,
        /// [`Gradient::rows`].
        rows: EmbeddingGradient,
    },
    /// Hand out the carry.
    Carry,
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// To [`Order::Gradient`].
    Gradient(Gradient),
    /// To [`Order::Carry`]: its rows' states, data and counts.
    Carry(Named),
}

/// A shard somewhere else: another worker.
pub trait Helper {
    /// Tells it; orders are done in their order.
    ///
    /// # Errors
    /// It cannot be reached.
    fn send(&mut self, order: Order) -> Result<(), TrainError>;

    /// Waits for its next answer.
    fn receive(&mut self) -> Pin<Box<dyn Future<Output = Result<Reply, TrainError>> + '_>>;
}

/// A shard on an engine.
pub struct Shard<S: Session> {
    setup: Setup,
    index: usize,
    pub(super) plan: TrainingPlan,
    pub(super) session: S,
}

impl<S: Session> Shard<S> {
    /// Shard `index` of a run, all its buffers 0.
    pub(crate) async fn prepare<E: Engine<Session = S>>(
        engine: &E,
        setup: &Setup,
        index: usize,
    ) -> Result<Self, TrainError> {
        let plan = setup.record()?;
        let mut session = engine.prepare(plan.program.clone()).await?;
        for (id, values) in plan.passes.iter().flat_map(|pass| pass.model.constants()) {
            session.write(id, &values)?;
        }
        Ok(Self { setup: setup.clone(), index, plan, session })
    }

    /// Begins at given weights: every row takes new data.
    pub(crate) fn begin(&mut self, weights: &Weights) -> Result<(), TrainError> {
        weights.write(&mut self.session)?;
        for moments in self.plan.moments.clone() {
            let name = &self.plan.program.buffer(moments.param).name;
            // `write` has found it there.
            self.session.write(moments.average, &weights.tensors[name].data)?;
        }
        let halted = vec![1; self.setup.rows()];
        for pass in &self.plan.passes {
            self.session.write_u32(pass.halted, &halted)?;
        }
        Ok(())
    }

    /// Shard `index` of a run where its state was taken.
    ///
    /// # Errors
    /// A state whose buffers are not those of its own setup.
    pub async fn resume<E: Engine<Session = S>>(
        engine: &E,
        setup: &Setup,
        index: usize,
        buffers: &Named,
    ) -> Result<Self, TrainError> {
        let mut shard = Self::prepare(engine, setup, index).await?;
        let (shared, carry) = (shard.shared(), shard.carried());
        let expected = shared.len() + carry.len() * setup.shards;
        if buffers.len() != expected {
            return Err(TrainError::State(format!("{} buffers, expected {expected}", buffers.len())));
        }
        let own = &buffers[shared.len() + carry.len() * index..][..carry.len()];
        for (id, (name, data)) in shared.iter().chain(&carry).zip(buffers[..shared.len()].iter().chain(own)) {
            let expected = shard.name(*id);
            if *name != expected {
                return Err(TrainError::State(format!("found buffer {name}, expected {expected}")));
            }
            match data {
                Data::F32(values) => shard.session.write(*id, values)?,
                Data::U32(values) => shard.session.write_u32(*id, values)?,
            }
        }
        Ok(shard)
    }

    /// Writes what step `step` needs and returns its learning rate.
    pub(super) fn feed(&mut self, step: u64, batch: &Batch) -> Result<f32, TrainError> {
        let Self { setup, plan, session, .. } = self;
        let pass = plan.pass(batch.board);
        let (found, expected) = (batch.tokens.len(), setup.rows() * pass.model.config.seq_len);
        if batch.board >= plan.passes.len() || found != expected {
            return Err(TrainError::Batch { board: batch.board, found, expected });
        }
        session.write_u32(pass.fresh.tokens, &batch.tokens)?;
        session.write_u32(pass.fresh_labels, bytemuck::cast_slice(&batch.labels))?;
        session.write_u32(pass.fresh.ids, &batch.ids)?;
        // Rows of different shards explore differently; of shard 0 as if it were alone.
        let seed = (setup.seed as u32).wrapping_add((self.index as u32).wrapping_mul(0x9E37_79B9));
        session.write_u32(plan.random, &[seed, (step - 1) as u32])?;
        let hyper = setup.optimizer.hyper(step, setup.total_steps);
        session.write(plan.hyper, &hyper)?;
        Ok(hyper[0])
    }

    /// What is run for the gradient of a step.
    pub(super) fn gradient(&self, step: u64, board: usize) -> Vec<EntryId> {
        let pass = self.plan.pass(board);
        let late = pass.late.map_or(0, |_| self.setup.late.before(self.setup.seed, step));
        pass.late.into_iter().cycle().take(late).chain([pass.gradient]).collect()
    }

    /// What is run for a whole step of the only shard.
    pub(super) fn step(&self, step: u64, board: usize) -> Vec<EntryId> {
        let mut entries = self.gradient(step, board);
        entries.push(self.plan.update);
        entries
    }

    /// Does what it is told.
    ///
    /// # Errors
    /// The engine's.
    pub async fn obey(&mut self, order: Order) -> Result<Option<Reply>, TrainError> {
        match order {
            Order::Gradient { step, batch } => {
                self.feed(step, &batch)?;
                let read = self.plan.apart();
                let mut data = self.session.run(&self.gradient(step, batch.board), &read).await?.into_iter();
                let mut reply =
                    Gradient { metrics: data.next().map(Data::f32).unwrap_or_default(), ..Gradient::default() };
                for moments in &self.plan.moments {
                    let values = data.next().map(Data::f32).unwrap_or_default();
                    match self.plan.joins(moments.param) {
                        true => reply.rows.values = values,
                        false => reply.values.extend(values),
                    }
                }
                if let Some(Data::U32(ids)) = data.next() {
                    reply.rows.ids = ids;
                }
                Ok(Some(Reply::Gradient(reply)))
            }
            Order::Update { gradient, rows, .. } => {
                if let Some(joined) = self.plan.joined {
                    self.session.write(joined.grad, &rows.values)?;
                    self.session.write_u32(joined.ids, &rows.ids)?;
                }
                let mut rest = &gradient[..];
                for moments in self.plan.moments.iter().filter(|moments| !self.plan.joins(moments.param)) {
                    let (own, after) = rest.split_at(self.plan.program.buffer(moments.grad).len().min(rest.len()));
                    self.session.write(moments.grad, own)?;
                    rest = after;
                }
                self.session.run(&[self.plan.update], &[]).await?;
                Ok(None)
            }
            Order::Carry => Ok(Some(Reply::Carry(self.read(&self.carried()).await?))),
        }
    }

    /// Everything of it that outlives a step.
    pub(super) async fn state(&mut self) -> Result<Named, TrainError> {
        self.read(&[&self.shared()[..], &self.carried()].concat()).await
    }

    async fn read(&mut self, ids: &[BufferId]) -> Result<Named, TrainError> {
        let data = self.session.run(&[], ids).await?;
        Ok(ids.iter().map(|&id| self.name(id)).zip(data).collect())
    }

    /// A buffer's name in a state; those of the carry say whose they are.
    fn name(&self, id: BufferId) -> String {
        let name = &self.plan.program.buffer(id).name;
        if self.index > 0 && self.carried().contains(&id) {
            format!("shard {}: {name}", self.index)
        } else {
            name.clone()
        }
    }

    /// What all shards hold alike: weights, averages and moments.
    fn shared(&self) -> Vec<BufferId> {
        let mut shared: Vec<BufferId> = self.plan.program.params().map(|(id, _)| id).collect();
        for moments in &self.plan.moments {
            shared.push(moments.average);
            shared.extend(moments.adam.into_iter().flat_map(|(m, v)| [m, v]));
        }
        shared
    }

    /// What belongs to its rows.
    fn carried(&self) -> Vec<BufferId> {
        let of = |pass: &Pass| {
            [pass.z_h, pass.z_l, pass.steps, pass.halted, pass.current.tokens, pass.current.ids, pass.labels]
        };
        self.plan.passes.iter().flat_map(of).collect()
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Shard<cpu::Session> {
    /// A whole step of the only shard: the seconds that each kernel of its gradient and update took, in their order.
    pub(crate) fn timed(&mut self, step: u64, batch: &Batch) -> Result<Vec<f64>, TrainError> {
        self.feed(step, batch)?;
        let entries = self.step(step, batch.board);
        Ok(self.session.timed(&entries))
    }
}
