//! The page's end of the line to the worker that learns.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use hrm_link::{
    learning::{Event, News, Order, Work},
    process::{Process, Said},
    protocol::VERSION,
};
use js_sys::{Array, ArrayBuffer};
use wasm_bindgen::JsCast;

/// The module that learns.
const MODULE: &str = "learner";

/// What the page hears.
pub enum Heard {
    /// What happened to an order, 0 for none; with the file that came with it.
    News(u32, Event, Option<ArrayBuffer>),
    /// The worker is long in starting: on what it waits.
    Waiting(String),
    /// The worker is gone.
    Lost(String),
}

/// A worker that is started when it is first asked for something.
#[derive(Clone)]
pub struct Client(Rc<Inner>);

struct Inner {
    listener: Box<dyn Fn(Heard)>,
    running: RefCell<Option<Running>>,
    next: Cell<u32>,
}

struct Running {
    process: Process,
    ready: bool,
    /// Posted as soon as it listens.
    waiting: Vec<Array>,
}

impl Running {
    fn post(&self, message: &Array) {
        let _ = self.process.post(message, &Array::new());
    }
}

impl Client {
    /// No worker is started yet.
    pub fn new(listener: impl Fn(Heard) + 'static) -> Self {
        Self(Rc::new(Inner { listener: Box::new(listener), running: RefCell::default(), next: Cell::new(1) }))
    }

    /// Asks for something, with a file; returns the order's number.
    pub fn ask(&self, work: Work, file: Option<&ArrayBuffer>) -> u32 {
        let id = self.0.next.replace(self.0.next.get() + 1);
        // An order is plain data: turning it into JavaScript values cannot fail.
        let Ok(value) = serde_wasm_bindgen::to_value(&Order { id, work }) else { return id };
        let message = Array::of1(&value);
        file.into_iter().for_each(|file| _ = message.push(file));
        if self.0.running.borrow().is_none() {
            let client = self.clone();
            match Process::start(MODULE, move |said| client.hear(said)) {
                Ok(process) => {
                    *self.0.running.borrow_mut() = Some(Running { process, ready: false, waiting: Vec::new() });
                }
                Err(_) => {
                    (self.0.listener)(Heard::Lost("The browser starts no worker: reload the page".into()));
                    return id;
                }
            }
        }
        if let Some(running) = self.0.running.borrow_mut().as_mut() {
            if running.ready {
                running.post(&message);
            } else {
                running.waiting.push(message);
            }
        }
        id
    }

    fn lose(&self, message: String) {
        // This may run inside the worker's own closure, which lives until it is done.
        let running = self.0.running.borrow_mut().take();
        (self.0.listener)(Heard::Lost(message));
        leptos::task::spawn_local(async move { drop(running) });
    }

    fn hear(&self, said: Said) {
        match said {
            Said::Message(message) => self.take(&message),
            Said::Waiting(words) => (self.0.listener)(Heard::Waiting(words)),
            Said::Unloadable(words) => self.lose(words),
            Said::Broken(message) => {
                self.lose(message.unwrap_or_else(|| "worker_loader.js does not load: reload the page".into()));
            }
        }
    }

    fn take(&self, message: &Array) {
        let news = serde_wasm_bindgen::from_value::<News>(message.get(0)).ok();
        let Some(News { id, event, .. }) = news.filter(|news| news.version == VERSION) else {
            return self.lose("This page was updated while it was open: reload it to go on".into());
        };
        match event {
            Event::Died { message } => self.lose(message),
            Event::Ready => {
                if let Some(running) = self.0.running.borrow_mut().as_mut() {
                    running.ready = true;
                    for message in std::mem::take(&mut running.waiting) {
                        running.post(&message);
                    }
                }
            }
            event => (self.0.listener)(Heard::News(id, event, message.get(1).dyn_into().ok())),
        }
    }
}
