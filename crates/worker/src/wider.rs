//! Many views of a puzzle, or branches, as rows of a batch ([`hrm_core::search`]).

use std::{cell::RefCell, ops::ControlFlow};

use hrm_core::{
    engine::{AnyEngine, Kind},
    search::{self, Rows, Search, Settings},
};
use hrm_link::protocol::{Event, Widen, Widened};

use crate::{
    error::TaskError,
    global::{self, Breath},
    inbox::Inbox,
    open_model::OpenModel,
};

/// Rows of a batch on the CPU: few, so that what was found and that it was cancelled is told several times a second.
const CPU_ROWS: usize = 4;
/// Rows of a batch on a GPU.
const GPU_ROWS: usize = 16;

/// Runs a worker's share of the views and reports as task `id` how far they are.
pub(super) async fn widen(
    id: u32,
    model: &OpenModel,
    asked: &Widen,
    inbox: &RefCell<Inbox>,
) -> Result<Event, TaskError> {
    match run(id, model, asked, asked.engine, inbox).await {
        // The same views again: what a view does depends on no engine.
        Err(error) if asked.engine == Kind::Gpu && error.is_of_engine() => {
            run(id, model, asked, Kind::Cpu, inbox).await
        }
        result => result,
    }
}

async fn run(
    id: u32,
    model: &OpenModel,
    asked: &Widen,
    engine: Kind,
    inbox: &RefCell<Inbox>,
) -> Result<Event, TaskError> {
    let settings = Settings {
        views: asked.views,
        segments: asked.segments,
        branch: asked.branch,
        seed: u64::from(asked.seed),
        ..Settings::default()
    };
    let share = Search::shared(asked.kind, &asked.question, &settings, asked.worker, asked.workers)?;
    let count = if engine == Kind::Cpu { CPU_ROWS } else { GPU_ROWS };
    let engine = AnyEngine::start(engine).await?;
    let mut rows = Rows::new(&engine, &model.config, &model.weights, count, &settings).await?;
    let (mut far, mut cancelled) = (Widened::default(), false);
    let breath = Breath::default();
    let observe = async |event: search::Event<'_>| {
        match event {
            search::Event::Segment(_, report) => {
                far.segments += 1;
                far.views += usize::from(report.segment == 1);
            }
            search::Event::Ended(_, outcome) => far.found = outcome.chosen.filter(|_| outcome.valid),
        }
        global::report(Some(id), Event::Widened(far.clone()));
        breath.take().await;
        cancelled = inbox.borrow().is_cancelled(id);
        if cancelled { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    search::search(&mut rows, [share], global::now, observe).await?;
    Ok(if cancelled { Event::Cancelled } else { Event::Finished })
}
