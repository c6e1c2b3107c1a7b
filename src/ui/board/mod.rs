//! The board: its cells, what can be drawn into them, how it is read from text and painted. No state of the page.

pub mod cell;
pub mod edit;
pub mod history;
pub mod links;
pub mod overlay;
pub mod reading;
pub mod scene;
pub mod shown;
pub mod starter;
pub mod symbol;
pub mod wrong;

#[cfg(target_arch = "wasm32")]
pub mod labels;
#[cfg(target_arch = "wasm32")]
pub mod painting;
#[cfg(target_arch = "wasm32")]
pub mod palette;
