//! The place of tasks as a module of its own: `src/ui/tasks_module.rs` fetches it when the place is first shown.

// What is exported stands here and not in the library: the page's own module carries none of it.
#[cfg(target_arch = "wasm32")]
mod exports {
    use hrm_web::ui::tasks::{Editor, start as start_in};
    use js_sys::{Array, Function};
    use wasm_bindgen::{JsCast, prelude::wasm_bindgen};
    use web_sys::{File, HtmlElement};

    /// The place, once it is on the page.
    #[wasm_bindgen]
    pub struct TasksPlace(Editor);

    /// Puts the place into an element, with the task of the address. `tell` is called with what the address is to hold from
    /// now on (nothing where the task is too large for it), and whether one can go back to what it held before.
    #[wasm_bindgen]
    pub fn start(element: HtmlElement, linked: Option<String>, tell: Function) -> TasksPlace {
        console_error_panic_hook::set_once();
        TasksPlace(start_in(element, linked, tell))
    }

    #[wasm_bindgen]
    impl TasksPlace {
        /// Whether it is the place that is seen, which keys and what is pasted are for.
        pub fn show(&self, is_shown: bool) {
            self.0.show(is_shown);
        }

        /// The address holds another task.
        pub fn set_task(&self, linked: &str) {
            self.0.set_task(linked);
        }

        /// Files that are to be tasks.
        pub fn take_files(&self, files: Array) {
            self.0.take_files(files.iter().map(JsCast::unchecked_into::<File>).collect());
        }
    }
}

fn main() {}
