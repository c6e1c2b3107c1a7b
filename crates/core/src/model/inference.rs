//! The program that answers: `begin` resets the carry, `segment` runs one ACT step; where asked for, further entries run
//! it step by step.

use crate::config::ModelConfig;
use crate::plan::kernel::{Copy, CrossEntropy, Fill, QLoss};
use crate::plan::{BufferId, EntryId, PlanError, Program, Recorder};

use super::recurrence::{Inputs, Model};
use super::taps::{Level, TapLog, Taps};

/// What a program for inference holds beside the answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// What of the states is kept.
    pub taps: Taps,
    /// Whether the losses against labels are computed too.
    pub losses: bool,
    /// Whether a segment can be played step by step too.
    pub steps: bool,
    /// Whether single rows can take new puzzles while the others go on.
    pub rows: bool,
}

/// What gives single rows new puzzles.
#[derive(Clone, Copy, Debug)]
pub struct RowEntry {
    /// Resets the carry of the rows that halted, and embeds the input of all.
    pub begin: EntryId,
    /// Which rows halted [B], written by the host.
    pub halted: BufferId,
}

/// The entries that play a segment step by step, on the buffers of the whole one.
#[derive(Clone, Copy, Debug)]
pub struct StepEntries {
    /// Sets z_H to H_init.
    pub restart_h: EntryId,
    /// Sets z_L to L_init.
    pub restart_l: EntryId,
    /// Embeds the input again.
    pub input: EntryId,
    /// One step of H.
    pub h_step: EntryId,
    /// One step of L.
    pub l_step: EntryId,
    /// Reads logits and q off z_H.
    pub heads: EntryId,
}

/// Buffers of the losses.
#[derive(Clone, Copy, Debug)]
pub struct Losses {
    /// Labels [B, S].
    pub labels: BufferId,
    /// Per example: cross-entropy, right, counted, whole [B, 4].
    pub rows: BufferId,
    /// Per example: q_halt and q_continue loss [B, 2].
    pub q_loss: BufferId,
}

/// A recorded program for inference.
#[derive(Clone, Debug)]
pub struct InferencePlan {
    /// The program.
    pub program: Program,
    /// The model.
    pub model: Model,
    /// Resets the carry and embeds the input.
    pub begin: EntryId,
    /// One segment.
    pub segment: EntryId,
    /// Its steps, where asked for.
    pub steps: Option<StepEntries>,
    /// The entry for single rows, where asked for.
    pub rows: Option<RowEntry>,
    /// What the host writes before `begin`.
    pub inputs: Inputs,
    /// x [B, T, D].
    pub x: BufferId,
    /// z_H [B, T, D].
    pub z_h: BufferId,
    /// z_L [B, T, D].
    pub z_l: BufferId,
    /// [B, S, V].
    pub logits: BufferId,
    /// [B, 2].
    pub q: BufferId,
    /// What was tapped.
    pub taps: TapLog,
    /// Where asked for.
    pub losses: Option<Losses>,
}

/// Records inference for batches of `batch` rows.
///
/// # Errors
/// A mistake in the recording.
pub fn record_inference(config: &ModelConfig, batch: usize, options: Options) -> Result<InferencePlan, PlanError> {
    let mut recorder = Recorder::new();
    let r = &mut recorder;
    let model = Model::declare(r, config, batch);
    let inputs = Inputs::declare(r, config, batch, "");
    let state = model.state_shape();
    let x = r.persistent("x", &state);
    let (z_h, z_l) = (r.persistent("z_H", &state), r.persistent("z_L", &state));
    let halted = r.integers("halted", &[batch]);
    let logits = r.persistent("logits", &[batch, config.seq_len, config.vocab_size]);
    let q = r.persistent("q", &[batch, 2]);
    let mut taps = TapLog::new(options.taps);

    let begin = r.entry("begin");
    r.push(Fill { out: halted, len: batch, value: 1.0 });
    model.reset(r, halted, z_h, z_l);
    model.input(r, inputs, x);

    let segment = r.entry("segment");
    let (new_h, new_l) = model.segment(r, x, (z_h, z_l), &mut taps);
    model.lm_head(r, new_h, logits);
    model.q_head(r, new_h, q);
    let losses = options.losses.then(|| record_losses(r, config, batch, logits, q));
    let len = state.iter().product();
    r.push(Copy { from: new_h, to: z_h, to_offset: 0, len });
    r.push(Copy { from: new_l, to: z_l, to_offset: 0, len });

    let steps = options.steps.then(|| {
        let restart = |r: &mut Recorder, name, level, z| {
            let entry = r.entry(name);
            model.reset_one(r, halted, level, z);
            entry
        };
        let step = |r: &mut Recorder, name, level, z| {
            let entry = r.entry(name);
            let from = model.step(r, level, x, (z_h, z_l));
            r.push(Copy { from, to: z, to_offset: 0, len });
            entry
        };
        StepEntries {
            restart_h: restart(r, "restart_h", Level::H, z_h),
            restart_l: restart(r, "restart_l", Level::L, z_l),
            h_step: step(r, "h_step", Level::H, z_h),
            l_step: step(r, "l_step", Level::L, z_l),
            input: {
                let entry = r.entry("input");
                model.input(r, inputs, x);
                entry
            },
            heads: {
                let entry = r.entry("heads");
                model.lm_head(r, z_h, logits);
                model.q_head(r, z_h, q);
                entry
            },
        }
    });

    let rows = options.rows.then(|| {
        let begin = r.entry("begin rows");
        model.reset(r, halted, z_h, z_l);
        model.input(r, inputs, x);
        RowEntry { begin, halted }
    });

    let program = recorder.finish()?;
    Ok(InferencePlan { program, model, begin, segment, steps, rows, inputs, x, z_h, z_l, logits, q, taps, losses })
}

fn record_losses(r: &mut Recorder, config: &ModelConfig, batch: usize, logits: BufferId, q: BufferId) -> Losses {
    let (seq, vocab, kind) = (config.seq_len, config.vocab_size, config.loss);
    let labels = r.integers("labels", &[batch, seq]);
    let rows = r.persistent("rows", &[batch, 4]);
    let q_loss = r.persistent("q_loss", &[batch, 2]);
    r.push(CrossEntropy { logits, labels, rows, batch, seq, vocab, kind });
    r.push(QLoss { q, rows, target: None, loss: q_loss, batch });
    Losses { labels, rows, q_loss }
}
