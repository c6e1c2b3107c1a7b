//! A task is learnt: new puzzle identifiers of a model, or of random weights, one for each of its versions.

use super::{
    answerer::{Answerer, Question},
    known::names_of,
};
use crate::{
    config::{Family, LossKind, Mixer, ModelConfig, Positions},
    data::Batch,
    engine::Engine,
    model::{ModelError, Solver, Taps, Tensor, Weights, WeightsError},
    puzzle::{
        Size,
        arc::{
            Grid, Task,
            codec::{PAD, TokenGrid, VOCABULARY},
            training::{BLANK, Learnt, Sample, TaskSet, TaskSetError},
        },
    },
    train::{Late, OptimizerConfig, Setup, StepReport, TrainError, Trained, Trainer, predicted_bytes},
};

/// The puzzle embedding's tensor.
const EMBEDDING: &str = "puzzle_emb.weights";
/// Rows and columns by which grids can be moved in a token grid that is taken for a task.
const ROOM: usize = 1;

/// A model that a learning begins with.
#[derive(Clone, Debug)]
pub struct Base {
    /// Its configuration; its tokens are those of a token grid.
    pub config: ModelConfig,
    /// Its weights.
    pub weights: Weights,
}

/// How a task is learnt.
#[derive(Clone, Debug, PartialEq)]
pub struct LearnSettings {
    /// Versions of the task beside itself, at most.
    pub augmentations: usize,
    /// Of the versions, the samples, the start weights and the exploration.
    pub seed: u64,
    /// B, samples of a step.
    pub batch: usize,
    /// Equal parts of a batch; each can have a worker of its own.
    pub shards: usize,
    /// The token grid; by default the model's where it holds the task, else the smallest that does.
    pub side: Option<TokenGrid>,
    /// Everything, which published work finds best, or the embedding alone.
    pub trained: Trained,
}

impl Default for LearnSettings {
    fn default() -> Self {
        Self { augmentations: 48, seed: 0, batch: 16, shards: 1, side: None, trained: Trained::Everything }
    }
}

/// Why a task cannot be learnt.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LearnError {
    /// The task itself.
    #[error(transparent)]
    Task(#[from] TaskSetError),
    /// A model of something else.
    #[error(
        "the model has {vocab_size} tokens and a puzzle embedding of width {width}, expected one that learnt tasks: {VOCABULARY} tokens and an embedding"
    )]
    Foreign {
        /// V.
        vocab_size: usize,
        /// Of the embedding; 0: none.
        width: usize,
    },
    /// Weights of one token grid.
    #[error(
        "the model's weights are for {cells} tokens alone, expected a model with attention or convolution for a token grid of {side}x{side}"
    )]
    OneSize {
        /// S of the model.
        cells: usize,
        /// The side that was asked for.
        side: usize,
    },
    /// A learnt task whose versions were drawn by another seed or program, or another task.
    #[error(
        "the model's {found} identifiers are not those of this task's versions, so its learning cannot go on: it can answer, and a new learning can begin with it"
    )]
    OtherVersions {
        /// Rows of its embedding.
        found: usize,
    },
    /// An embedding alone, of weights that know nothing.
    #[error("nothing can be learnt by the embedding alone without a model that learnt other tasks")]
    NothingBeside,
    /// The training.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The model that answers.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The model's weights.
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

/// How the demonstration that is held out is answered.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldOut {
    /// What was answered; `None` where there is no grid in it.
    pub grid: Option<Grid>,
    /// Whether its grid is right, size included.
    pub right: bool,
    /// Share of the tokens of its grid and its ends that are right, 0 to 1.
    pub accuracy: f64,
}

/// A learning before anything is allocated for it: what it is about, and what it will take.
pub struct Prospect {
    set: TaskSet,
    setup: Setup,
    weights: Weights,
}

