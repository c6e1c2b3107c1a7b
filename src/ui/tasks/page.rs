//! The place as a whole.

use hrm_core::puzzle::arc::Side;
use leptos::prelude::*;

use crate::ui::{
    tasks::{
        editor::{Editor, View},
        head::{Head, Playing, Views},
        library::Library,
        pairs::Pairs,
        tools::Tools,
    },
    widgets::deferred::Later,
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
        <Show when=move || shows(View::Task)>
            <Head/>
            <Playing/>
            <Tools/>
            <Pairs side=Side::Train/>
            <Later><Pairs side=Side::Test/></Later>
        </Show>
        <Show when=move || shows(View::Library)><Library/></Show>
    }
}
