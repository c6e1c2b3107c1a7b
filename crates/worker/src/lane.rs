//! An engine with the open model prepared on it; both are made when they are first used.

use std::{cell::RefCell, ops::ControlFlow};

use hrm_core::{
    analysis::dimensionality,
    engine::{Engine, EngineError, cpu, gpu},
    model::{Solver, Taps},
    recording::{
        SegmentReport, Shapes,
        retention::States,
        solve::{Thought, solve},
        step_stats::Trace,
    },
};
use hrm_link::{
    engine_timing::{Timing, time_segment},
    protocol::Event,
};

use crate::{
    host::{OpenModel, TaskError},
    scope::{self, Breath},
    worker::Inbox,
};

/// An engine that the worker can start.
pub(super) trait Start: Engine + Sized {
    /// Starts it.
    async fn start() -> Result<Self, EngineError>;
}

impl Start for cpu::Engine {
    async fn start() -> Result<Self, EngineError> {
        Ok(Self::new())
    }
}

impl Start for gpu::Engine {
    async fn start() -> Result<Self, EngineError> {
        Self::new().await
    }
}

/// What a solver has to be able to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Play {
    /// Whole segments, of which only the outcome is wanted.
    Outcomes,
    /// Whole segments with the states of their steps.
    Segments,
    /// Single steps too, for what is done between them.
    Steps,
}

/// How a thought is run.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// Perhaps only until it is sure.
    pub until_sure: bool,
    /// With the states of its steps; a thought that is interfered with always comes with them.
    pub watch: bool,
}

/// The engine and the solver, as far as they were needed.
pub(super) struct Lane<E: Engine> {
    engine: Option<E>,
    solver: Option<Solver<E::Session>>,
}

impl<E: Engine> Default for Lane<E> {
    fn default() -> Self {
        Self { engine: None, solver: None }
    }
}

impl<E: Start> Lane<E> {
    /// Drops the prepared model: another one was opened.
    pub fn unprepare(&mut self) {
        self.solver = None;
    }

    /// A solver that can do what is asked; one that plays steps plays segments as fast.
    async fn ready(&mut self, model: &OpenModel, play: Play) -> Result<(String, &mut Solver<E::Session>), TaskError> {
        let engine = match self.engine.take() {
            Some(engine) => engine,
            None => E::start().await?,
        };
        let engine = self.engine.insert(engine);
        // A solver that cannot is dropped before its successor is made: two would hold the weights twice.
        let can = |solver: &Solver<E::Session>| match play {
            // The states would be copied for nobody.
            Play::Outcomes => !solver.is_tapped(),
            Play::Segments => solver.is_tapped(),
            Play::Steps => solver.plays_steps(),
        };
        let solver = self.solver.take().filter(can);
        let solver = match (solver, play) {
            (Some(solver), _) => solver,
            (None, Play::Outcomes) => Solver::new(engine, &model.config, &model.weights, 1, Taps::None).await?,
            (None, Play::Segments) => Solver::new(engine, &model.config, &model.weights, 1, Taps::States).await?,
            (None, Play::Steps) => Solver::stepwise(engine, &model.config, &model.weights, 1).await?,
        };
        Ok((engine.info().name, self.solver.insert(solver)))
    }

    /// Times a segment on the open model.
    pub async fn time(&mut self, model: &OpenModel) -> Result<Timing, TaskError> {
        // What the tokens are does not change the time.
        let blank = vec![0; model.config.seq_len];
        let timed = async {
            let (name, solver) = self.ready(model, Play::Segments).await?;
            let milliseconds = time_segment(solver, &blank, scope::now).await?;
            Ok(Timing { name, milliseconds })
        };
        let timing = timed.await;
        self.forget_if_failed(timing)
    }

    /// Runs the open model and reports each segment as task `id`.
    pub async fn solve(
        &mut self,
        id: u32,
        model: &OpenModel,
        thought: Thought<'_>,
        Manner { until_sure, watch }: Manner,
        inbox: &RefCell<Inbox>,
    ) -> Result<Event, TaskError> {
        let mut cancelled = false;
        let run = async {
            let play = match (thought.interventions.is_empty(), watch) {
                (true, true) => Play::Segments,
                (true, false) => Play::Outcomes,
                (false, _) => Play::Steps,
            };
            let (engine, solver) = self.ready(model, play).await?;
            let shapes = Shapes::of(&model.config);
            scope::report(Some(id), Event::Started { engine, model: shapes });
            let trace = Trace::of(&model.weights, &model.config, thought.segments);
            let trace = if play == Play::Outcomes { trace.unwatched() } else { trace };
            let breath = Breath::default();
            let observe = async |segment: SegmentReport, states: States| {
                let sure = until_sure && shapes.is_done(segment.q_halt, segment.q_continue);
                scope::report_with_states(id, Event::Segment(segment), &states);
                breath.take().await;
                cancelled = inbox.borrow().is_cancelled(id);
                if cancelled || sure { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            Ok(solve(solver, thought, trace, scope::now, observe).await?)
        };
        let result = run.await;
        self.forget_if_failed(result)?;
        Ok(if cancelled { Event::Cancelled } else { Event::Finished })
    }

    /// Runs the open model on every question and reports the dimensions in use as task `id`.
    pub async fn dimension(
        &mut self,
        id: u32,
        model: &OpenModel,
        questions: impl Iterator<Item = Vec<u8>>,
        inbox: &RefCell<Inbox>,
    ) -> Result<Event, TaskError> {
        let run = async {
            let (_, solver) = self.ready(model, Play::Segments).await?;
            let observe = async |found| {
                scope::report(Some(id), Event::Dimension(found));
                scope::breathe().await;
                if inbox.borrow().is_cancelled(id) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            Ok(dimensionality(solver, questions, model.config.halt_max_steps, observe).await?)
        };
        let result = run.await;
        self.forget_if_failed(result).map(|()| Event::Finished)
    }

    /// After an engine's failure the next run starts a new one: a lost device never comes back.
    fn forget_if_failed<T>(&mut self, result: Result<T, TaskError>) -> Result<T, TaskError> {
        if result.as_ref().is_err_and(TaskError::is_of_engine) {
            *self = Self::default();
        }
        result
    }
}