impl Prospect {
    /// Begins with a model, of which the rows for other tasks are left out, or with random weights of a small one.
    ///
    /// # Errors
    /// A task that cannot be learnt or does not lie within the token grid, a model of something else.
    pub fn new(task: &Task, base: Option<Base>, settings: &LearnSettings) -> Result<Self, LearnError> {
        let is_new = base.is_none();
        if is_new && settings.trained == Trained::Embedding {
            return Err(LearnError::NothingBeside);
        }
        let side = side_of(task, base.as_ref().map(|base| &base.config), settings)?;
        let set = TaskSet::new(side, std::slice::from_ref(task), settings.augmentations, settings.seed)?;
        let (config, weights) = match base {
            Some(base) => extended(base, side, set.identifiers())?,
            None => {
                let config = small(side, set.identifiers());
                let weights = Weights::init(&config, settings.seed);
                (config, weights)
            }
        };
        Ok(Self { setup: setup_of(config, optimizer(is_new), settings), set, weights })
    }

    /// Goes on with a task that was learnt: its model has a row for each of the versions that `settings` give, by `names`. The
    /// optimizer's averages begin anew.
    ///
    /// # Errors
    /// As [`Prospect::new`]; a model of other versions.
    pub fn again(task: &Task, base: Base, names: &[String], settings: &LearnSettings) -> Result<Self, LearnError> {
        let side = own_side(&base.config)?;
        let set = TaskSet::new(side, std::slice::from_ref(task), settings.augmentations, settings.seed)?;
        if names_of(&set, &[&task.id]) != names {
            return Err(LearnError::OtherVersions { found: base.config.num_puzzle_identifiers });
        }
        base.weights.check(&base.config)?;
        Ok(Self { setup: setup_of(base.config, optimizer(false), settings), set, weights: base.weights })
    }

    /// The task in its versions.
    pub fn set(&self) -> &TaskSet {
        &self.set
    }

    /// The model.
    pub fn config(&self) -> &ModelConfig {
        &self.setup.model
    }

    /// Its weights.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Bytes of memory that an engine will hold for the training step; nothing is allocated.
    ///
    /// # Errors
    /// A configuration that cannot be recorded.
    pub fn bytes<E: Engine>(&self, engine: &E) -> Result<u64, LearnError> {
        Ok(predicted_bytes(engine, &self.setup)?)
    }
}

fn setup_of(model: ModelConfig, optimizer: OptimizerConfig, settings: &LearnSettings) -> Setup {
    Setup {
        model,
        optimizer,
        batch: settings.batch,
        // The rate is constant: nobody knows how many steps there will be.
        total_steps: u64::from(u32::MAX),
        seed: settings.seed,
        shards: settings.shards,
        sizes: Vec::new(),
        trained: settings.trained,
        late: Late::default(),
    }
}

/// A task being learnt.
pub struct Learner<E: Engine> {
    engine: E,
    set: TaskSet,
    config: ModelConfig,
    trainer: Trainer<E::Session>,
    learnt: Learnt,
    /// The weights' average when it was looked at last, all finite, and the step of that.
    good: (u64, Weights),
    /// For the demonstration that is held out; made when it is first tried.
    solver: Option<Solver<E::Session>>,
}

impl<E: Engine> Learner<E> {
    /// Begins as [`Prospect::new`] says. The last demonstration is held out until [`Learner::join`].
    ///
    /// # Errors
    /// Those of [`Prospect::new`]; an engine's limits.
    pub async fn begin(
        engine: E,
        task: &Task,
        base: Option<Base>,
        settings: &LearnSettings,
    ) -> Result<Self, LearnError> {
        Self::of(engine, Prospect::new(task, base, settings)?).await
    }

    /// Begins what was prepared.
    ///
    /// # Errors
    /// Weights that do not fit, an engine's limits.
    pub async fn of(engine: E, prospect: Prospect) -> Result<Self, LearnError> {
        let Prospect { set, setup, weights } = prospect;
        let config = setup.model.clone();
        let trainer = Trainer::new(&engine, setup, &weights).await?;
        Ok(Self { engine, set, config, trainer, learnt: Learnt::AllButLast, good: (0, weights), solver: None })
    }

    /// What computes.
    pub fn engine(&self) -> &E {
        &self.engine
    }

    /// The task in its versions.
    pub fn set(&self) -> &TaskSet {
        &self.set
    }

