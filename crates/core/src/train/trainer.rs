//! The loop's inside: one step after another, on any engine, with a state that can be taken out and put back exactly.

use serde::{Deserialize, Serialize};

use crate::data::Batch;
use crate::engine::{Data, Engine, Session};
use crate::model::{Tensor, Weights};
use crate::plan::BufferId;

use super::error::TrainError;
use super::setup::Setup;
use super::shard::{Gradient, Helper, Named, Order, Reply, Shard};

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
    /// Shard 0.
    first: Shard<S>,
    /// The others, in their order.
    others: Vec<Other<S>>,
    step: u64,
    /// The last step, where its numbers have not been fetched yet.
    under_way: Option<UnderWay<S::Reading>>,
}

/// A shard beside the first.
enum Other<S: Session> {
    /// On the same engine.
    Here(Box<Shard<S>>),
    /// Somewhere else.
    There(Box<dyn Helper>),
}

impl<S: Session> Other<S> {
    /// What a shard here answers at once, one elsewhere is asked for later.
    async fn tell(&mut self, order: Order) -> Result<Option<Reply>, TrainError> {
        match self {
            Self::Here(shard) => shard.obey(order).await,
            Self::There(helper) => helper.send(order).map(|()| None),
        }
    }

    async fn answer(&mut self, at_once: Option<Reply>) -> Result<Reply, TrainError> {
        match (self, at_once) {
            (Self::There(helper), None) => helper.receive().await,
            (_, Some(reply)) => Ok(reply),
            (Self::Here(_), None) => Err(TrainError::Shard("a shard gave no answer".into())),
        }
    }
}

/// A step that has been started.
struct UnderWay<R> {
    /// From 1.
    step: u64,
    lr: f32,
    /// Of [`TrainingPlan::read`].
    numbers: R,
}

/// Bytes of memory ([`Trainer::bytes`]) that a run will hold on an engine; nothing is allocated.
///
/// # Errors
/// A configuration that cannot be recorded.
pub fn predicted_bytes<E: Engine>(engine: &E, setup: &Setup) -> Result<u64, TrainError> {
    let plan = setup.record()?;
    let read = match setup.apart() {
        true => plan.apart(),
        false => plan.read().to_vec(),
    };
    Ok((setup.shards as u64).saturating_mul(engine.predicted_bytes(&plan.program, &read)))
}

/// A run's whole state: every buffer that outlives a step, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// What the run is.
    pub setup: Setup,
    /// Steps done.
    pub step: u64,
    /// Buffers in the program's order.
    pub buffers: Named,
}

impl<S: Session> Trainer<S> {
    /// Starts from given weights.
    ///
    /// # Errors
    /// Weights that do not fit the configuration, an engine's limits.
    pub async fn new<E: Engine<Session = S>>(engine: &E, setup: Setup, weights: &Weights) -> Result<Self, TrainError> {
        let mut first = Shard::prepare(engine, &setup, 0).await?;
        first.begin(weights)?;
        let mut others = Vec::new();
        for index in 1..setup.shards {
            let mut shard = Shard::prepare(engine, &setup, index).await?;
            shard.begin(weights)?;
            others.push(Other::Here(Box::new(shard)));
        }
        Ok(Trainer { setup, first, others, step: 0, under_way: None })
    }

    /// Goes on where a state was taken.
    ///
    /// # Errors
    /// A state whose buffers are not those of its own setup.
    pub async fn resume<E: Engine<Session = S>>(engine: &E, state: State) -> Result<Self, TrainError> {
        Self::resume_with(engine, state, Vec::new()).await
    }

    /// As [`Trainer::resume`], with helpers that have the same state: they are shards 1, 2, …; what they do not take is
    /// computed here.
    ///
    /// # Errors
    /// As [`Trainer::resume`].
    pub async fn resume_with<E: Engine<Session = S>>(
        engine: &E,
        state: State,
        helpers: Vec<Box<dyn Helper>>,
    ) -> Result<Self, TrainError> {
        let State { setup, step, buffers } = state;
        let first = Shard::resume(engine, &setup, 0, &buffers).await?;
        let mut helpers = helpers.into_iter();
        let mut others = Vec::new();
        for index in 1..setup.shards {
            others.push(match helpers.next() {
                Some(helper) => Other::There(helper),
                None => Other::Here(Box::new(Shard::resume(engine, &setup, index, &buffers).await?)),
            });
        }
        Ok(Trainer { setup, first, others, step, under_way: None })
    }

    /// What the run is.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Steps done or under way.
    pub fn steps_done(&self) -> u64 {
        self.step
    }

    /// Bytes of memory that its shards hold; one elsewhere holds what the first does.
    pub fn bytes(&self) -> u64 {
        let first = self.first.session.bytes();
        let held = |other: &Other<S>| match other {
            Other::Here(shard) => shard.session.bytes(),
            Other::There(_) => first,
        };
        first + self.others.iter().map(held).sum::<u64>()
    }

    /// See [`Session::forms`].
    pub fn forms(&self) -> String {
        self.first.session.forms()
    }

