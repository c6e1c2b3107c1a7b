//! The place where a puzzle is drawn and the model is watched solving it.

mod board_legend;
mod checkpoints;
mod controls;
mod famous;
mod grid;
mod harder_puzzles;
mod more_puzzles;
mod outcome;
mod overlay_legend;
mod path;
mod settings;
mod stage;
mod stories;
mod strokes;
mod tested;
mod think_wider;
mod thinking_longer;
mod timeline;
mod toolbar;
mod wider_figure;
mod wider_heat_map;
mod wider_settings;
mod yourself;

use hrm_core::puzzle::{Kind, games};
use leptos::prelude::*;

use crate::ui::{
    inspect::Inspector,
    solve::{
        board_legend::BoardLegend,
        controls::{Length, ModelLine},
        famous::FamousPuzzles,
        overlay_legend::OverlayLegend,
        stage::Stage,
        stories::Stories,
        think_wider::ThinkWider,
        timeline::Playback,
        toolbar::{Pad, Toolbar},
    },
    state::{Drawing, Machine, Solver, kinds_of},
    widgets::deferred::Later,
};

/// The puzzle, and the inside of the model beside it.
#[component]
pub fn Solve() -> impl IntoView {
    view! {
        <section class="puzzle" aria-label="Puzzle">
            <div class="over-board">
                <Sizes/>
                <Later><BoardLegend/></Later>
            </div>
            <Stage/>
            <OverlayLegend/>
            <Later><Playback/></Later>
            <Later><Pad/></Later>
            <Later><Toolbar/></Later>
            <Later><Stories/></Later>
            <Later><Length/></Later>
            <Later><FamousPuzzles/></Later>
            <Later><ModelLine/></Later>
        </section>
        <section class="inside" aria-label="Inside the model">
            <Later><ThinkWider/></Later>
            <Later><Inspector/></Later>
        </section>
    }
}

/// One button for each kind of puzzle that a model of the gallery solves, game by game.
#[component]
fn Sizes() -> impl IntoView {
    let (drawing, machine, solver) = (Drawing::here(), Machine::here(), Solver::here());
    // A board that no model takes is among them while it is drawn.
    let kinds = Memo::new(move |_| {
        let (mut kinds, own) = (machine.gallery.with(|gallery| kinds_of(gallery)), drawing.kind());
        if !kinds.is_empty() && !kinds.contains(&own) {
            kinds.push(own);
        }
        kinds
    });
    let button = move |kind: Kind| {
        let chosen = move || if drawing.kind() == kind { "true" } else { "false" };
        view! {
            <button type="button" data-testid=kind.name() aria-pressed=chosen on:click=move |_| solver.show_kind(kind)>
                {kind.size().to_string()}
            </button>
        }
    };
    let game = move |name: &'static str| {
        let own =
            Memo::new(move |_| kinds.get().into_iter().filter(|kind| kind.game().title() == name).collect::<Vec<_>>());
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
            {games().into_iter().map(|of| game(of.title())).collect_view()}
        </div>
    }
}
