//! The place as a whole.

use hrm_core::puzzle::arc::Side;
use leptos::prelude::*;

use crate::ui::tasks::{
    button::when,
    editor::{Editor, View},
    head::{Head, Views},
    library::Library,
    pairs::pairs,
    tools::Tools,
};

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
        {when(move || shows(View::Library), || view! { <Library/> }.into_any())}
    }
}
