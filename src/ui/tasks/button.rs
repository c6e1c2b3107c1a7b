//! The buttons of the place: one piece of code for all of them, whatever they do.

use leptos::prelude::*;

/// A button before it is put on the page.
pub struct Button {
    text: Signal<String>,
    testid: String,
    class: &'static str,
    key: &'static str,
    label: Option<Signal<String>>,
    style: Option<Signal<String>>,
    pressed: Option<Signal<bool>>,
    expanded: Option<Signal<bool>>,
    disabled: Option<Signal<bool>>,
}

impl Button {
    /// A button with words that stay.
    pub fn new(testid: impl Into<String>, text: &'static str) -> Self {
        Self::saying(testid, move || text.to_owned())
    }

    /// A button with words that change.
    pub fn saying(testid: impl Into<String>, text: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self {
            text: Signal::derive(text),
            testid: testid.into(),
            class: "",
            key: "",
            label: None,
            style: None,
            pressed: None,
            expanded: None,
            disabled: None,
        }
    }

    /// Its classes.
    pub fn class(self, class: &'static str) -> Self {
        Self { class, ..self }
    }

    /// The key that does the same, shown behind its words.
    pub fn key(self, key: &'static str) -> Self {
        Self { key, ..self }
    }

    /// What it is called for who does not see what stands around it.
    pub fn label(self, label: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self { label: Some(Signal::derive(label)), ..self }
    }

    /// Its colours.
    pub fn style(self, style: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self { style: Some(Signal::derive(style)), ..self }
    }

    /// Whether it is pressed in.
    pub fn pressed(self, pressed: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { pressed: Some(Signal::derive(pressed)), ..self }
    }

    /// Whether what it unfolds is seen.
    pub fn expanded(self, expanded: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { expanded: Some(Signal::derive(expanded)), ..self }
    }

    /// Whether it does nothing now.
    pub fn disabled(self, disabled: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { disabled: Some(Signal::derive(disabled)), ..self }
    }

    /// Puts it on the page, with what it does.
    pub fn on(self, act: impl Fn() + 'static) -> AnyView {
        self.boxed(Box::new(act))
    }

    fn boxed(self, act: Box<dyn Fn()>) -> AnyView {
        let Self { text, testid, class, key, label, style, pressed, expanded, disabled } = self;
        let shortcut = (!key.is_empty()).then(|| key.replace("Ctrl", "Control").replace("Del", "Delete"));
        let shown = if key.len() == 1 { key.to_uppercase() } else { key.to_owned() };
        view! {
            <button
                type="button"
                class=class
                data-testid=testid
                aria-label=move || label.map(|label| label.get())
                title=move || label.map(|label| label.get())
                style=move || style.map(|style| style.get())
                aria-pressed=move || pressed.map(|pressed| pressed.get().to_string())
                aria-expanded=move || expanded.map(|expanded| expanded.get().to_string())
                aria-keyshortcuts=shortcut
                disabled=move || disabled.is_some_and(|disabled| disabled.get())
                on:click=move |_| act()
            >
                {text}
                {(!shown.is_empty()).then(|| view! { <kbd>{shown}</kbd> })}
            </button>
        }
        .into_any()
    }
}

/// A part that is there as long as something holds.
pub fn when(holds: impl Fn() -> bool + Send + Sync + 'static, part: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    shown_when(Memo::new(move |_| holds()), Box::new(part))
}

fn shown_when(holds: Memo<bool>, part: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
    (move || holds.get().then(|| untrack(&part))).into_any()
}

/// The colours of a button that stands for a colour of the grids.
pub fn coloured(palette: hrm_core::puzzle::arc::Palette, of: u8) -> String {
    format!("background:{};color:{}", palette.hex(of), if palette.is_light(of) { "#000" } else { "#fff" })
}
