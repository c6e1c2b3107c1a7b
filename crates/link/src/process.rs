//! A worker process: how its module is started, and what is heard of it.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

/// What starts a worker's module, or says why it cannot; it is told which one by the worker's name.
const SCRIPT: &str = "./worker_loader.js";

/// What is heard of a process.
pub enum Said {
    /// A message of its module, `[value, buffer…]`.
    Message(Array),
    /// It is long in starting: on what it waits, in sentences without the last full stop.
    Waiting(String),
    /// Its module cannot be started, and why.
    Unloadable(String),
    /// An error ended it; without a message its loader did not load.
    Broken(Option<String>),
}

/// A worker process with what listens to it. It ends when this is dropped.
pub struct Process {
    worker: Worker,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(ErrorEvent)>,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

impl Process {
    /// Starts a module, by its file's stem.
    ///
    /// # Errors
    /// The browser starts no worker.
    pub fn start(module: &str, hear: impl Fn(Said) + Clone + 'static) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(module);
        let worker = Worker::new_with_options(SCRIPT, &options)?;
        let broken = hear.clone();
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let message = event.data().unchecked_into::<Array>();
            // Its loader, in words, where there is no module that could write a message.
            hear(match (message.get(0).as_string(), message.get(1).is_truthy()) {
                (None, _) => Said::Message(message),
                (Some(words), false) => Said::Waiting(words),
                (Some(words), true) => Said::Unloadable(words),
            });
        });
        let on_error = Closure::<dyn Fn(ErrorEvent)>::new(move |event: ErrorEvent| {
            // A script that did not load gives a plain event without a message.
            let event = JsValue::from(event).unchecked_into::<Object>();
            let message = Reflect::get(&event, &"message".into()).ok().and_then(|message| message.as_string());
            broken(Said::Broken(message));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, _on_message: on_message, _on_error: on_error })
    }

    /// Posts a message to the module, which must listen; what `transfer` lists is handed over, not copied.
    ///
    /// # Errors
    /// As the browser says it.
    pub fn post(&self, message: &Array, transfer: &Array) -> Result<(), JsValue> {
        self.worker.post_message_with_transfer(message, transfer)
    }
}
