//! A task is learnt in the page and answered by vote; learnt tasks are kept, opened again and saved as files.
//!
//! A worker of its own computes ([`hrm_link::learning`]). What the page knows of it ([`run`]), what a person sets ([`draft`]) and
//! what is drawn of it ([`drawn`]) compile everywhere and are tested natively.

pub mod draft;
pub mod drawn;
pub mod run;

#[cfg(target_arch = "wasm32")]
mod answers;
#[cfg(target_arch = "wasm32")]
mod client;
#[cfg(target_arch = "wasm32")]
mod learnt;
#[cfg(target_arch = "wasm32")]
mod section;
#[cfg(target_arch = "wasm32")]
mod settings;
#[cfg(target_arch = "wasm32")]
mod state;

#[cfg(target_arch = "wasm32")]
pub use section::Learn;
