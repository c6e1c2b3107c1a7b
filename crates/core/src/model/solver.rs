//! Runs a model on puzzles, segment by segment, on any engine.

use std::collections::VecDeque;

use crate::config::ModelConfig;
use crate::engine::{Data, Engine, EngineError, Session};
use crate::plan::{BufferId, PlanError};

use super::inference::{InferencePlan, Options, record_inference};
use super::taps::{Level, Taps};
use super::weights::{Weights, WeightsError};

/// Symbols of an answer, whose tokens are bytes.
const MOST_SYMBOLS: usize = 1 << u8::BITS;

/// Why a model cannot be set up.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// The recording is wrong.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The engine cannot.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The weights do not fit the configuration.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// An input that the model has no embedding for.
    #[error("{what} {index} is {value}; this model takes 0 to {most}")]
    Input {
        /// `token` or `puzzle identifier`.
        what: &'static str,
        /// Where it stands.
        index: usize,
        /// What it is.
        value: u32,
        /// The largest allowed.
        most: usize,
    },
    /// Too few or too many inputs.
    #[error("{actual} {what} were given; expected {expected}")]
    Length {
        /// `tokens` or `puzzle identifiers`.
        what: &'static str,
        /// Given.
        actual: usize,
        /// Expected.
        expected: usize,
    },
    /// More symbols than an answer can tell apart.
    #[error("the model has {found} symbols; expected at most {MOST_SYMBOLS}: an answer has a byte for each cell")]
    Symbols {
        /// V of the model.
        found: usize,
    },
    /// A run with interventions on a solver that plays only whole segments.
    #[error("this solver plays whole segments only; expected one that was prepared stepwise")]
    WholeSegments,
    /// New puzzles for single rows on a solver that takes whole batches only.
    #[error("this solver takes whole batches only; expected one that was prepared by rows")]
    WholeBatches,
    /// The arithmetic left the real numbers.
    #[error("{what} became NaN or infinite in segment {segment}")]
    NotFinite {
        /// `the logits` or a state.
        what: &'static str,
        /// From 1.
        segment: usize,
    },
}

impl ModelError {
    /// Whether the engine failed, so that another one, or the same one started anew, may do it.
    pub fn is_of_engine(&self) -> bool {
        matches!(self, Self::Engine(_) | Self::Weights(WeightsError::Engine(_)))
    }
}

/// A state after a step.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// H or L.
    pub level: Level,
    /// H-cycle, from 0.
    pub h_cycle: usize,
    /// L-cycle, from 0; for an H state the number of L steps before it.
    pub l_cycle: usize,
    /// [B, T, D].
    pub z: Vec<f32>,
}

/// What a segment gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// [B, S, V].
    pub logits: Vec<f32>,
    /// (q_halt, q_continue) of every row.
    pub q: Vec<[f32; 2]>,
    /// With [`Taps::States`]: the states in the order of the steps.
    pub states: Vec<State>,
}

impl Segment {
    /// The raw arg max of every position [B, S]: the first largest logit, nothing repaired.
    pub fn answer(&self, vocab: usize) -> Vec<u8> {
        self.logits.chunks_exact(vocab).map(|logits| crate::engine::cpu::arg_max(logits) as u8).collect()
    }
}

/// A model on an engine, ready for batches of a fixed size.
pub struct Solver<S: Session> {
    pub(super) plan: InferencePlan,
    pub(super) session: S,
    /// [B, S], as last written.
    pub(super) tokens: Vec<u32>,
    /// Segments since `begin`.
    pub(super) segments: usize,
    /// What is to be read of segments that were started and not fetched yet, the earliest first.
    started: VecDeque<S::Reading>,
    /// How many of them there may be.
    ahead: usize,
}

impl<S: Session> Solver<S> {
    /// Prepares `engine` for batches of `batch` puzzles.
    ///
    /// # Errors
    /// Weights that do not fit, more than 256 symbols, an engine's limits.
    pub async fn new<E: Engine<Session = S>>(
        engine: &E,
        config: &ModelConfig,
        weights: &Weights,
        batch: usize,
        taps: Taps,
    ) -> Result<Self, ModelError> {
        Self::prepare(engine, config, weights, batch, Options { taps, ..Options::default() }).await
    }

    /// Like [`Solver::new`] with the states tapped, for runs that may be interfered with: [`Solver::segment_under`].
    ///
    /// # Errors
    /// Weights that do not fit, more than 256 symbols, an engine's limits.
    pub async fn stepwise<E: Engine<Session = S>>(
        engine: &E,
        config: &ModelConfig,
        weights: &Weights,
        batch: usize,
    ) -> Result<Self, ModelError> {
        let options = Options { taps: Taps::States, steps: true, ..Options::default() };
        Self::prepare(engine, config, weights, batch, options).await
    }

    pub(super) async fn prepare<E: Engine<Session = S>>(
        engine: &E,
        config: &ModelConfig,
        weights: &Weights,
        batch: usize,
        options: Options,
    ) -> Result<Self, ModelError> {
        if config.vocab_size > MOST_SYMBOLS {
            return Err(ModelError::Symbols { found: config.vocab_size });
        }
        let plan = record_inference(config, batch, options)?;
        let mut session = engine.prepare(plan.program.clone()).await?;
        weights.write(&mut session)?;
        for (id, values) in plan.model.constants() {
            session.write(id, &values)?;
        }
        let ahead = engine.runs_ahead();
        Ok(Solver { plan, session, tokens: Vec::new(), segments: 0, started: VecDeque::new(), ahead })
    }

