//! The page. Its rooms, from the lowest up, are those of docs/how-it-works.md; `tests/rooms.rs` holds them to it. What can
//! be said without a browser (the address, undo, colours, axes) compiles everywhere and is tested natively; the components
//! are for wasm32.

pub mod board;
pub mod drawing;
pub mod format;
pub mod puzzles;
pub mod recipe_form;
pub mod tasks;
pub mod train;
pub mod url;

#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod how_it_works;
#[cfg(target_arch = "wasm32")]
mod inspect;
#[cfg(target_arch = "wasm32")]
mod open_files;
#[cfg(target_arch = "wasm32")]
mod solve;
#[cfg(target_arch = "wasm32")]
mod state;
#[cfg(target_arch = "wasm32")]
mod tasks_module;
#[cfg(target_arch = "wasm32")]
mod widgets;

#[cfg(target_arch = "wasm32")]
pub use app::start;
