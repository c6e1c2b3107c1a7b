//! One training step as a recording: carry reset, a segment, halting, the loss, the way back, the optimizers.

use std::{collections::HashMap, ops::Deref};

use serde::{Deserialize, Serialize};

use crate::config::{Family, ModelConfig};
use crate::model::{Inputs, Model, TapLog};
use crate::plan::adjoint::Adjoint;
use crate::plan::kernel::{
    AdamAtan2, CarryReset, Copy, CrossEntropy, Ema, Halt, Metrics, QLoss, QTarget, SignSgd, SumSquares,
};
use crate::plan::{BufferId, EntryId, PlanError, Program, Recorder};

use super::optimizer::OptimizerConfig;

/// The optimizer's state of one weight.
#[derive(Clone, Copy, Debug)]
pub struct Moments {
    /// The weight.
    pub param: BufferId,
    /// Its gradient; of the puzzle embedding per example [B, E].
    pub grad: BufferId,
    /// First and second moment; the puzzle embedding has none.
    pub adam: Option<(BufferId, BufferId)>,
    /// Its moving average.
    pub average: BufferId,
}

/// What a recorded training step has for boards of one size.
#[derive(Clone, Debug)]
pub struct Pass {
    /// The model at this size.
    pub model: Model,
    /// Carry reset, segment, losses, gradients, metrics, new carry.
    pub gradient: EntryId,
    /// One segment of the rows that are under way, without a gradient; `None` in a training that has no [`Late`] segments.
    ///
    /// [`Late`]: super::Late
    pub late: Option<EntryId>,
    /// New data for rows that halted.
    pub fresh: Inputs,
    /// Labels [B, S] that belong to them.
    pub fresh_labels: BufferId,
    /// Data of the rows that think: part of the state.
    pub current: Inputs,
    /// Their labels [B, S].
    pub labels: BufferId,
    /// Carry: z_H [B, T, D].
    pub z_h: BufferId,
    /// Carry: z_L [B, T, D].
    pub z_l: BufferId,
    /// Carry: segments so far [B].
    pub steps: BufferId,
    /// Carry: whether the row takes new data next [B].
    pub halted: BufferId,
    /// [B, S, V].
    pub logits: BufferId,
    /// [B, 2].
    pub q: BufferId,
    /// Target of q_continue [B] (HRM).
    pub target: Option<BufferId>,
}

/// A recorded training step; it dereferences to what it has for boards of the model's own size.
#[derive(Clone, Debug)]
pub struct TrainingPlan {
    /// The program.
    pub program: Program,
    /// One for each size of board, over one set of weights; the model's own size first.
    pub passes: Vec<Pass>,
    /// The optimizers and the average, from the gradients.
    pub update: EntryId,
    /// Seed and step number [2].
    pub random: BufferId,
    /// Sums of the step [8].
    pub metrics: BufferId,
    /// Σ g² of every weight, in the order of `moments`.
    pub grad_squares: BufferId,
    /// lr, puzzle lr and the two bias corrections [4].
    pub hyper: BufferId,
    /// Weights with what the optimizers keep.
    pub moments: Vec<Moments>,
    /// Identifiers of the rows whose gradients there are [B], whatever size they are of.
    pub ids: BufferId,
    /// Where the rows of all shards are joined for the puzzle embedding's update; `None` without an embedding, or with one
    /// shard, whose own rows are all there are.
    pub joined: Option<Joined>,
}

/// The puzzle embedding's gradients of a whole batch, B rows in the order of the shards. The sign descent goes by the sum over
/// the rows of an identifier, which may be in several shards: so they are joined, not averaged.
#[derive(Clone, Copy, Debug)]
pub struct Joined {
    /// The puzzle embedding.
    pub param: BufferId,
    /// A gradient for each row, [B, E].
    pub grad: BufferId,
    /// The rows' identifiers [B].
    pub ids: BufferId,
}

/// Which weights a training changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trained {
    /// All of them.
    #[default]
    Everything,
    /// The rows of the puzzle embedding alone: the others stay as they are, and no gradient of them is computed.
    Embedding,
}

impl Trained {
    /// Whether it is [`Trained::Everything`].
    pub fn is_everything(&self) -> bool {
        *self == Self::Everything
    }
}

/// How a step is cut up and what of the model it changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Division {
    /// Equal parts of a batch. With more than one the host may read the gradients after [`Pass::gradient`], and replace them
    /// before [`TrainingPlan::update`].
    pub shards: usize,
    /// The weights that are trained.
    pub trained: Trained,
    /// Whether there is an entry for segments without a gradient.
    pub late: bool,
}

