//! What waits to be done, and what is told of it.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
};

use hrm_link::{
    learning::{Event, News, Order, Work},
    protocol::VERSION,
};
use js_sys::{Array, Uint8Array};

use crate::global;

/// An order with the file that came with it.
pub struct Waiting {
    /// The order.
    pub order: Order,
    /// Weights.
    pub file: Option<Vec<u8>>,
}

/// The worker's end of the line.
#[derive(Default)]
pub struct Line {
    waiting: RefCell<VecDeque<Waiting>>,
    busy: Cell<bool>,
    paused: Cell<bool>,
}

impl Line {
    /// Adds an order; whether nobody is at work on those before it. Estimates that have not begun are given up: another one is
    /// wanted, or none.
    pub fn add(&self, waiting: Waiting) -> bool {
        let mut all = self.waiting.borrow_mut();
        all.retain(|other| !matches!(other.order.work, Work::Estimate(_)));
        all.push_back(waiting);
        !self.busy.replace(true)
    }

    /// What is under way is to end.
    pub fn pause(&self) {
        self.paused.set(self.busy.get());
    }

    /// Whether what is under way is to end.
    pub fn is_paused(&self) -> bool {
        self.paused.get()
    }

    /// Whether an estimate is no longer worth its time.
    pub fn is_wanted_elsewhere(&self) -> bool {
        self.is_paused() || !self.waiting.borrow().is_empty()
    }

    /// The next order. A pause was for the one before it.
    pub fn next(&self) -> Option<Waiting> {
        let next = self.waiting.borrow_mut().pop_front();
        self.paused.set(false);
        self.busy.set(next.is_some());
        next
    }
}

/// Tells the page what happened; the bytes are handed over.
pub fn post(id: u32, event: Event, bytes: Option<&[u8]>) {
    // News are plain data: turning them into JavaScript values cannot fail, nor can posting those.
    let Ok(value) = serde_wasm_bindgen::to_value(&News { version: VERSION, id, event }) else { return };
    let (message, transfer) = (Array::of1(&value), Array::new());
    if let Some(bytes) = bytes {
        let buffer = Uint8Array::from(bytes).buffer();
        message.push(&buffer);
        transfer.push(&buffer);
    }
    let _ = global::scope().post_message_with_transfer(&message, &transfer);
}
