//! The buttons that save a figure as a picture.

use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::ui::{
    browser,
    widgets::figure::{Drawn, drawn},
};

/// Pixels of a PNG for each CSS pixel.
const SHARPNESS: f64 = 2.0;

/// What the figures below it are of, in front of their names.
#[derive(Clone, Copy)]
pub struct Subject(pub Signal<String>);

/// Saves the figure that it stands in, as it looks at that moment.
#[component]
pub fn Save(
    /// What it shows, in the file's name.
    name: &'static str,
    /// Of what, in front of that; else the [`Subject`], or "hrm".
    #[prop(optional, into)]
    of: Option<Signal<String>>,
) -> impl IntoView {
    let of = of.or_else(|| use_context::<Subject>().map(|Subject(of)| of));
    let here = NodeRef::<html::Span>::new();
    let busy = RwSignal::new(false);
    let button = move |format: &'static str| {
        let save = move |_| {
            let figure = here.get_untracked().and_then(|here| here.closest("figure").ok().flatten());
            if let Some(figure) = figure.filter(|_| !busy.get_untracked()) {
                busy.set(true);
                let of = of.map_or_else(|| "hrm".to_owned(), |of| of.get_untracked());
                spawn_local(async move {
                    save_figure(&figure, &format!("{of}-{name}"), format).await;
                    busy.try_set(false);
                });
            }
        };
        view! {
            <button
                type="button"
                class="quiet"
                data-testid=format!("save-{name}-{}", format.to_lowercase())
                aria-label=format!("Save this figure as {format}")
                disabled=busy
                on:click=save
            >
                {format}
            </button>
        }
    };
    view! { <span class="save" node_ref=here>{button("PNG")}{button("SVG")}</span> }
}

/// Saves a figure in a format, under that name and the format's ending.
async fn save_figure(figure: &Element, name: &str, format: &str) {
    let drawn = drawn(figure).await;
    if format == "SVG" {
        browser::save(&format!("{name}.svg"), "image/svg+xml", drawn.text.as_bytes());
    } else if let Some(picture) = rastered(&drawn).await {
        browser::save_blob(&format!("{name}.png"), &picture);
    }
}

/// The figure in pixels. `None` where the browser does not draw it.
async fn rastered(drawn: &Drawn) -> Option<web_sys::Blob> {
    let picture = browser::picture(&drawn.text).await?;
    let (width, height) = (drawn.width * SHARPNESS, drawn.height * SHARPNESS);
    let canvas = browser::canvas(width as u32, height as u32)?;
    let context = canvas.get_context("2d").ok()??.dyn_into::<web_sys::CanvasRenderingContext2d>().ok()?;
    context.draw_image_with_html_image_element_and_dw_and_dh(&picture, 0.0, 0.0, width, height).ok()?;
    browser::png(&canvas).await
}