    /// The task's demonstrations that have outputs.
    pub fn demonstrations(&self) -> usize {
        self.set.demonstrations(0, Learnt::All)
    }

    /// The model.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// Steps done.
    pub fn steps_done(&self) -> u64 {
        self.trainer.steps_done()
    }

    /// Bytes of memory that the engine holds for the training step.
    pub fn bytes(&self) -> u64 {
        self.trainer.bytes()
    }

    /// Whether a demonstration is held out: not of a task that has one alone, nor after [`Learner::join`].
    pub fn holds_out(&self) -> bool {
        self.learnt == Learnt::AllButLast && self.set.held_out(0).is_some()
    }

    /// From now on every demonstration is learnt.
    pub fn join(&mut self) {
        self.learnt = Learnt::All;
    }

    /// What the next step learns, at most B rows.
    pub fn samples(&self) -> Vec<Sample> {
        self.set.samples(self.steps_done(), self.trainer.setup().batch, self.learnt)
    }

    /// One step.
    ///
    /// # Errors
    /// The engine's; a loss that is not finite: then [`Learner::answerer`] answers with the last good weights.
    pub async fn step(&mut self) -> Result<StepReport, LearnError> {
        let samples = self.samples();
        let batch = Batch::of(self.set.side().kind(), samples.iter().map(Sample::row));
        Ok(self.trainer.step(&batch).await?)
    }

    /// Keeps the weights' average as the last good one.
    ///
    /// # Errors
    /// The engine's; weights that are not finite.
    pub async fn keep(&mut self) -> Result<(), LearnError> {
        let step = self.steps_done();
        if self.good.0 < step {
            let weights = self.trainer.weights(true).await?;
            if weights.tensors.values().flat_map(|tensor| &tensor.data).any(|value| !value.is_finite()) {
                return Err(TrainError::NotFinite { step }.into());
            }
            self.good = (step, weights);
        }
        Ok(())
    }

    /// The model's weights when they were last kept, and the step of that.
    pub fn kept(&self) -> (u64, &Weights) {
        (self.good.0, &self.good.1)
    }

    /// Tries the demonstration that is held out, or was, with the weights' average, which is kept; `None` where the task has one
    /// demonstration alone.
    ///
    /// # Errors
    /// As [`Learner::keep`].
    pub async fn try_held_out(&mut self) -> Result<Option<HeldOut>, LearnError> {
        let Some(Sample { example, identifier }) = self.set.held_out(0) else { return Ok(None) };
        self.keep().await?;
        let mut solver = match self.solver.take() {
            Some(mut solver) => {
                solver.set_weights(&self.good.1)?;
                solver
            }
            None => Solver::new(&self.engine, &self.config, &self.good.1, 1, Taps::None).await?,
        };
        let tokens: Vec<u32> = example.question.iter().map(|&token| token.into()).collect();
        solver.begin(&tokens, &[identifier]).await?;
        let mut segment = solver.segment().await?;
        for _ in 1..self.config.halt_max_steps {
            segment = solver.segment().await?;
        }
        self.solver = Some(solver);
        let answer = segment.answer(VOCABULARY);
        let learnt = || example.answer.iter().zip(&answer).filter(|(given, _)| **given != PAD);
        let right = learnt().filter(|(given, answered)| given == answered).count();
        let grid = self.set.side().decode(&answer);
        Ok(Some(HeldOut {
            right: grid.is_some() && grid == self.set.side().decode(&example.answer),
            grid,
            accuracy: right as f64 / learnt().count().max(1) as f64,
        }))
    }

    /// What answers the task's tests with the weights that were kept last, under every version, `rows` at a time.
    ///
    /// # Errors
    /// An engine's limits.
    pub async fn answerer(&self, rows: usize) -> Result<Answerer<E::Session>, LearnError> {
        let questions = Question::of_task(&self.set, 0, 0);
        let model = (&self.config, &self.good.1);
        let segments = self.config.halt_max_steps;
        Ok(Answerer::new(&self.engine, model, (self.set.side(), questions), rows, segments).await?)
    }
}