impl Deref for TrainingPlan {
    type Target = Pass;

    fn deref(&self) -> &Pass {
        &self.passes[0]
    }
}

impl TrainingPlan {
    /// What is read back of every step.
    pub fn read(&self) -> [BufferId; 2] {
        [self.metrics, self.grad_squares]
    }

    /// What is read back of a shard's gradient: metrics, the gradients, and the identifiers where an embedding has one.
    pub fn apart(&self) -> Vec<BufferId> {
        let grads = self.moments.iter().map(|moments| moments.grad);
        let ids = self.joined.map(|_| self.ids);
        [self.metrics].into_iter().chain(grads).chain(ids).collect()
    }

    /// Whether a weight's gradients are joined over the shards, row by row.
    pub(super) fn joins(&self, param: BufferId) -> bool {
        self.joined.is_some_and(|joined| joined.param == param)
    }

    /// The pass of a board by its number; of one that there is not, the first.
    pub fn pass(&self, board: usize) -> &Pass {
        self.passes.get(board).unwrap_or(self)
    }
}

/// Records a training step for batches of `batch` rows. `apart`: the host may read the gradients after
/// [`Pass::gradient`], and replace them before [`TrainingPlan::update`].
///
/// # Errors
/// A mistake in the recording.
pub fn record_training(
    config: &ModelConfig,
    batch: usize,
    optimizer: &OptimizerConfig,
    apart: bool,
) -> Result<TrainingPlan, PlanError> {
    // Of two shards, each with so many rows.
    let division = Division { shards: if apart { 2 } else { 1 }, trained: Trained::Everything, late: false };
    record_sizes(config, &[], batch, optimizer, division)
}

/// As [`record_training`], with a further pass over the same weights for each of `sizes`: the configuration at other sizes of board
/// ([`ModelConfig::at_size`]). Every pass has a carry of its own.
///
/// # Errors
/// A mistake in the recording.
pub(super) fn record_sizes(
    config: &ModelConfig,
    sizes: &[ModelConfig],
    batch: usize,
    optimizer: &OptimizerConfig,
    Division { shards, trained, late }: Division,
) -> Result<TrainingPlan, PlanError> {
    let mut recorder = Recorder::new();
    let r = &mut recorder;
    let mut model = Model::declare(r, config, batch);
    let puzzle = (config.puzzle_emb_ndim > 0).then(|| model.param("puzzle_emb.weights"));
    if trained == Trained::Embedding {
        model.trained.retain(|param| Some(*param) == puzzle);
    }
    let apart = shards > 1;
    let own = Buffers::declare(r, config, batch, "");
    let step = Common {
        random: r.integers("random", &[2]),
        logits: r.persistent("logits", &[batch, config.seq_len, config.vocab_size]),
        q: r.persistent("q", &[batch, 2]),
        metrics: r.persistent("metrics", &[8]),
    };
    let hyper = r.persistent("hyper", &[4]);
    let grad_squares = r.persistent("grad_squares", &[model.trained.len()]);
    // With further sizes the update reads the identifiers of the pass that was run.
    let ids = puzzle.filter(|_| !sizes.is_empty()).map(|_| r.integers("identifiers", &[batch]));
    let late_of = |r: &mut Recorder, model: &Model, buffers: Buffers| late.then(|| record_late(r, model, buffers));
    let late = late_of(r, &model, own);
    let (first, mut grads) = record_pass(r, &model, own, step, grad_squares);
    let first = Pass { late, ..first };
    if apart || !sizes.is_empty() {
        copy_gradients(r, &model, &mut grads, |r, name, shape| r.persistent(name, shape));
        copy_identifiers(r, own, ids, batch);
    }
    let mut passes = vec![first];
    for (number, config) in (1..).zip(sizes) {
        let model = model.at_size(r, config);
        let buffers = Buffers::declare(r, config, batch, &format!("board {number} "));
        let logits = r.persistent("logits", &[batch, config.seq_len, config.vocab_size]);
        let late = late_of(r, &model, buffers);
        let (pass, mut own) = record_pass(r, &model, buffers, Common { logits, ..step }, grad_squares);
        let mut targets = model.trained.iter().map(|param| grads[param]);
        // The update reads one gradient of each weight, whatever size it comes from.
        copy_gradients(r, &model, &mut own, |_, _, _| targets.next().unwrap_or(grad_squares));
        copy_identifiers(r, buffers, ids, batch);
        passes.push(Pass { late, ..pass });
    }
    let ids = ids.unwrap_or(passes[0].current.ids);
    let joined = puzzle.filter(|_| apart).map(|param| Joined {
        param,
        grad: r.persistent("joined gradient.puzzle_emb.weights", &[shards * batch, config.puzzle_emb_ndim]),
        ids: r.integers("joined ids", &[shards * batch]),
    });
    let rows = match joined {
        Some(Joined { grad, ids, .. }) => EmbeddingRows { grad: Some(grad), ids, batch: shards * batch },
        None => EmbeddingRows { grad: None, ids, batch },
    };
    let update = r.entry("update");
    let moments = record_update(r, &model, &grads, rows, hyper, optimizer);
    let program = recorder.finish()?;
    let Common { random, metrics, .. } = step;
    Ok(TrainingPlan { program, passes, update, random, metrics, grad_squares, hyper, moments, ids, joined })
}

