//! The worker that learns a task and answers it by vote, loaded when it is used.

fn main() {
    #[cfg(target_arch = "wasm32")]
    hrm_worker::start_learning();
}
