//! The place that explains the model.

mod drawing;

use leptos::prelude::*;

use crate::ui::{
    state::{Links, Machine},
    url::view::View,
};
use drawing::Drawing;

/// The model in a drawing and in words, with links into the views that show what is said.
#[component]
pub fn HowItWorks() -> impl IntoView {
    view! {
        <article>
            <h2>"How it works"</h2>
            <p>
                "The Hierarchical Reasoning Model reads a whole puzzle at once and keeps two states about it, each a "
                "vector for every cell. It writes no words on the way to the answer. It changes these two states, over "
                "and over, and a last layer reads the answer off one of them."
            </p>
            <Drawing/>
            <h3>"Two clocks"</h3>
            <p>
                "The fast module, "<b class="l">"L"</b>", takes a few steps in a row. In each it sees the puzzle and what "
                "the slow module has in mind, and works out details. Then the slow module, "<b class="h">"H"</b>", takes "
                "one step: it sees how far L has got and changes the plan, so that L begins anew from a better place. "
                "A network that only repeats one step soon stands still; here H sets L going again each time."
            </p>
            <OpenModel/>
            <p>
                <ViewLink view=View::Convergence words="The curves of change"/>
                " show L coming to rest and being sent off again. "
                <ViewLink view=View::States words="The states"/>" can be seen value by value, and "
                <ViewLink view=View::Trajectory words="their way through space"/>" from the first step to the last."
            </p>
            <h3>"Segments, and when to stop"</h3>
            <p>
                "Some rounds of both clocks make a segment. After it the answer can be read, and the Q-head weighs "
                "stopping against going on: "
                <ViewLink view=View::Overview words="its values"/>" tell where the model halts (HRM: q_halt above q_continue; "
                "TRM, its successor: q_halt above 0). An easy "
                "puzzle may need one segment, a hard one all of them; the next one begins with the states that the last "
                "one left. "
                <ViewLink view=View::Answers words="The answers on the way"/>" show what the model would have said after "
                "every single step."
            </p>
            <h3>"How cells learn of one another"</h3>
            <p>
                "Inside a module every cell looks at the others, through attention or, on small boards, through a layer "
                "that mixes all cells (mlp_t). "<ViewLink view=View::Attention words="Where a cell looks"/>" shows it for "
                "the cell that you point at."
            </p>
            <h3>"How it learns"</h3>
            <p>
                "Each segment is corrected by itself: the answer is compared with the right one, and the error goes back "
                "through the last step of L and of H only, not through the whole thought. So a long thought needs no more "
                "memory than a short one. The Q-head learns beside it whether the answer was right."
            </p>
            <p>
                "In the paper a model of 27 million parameters, trained on about 1,000 examples of each kind without any "
                "text, solves 55 % of its hard 9x9 Sudokus and 74.5 % of its 30x30 mazes (Wang et al. 2025). The Tiny "
                "Recursive Model uses one small module in both roles and sends the error back through a whole round; on "
                "the same puzzles it reaches 87.4 % and 85.3 % (Jolicoeur-Martineau 2025). What the models on this page "
                "reach is said beside each of them."
            </p>
            <h3>"What computes"</h3>
            <p>
                "The processor, by WebAssembly, or the GPU, by shaders written for WebGPU; both give the same. "
                <a href="gpu.html">"Test this GPU"</a>
                " runs every shader on your device, measures it, and writes a report."
            </p>
            <h3>"Sources"</h3>
            <ul>
                <li>
                    "Guan Wang et al., Hierarchical Reasoning Model, 2025: "
                    <a href="https://arxiv.org/abs/2506.21734">"arXiv 2506.21734"</a>
                </li>
                <li>
                    "Alexia Jolicoeur-Martineau, Less is More: Recursive Reasoning with Tiny Networks, 2025: "
                    <a href="https://arxiv.org/abs/2510.04871">"arXiv 2510.04871"</a>
                </li>
            </ul>
        </article>
    }
}

/// The cycles of the model that is open.
#[component]
fn OpenModel() -> impl IntoView {
    let machine = Machine::here();
    let words = move || {
        let shapes = machine.shapes.get()?;
        let name = machine.model.with(|model| model.as_ref().map(|model| model.name.clone()))?;
        Some(format!(
            "The model that is open, {name}, takes N_L = {} steps of L for each of H, N_H = {} rounds a segment, and was \
             trained to think for up to {} segments.",
            shapes.l_cycles, shapes.h_cycles, shapes.segments
        ))
    };
    view! { <p data-testid="open-model">{words}</p> }
}

/// A link to a view, with the puzzle and the model that are there.
#[component]
fn ViewLink(view: View, words: &'static str) -> impl IntoView {
    let links = Links::here();
    view! { <a href=move || links.to_view(view)>{words}</a> }
}
