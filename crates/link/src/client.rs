//! The page's end: starts the worker, waits until it listens, and starts it anew when it dies.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use js_sys::{Array, ArrayBuffer, Object};
use wasm_bindgen::{JsCast, JsValue};

use crate::{
    process::{Process, Said},
    protocol::{Event, Failure, Outdated, Report, Request, Task, check_version},
    replies::{Loss, Replies, Sender},
};

/// What helps where the loader itself does not run.
const RELOAD: &str = "Reload the page; if that does not help, its host lacks files, or a policy forbids workers";

/// Which module a worker runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Module {
    /// Opens models and solves: what every visit needs.
    Solving,
    /// Trains, and reads files: runs, puzzles, configurations of checkpoints, recordings. Loaded when it is used.
    Training,
    /// Tests the GPU engine. Loaded where that is about to be trusted.
    Testing,
}

impl Module {
    /// Its file's stem.
    fn name(self) -> &'static str {
        match self {
            Self::Solving => "worker",
            Self::Training => "trainer",
            Self::Testing => "gpu",
        }
    }
}

/// What the page hears besides the answers to what it asked.
pub enum Heard {
    /// The worker cannot read what it was asked, and why.
    Refused(String),
    /// The worker is long in starting: on what it waits, in sentences without the last full stop.
    Waiting(String),
    /// The worker died or cannot be used. Whoever waits for [`Replies`] is told too, after this.
    Lost(Loss),
}

/// A worker, or its successor.
#[derive(Clone)]
pub struct Client {
    inner: Rc<Inner>,
}

struct Inner {
    module: Module,
    listener: Box<dyn Fn(Heard)>,
    worker: RefCell<Option<Running>>,
    next_id: Cell<u32>,
}

/// A worker process with those who wait for it.
struct Running {
    process: Process,
    ready: bool,
    /// Posted as soon as it listens.
    waiting: Vec<(Request, Vec<Object>)>,
    /// Those who asked, by their tasks.
    asked: HashMap<u32, Sender>,
}

impl Client {
    /// A client without a worker: [`Client::restart`] starts it. `listener` is told what is no answer.
    pub fn new(module: Module, listener: impl Fn(Heard) + 'static) -> Self {
        let inner = Inner { module, listener: Box::new(listener), worker: RefCell::default(), next_id: Cell::new(1) };
        Self { inner: Rc::new(inner) }
    }

    /// Ends the worker, if there is one, with all its tasks, and starts another.
    pub fn restart(&self) {
        self.stop();
        match self.spawn() {
            Ok(running) => *self.inner.worker.borrow_mut() = Some(running),
            Err(error) => self.lost(format!("The browser starts no worker ({error:?}). {RELOAD}"), false),
        }
    }

    /// Starts a worker where there is none.
    pub fn wake(&self) {
        if !self.is_alive() {
            self.restart();
        }
    }

    /// Whether there is a worker.
    pub fn is_alive(&self) -> bool {
        self.inner.worker.borrow().is_some()
    }

    fn is_ready(&self) -> bool {
        self.inner.worker.borrow().as_ref().is_some_and(|running| running.ready)
    }

    /// Ends the worker.
    pub fn stop(&self) {
        let worker = self.inner.worker.borrow_mut().take();
        drop(worker);
    }

    /// Tells the worker that a task is not wanted any more.
    pub fn cancel(&self, task: u32) {
        self.post(Request { id: self.next_id(), task: Task::Cancel { task } }, Vec::new());
    }

    fn next_id(&self) -> u32 {
        self.inner.next_id.replace(self.inner.next_id.get() + 1)
    }

    /// Asks for a task, now or when the worker listens; where there is no worker the answers are over at once. Buffers are handed
    /// over, not copied; of a `Blob` the worker reads what it needs.
    pub fn request(&self, task: Task, files: Vec<impl Into<Object>>) -> Replies {
        let id = self.next_id();
        let (sender, replies) = Replies::new(id);
        if let Some(running) = self.inner.worker.borrow_mut().as_mut() {
            running.asked.insert(id, sender);
        }
        self.post(Request { id, task }, files.into_iter().map(Into::into).collect());
        replies
    }

