//! A term that is explained where it stands, when it is pointed at or focused.

use leptos::prelude::*;

/// `name`, with a sentence that appears beside it.
#[component]
pub fn Term(name: &'static str, gloss: &'static str) -> impl IntoView {
    let id = format!("gloss-{}", name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
    view! {
        <span class="term">
            <button type="button" aria-describedby=id.clone()>{name}</button>
            <span class="bubble" role="tooltip" id=id>{gloss}</span>
        </span>
    }
}
