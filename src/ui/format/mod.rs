//! Numbers, times and moments in words.

pub mod moment;
pub mod words;

#[cfg(target_arch = "wasm32")]
pub mod date;
