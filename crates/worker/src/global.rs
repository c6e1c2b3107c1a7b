//! The worker's global scope: its clock, its messages, its files.

use js_sys::{Array, ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, Response};

pub use hrm_core::event_loop::{Breath, breathe};
use hrm_core::recording::retention::States;
use hrm_link::protocol::{Event, Report, VERSION};

/// A file that could not be fetched.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}; reload the page: if that does not help, its host lacks files, or the connection is broken")]
pub struct FetchError {
    /// Relative to the page.
    pub file: String,
    /// The status, or what the browser says.
    pub reason: String,
}

/// The scope of this worker.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Milliseconds since the worker began.
pub fn now() -> f64 {
    scope().performance().map_or_else(js_sys::Date::now, |performance| performance.now())
}

/// Posts a report.
pub fn report(task: Option<u32>, event: Event) {
    post(task, event, None, false);
}

/// Posts the last report about a task.
pub fn report_last(task: u32, event: Event) {
    post(Some(task), event, None, true);
}

/// Posts a report with states.
pub fn report_with_states(task: u32, event: Event, states: &States) {
    post(Some(task), event, Some(Uint8Array::from(states.as_bytes()).buffer()), false);
}

/// Posts a report with a file.
pub fn report_with_file(task: u32, event: Event, bytes: &[u8]) {
    post(Some(task), event, Some(Uint8Array::from(bytes).buffer()), false);
}

/// The buffer is handed over, not copied.
fn post(task: Option<u32>, event: Event, buffer: Option<ArrayBuffer>, last: bool) {
    let report = Report { version: VERSION, task, event, last };
    // Reports are plain data: turning one into JavaScript values cannot fail, nor can posting those.
    let Ok(value) = serde_wasm_bindgen::to_value(&report) else { return };
    let (message, transfer) = (Array::of1(&value), Array::new());
    if let Some(buffer) = buffer {
        message.push(&buffer);
        transfer.push(&buffer);
    }
    let _ = scope().post_message_with_transfer(&message, &transfer);
}

/// Waits so many milliseconds.
pub async fn rest(milliseconds: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        let _ = scope().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
    });
    let _ = JsFuture::from(promise).await;
}

/// The bytes of a file, by its address relative to the page's.
///
/// # Errors
/// An unreachable host, a status other than success.
pub async fn fetch(file: &str) -> Result<Vec<u8>, FetchError> {
    let fail = |reason: String| FetchError { file: file.into(), reason };
    let in_words = |error: JsValue| fail(words(&error));
    let response = JsFuture::from(scope().fetch_with_str(file)).await.map_err(in_words)?;
    let response: Response = response.unchecked_into();
    if !response.ok() {
        return Err(fail(format!("the host answers {} {}", response.status(), response.status_text())));
    }
    let buffer = JsFuture::from(response.array_buffer().map_err(in_words)?).await.map_err(in_words)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// What a JavaScript error says.
pub fn words(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        // As a part of a longer sentence.
        Some(error) => String::from(error.message()).trim_end_matches('.').to_owned(),
        None => format!("{error:?}"),
    }
}
