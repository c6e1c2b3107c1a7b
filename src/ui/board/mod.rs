//! The board: what a person draws and what the model answers, in the same cells.

pub mod cell;
pub mod edit;
pub mod links;
pub mod scene;
pub mod symbol;
pub mod wrong;

#[cfg(target_arch = "wasm32")]
mod grid;
#[cfg(target_arch = "wasm32")]
mod labels;
#[cfg(target_arch = "wasm32")]
mod overlay_legend;
#[cfg(target_arch = "wasm32")]
mod painting;
#[cfg(target_arch = "wasm32")]
mod palette;
#[cfg(target_arch = "wasm32")]
mod path;
#[cfg(target_arch = "wasm32")]
mod settings;
#[cfg(target_arch = "wasm32")]
mod strokes;
#[cfg(target_arch = "wasm32")]
mod toolbar;

#[cfg(target_arch = "wasm32")]
pub(super) use {
    grid::Grid,
    overlay_legend::OverlayLegend,
    painting::{context, paint_picture, picture_size},
    palette::Palette,
    toolbar::{Pad, Toolbar},
};
