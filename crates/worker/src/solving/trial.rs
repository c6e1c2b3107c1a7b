//! The GPU engine, tried while other tasks go on: the device is opened, the open model's shaders are compiled, a segment is timed.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use hrm_core::engine::{
    Kind,
    gpu::{self, Form},
};
use hrm_link::{
    engine_timing::{Measurement, Timing},
    protocol::Event,
};
use wasm_bindgen_futures::spawn_local;

use crate::{error::TaskError, global, inbox::Inbox, open_model::OpenModel, solving::prepared::PreparedEngine};

/// Milliseconds between two looks at whether another task has ended.
const PAUSE_MS: i32 = 50;

/// The trial that goes on, and what the last one left.
#[derive(Default)]
pub struct Trial {
    /// The engine with the model prepared on it, where it is the faster one.
    ready: Rc<RefCell<Option<PreparedEngine<gpu::Engine>>>>,
    /// Trials that were begun or ended: one that finds another number here than its own is not wanted any more.
    count: Rc<Cell<u32>>,
}

impl Trial {
    /// Tries the GPU engine on a model in place of what was tried before; [`Event::Measured`] about task `id` says how that went.
    /// Where it is `known` to be the slower one on the same adapter, it is not timed again.
    pub fn begin(
        &mut self,
        id: u32,
        model: Rc<OpenModel>,
        cpu: Timing,
        known: Option<Measurement>,
        inbox: Rc<RefCell<Inbox>>,
    ) {
        self.end();
        let (ready, count, own) = (self.ready.clone(), self.count.clone(), self.count.get());
        spawn_local(async move {
            let mut engine = PreparedEngine::default();
            let slower = known.filter(|known| known.fastest() == Kind::Cpu).and_then(|known| known.gpu.ok());
            let timed = match engine.name().await {
                Ok(name) if slower.as_ref().is_some_and(|slower| slower.name == name) => Ok(slower),
                Ok(_) => fastest(&mut engine, &model, &inbox, &|| count.get() == own).await,
                Err(error) => Err(error),
            };
            let wanted = timed.map_err(|error| error.to_string()).transpose().filter(|_| count.get() == own);
            let Some(gpu) = wanted else { return global::report_last(id, Event::Cancelled) };
            let measurement = Measurement { model: model.name.clone(), cpu, gpu };
            if measurement.fastest() == Kind::Gpu {
                *ready.borrow_mut() = Some(engine);
            }
            global::report_last(id, Event::Measured(measurement));
        });
    }

    /// Ends it, and drops what it left.
    pub fn end(&mut self) {
        self.count.set(self.count.get().wrapping_add(1));
        self.ready.take();
    }

    /// What it left, once.
    pub fn take(&mut self) -> Option<PreparedEngine<gpu::Engine>> {
        self.ready.take()
    }
}

/// Times the form of the shaders that suits the adapter and, in a browser that clears workgroup memory by one invocation, also
/// the one that has none; `engine` is the faster one then.
async fn fastest(
    engine: &mut PreparedEngine<gpu::Engine>,
    model: &OpenModel,
    inbox: &RefCell<Inbox>,
    is_wanted: &impl Fn() -> bool,
) -> Result<Option<Timing>, TaskError> {
    let browser = global::scope().navigator().user_agent().unwrap_or_default();
    let others = !engine.is_software() && browser.contains("Firefox");
    let mut best: Option<Timing> = None;
    for form in [None, Some(Form::Direct)].into_iter().take(if others { 2 } else { 1 }) {
        let mut tried = PreparedEngine::default();
        match form {
            None => std::mem::swap(&mut tried, engine),
            Some(form) => tried.use_form(form).await?,
        }
        let Some(timing) = time(&mut tried, model, inbox, is_wanted).await? else { return Ok(None) };
        if best.as_ref().is_none_or(|best| timing.milliseconds < best.milliseconds) {
            (best, *engine) = (Some(timing), tried);
        }
    }
    Ok(best)
}

/// Times a segment while nothing else is done; `None` where it is not wanted any more.
async fn time(
    engine: &mut PreparedEngine<gpu::Engine>,
    model: &OpenModel,
    inbox: &RefCell<Inbox>,
    is_wanted: &impl Fn() -> bool,
) -> Result<Option<Timing>, TaskError> {
    while is_wanted() {
        if inbox.borrow().is_busy() {
            global::rest(PAUSE_MS).await;
        } else if let Some(timing) = engine.time(model, async || is_wanted() && !inbox.borrow().is_busy()).await? {
            return Ok(Some(timing));
        }
    }
    Ok(None)
}
