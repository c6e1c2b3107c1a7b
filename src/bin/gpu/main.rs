//! What is found out about a GPU: as functions for the script of `gpu.html`, and, in a worker of the page, whether the engine
//! computes right on it.

#[cfg(target_arch = "wasm32")]
mod page;
#[cfg(target_arch = "wasm32")]
mod worker;

fn main() {
    #[cfg(target_arch = "wasm32")]
    worker::start();
}
