//! The place of tasks of grids (ARC): they are drawn, collected and played there.
//!
//! It is a module of its own (`src/bin/tasks.rs`), and knows nothing of the rest of the page's state. What can be said without a browser (the desk, an attempt, the shelf, pictures) compiles everywhere and is tested natively.

pub mod attempt;
pub mod desk;
mod hand;
pub mod learn;
pub mod picture;
pub mod shelf;
pub mod slot;
pub mod tool;
pub mod words;

#[cfg(target_arch = "wasm32")]
mod answer;
#[cfg(target_arch = "wasm32")]
mod button;
#[cfg(target_arch = "wasm32")]
mod editor;
#[cfg(target_arch = "wasm32")]
mod files;
#[cfg(target_arch = "wasm32")]
mod grid_view;
#[cfg(target_arch = "wasm32")]
mod head;
#[cfg(target_arch = "wasm32")]
mod kept;
#[cfg(target_arch = "wasm32")]
mod library;
#[cfg(target_arch = "wasm32")]
mod page;
#[cfg(target_arch = "wasm32")]
mod painting;
#[cfg(target_arch = "wasm32")]
mod pairs;
#[cfg(target_arch = "wasm32")]
mod thumbs;
#[cfg(target_arch = "wasm32")]
mod tools;

#[cfg(target_arch = "wasm32")]
pub use editor::Editor;
#[cfg(target_arch = "wasm32")]
pub use page::start;