    fn post(&self, request: Request, files: Vec<Object>) {
        if let Some(running) = self.inner.worker.borrow_mut().as_mut() {
            if running.ready {
                self.send(running, &request, &files);
            } else {
                running.waiting.push((request, files));
            }
        }
    }

    /// Posts a request; one that cannot be posted has failed.
    fn send(&self, running: &mut Running, request: &Request, files: &[Object]) {
        let Err(error) = post(&running.process, request, files) else { return };
        let message = format!("the page cannot send this to its worker ({error})");
        if let Some(sender) = running.asked.remove(&request.id) {
            let _ = sender.unbounded_send(Ok((Event::Failed(Failure { message, engine: false }), None)));
        }
    }

    fn lost(&self, message: String, curable: bool) {
        let running = self.inner.worker.borrow_mut().take();
        let loss = Loss { message, curable };
        let asked = running.map(|mut running| std::mem::take(&mut running.asked));
        (self.inner.listener)(Heard::Lost(loss.clone()));
        for sender in asked.into_iter().flat_map(HashMap::into_values) {
            let _ = sender.unbounded_send(Err(loss.clone()));
        }
    }

    fn spawn(&self) -> Result<Running, JsValue> {
        let client = self.clone();
        let process = Process::start(self.inner.module.name(), move |said| client.hear(said))?;
        Ok(Running { process, ready: false, waiting: Vec::new(), asked: HashMap::new() })
    }

    fn hear(&self, said: Said) {
        match said {
            Said::Message(message) => self.take(&message),
            Said::Waiting(words) => (self.inner.listener)(Heard::Waiting(words)),
            Said::Unloadable(words) => self.lost(words, false),
            Said::Broken(message) => {
                let message = message.unwrap_or_else(|| "worker_loader.js does not load".into());
                match self.is_ready() {
                    true => self.lost(message, true),
                    false => self.lost(format!("{message}. {RELOAD}"), false),
                }
            }
        }
    }

    fn take(&self, message: &Array) {
        let report = serde_wasm_bindgen::from_value::<Report>(message.get(0)).map_err(Outdated::unreadable);
        let report = report.and_then(|report| check_version(report.version).map(|()| report));
        let Report { task, event, last, .. } = match report {
            Ok(report) => report,
            Err(outdated) => return self.lost(outdated.to_string(), false),
        };
        if let Event::Died { message } = event {
            return self.lost(message, true);
        }
        let mut worker = self.inner.worker.borrow_mut();
        let Some(running) = worker.as_mut() else { return };
        if event == Event::Ready {
            running.ready = true;
            for (request, files) in std::mem::take(&mut running.waiting) {
                self.send(running, &request, &files);
            }
        }
        let buffer = message.get(1).dyn_into().ok();
        match (task, event) {
            (Some(task), event) => {
                if let Some(sender) = running.asked.get(&task) {
                    // Who does not listen any more needs no answer.
                    let _ = sender.unbounded_send(Ok((event, buffer)));
                }
                if last {
                    running.asked.remove(&task);
                }
            }
            (None, Event::Failed(failure)) => {
                drop(worker);
                (self.inner.listener)(Heard::Refused(failure.message));
            }
            (None, _) => {}
        }
    }
}

/// Posts a request; or says what of it has no form in JavaScript, such as a whole number above 2⁵³.
fn post(process: &Process, request: &Request, files: &[Object]) -> Result<(), String> {
    let value = serde_wasm_bindgen::to_value(request).map_err(|error| error.to_string())?;
    let (message, transfer) = (Array::of1(&value), Array::new());
    for file in files {
        message.push(file);
        if file.is_instance_of::<ArrayBuffer>() {
            transfer.push(file);
        }
    }
    process.post(&message, &transfer).map_err(|error| format!("{error:?}"))
}
