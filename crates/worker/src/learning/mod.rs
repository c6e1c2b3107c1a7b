//! A task is learnt and answered: orders of the place of tasks, carried out one after the other.
//!
//! The line is its own ([`hrm_link::learning`]): the modules of a first visit know nothing of it.

mod failure;
mod line;
mod session;

use std::{cell::RefCell, rc::Rc};

use hrm_link::learning::{Event, Order, Work};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::MessageEvent;

use crate::{
    global,
    learning::{
        line::{Line, Waiting},
        session::Learning,
    },
};

/// Listens for the page's orders and says that it does.
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        line::post(0, Event::Died { message: info.to_string() }, None);
    }));
    let line = Rc::new(Line::default());
    let learning = Rc::new(RefCell::new(Some(Learning::default())));
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let message = event.data().unchecked_into::<Array>();
        match serde_wasm_bindgen::from_value::<Order>(message.get(0)) {
            Ok(Order { work: Work::Pause, .. }) => line.pause(),
            Ok(order) => {
                let file = Some(message.get(1)).filter(|buffer| buffer.is_object());
                let file = file.map(|buffer| Uint8Array::new(&buffer).to_vec());
                if line.add(Waiting { order, file }) {
                    wasm_bindgen_futures::spawn_local(work(line.clone(), learning.clone()));
                }
            }
            Err(error) => {
                let message = format!("the page asked for something this worker does not know ({error}); reload it");
                line::post(0, Event::Refused { message, fits: None }, None);
            }
        }
    });
    global::scope().set_onmessage(Some(listener.as_ref().unchecked_ref()));
    // It listens for as long as the worker lives.
    listener.forget();
    line::post(0, Event::Ready, None);
}

/// Carries out what waits. What is learnt is taken out meanwhile: only this function uses it.
async fn work(line: Rc<Line>, learning: Rc<RefCell<Option<Learning>>>) {
    let Some(mut own) = learning.borrow_mut().take() else { return };
    while let Some(Waiting { order, file }) = line.next() {
        if let Err(refusal) = own.carry_out(order.id, order.work, file, &line).await {
            line::post(order.id, refusal.into(), None);
        }
    }
    *learning.borrow_mut() = Some(own);
}
