//! The worker: takes tasks in order, does them, reports.

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use hrm_link::{
    protocol::{Event, Failure, Request, Task},
    training::{Part, TrainingTask},
};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::MessageEvent;

use crate::{examination::examine, host::Host, scope};

/// A request with the files that came with it.
pub(super) struct Asked {
    pub request: Request,
    pub files: Vec<Vec<u8>>,
}

impl Asked {
    fn is_examination(&self) -> bool {
        matches!(self.request.task, Task::Examine { .. })
    }
}

/// Tasks that wait, and those that the page no longer wants.
#[derive(Default)]
pub(super) struct Inbox {
    waiting: VecDeque<Asked>,
    cancelled: Vec<u32>,
    busy: bool,
}

impl Inbox {
    /// Whether a task was cancelled.
    pub fn is_cancelled(&self, task: u32) -> bool {
        self.cancelled.contains(&task)
    }

    /// What the page wants of the run that is trained, without waiting for its end: the task's number and the part, of
    /// parts that can be `had` now.
    pub fn take_snapshots(&mut self, had: impl Fn(Part) -> bool) -> Vec<(u32, Part)> {
        let part = |asked: &Asked| match asked.request.task {
            Task::Training(TrainingTask::Snapshot { part }) => Some((asked.request.id, part)).filter(|_| had(part)),
            _ => None,
        };
        let wanted = self.waiting.iter().filter_map(part).collect();
        self.waiting.retain(|asked| part(asked).is_none());
        wanted
    }

    /// Takes the requests to save the run that is trained: the tasks' numbers.
    pub fn take_saves(&mut self) -> Vec<u32> {
        let is_save = |asked: &Asked| matches!(asked.request.task, Task::Training(TrainingTask::Save));
        let saves = self.waiting.iter().filter(|asked| is_save(asked)).map(|asked| asked.request.id).collect();
        self.waiting.retain(|asked| !is_save(asked));
        saves
    }

    /// Whether anything waits.
    pub fn has_more(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether a puzzle waits to be examined.
    pub fn has_examination(&self) -> bool {
        self.waiting.iter().any(Asked::is_examination)
    }

    /// The next one: in their order, but for examinations, for which nobody waits.
    fn next(&mut self) -> Option<Asked> {
        let at = self.waiting.iter().position(|asked| !asked.is_examination()).unwrap_or(0);
        let next = self.waiting.remove(at);
        self.busy = next.is_some();
        if next.is_none() {
            self.cancelled.clear();
        }
        next
    }
}

/// Listens for the page's messages and says that it does.
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        scope::report(None, Event::Died { message: info.to_string() });
    }));
    let inbox = Rc::new(RefCell::new(Inbox::default()));
    let host = Rc::new(RefCell::new(Some(Host::default())));
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let message = event.data().unchecked_into::<Array>();
        let files = || message.iter().skip(1).map(|buffer| Uint8Array::new(&buffer).to_vec()).collect();
        match serde_wasm_bindgen::from_value::<Request>(message.get(0)) {
            Ok(Request { task: Task::Cancel { task }, .. }) => {
                inbox.borrow_mut().cancelled.push(task);
                scope::report(Some(task), Event::Cancelling);
            }
            Ok(request) => {
                inbox.borrow_mut().waiting.push_back(Asked { request, files: files() });
                if !inbox.borrow().busy {
                    inbox.borrow_mut().busy = true;
                    wasm_bindgen_futures::spawn_local(work(inbox.clone(), host.clone()));
                }
            }
            Err(error) => {
                let message = format!("the page asked for something this worker does not know ({error}); reload it");
                scope::report(None, Event::Failed(Failure { message, engine: false }));
            }
        }
    });
    scope::scope().set_onmessage(Some(listener.as_ref().unchecked_ref()));
    // It listens for as long as the worker lives.
    listener.forget();
    scope::report(None, Event::Ready);
}

/// Does what waits, one task after the other. The host is taken out meanwhile: only this function uses it.
async fn work(inbox: Rc<RefCell<Inbox>>, host: Rc<RefCell<Option<Host>>>) {
    let Some(mut own) = host.borrow_mut().take() else { return };
    let mut interrupted = None;
    loop {
        let Some(Asked { request: Request { id, task }, files }) = inbox.borrow_mut().next() else { break };
        let event = if inbox.borrow().is_cancelled(id) {
            Event::Cancelled
        } else if let Task::Examine { kind, question } = &task {
            match examine(id, *kind, question, &mut interrupted, &inbox).await {
                Some(event) => event,
                None => {
                    inbox.borrow_mut().waiting.push_back(Asked { request: Request { id, task }, files });
                    continue;
                }
            }
        } else {
            own.perform(id, task, files, &inbox).await.unwrap_or_else(|failure| Event::Failed(failure.into()))
        };
        scope::report(Some(id), event);
    }
    *host.borrow_mut() = Some(own);
}
