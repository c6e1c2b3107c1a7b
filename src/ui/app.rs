//! The page as a whole.

use leptos::prelude::*;

use super::{
    board::{Grid, OverlayLegend, Pad, Toolbar, symbol::side},
    browser,
    controls::{Controls, ModelLine},
    engine_badge::{EngineBadge, EngineChoice},
    inspect::Inspector,
    state::{Page, kinds_of},
    theme::ThemeChoice,
    timeline::Timeline,
};
use crate::puzzle::Kind;

/// Puts the page in place of what the document shows while it loads.
pub fn start() {
    console_error_panic_hook::set_once();
    if let Some(placeholder) = document().get_element_by_id("loading") {
        placeholder.remove();
    }
    mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    let page = Page::new();
    provide_context(page);
    browser::on_scheme_change(move || page.theme.update(|version| *version += 1));
    view! {
        <header class="top">
            <div class="title">
                <h1>"HRM Playground"</h1>
                <p class="gloss">
                    "A small network with two clocks, a slow one and a fast one, thinks about the whole puzzle at once: "
                    "the Hierarchical Reasoning Model, running in this tab."
                </p>
            </div>
            <div class="settings">
                <EngineBadge/>
                <div class="choices">
                    <EngineChoice/>
                    <ThemeChoice/>
                </div>
            </div>
        </header>
        <main>
            <section class="puzzle" aria-label="Puzzle">
                <Sizes/>
                <Grid/>
                <OverlayLegend/>
                <Controls/>
                <Pad/>
                <Toolbar/>
                <ModelLine/>
            </section>
            <section class="inside" aria-label="Inside the model">
                <Timeline/>
                <Inspector/>
            </section>
        </main>
    }
}

/// One button for each kind of puzzle that a model of the gallery solves, game by game.
#[component]
fn Sizes() -> impl IntoView {
    let page = Page::here();
    let kinds = Memo::new(move |_| page.machine.gallery.with(|gallery| kinds_of(gallery)));
    let button = move |kind: Kind| {
        let chosen = move || if page.kind() == kind { "true" } else { "false" };
        let testid = match kind {
            Kind::Sudoku(_) => format!("size-{}", side(kind)),
            Kind::Maze(_) => kind.name(),
        };
        view! {
            <button type="button" data-testid=testid aria-pressed=chosen on:click=move |_| page.show_kind(kind)>
                {format!("{0}x{0}", side(kind))}
            </button>
        }
    };
    let game = move |name: &'static str, of_it: fn(&Kind) -> bool| {
        let own = Memo::new(move |_| kinds.get().into_iter().filter(of_it).collect::<Vec<_>>());
        view! {
            <Show when=move || own.with(|own| !own.is_empty())>
                <div class="sizes" role="group" aria-label=format!("{name}: board size")>
                    <span class="group-name">{name}</span>
                    <For each=move || own.get() key=|kind| kind.name() children=button/>
                </div>
            </Show>
        }
    };
    view! {
        <div class="games">
            {game("Sudoku", |kind| matches!(kind, Kind::Sudoku(_)))}
            {game("Maze", |kind| matches!(kind, Kind::Maze(_)))}
        </div>
    }
}
