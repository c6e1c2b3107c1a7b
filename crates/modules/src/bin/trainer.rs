//! The worker that trains, loaded when it is used.

fn main() {
    #[cfg(target_arch = "wasm32")]
    hrm_worker::start_training();
}
