//! The place that explains the model.

use leptos::prelude::*;

use super::{address::Address, place::Place, state::Page, view::View};

/// The model in words, with links into the views that show what is said.
#[component]
pub fn HowItWorks() -> impl IntoView {
    view! {
        <article>
            <h2>"How it works"</h2>
            <p>
                "The Hierarchical Reasoning Model reads a whole puzzle at once and keeps two states of mind about it, a "
                "vector for every cell in each. It writes nothing down on the way: it only changes these states, over "
                "and over, until a last layer reads the answer off one of them."
            </p>
            <h3>"Two clocks"</h3>
            <p>
                "The fast module, "<b class="l">"L"</b>", takes a few steps in a row. In each it looks at the puzzle and "
                "at what the slow module has in mind, and works the details out. Then the slow module, "<b class="h">"H"</b>
                ", takes one step: it looks at where L has got to and changes the plan, so that L begins a new search. "
                <ViewLink view=View::Convergence words="The curves of their change"/>
                " show L settling and being sent off again; "<ViewLink view=View::States words="the states themselves"/>
                " can be seen value by value."
            </p>
            <h3>"Segments, and when to stop"</h3>
            <p>
                "A few turns of both clocks make a segment. After each one the answer can be read, and a small Q-head "
                "weighs stopping against going on. "
                <ViewLink view=View::Overview words="Its two values"/>" cross when the model holds itself done. "
                <ViewLink view=View::Answers words="The answers on the way"/>" show what it would have said after every "
                "step."
            </p>
        </article>
    }
}

/// A link to a view, with the puzzle and the model that are there.
#[component]
fn ViewLink(view: View, words: &'static str) -> impl IntoView {
    let page = Page::here();
    let address = move || Address { place: Place::Solve, view, ..page.address() }.to_string();
    view! { <a href=address>{words}</a> }
}
