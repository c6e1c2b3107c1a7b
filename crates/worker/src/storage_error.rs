//! Why nothing can be stored or read in the browser's private file system.

use hrm_core::names::NameError;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DomException;

use crate::global;

/// Why nothing can be stored or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// The browser gives no private file system to this page.
    #[error(
        "this browser keeps no files for the page ({0}), so a run lasts as long as the tab: download it to keep it"
    )]
    Denied(String),
    /// There is no room.
    #[error("the browser's storage is full: delete a run, or download this one to keep it")]
    Full,
    /// Another tab trains it; the lock is free as soon as it has paused there.
    #[error("this run is being trained in another tab: pause it there first")]
    InUse,
    /// There is no such run, or no whole state of it.
    #[error("run {0}: no whole saved state is left")]
    NoState(String),
    /// What was read back is not what was written.
    #[error("{0} was not written whole; the state before it is kept")]
    Damaged(String),
    /// A name that no file can have.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Anything else, in the browser's words.
    #[error("storage: {0}")]
    Other(String),
}

impl From<JsValue> for StorageError {
    fn from(error: JsValue) -> Self {
        let message = global::words(&error);
        match error.dyn_ref::<DomException>().map(DomException::name).as_deref() {
            Some("QuotaExceededError") => Self::Full,
            Some("NoModificationAllowedError" | "InvalidStateError") => Self::InUse,
            Some("SecurityError" | "NotAllowedError") => Self::Denied(message),
            _ => Self::Other(message),
        }
    }
}
