//! The browser's event loop: how long work lets it hear what was posted to it.

use std::cell::Cell;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// Milliseconds of work after which [`Breath::take`] lets other events run: what is posted to a worker is heard long before
/// anybody takes it for deaf.
const PERIOD_MS: f64 = 30.0;

/// Lets other events run. A message to itself comes back at once, where a timeout would be held back for 4 ms.
pub async fn breathe() {
    thread_local!(static CHANNEL: Option<MessageChannel> = MessageChannel::new().ok());
    let promise = Promise::new(&mut |resolve, _| {
        let posted = CHANNEL.with(|channel| {
            channel.as_ref().is_some_and(|channel| {
                channel.port1().set_onmessage(Some(&resolve));
                channel.port2().post_message(&JsValue::NULL).is_ok()
            })
        });
        if !posted {
            let _ = resolve.call0(&JsValue::NULL);
        }
    });
    // The promise is never rejected.
    let _ = JsFuture::from(promise).await;
}

/// Remembers when other events last ran.
pub struct Breath(Cell<f64>);

impl Default for Breath {
    fn default() -> Self {
        Self(Cell::new(js_sys::Date::now()))
    }
}

impl Breath {
    /// Lets other events run if it is time to; says whether it was.
    pub async fn take(&self) -> bool {
        let due = js_sys::Date::now() - self.0.get() > PERIOD_MS;
        if due {
            breathe().await;
            self.0.set(js_sys::Date::now());
        }
        due
    }
}
