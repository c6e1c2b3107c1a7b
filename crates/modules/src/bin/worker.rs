//! The page's worker, which computes what every visit needs.

fn main() {
    #[cfg(target_arch = "wasm32")]
    hrm_worker::start_solving();
}
