//! The page's main thread.

fn main() {
    #[cfg(target_arch = "wasm32")]
    hrm_web::ui::start();
}
