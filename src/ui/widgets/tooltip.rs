//! A term that is explained where it stands, when it is pointed at or focused.

use std::sync::atomic::{AtomicUsize, Ordering};

use leptos::prelude::*;

/// `name`, with a sentence that appears beside it.
#[component]
pub fn Term(name: &'static str, gloss: &'static str) -> impl IntoView {
    // The same figure may stand in two views side by side.
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let id = format!("gloss-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    view! {
        <span class="term">
            <button type="button" aria-describedby=id.clone()>{name}</button>
            <span class="bubble" role="tooltip" id=id>{gloss}</span>
        </span>
    }
}