/// Copies every gradient into the buffer that `target` gives for its name and shape, and notes it in its place.
fn copy_gradients(
    r: &mut Recorder,
    model: &Model,
    grads: &mut HashMap<BufferId, BufferId>,
    mut target: impl FnMut(&mut Recorder, &str, &[usize]) -> BufferId,
) {
    for param in &model.trained {
        let from = grads[param];
        let name = format!("gradient.{}", r.program().buffer(*param).name);
        let shape = r.program().buffer(from).shape.clone();
        let to = target(r, &name, &shape);
        let len = r.program().buffer(from).len();
        r.push(Copy { from, to, to_offset: 0, len });
        grads.insert(*param, to);
    }
}

/// Copies the identifiers of a pass into those that passes share, where they do.
fn copy_identifiers(r: &mut Recorder, pass: Buffers, shared: Option<BufferId>, batch: usize) {
    if let Some(to) = shared {
        r.push(Copy { from: pass.current.ids, to, to_offset: 0, len: batch });
    }
}

/// What passes share.
#[derive(Clone, Copy)]
struct Common {
    random: BufferId,
    logits: BufferId,
    q: BufferId,
    metrics: BufferId,
}

/// Data and carry of a pass.
#[derive(Clone, Copy)]
struct Buffers {
    fresh: Inputs,
    fresh_labels: BufferId,
    current: Inputs,
    labels: BufferId,
    z_h: BufferId,
    z_l: BufferId,
    steps: BufferId,
    halted: BufferId,
}

impl Buffers {
    /// Declares them, with a prefix to their names.
    fn declare(r: &mut Recorder, config: &ModelConfig, batch: usize, prefix: &str) -> Self {
        let named = |name: &str| format!("{prefix}{name}");
        let state = [batch, config.tokens(), config.hidden_size];
        Self {
            fresh: Inputs::declare(r, config, batch, &named("fresh ")),
            fresh_labels: r.integers(&named("fresh labels"), &[batch, config.seq_len]),
            current: Inputs::declare(r, config, batch, prefix),
            labels: r.integers(&named("labels"), &[batch, config.seq_len]),
            z_h: r.persistent(&named("z_H"), &state),
            z_l: r.persistent(&named("z_L"), &state),
            steps: r.integers(&named("steps"), &[batch]),
            halted: r.integers(&named("halted"), &[batch]),
        }
    }
}

/// Records a segment from the carry into the carry, of which nothing is learnt.
fn record_late(r: &mut Recorder, model: &Model, Buffers { current, z_h, z_l, .. }: Buffers) -> EntryId {
    let entry = r.entry("late");
    let state = model.state_shape();
    let x = r.temp("x", &state);
    model.input(r, current, x);
    let (new_h, new_l) = model.segment(r, x, (z_h, z_l), &mut TapLog::default());
    let len = state.iter().product();
    r.push(Copy { from: new_h, to: z_h, to_offset: 0, len });
    r.push(Copy { from: new_l, to: z_l, to_offset: 0, len });
    entry
}

