//! The page as a whole: its header and the place that is shown.

mod engine_badge;
mod theme;
mod tour;

use std::time::Duration;

use leptos::prelude::*;
use strum::VariantArray;

use crate::ui::{
    app::{
        engine_badge::{EngineBadge, EngineChoice},
        theme::ThemeChoice,
        tour::{Tour, TourAgain, TourCard},
    },
    browser,
    how_it_works::HowItWorks,
    open_files::take_dropped,
    solve::Solve,
    state::{Files, Links, Page, Route, Theme, Training},
    tasks_module::{TasksModule, TasksPlace},
    train::Train,
    url::{address::Address, place::Place},
    widgets::deferred::Later,
};

const TITLE: &str = "HRM Playground";

/// Puts the page in place of what the document shows while it loads: in a task of its own, after the one in which the
/// browser prepared the module.
pub fn start() {
    console_error_panic_hook::set_once();
    let mount = || {
        if let Some(placeholder) = document().get_element_by_id("loading") {
            placeholder.remove();
        }
        mount_to_body(App);
    };
    set_timeout(mount, Duration::ZERO);
}

#[component]
fn App() -> impl IntoView {
    Page::new().provide();
    provide_context(TasksModule::new());
    let (route, training, theme) = (Route::here(), Training::here(), Theme::here());
    browser::on_scheme_change(move || theme.changed());
    title_the_place(route, training);
    take_dropped(Files::here());
    let tour = Tour::new();
    // On a phone; elsewhere there is room for all of it.
    let unfolded = RwSignal::new(false);
    view! {
        <header class="top">
            <div class="title">
                <h1>{TITLE}</h1>
                <Navigation/>
                <p class="gloss">
                    "A small network with two clocks, a slow one and a fast one, thinks about the whole puzzle at once: "
                    "the Hierarchical Reasoning Model, running in this tab."
                </p>
            </div>
            <div class="settings">
                <Later>
                    <EngineBadge/>
                    <div class="choices" class:unfolded=unfolded>
                        <button
                            type="button"
                            class="quiet unfold"
                            data-testid="settings"
                            aria-expanded=move || unfolded.get().to_string()
                            on:click=move |_| unfolded.update(|unfolded| *unfolded = !*unfolded)
                        >
                            {move || if unfolded.get() { "Engine, theme ▴" } else { "Engine, theme ▾" }}
                        </button>
                        <div class="folded"><EngineChoice/><ThemeChoice/></div>
                        <TourAgain tour/>
                    </div>
                </Later>
            </div>
        </header>
        {Place::VARIANTS.iter().map(|&place| view! { <Room place/> }).collect_view()}
        <Later><TourCard tour/></Later>
    }
}

/// A link to every place. They are addresses, so the browser's back and forward go between places.
#[component]
fn Navigation() -> impl IntoView {
    let (route, training, links) = (Route::here(), Training::here(), Links::here());
    let link = |place: Place| {
        let address = move || Address { place, ..links.address() }.to_string();
        let current = move || (route.place.get() == place).then_some("page");
        // Wherever one is, it is seen that a run is being trained.
        let trains = move || (place == Place::Train && training.is_busy()).then_some(" ●");
        let what = move || trains().map(|_| "A run is being trained");
        view! {
            <a href=address aria-current=current title=what data-testid=format!("place-{}", place.name())>
                {place.title()}
                {trains}
            </a>
        }
    };
    view! { <nav class="places" aria-label="Places">{Place::VARIANTS.iter().copied().map(link).collect_view()}</nav> }
}

/// A place. It is made when it is first visited, and only hidden while another one is shown: so it keeps its state.
#[component]
fn Room(place: Place) -> impl IntoView {
    let route = Route::here();
    let is_here = move || route.place.get() == place;
    let visited = Memo::new(move |before: Option<&bool>| before.is_some_and(|before| *before) || is_here());
    view! {
        <Show when=move || visited.get()>
            <main class=place.name() hidden=move || !is_here()>
                <Later>{content(place)}</Later>
            </main>
        </Show>
    }
}

fn content(place: Place) -> AnyView {
    match place {
        Place::Solve => view! { <Solve/> }.into_any(),
        Place::Train => view! { <Train/> }.into_any(),
        Place::Tasks => view! { <TasksPlace/> }.into_any(),
        Place::HowItWorks => view! { <HowItWorks/> }.into_any(),
    }
}

/// The document is titled after the place and marked while a run is trained, and another place is shown from its top.
fn title_the_place(route: Route, training: Training) {
    Effect::new(move |before: Option<Place>| {
        let place = route.place.get();
        // Also in the browser's row of tabs it is seen that a run is being trained.
        let trains = if training.is_busy() { "● " } else { "" };
        document().set_title(&match place {
            Place::Solve => format!("{trains}{TITLE}"),
            place => format!("{trains}{} · {TITLE}", place.title()),
        });
        if before.is_some_and(|before| before != place) {
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
        place
    });
}
