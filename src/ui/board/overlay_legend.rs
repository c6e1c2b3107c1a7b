//! What the colours of a figure laid over the board mean.

use leptos::prelude::*;

use crate::ui::{overlay, scale::short, state::Page};

/// The figure, its range at the present moment, and the way back to the answer's own colours. Empty without one.
#[component]
pub fn OverlayLegend() -> impl IntoView {
    let page = Page::here();
    let range = move || {
        let moment = page.player.moment.get();
        let overlay = page.overlay.get()?;
        let values = page.run.recording.with(|recording| overlay.values(recording.as_ref()?, moment));
        Some(values.map(|values| overlay::range(&values)))
    };
    let name = move || page.overlay.get().map(|overlay| format!("{} of z_{:?}", overlay.figure.title(), overlay.level));
    let ends = move || {
        let unit = page.overlay.get()?.figure.unit();
        Some(match range()? {
            Some((low, high)) => view! {
                {short(f64::from(low))}
                <span class="ramp magnitude" aria-hidden="true"></span>
                {format!("{}{unit}", short(f64::from(high)))}
            }
            .into_any(),
            None => "not yet computed".into_any(),
        })
    };
    view! {
        <Show when=move || page.overlay.get().is_some()>
            <p class="overlay-legend legend" data-testid="overlay-legend">
                <b>{name}</b>
                {ends}
                <button type="button" class="quiet" on:click=move |_| page.overlay.set(None)>"Remove"</button>
            </p>
        </Show>
    }
}