/// Records the gradient of one size of board; the second result is the gradient of every trained weight.
fn record_pass(
    r: &mut Recorder,
    model: &Model,
    buffers: Buffers,
    Common { random, logits, q, metrics }: Common,
    grad_squares: BufferId,
) -> (Pass, HashMap<BufferId, BufferId>) {
    let (config, batch) = (&model.config, model.batch);
    let (seq, vocab) = (config.seq_len, config.vocab_size);
    let Buffers { fresh, fresh_labels, current, labels, z_h, z_l, steps, halted } = buffers;
    let state = model.state_shape();
    let gradient = r.entry("gradient");
    for (source, target, row) in
        [(fresh.tokens, current.tokens, seq), (fresh_labels, labels, seq), (fresh.ids, current.ids, 1)]
    {
        r.push(CarryReset { halted, source, target, batch, row, period: 0 });
    }
    model.reset(r, halted, z_h, z_l);
    let x = r.temp("x", &state);
    model.input(r, current, x);
    let mut taps = TapLog::default();
    let (new_h, new_l) = model.segment(r, x, (z_h, z_l), &mut taps);
    model.lm_head(r, new_h, logits);
    model.q_head(r, new_h, q);
    let rows = r.temp("rows", &[batch, 4]);
    r.push(CrossEntropy { logits, labels, rows, batch, seq, vocab, kind: config.loss });
    let trm = config.family == Family::Trm;
    r.push(Halt {
        q,
        random,
        steps,
        halted,
        batch,
        max_steps: config.halt_max_steps,
        exploration: config.halt_exploration_prob,
        q_halt_alone: trm,
    });
    // One segment more from the new carry, before the update, tells what q_continue should have been.
    let target = (!trm).then(|| {
        let (q_next, target) = (r.temp("q_next", &[batch, 2]), r.persistent("target", &[batch]));
        r.no_grad(|r| {
            let (next_h, _) = model.segment(r, x, (new_h, new_l), &mut TapLog::default());
            model.q_head(r, next_h, q_next);
            r.push(QTarget { q_next, steps, target, batch, max_steps: config.halt_max_steps });
        });
        target
    });
    let loss = r.temp("q_loss", &[batch, 2]);
    r.push(QLoss { q, rows, target, loss, batch });
    let recorded = r.steps().len();
    let grads = Adjoint::new(r, &model.trained, 1.0 / batch as f64).run(0..recorded);
    r.push(Metrics { halted, steps, q, rows, loss, out: metrics, batch });
    let len = state.iter().product();
    r.push(Copy { from: new_h, to: z_h, to_offset: 0, len });
    r.push(Copy { from: new_l, to: z_l, to_offset: 0, len });
    for (index, param) in model.trained.iter().enumerate() {
        let x = grads[param];
        let len = r.program().buffer(x).len();
        r.push(SumSquares { x, out: grad_squares, len, index });
    }
    let model = model.clone();
    let pass = Pass {
        model,
        gradient,
        late: None,
        fresh,
        fresh_labels,
        current,
        labels,
        z_h,
        z_l,
        steps,
        halted,
        logits,
        q,
        target,
    };
    (pass, grads)
}

/// What the puzzle embedding is updated from.
struct EmbeddingRows {
    /// Its gradients, [`EmbeddingRows::batch`] rows; `None`: those of this shard.
    grad: Option<BufferId>,
    ids: BufferId,
    batch: usize,
}

fn record_update(
    r: &mut Recorder,
    model: &Model,
    grads: &HashMap<BufferId, BufferId>,
    rows: EmbeddingRows,
    hyper: BufferId,
    optimizer: &OptimizerConfig,
) -> Vec<Moments> {
    let OptimizerConfig { beta1, beta2, weight_decay, puzzle_weight_decay, ema, .. } = *optimizer;
    let config = &model.config;
    let puzzle = (config.puzzle_emb_ndim > 0).then(|| model.param("puzzle_emb.weights"));
    let mut all = Vec::new();
    for &param in &model.trained {
        let grad = grads[&param];
        let buffer = r.program().buffer(param).clone();
        let len = buffer.len();
        let adam = if Some(param) == puzzle {
            let EmbeddingRows { ids, batch, .. } = rows;
            let (width, identifiers) = (config.puzzle_emb_ndim, config.num_puzzle_identifiers);
            let (grad, weight_decay) = (rows.grad.unwrap_or(grad), puzzle_weight_decay);
            r.push(SignSgd { grad, ids, hyper, table: param, batch, width, identifiers, weight_decay });
            None
        } else {
            let m = r.persistent(&format!("m.{}", buffer.name), &buffer.shape);
            let v = r.persistent(&format!("v.{}", buffer.name), &buffer.shape);
            r.push(AdamAtan2 { grad, hyper, param, m, v, len, beta1, beta2, weight_decay });
            Some((m, v))
        };
        let average = r.persistent(&format!("average.{}", buffer.name), &buffer.shape);
        r.push(Ema { param, average, len, decay: ema });
        all.push(Moments { param, grad, adam, average });
    }
    all
}
