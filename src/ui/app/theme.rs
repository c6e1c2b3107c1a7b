//! Light, dark, or as the system has it.

use leptos::prelude::*;

use crate::ui::{browser, state::Theme};

const KEY: &str = "hrm.theme";

/// The list of themes; the choice is kept for the next visit.
#[component]
pub fn ThemeChoice() -> impl IntoView {
    let painted = Theme::here();
    let kept = browser::recall(KEY).filter(|theme| ["light", "dark"].contains(&theme.as_str()));
    let theme = RwSignal::new(kept.unwrap_or_else(|| "system".into()));
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", &theme.get());
        }
        painted.changed();
    });
    let choose = move |event| {
        theme.set(event_target_value(&event));
        browser::keep(KEY, &theme.get_untracked());
    };
    view! {
        <label class="choice">
            "Theme "
            <select data-testid="theme" prop:value=move || theme.get() on:change=choose>
                <option value="system">"System"</option>
                <option value="light">"Light"</option>
                <option value="dark">"Dark"</option>
            </select>
        </label>
    }
}