    /// Takes other weights of the same configuration.
    ///
    /// # Errors
    /// Weights that do not fit.
    pub fn set_weights(&mut self, weights: &Weights) -> Result<(), ModelError> {
        Ok(weights.write(&mut self.session)?)
    }

    /// The configuration.
    pub fn config(&self) -> &ModelConfig {
        &self.plan.model.config
    }

    /// Rows of a batch.
    pub fn batch(&self) -> usize {
        self.plan.model.batch
    }

    /// Whether it plays single steps too, as [`Solver::stepwise`] prepares it.
    pub fn plays_steps(&self) -> bool {
        self.plan.steps.is_some()
    }

    /// Whether its segments come with the states of their steps.
    pub fn is_tapped(&self) -> bool {
        !self.plan.taps.states.is_empty()
    }

    /// Bytes of memory that the engine holds for it.
    pub fn bytes(&self) -> u64 {
        self.session.bytes()
    }

    /// Segments that a run may start before it reads the earliest of them, at first as [`Engine::runs_ahead`] has it.
    pub fn ahead(&self) -> usize {
        self.ahead
    }

    /// Lets a run start more segments ahead, or fewer; at least one.
    pub fn set_ahead(&mut self, segments: usize) {
        self.ahead = segments.max(1);
    }

    /// See [`Session::forms`].
    pub fn forms(&self) -> String {
        self.session.forms()
    }

    /// Takes new puzzles, tokens [B, S] and identifiers [B]; the next segment starts from H_init and L_init.
    ///
    /// # Errors
    /// Inputs of another number, or without an embedding.
    pub async fn begin(&mut self, tokens: &[u32], puzzle_ids: &[u32]) -> Result<(), ModelError> {
        let config = &self.plan.model.config;
        check("tokens", "token", tokens, self.batch() * config.seq_len, config.vocab_size)?;
        check("puzzle identifiers", "puzzle identifier", puzzle_ids, self.batch(), config.num_puzzle_identifiers)?;
        self.session.write_u32(self.plan.inputs.tokens, tokens)?;
        self.session.write_u32(self.plan.inputs.ids, puzzle_ids)?;
        self.session.run(&[self.plan.begin], &[]).await?;
        self.tokens = tokens.to_vec();
        self.segments = 0;
        // Those that a run left behind which ended before they did.
        self.started.clear();
        Ok(())
    }

    /// Starts segments until `count` are under way: [`Solver::segment`] gives the earliest of them. Between them a GPU waits for
    /// nobody to read. Nothing may be done to the states before all have been read.
    ///
    /// # Errors
    /// The engine's.
    pub fn start(&mut self, count: usize) -> Result<(), ModelError> {
        while self.started.len() < count {
            let mut read: Vec<BufferId> = vec![self.plan.logits, self.plan.q];
            read.extend(self.plan.taps.states.iter().map(|tap| tap.buffer));
            self.started.push_back(self.session.start(&[self.plan.segment], &read)?);
        }
        Ok(())
    }

    /// Runs one segment, or waits for the earliest that was started.
    ///
    /// # Errors
    /// The engine's, and results that are not finite.
    pub async fn segment(&mut self) -> Result<Segment, ModelError> {
        self.start(1)?;
        let mut read = Vec::new();
        if let Some(reading) = self.started.pop_front() {
            read = self.session.fetch(reading).await?;
        }
        let mut data = read.into_iter().map(Data::f32);
        let mut next = || data.next().unwrap_or_default();
        let (logits, q) = (next(), next());
        let taps = &self.plan.taps.states;
        let states =
            taps.iter().map(|tap| State { level: tap.level, h_cycle: tap.h_cycle, l_cycle: tap.l_cycle, z: next() });
        let states = states.collect();
        self.end_segment(logits, &q, states)
    }

    /// Counts the segment; `q` is [B, 2].
    pub(super) fn end_segment(
        &mut self,
        logits: Vec<f32>,
        q: &[f32],
        states: Vec<State>,
    ) -> Result<Segment, ModelError> {
        let segment = Segment { logits, q: q.chunks_exact(2).map(|q| [q[0], q[1]]).collect(), states };
        self.segments += 1;
        // A norm keeps states finite, so what goes wrong shows in the logits.
        if segment.logits.iter().chain(segment.q.as_flattened()).any(|x| !x.is_finite()) {
            return Err(ModelError::NotFinite { what: "the logits", segment: self.segments });
        }
        Ok(segment)
    }
}

pub(super) fn check(
    plural: &'static str,
    what: &'static str,
    values: &[u32],
    expected: usize,
    below: usize,
) -> Result<(), ModelError> {
    if values.len() != expected {
        return Err(ModelError::Length { what: plural, actual: values.len(), expected });
    }
    match values.iter().position(|&v| v as usize >= below) {
        Some(index) => Err(ModelError::Input { what, index, value: values[index], most: below.saturating_sub(1) }),
        None => Ok(()),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::engine::cpu;

    #[test]
    fn a_model_of_more_symbols_than_bytes_gives_no_answer() {
        let of = |vocab_size| {
            let config = ModelConfig { vocab_size, ..ModelConfig::tiny() };
            let weights = Weights::init(&config, 1);
            pollster::block_on(Solver::new(&cpu::Engine::new(), &config, &weights, 1, Taps::None)).map(|_| ())
        };
        assert_eq!(of(256), Ok(()));
        let words = "the model has 257 symbols; expected at most 256: an answer has a byte for each cell";
        assert_eq!(of(257).unwrap_err().to_string(), words);
    }
}
