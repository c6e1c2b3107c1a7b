//! The page's end of the line to the worker that learns.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use hrm_link::{
    learning::{Event, News, Order, Work},
    protocol::VERSION,
};
use js_sys::{Array, ArrayBuffer, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

/// What starts a worker's module, or says why it cannot; it is told which one by the worker's name.
const SCRIPT: &str = "./worker_loader.js";
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
    worker: Worker,
    ready: bool,
    /// Posted as soon as it listens.
    waiting: Vec<Array>,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(ErrorEvent)>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
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
            match self.spawn() {
                Ok(running) => *self.0.running.borrow_mut() = Some(running),
                Err(_) => {
                    (self.0.listener)(Heard::Lost("The browser starts no worker: reload the page".into()));
                    return id;
                }
            }
        }
        if let Some(running) = self.0.running.borrow_mut().as_mut() {
            if running.ready {
                let _ = running.worker.post_message(&message);
            } else {
                running.waiting.push(message);
            }
        }
        id
    }

    fn spawn(&self) -> Result<Running, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(MODULE);
        let worker = Worker::new_with_options(SCRIPT, &options)?;
        let client = self.clone();
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| client.hear(&event));
        let client = self.clone();
        let on_error = Closure::<dyn Fn(ErrorEvent)>::new(move |event: ErrorEvent| {
            // A script that did not load gives a plain event without a message.
            let message = Reflect::get(&event, &"message".into()).ok().and_then(|message| message.as_string());
            client.lose(message.unwrap_or_else(|| "worker_loader.js does not load: reload the page".into()));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Running { worker, ready: false, waiting: Vec::new(), _on_message: on_message, _on_error: on_error })
    }

    fn lose(&self, message: String) {
        // This may run inside the worker's own closure, which lives until it is done.
        let running = self.0.running.borrow_mut().take();
        (self.0.listener)(Heard::Lost(message));
        leptos::task::spawn_local(async move { drop(running) });
    }

    fn hear(&self, event: &MessageEvent) {
        let message = event.data().unchecked_into::<Array>();
        // Its loader, in words, where there is no module that could write news.
        if let Some(words) = message.get(0).as_string() {
            return match message.get(1).is_truthy() {
                true => self.lose(words),
                false => (self.0.listener)(Heard::Waiting(words)),
            };
        }
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
                        let _ = running.worker.post_message(&message);
                    }
                }
            }
            event => (self.0.listener)(Heard::News(id, event, message.get(1).dyn_into().ok())),
        }
    }
}