/// The token grid for a task.
fn side_of(task: &Task, config: Option<&ModelConfig>, settings: &LearnSettings) -> Result<TokenGrid, LearnError> {
    let own = config.map(own_side).transpose()?;
    Ok(match (settings.side, own) {
        (Some(side), _) => side,
        (None, Some(own)) if own.holds(largest(task)) || config.is_some_and(|config| !config.serves_every_size()) => {
            own
        }
        _ => smallest_side(task),
    })
}

/// Rows and columns of the largest of a task's grids; its tests' outputs have no part in it.
fn largest(task: &Task) -> Size {
    let visible = || task.train.iter().flat_map(|pair| pair.grids()).chain(task.test.iter().map(|pair| &pair.input));
    let most = |side: fn(Size) -> usize| visible().map(|grid| side(grid.size())).max().unwrap_or(1);
    Size::new(most(Size::rows), most(Size::columns))
}

/// The smallest token grid that holds a task's grids but its tests' outputs, the marks of their ends, and room to move them.
pub fn smallest_side(task: &Task) -> TokenGrid {
    TokenGrid::holding(largest(task), ROOM)
}

/// The token grid that a model was made for.
fn own_side(config: &ModelConfig) -> Result<TokenGrid, LearnError> {
    let ModelConfig { vocab_size, puzzle_emb_ndim: width, seq_len, .. } = *config;
    let side = TokenGrid::of_model(seq_len, vocab_size).filter(|_| width > 0);
    side.ok_or(LearnError::Foreign { vocab_size, width })
}

/// A model at a token grid, with so many rows of its embedding: that of no task, and new ones, each the mean of those that its
/// tasks have.
fn extended(base: Base, side: TokenGrid, identifiers: usize) -> Result<(ModelConfig, Weights), LearnError> {
    let Base { config, mut weights } = base;
    let one_size = LearnError::OneSize { cells: config.seq_len, side: side.side() };
    let sized = config.at_size(side.side(), side.side()).ok_or(one_size)?;
    let mean = weights.tensors.get(EMBEDDING).and_then(mean_row);
    weights.keep_puzzle_rows(&[u64::from(BLANK)])?;
    weights.add_puzzle_rows(identifiers);
    let config = ModelConfig { num_puzzle_identifiers: identifiers, ..sized };
    if let (Some(table), Some(mean)) = (weights.tensors.get_mut(EMBEDDING), mean) {
        table.data.chunks_mut(mean.len()).skip(1).for_each(|row| row.copy_from_slice(&mean));
    }
    weights.check(&config)?;
    Ok((config, weights))
}

/// The mean of an embedding's rows but the first; `None` where there is no other.
fn mean_row(table: &Tensor) -> Option<Vec<f32>> {
    let [rows, width] = table.shape[..] else { return None };
    let count = rows.checked_sub(1).filter(|count| *count > 0)? as f32;
    let mut mean = vec![0.0; width];
    for row in table.data.chunks(width).skip(1) {
        mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / count);
    }
    Some(mean)
}

/// The model of random weights: small, so that minutes on a processor are many steps.
fn small(side: TokenGrid, identifiers: usize) -> ModelConfig {
    ModelConfig {
        family: Family::Trm,
        seq_len: side.tokens(),
        columns: None,
        vocab_size: VOCABULARY,
        num_puzzle_identifiers: identifiers,
        puzzle_emb_ndim: 64,
        puzzle_emb_len: 1,
        h_cycles: 2,
        l_cycles: 2,
        h_layers: 0,
        l_layers: 2,
        hidden_size: 64,
        expansion: 4.0,
        num_heads: 4,
        mixer: Mixer::Attention,
        local_conv: None,
        positions: Positions::Rope2d,
        halt_max_steps: 4,
        halt_exploration_prob: 0.1,
        loss: LossKind::Softmax,
        rms_norm_eps: 1e-5,
        rope_theta: 10000.0,
    }
}

/// A high rate for random weights, a lower one for those that know other tasks; an average that follows quickly.
fn optimizer(is_new: bool) -> OptimizerConfig {
    let lr = if is_new { 1e-3 } else { 5e-4 };
    OptimizerConfig { lr, warmup_steps: 20, ema: 0.98, ..OptimizerConfig::default() }
}
