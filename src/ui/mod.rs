//! The page. What can be said without a browser (the address, undo, colours, axes) compiles everywhere and is tested
//! natively; the components are for wasm32.

pub mod acts;
pub mod address;
pub mod animation;
pub mod board;
pub mod colour;
pub mod first;
pub mod history;
pub mod overlay;
pub mod picture;
pub mod place;
pub mod puzzles;
pub mod reading;
pub mod scale;
pub mod svg;
pub mod train;
pub mod turn;
pub mod view;

#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod check;
#[cfg(target_arch = "wasm32")]
mod controls;
#[cfg(target_arch = "wasm32")]
mod engine_badge;
#[cfg(target_arch = "wasm32")]
mod famous;
#[cfg(target_arch = "wasm32")]
mod files;
#[cfg(target_arch = "wasm32")]
mod fold;
#[cfg(target_arch = "wasm32")]
mod harder_puzzles;
#[cfg(target_arch = "wasm32")]
mod how_it_works;
#[cfg(target_arch = "wasm32")]
mod inspect;
#[cfg(target_arch = "wasm32")]
mod later;
#[cfg(target_arch = "wasm32")]
mod more_puzzles;
#[cfg(target_arch = "wasm32")]
mod solve;
#[cfg(target_arch = "wasm32")]
mod state;
#[cfg(target_arch = "wasm32")]
mod theme;
#[cfg(target_arch = "wasm32")]
mod think_wider;
#[cfg(target_arch = "wasm32")]
mod thinking_longer;
#[cfg(target_arch = "wasm32")]
mod timeline;
#[cfg(target_arch = "wasm32")]
mod tour;

#[cfg(target_arch = "wasm32")]
pub use app::start;
