//! Many views of a puzzle, or branches, as rows of a batch ([`hrm_core::search`]).

use std::{cell::RefCell, ops::ControlFlow};

use hrm_core::{
    analysis::Cloud,
    engine::{AnyEngine, Kind},
    search::{self, Rows, Search},
};
use hrm_link::protocol::{Event, Widen};

use crate::{
    error::TaskError,
    global::{self, Breath},
    inbox::Inbox,
    open_model::OpenModel,
};

/// Rows of a batch on the CPU at most: more of them are no faster there.
const CPU_ROWS: usize = 4;
/// Rows of a batch on a GPU at most.
const GPU_ROWS: usize = 16;
/// Milliseconds that a segment of a batch may take: what was found and that it was cancelled is told so often.
const TELLING_MS: f64 = 250.0;
/// Bytes of pooled states that are held at most: those of 256 views of 64 segments of a model four times as wide as the
/// gallery's widest.
const MOST_POOLED: usize = 64 << 20;

/// Adds a search's pooled states to those that it gave before and says where they all lie.
pub fn project(cloud: &mut Cloud, anew: bool, width: usize, pooled: &[f32]) -> Result<Event, TaskError> {
    if anew || cloud.width() != width {
        *cloud = Cloud::new(width);
    }
    if cloud.bytes() + 4 * pooled.len() > MOST_POOLED {
        return Err(TaskError::TooManyStates { most: MOST_POOLED >> 20 });
    }
    cloud.extend(pooled);
    Ok(Event::Projected(cloud.project()))
}

/// Runs a worker's share of the views and reports as task `id` how far they are.
pub async fn widen(id: u32, model: &OpenModel, asked: &Widen, inbox: &RefCell<Inbox>) -> Result<Event, TaskError> {
    let share = Search::shared(asked.kind, &asked.question, &asked.settings, asked.worker, asked.workers)?;
    let most = if asked.engine == Kind::Cpu { CPU_ROWS } else { GPU_ROWS };
    let count = asked.pace.map_or(most, |pace| ((TELLING_MS / pace) as usize).clamp(1, most));
    let engine = AnyEngine::start(asked.engine).await?;
    let mut rows = Rows::new(&engine, &model.config, &model.weights, count, &asked.settings).await?;
    let mut cancelled = false;
    let breath = Breath::default();
    let observe = async |event: search::Event<'_>| {
        if let search::Event::Segment(_, report) = event {
            global::report(Some(id), Event::Widened(report.clone()));
        }
        breath.take().await;
        cancelled = inbox.borrow().is_cancelled(id);
        if cancelled { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    search::search(&mut rows, [share], global::now, observe).await?;
    Ok(if cancelled { Event::Cancelled } else { Event::Finished })
}
