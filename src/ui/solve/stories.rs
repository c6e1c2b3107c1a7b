//! Runs worth seeing, each a link: what the address asks for happens.

use leptos::prelude::*;

use crate::ui::{
    browser,
    puzzles::{self, Story},
    url::{address::Address, interventions},
};

/// A link for every story of every game.
#[component]
pub fn Stories() -> impl IntoView {
    let link = |story: &Story| {
        let address = Address {
            model: Some(story.model.into()),
            puzzle: Some(story.puzzle.into()),
            view: story.view,
            moment: Some(story.moment),
            stretch: story.stretch,
            acts: interventions::read(story.acts),
            ..Address::default()
        };
        let look = |_| request_animation_frame(|| browser::reveal("[data-testid=board]"));
        view! {
            <li>
                <a href=address.to_string() on:click=look>{story.name}</a>
                " "
                <span class="facts">{story.says}</span>
            </li>
        }
    };
    view! {
        <nav class="stories" aria-label="Runs worth seeing" data-testid="stories">
            <span class="group-name">"Worth seeing"</span>
            <ul>{puzzles::stories().map(link).collect_view()}</ul>
        </nav>
    }
}
