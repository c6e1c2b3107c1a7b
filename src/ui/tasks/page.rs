//! The place as a whole.

use hrm_core::puzzle::arc::Side;
use js_sys::Function;
use leptos::{mount::mount_to, prelude::*};
use web_sys::HtmlElement;

use crate::ui::tasks::{
    button::when,
    editor::{Editor, View},
    head::{Head, Views},
    learn::Learn,
    library::Library,
    pairs::pairs,
    tools::Tools,
};

/// Puts the place into an element of the page, with the task of the address; `tell` hears what that is to hold.
pub fn start(element: HtmlElement, linked: Option<String>, tell: Function) -> Editor {
    let made = StoredValue::new(None);
    let place = move || {
        let editor = Editor::new(linked.as_deref(), tell);
        made.set_value(Some(editor));
        provide_context(editor);
        view! { <Tasks/> }
    };
    // It stays as long as the page does.
    mount_to(element, place).forget();
    made.get_value().expect("it was mounted")
}

/// The task on the desk, or the library.
#[component]
pub fn Tasks() -> impl IntoView {
    let editor = Editor::here();
    editor.read_own();
    editor.listen_for_paste();
    let shows = move |of: View| editor.view.get() == of;
    view! {
        <Views/>
        {when(move || shows(View::Task), || view! {
            <Head/>
            <Tools/>
            {pairs(Side::Train)}
            {pairs(Side::Test)}
        }.into_any())}
        // It stays where the library is looked at meanwhile: what is learnt goes on.
        <div hidden=move || !shows(View::Task)><Learn/></div>
        {when(move || shows(View::Library), || view! { <Library/> }.into_any())}
    }
}