    /// One segment on every row, one update, waited for. Rows that halted before take their data from `batch`.
    ///
    /// # Errors
    /// The engine's; a loss that is not finite.
    pub async fn step(&mut self, batch: &Batch) -> Result<StepReport, TrainError> {
        self.settle().await?;
        let step = self.step + 1;
        if self.others.is_empty() {
            let lr = self.first.feed(step, batch)?;
            let entries = self.first.step(step, batch.board);
            let Shard { plan, session, .. } = &mut self.first;
            let numbers = session.run(&entries, &plan.read()).await?;
            self.step = step;
            return self.report(step, lr, numbers);
        }
        let gradient = self.gradient(step, batch).await?;
        let squares = gradient.squares();
        // Before the update: what is not finite must not reach the weights of any shard.
        let lr = self.setup.optimizer.hyper(step, self.setup.total_steps)[0];
        let Gradient { metrics, values, rows } = gradient;
        let report = self.report(step, lr, vec![Data::F32(metrics), Data::F32(vec![squares as f32])])?;
        for other in &mut self.others {
            other.tell(Order::Update { step, gradient: values.clone(), rows: rows.clone() }).await?;
        }
        self.first.obey(Order::Update { step, gradient: values, rows }).await?;
        self.step = step;
        Ok(report)
    }

    /// The average of all shards' gradients; those elsewhere compute while shard 0 does.
    async fn gradient(&mut self, step: u64, batch: &Batch) -> Result<Gradient, TrainError> {
        let mut parts = batch.parts(self.setup.shards).into_iter();
        let mut order = || Order::Gradient { step, batch: parts.next().unwrap_or_else(|| batch.clone()) };
        let (own, mut at_once) = (order(), Vec::new());
        let orders: Vec<Order> = self.others.iter().map(|_| order()).collect();
        for (other, order) in self.others.iter_mut().zip(orders) {
            at_once.push(other.tell(order).await?);
        }
        let mut replies = vec![self.first.obey(own).await?];
        for (other, reply) in self.others.iter_mut().zip(at_once) {
            replies.push(Some(other.answer(reply).await?));
        }
        let gradients = replies.into_iter().map(|reply| match reply {
            Some(Reply::Gradient(gradient)) => Ok(gradient),
            _ => Err(TrainError::Shard("a shard answered something else than its gradient".into())),
        });
        Ok(Gradient::average(gradients.collect::<Result<_, _>>()?))
    }

    /// As [`Trainer::step`], but reports the step before this one, if that has not been reported: so the next step waits
    /// in a GPU's queue while the host reads of the last. Shards exchange their gradients in between: they cannot queue.
    ///
    /// # Errors
    /// The engine's; a loss of the step before that is not finite.
    pub async fn advance(&mut self, batch: &Batch) -> Result<Option<StepReport>, TrainError> {
        if !self.others.is_empty() {
            return self.step(batch).await.map(Some);
        }
        let step = self.step + 1;
        let lr = self.first.feed(step, batch)?;
        let entries = self.first.step(step, batch.board);
        let Shard { plan, session, .. } = &mut self.first;
        let numbers = session.start(&entries, &plan.read())?;
        self.step = step;
        match self.under_way.replace(UnderWay { step, lr, numbers }) {
            Some(before) => self.fetch(before).await.map(Some),
            None => Ok(None),
        }
    }

    /// Waits for the step that [`Trainer::advance`] left under way, if there is one, and reports it.
    ///
    /// # Errors
    /// The engine's; a loss that is not finite.
    pub async fn settle(&mut self) -> Result<Option<StepReport>, TrainError> {
        match self.under_way.take() {
            Some(last) => self.fetch(last).await.map(Some),
            None => Ok(None),
        }
    }

    async fn fetch(&mut self, of: UnderWay<S::Reading>) -> Result<StepReport, TrainError> {
        let UnderWay { step, lr, numbers } = of;
        let numbers = self.first.session.fetch(numbers).await?;
        self.report(step, lr, numbers)
    }

    /// Reads [`TrainingPlan::read`](super::TrainingPlan::read).
    fn report(&self, step: u64, lr: f32, numbers: Vec<Data>) -> Result<StepReport, TrainError> {
        let mut read = numbers.into_iter();
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
            lr: f64::from(lr),
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
        let Shard { plan, session, .. } = &mut self.first;
        let average_of = |id: BufferId| plan.moments.iter().find(|m| averaged && m.param == id).map(|m| m.average);
        let params: Vec<BufferId> = plan.program.params().map(|(id, _)| id).collect();
        let sources: Vec<BufferId> = params.iter().map(|&id| average_of(id).unwrap_or(id)).collect();
        let data = session.run(&[], &sources).await?;
        let named = params.iter().zip(data).map(|(&id, data)| {
            let buffer = plan.program.buffer(id);
            (buffer.name.clone(), Tensor { shape: buffer.shape.clone(), data: data.f32() })
        });
        Ok(Weights { tensors: named.collect() })
    }

    /// The whole state, after the step that is under way.
    ///
    /// # Errors
    /// The engine's; a state that is not finite.
    pub async fn state(&mut self) -> Result<State, TrainError> {
        let mut buffers = self.first.state().await?;
        for other in &mut self.others {
            let at_once = other.tell(Order::Carry).await?;
            match other.answer(at_once).await? {
                Reply::Carry(carry) => buffers.extend(carry),
                Reply::Gradient(_) => {
                    return Err(TrainError::Shard("a shard answered a gradient for its carry".into()));
                }
            }
        }
        let finite = |data: &Data| !matches!(data, Data::F32(values) if values.iter().any(|x| !x.is_finite()));
        if !buffers.iter().all(|(_, data)| finite(data)) {
            return Err(TrainError::NotFinite { step: self.step });
        }
        Ok(State { setup: self.setup.clone(), step: self.step, buffers })
    }
}
