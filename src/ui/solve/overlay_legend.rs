//! What the colours of a figure laid over the board mean.

use hrm_core::recording::Recording;
use leptos::prelude::*;

use crate::ui::{
    board::{
        overlay::{self, Figure, Overlay},
        symbol::place,
    },
    drawing::scale::short,
    state::{Drawing, LaidOver, Run},
    widgets::tooltip::Term,
};

const MIXING_GLOSS: &str = "How much of every cell goes into this one in the layer or head whose name was pressed, without a \
                            unit. Attention's weights sum to 1; the mixing Jacobian says how strongly this cell's new vector \
                            answers to a small change of each cell's.";

/// What a figure means.
fn gloss(figure: Figure) -> &'static str {
    match figure {
        Figure::Norm => {
            "The length (Euclidean norm) of each cell's vector of channels, without a unit. A step ends with a \
             normalisation that brings it near the square root of the number of channels, so that cells differ little."
        }
        Figure::Change => {
            "How far the module's last step moved each cell's vector: the root mean square (RMS) over its channels, in the \
             measure of the state's values. Near 0 the cell has settled."
        }
        Figure::Confidence => {
            "The probability, 0 to 1, of the symbol that the model's head would answer in each cell if it read this state \
             now. It says how sure the head is, not whether it is right."
        }
        Figure::Entropy => {
            "How undecided the head is in each cell, in bits: 0 where it is sure of one symbol, 1 where two are equally \
             likely, 2 where four are."
        }
    }
}

/// The figure, its range at the present moment, and the way back to the answer's own colours. Empty without one.
#[component]
pub fn OverlayLegend() -> impl IntoView {
    let (drawing, run, laid_over) = (Drawing::here(), Run::here(), LaidOver::here());
    let range = move || laid_over.values().map(|values| overlay::range(&values));
    let term = move || {
        let (name, gloss) = match laid_over.overlay.get() {
            Some(Overlay { figure, .. }) => (figure.title(), gloss(figure)),
            None => ("what goes into", MIXING_GLOSS),
        };
        view! { <Term name gloss/> }
    };
    let of_what = move || match laid_over.overlay.get() {
        Some(overlay) => format!("of z_{:?}", overlay.level),
        None => place(drawing.kind(), drawing.cell.get()).to_string(),
    };
    let is_watched = move || run.recording.with(|run| run.as_ref().is_none_or(Recording::is_watched));
    let is_laid =
        Memo::new(move |_| (laid_over.overlay.get().is_some() || laid_over.of_mixing().is_some()) && is_watched());
    let remove = move |_| {
        laid_over.overlay.set(None);
        laid_over.row.set(None);
    };
    let ends = move || {
        let unit = laid_over.overlay.get().map_or("", Overlay::unit);
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
                {term}
                <b>{of_what}</b>
                {ends}
                <button type="button" class="quiet" on:click=remove>"Remove"</button>
            </p>
        </Show>
    }
}
