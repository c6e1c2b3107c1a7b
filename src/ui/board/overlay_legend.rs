//! What the colours of a figure laid over the board mean.

use leptos::prelude::*;

use super::symbol::place;
use crate::ui::{
    overlay::{self, Overlay},
    scale::short,
    state::Page,
};

/// The figure, its range at the present moment, and the way back to the answer's own colours. Empty without one.
#[component]
pub fn OverlayLegend() -> impl IntoView {
    let page = Page::here();
    let range = move || page.laid_over_board().map(|values| overlay::range(&values));
    let name = move || match page.overlay.get() {
        Some(overlay) => format!("{} of z_{:?}", overlay.figure.title(), overlay.level),
        None => format!("what goes into {}", place(page.kind(), page.cell.get())),
    };
    let is_laid = Memo::new(move |_| page.overlay.get().is_some() || page.mixing_laid().is_some());
    let remove = move |_| {
        page.overlay.set(None);
        page.mixing.laid.set(None);
    };
    let ends = move || {
        let unit = page.overlay.get().map_or("", Overlay::unit);
        match range() {
            Some((low, high)) => view! {
                {short(f64::from(low))}
                <span class="ramp magnitude" aria-hidden="true"></span>
                {format!("{}{unit}", short(f64::from(high)))}
            }
            .into_any(),
            None => "not yet computed".into_any(),
        }
    };
    view! {
        <Show when=move || is_laid.get()>
            <p class="overlay-legend legend" data-testid="overlay-legend">
                <b>{name}</b>
                {ends}
                <button type="button" class="quiet" on:click=remove>"Remove"</button>
            </p>
        </Show>
    }
}
