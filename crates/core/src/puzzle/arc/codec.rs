//! Grids as a model's tokens and back.
