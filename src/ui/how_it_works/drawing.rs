//! The model drawn: two modules, their cycles, the segment around them and the heads above.

use leptos::prelude::*;

use crate::ui::{state::Links, url::view::View};

/// The drawing. Its parts lead to the views that show them.
#[component]
pub fn Drawing() -> impl IntoView {
    view! {
        <figure class="model-drawing">
            <svg
                viewBox="0 36 380 434"
                role="group"
                aria-label="The model. The puzzle enters L. L and H change one another within a segment. Above H stand the head that answers and the Q-head."
            >
                <defs>
                    <marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">
                        <path class="arrow-head" d="M0 0 10 5 0 10z"/>
                    </marker>
                </defs>
                <rect class="segment" x="16" y="112" width="330" height="284" rx="10"/>
                {note(28, 132, "start", "a segment")}
                {arrow("M180 424V381")}
                {arrow("M140 301V233")}
                {note(132, 263, "end", "how far")}
                {note(132, 277, "end", "L has got")}
                {arrow("M220 231V299")}
                {note(228, 270, "start", "the plan")}
                {arrow("M271 174C306 168 306 214 273 208")}
                {note(302, 188, "start", "N_H")}
                {note(302, 202, "start", "times")}
                {arrow("M271 322C306 316 306 362 273 356")}
                {note(302, 336, "start", "N_L")}
                {note(302, 350, "start", "times")}
                {arrow("M140 157V93")}
                {arrow("M220 157V93")}
                {arrow("M331 67H368V254H349")}
                {note(364, 60, "end", "no")}
                <rect class="part" x="110" y="426" width="140" height="36" rx="6"/>
                <text class="part-name" x="180" y="449" text-anchor="middle">"the puzzle, x"</text>
                <Part view=View::States class="l" area=[90, 302, 180, 76] name="L, the fast module" rule="z_L ← L(z_L, z_H + x)"/>
                <Part view=View::Convergence class="h" area=[90, 158, 180, 72] name="H, the slow module" rule="z_H ← H(z_H, z_L)"/>
                <Part view=View::Answers class="answer" area=[30, 44, 140, 46] name="the answer" rule="a symbol for each cell"/>
                <Part view=View::Overview class="halt" area=[190, 44, 140, 46] name="Q-head" rule="done?"/>
            </svg>
            <figcaption>"Every coloured part leads to a view of it."</figcaption>
        </figure>
    }
}

/// A part of the model, with what it computes; a link to a view.
#[component]
fn Part(
    view: View,
    class: &'static str,
    /// Left, top, width, height.
    area: [u32; 4],
    name: &'static str,
    rule: &'static str,
) -> impl IntoView {
    let links = Links::here();
    let [left, top, width, height] = area;
    let (x, y) = (left + width / 2, top + height / 2);
    view! {
        <g>
            <a href=move || links.to_view(view)>
                <rect class=format!("part {class}") x=left y=top width=width height=height rx="6"/>
                <text class="part-name" x=x y=y - 4 text-anchor="middle">{name}</text>
                <text class="part-rule" x=x y=y + 14 text-anchor="middle">{rule}</text>
            </a>
        </g>
    }
}

fn arrow(way: &'static str) -> impl IntoView {
    view! { <path class="arrow" d=way marker-end="url(#arrow)"/> }
}

fn note(x: u32, y: u32, anchor: &'static str, words: &'static str) -> impl IntoView {
    view! { <text class="note" x=x y=y text-anchor=anchor>{words}</text> }
}
