//! Many views of the puzzle where the plain answer breaks the rules: how far they are, what they found, and their picture.

use hrm_core::{puzzle::in_rows, search::Choose};
use leptos::prelude::*;

use crate::ui::{
    browser,
    format::words::{thousands, view_name},
    solve::{wider_figure::WiderFigure, wider_settings::WiderSettings},
    state::{Drawing, End, Solver, Widening, Wider},
};

/// The button beside the verdict.
#[component]
pub fn ThinkWiderButton() -> impl IntoView {
    let solver = Solver::here();
    view! {
        <Show when=move || solver.can_think_wider()>
            <button
                type="button"
                data-testid="think-wider"
                title="Shows the model the same puzzle in other symmetric forms, until an answer passes the rules"
                on:click=move |_| {
                    solver.think_wider();
                    // On a phone it stands far below.
                    request_animation_frame(|| browser::reveal("[data-testid=wider]"));
                }
            >
                "Think wider"
            </button>
        </Show>
    }
}

/// How far the views are, with Stop, the answer that was found, the knobs and the picture.
#[component]
pub fn ThinkWider() -> impl IntoView {
    let (drawing, wider, solver) = (Drawing::here(), Wider::here(), Solver::here());
    let now = wider.now;
    let answer = Memo::new(move |_| now.with(|now| now.as_ref()?.chosen().filter(|(_, valid)| *valid)));
    let answer = move || {
        let (chosen, _) = answer.get()?;
        Some(
            view! { <pre class="wider-answer" data-testid="wider-answer">{in_rows(drawing.kind(), &chosen.answer)}</pre> },
        )
    };
    let opened = move || {
        let view = wider.opened.with(|opened| opened.as_ref().map(|opened| opened.view))?;
        let words = format!(
            "The board and the views below show {}, run again on the puzzle in the form that it saw.",
            view_name(view)
        );
        Some(view! {
            <p class="wider-opened" data-testid="wider-opened">
                {words}
                <button type="button" data-testid="wider-back" on:click=move |_| solver.close_view()>
                    "Back to the puzzle"
                </button>
            </p>
        })
    };
    view! {
        <Show when=move || now.with(Option::is_some)>
            <section class="wider" data-testid="wider" aria-label="Think wider">
                <div class="wider-head">
                    <p role="status">{move || now.with(|now| now.as_ref().map(words))}</p>
                    <Show when=move || wider.is_running()>
                        <button type="button" data-testid="wider-stop" on:click=move |_| wider.stop()>"Stop"</button>
                    </Show>
                </div>
                <WiderSettings/>
                <WiderFigure/>
                {opened}
                {answer}
            </section>
        </Show>
    }
}

fn words(now: &Widening) -> String {
    let (views, segments) = now.counts();
    let nouns = if now.settings.branch { "branches" } else { "views" };
    let spent = format!("{views} {nouns}, {} segments, {:.1} s", thousands(segments as u64), now.seconds);
    let solved = now.views.iter().filter(|view| view.found.is_some()).count();
    match &now.end {
        None => {
            let (most_views, most_segments) = (now.settings.views, now.settings.views * now.settings.segments);
            let most = format!("of at most {most_views} {nouns} and {} segments", thousands(most_segments as u64));
            let so_far = if solved > 0 { format!(" {solved} have solved it.") } else { String::new() };
            format!("Thinking wider: {spent}, {most}.{so_far}")
        }
        Some(End::Failed(message)) => format!("Thinking wider failed: {message} ({spent})."),
        Some(end) => {
            let begin = if *end == End::Stopped { "Thinking wider was stopped" } else { "Thinking wider" };
            let how = match now.settings.choose {
                Choose::Rules => "the first that the rules accept",
                Choose::Q => "the best q_halt",
                Choose::Residual => "the smallest residual",
                Choose::Vote => "the vote",
            };
            match now.chosen() {
                Some((chosen, true)) => {
                    let whose = view_name(chosen.view);
                    let all = if solved > 1 { format!("; {solved} of them solved it") } else { String::new() };
                    format!(
                        "{begin}: {whose} found it in its segment {}; checked by the rules, the answer is right ({spent}{all}).",
                        chosen.segment
                    )
                }
                Some((chosen, false)) if solved > 0 => format!(
                    "{begin}: the answer taken by {how}, of {}, breaks the rules, though {solved} solved it ({spent}).",
                    view_name(chosen.view)
                ),
                _ if *end == End::Stopped => format!("{begin}: no answer so far passes the rules ({spent})."),
                _ => format!("{begin}: no answer of any of them passes the rules ({spent})."),
            }
        }
    }
}
