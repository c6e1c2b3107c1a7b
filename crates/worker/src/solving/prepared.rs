//! An engine with the open model prepared on it; both are made when they are first used.

use std::{cell::RefCell, ops::ControlFlow, pin::Pin};

use hrm_core::{
    analysis::dimensionality,
    engine::{
        Engine, EngineError, cpu,
        gpu::{self, Form},
    },
    model::{Solver, Taps},
    recording::{
        SegmentReport, Shapes,
        retention::States,
        solve::{SolveRequest, solve},
        step_stats::Trace,
    },
};
use hrm_link::{
    engine_timing::{Timing, time_segment},
    protocol::Event,
};

use crate::{
    error::TaskError,
    global::{self, Breath},
    inbox::Inbox,
    open_model::OpenModel,
};

/// An engine that the worker can start.
pub trait Start: Engine + Sized {
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

/// The engine and the solver, as far as they were needed.
pub struct PreparedEngine<E: Engine> {
    engine: Option<E>,
    solver: Option<Solver<E::Session>>,
}

impl<E: Engine> Default for PreparedEngine<E> {
    fn default() -> Self {
        Self { engine: None, solver: None }
    }
}

impl PreparedEngine<gpu::Engine> {
    /// Takes shaders of this form for the models that it prepares from now on.
    pub async fn use_form(&mut self, form: Form) -> Result<(), TaskError> {
        Self::started(&mut self.engine).await?.device().use_form(form);
        Ok(())
    }

    /// Whether a processor plays the GPU, as far as that is known.
    pub fn is_software(&self) -> bool {
        self.engine.as_ref().is_some_and(|engine| engine.device().is_software())
    }
}

impl<E: Start> PreparedEngine<E> {
    /// Drops the prepared model: another one was opened.
    pub fn unprepare(&mut self) {
        self.solver = None;
    }

    /// The engine, which is started where there is none.
    async fn started(engine: &mut Option<E>) -> Result<&E, TaskError> {
        let own = match engine.take() {
            Some(own) => own,
            None => {
                // The code that starts an engine is not compiled into each of those that ask for it.
                let starting: Pin<Box<dyn Future<Output = _>>> = Box::pin(E::start());
                starting.await?
            }
        };
        Ok(engine.insert(own))
    }

    /// The engine's name.
    pub async fn name(&mut self) -> Result<String, TaskError> {
        Ok(Self::started(&mut self.engine).await?.info().name)
    }

    /// A solver that can do what is asked; one that plays steps plays segments as fast.
    async fn ready(
        &mut self,
        model: &OpenModel,
        taps: Taps,
        stepwise: bool,
    ) -> Result<(String, &mut Solver<E::Session>), TaskError> {
        let engine = Self::started(&mut self.engine).await?;
        // A solver that cannot is dropped before its successor is made: two would hold the weights twice. Nor is one kept
        // that would copy states for nobody.
        let can = |solver: &Solver<E::Session>| match stepwise {
            true => solver.plays_steps(),
            false => solver.is_tapped() == (taps == Taps::States),
        };
        let solver = match self.solver.take().filter(can) {
            Some(solver) => solver,
            None if stepwise => Solver::stepwise(engine, &model.config, &model.weights, 1).await?,
            None => Solver::new(engine, &model.config, &model.weights, 1, taps).await?,
        };
        Ok((engine.info().name, self.solver.insert(solver)))
    }

    /// Times a segment on the open model; `None` where `goes_on` said no.
    pub async fn time(
        &mut self,
        model: &OpenModel,
        goes_on: impl AsyncFnMut() -> bool,
    ) -> Result<Option<Timing>, TaskError> {
        // What the tokens are does not change the time.
        let blank = vec![0; model.config.seq_len];
        let timed = async {
            let (name, solver) = self.ready(model, Taps::States, false).await?;
            let milliseconds = time_segment(solver, &blank, global::now, goes_on).await?;
            Ok(milliseconds.map(|milliseconds| Timing { name, milliseconds }))
        };
        let timing = timed.await;
        self.forget_if_failed(timing)
    }

    /// Runs the open model and reports each segment as task `id`.
    pub async fn solve(
        &mut self,
        id: u32,
        model: &OpenModel,
        request: &SolveRequest,
        inbox: &RefCell<Inbox>,
    ) -> Result<Event, TaskError> {
        let mut cancelled = false;
        let run = async {
            let taps = request.taps();
            let (engine, solver) = self.ready(model, taps, request.is_stepwise()).await?;
            global::report(Some(id), Event::Started { engine, model: Shapes::of(&model.config) });
            let trace = Trace::of(&model.weights, &model.config, request.segments);
            let trace = if taps == Taps::None { trace.unwatched() } else { trace };
            let breath = Breath::default();
            let observe = async |segment: SegmentReport, states: States| {
                global::report_with_states(id, Event::Segment(segment), &states);
                breath.take().await;
                cancelled = inbox.borrow().is_cancelled(id);
                if cancelled { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            Ok(solve(solver, request, trace, global::now, observe).await?)
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
            let (_, solver) = self.ready(model, Taps::States, false).await?;
            let observe = async |found| {
                global::report(Some(id), Event::Dimension(found));
                global::breathe().await;
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
