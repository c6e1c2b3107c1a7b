//! The page's worker, which computes.

fn main() {
    #[cfg(target_arch = "wasm32")]
    hrm_worker::start();
}
