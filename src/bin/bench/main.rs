//! What `bench.html` measures of this project's engines, as functions for its script.

#[cfg(target_arch = "wasm32")]
mod learn;
#[cfg(target_arch = "wasm32")]
mod segment;
#[cfg(target_arch = "wasm32")]
mod train_step;

fn main() {}
