//! Arithmetic of pictures: colours, axes, layouts, files.

pub mod animation;
pub mod colour;
pub mod heat_map_layout;
pub mod orbit_camera;
pub mod scale;
pub mod svg;
pub mod trajectories;
