//! A worker: takes tasks in order, has them done, reports.

use std::{cell::RefCell, future::ready, rc::Rc};

use hrm_link::{
    engine_timing::Measurement,
    protocol::{Event, Failure, Request, Task},
};
use js_sys::Array;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::MessageEvent;

use crate::{
    error::TaskError,
    examination::examine,
    global,
    inbox::{Asked, Files, Inbox, gives_way},
};

/// What a worker does, with what it holds between tasks.
pub trait Dispatch: Default + 'static {
    /// What it reads of a task about training.
    type OfTraining: DeserializeOwned + 'static;

    /// Does a task; the last event of it is returned, those before it are reported.
    fn perform(
        &mut self,
        id: u32,
        task: Task<Self::OfTraining>,
        files: Files,
        inbox: &RefCell<Inbox<Self::OfTraining>>,
    ) -> impl Future<Output = Result<Event, TaskError>>;

    /// Does [`Task::Measure`]; `None` where something else is to be done first, no event where the last one is reported later.
    fn measure(
        &mut self,
        _id: u32,
        _known: Option<Measurement>,
        _inbox: &Rc<RefCell<Inbox<Self::OfTraining>>>,
    ) -> impl Future<Output = Option<Result<Option<Event>, TaskError>>> {
        ready(Some(Err(TaskError::OtherModule)))
    }
}

/// Listens for the page's messages and says that it does.
pub fn start<D: Dispatch>() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        global::report(None, Event::Died { message: info.to_string() });
    }));
    let inbox = Rc::new(RefCell::new(Inbox::<D::OfTraining>::default()));
    let dispatcher = Rc::new(RefCell::new(Some(D::default())));
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let message = event.data().unchecked_into::<Array>();
        match serde_wasm_bindgen::from_value::<Request<_>>(message.get(0)) {
            Ok(Request { task: Task::Cancel { task }, .. }) => {
                inbox.borrow_mut().cancel(task);
                global::report(Some(task), Event::Cancelling);
            }
            Ok(request) => {
                if inbox.borrow_mut().add(Asked { request, files: Files::of(&message) }) {
                    wasm_bindgen_futures::spawn_local(work(inbox.clone(), dispatcher.clone()));
                }
            }
            Err(error) => {
                let message = format!("the page asked for something this worker does not know ({error}); reload it");
                global::report(None, Event::Failed(Failure { message, engine: false }));
            }
        }
    });
    global::scope().set_onmessage(Some(listener.as_ref().unchecked_ref()));
    // It listens for as long as the worker lives.
    listener.forget();
    global::report(None, Event::Ready);
}

/// Does what waits, one task after the other. The dispatcher is taken out meanwhile: only this function uses it.
async fn work<D: Dispatch>(inbox: Rc<RefCell<Inbox<D::OfTraining>>>, dispatcher: Rc<RefCell<Option<D>>>) {
    let Some(mut own) = dispatcher.borrow_mut().take() else { return };
    let mut interrupted = None;
    loop {
        let Some(Asked { request: Request { id, task }, files }) = inbox.borrow_mut().next() else { break };
        let cancelled = inbox.borrow().is_cancelled(id);
        let done = match &task {
            _ if cancelled => Some(Ok(Some(Event::Cancelled))),
            Task::Examine { kind, question } => {
                examine(id, *kind, question, &mut interrupted, &inbox).await.map(|event| Ok(Some(event)))
            }
            Task::Measure { known } => own.measure(id, known.clone(), &inbox).await,
            _ => None,
        };
        let done = match done {
            Some(done) => done,
            None if gives_way(&task) => {
                inbox.borrow_mut().put_back(Asked { request: Request { id, task }, files });
                continue;
            }
            None => own.perform(id, task, files, &inbox).await.map(Some),
        };
        if let Some(event) = done.unwrap_or_else(|failure| Some(Event::Failed(failure.into()))) {
            global::report_last(id, event);
        }
    }
    *dispatcher.borrow_mut() = Some(own);
}
