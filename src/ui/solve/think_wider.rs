//! Many views of the puzzle where the plain answer breaks the rules: how far they are, what they found, and their picture.

use hrm_core::{puzzle::in_rows, search::Choose};
use leptos::prelude::*;

use crate::ui::{
    browser,
    format::words::{counted, thousands, view_name},
    solve::{wider_figure::WiderFigure, wider_settings::WiderSettings},
    state::{Drawing, End, Opened, Solver, Verdict, Widening, Wider},
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
    let answer = Memo::new(move |_| {
        let holds = |(_, verdict): &(_, Verdict)| !matches!(verdict, Verdict::Wrong(_));
        now.with(|now| now.as_ref()?.chosen().filter(holds))
    });
    let answer = move || {
        let (chosen, _) = answer.get()?;
        Some(
            view! { <pre class="wider-answer" data-testid="wider-answer">{in_rows(drawing.kind(), &chosen.answer)}</pre> },
        )
    };
    let opened = move || {
        let words = wider.opened.with(|opened| opened.as_ref().map(words_of_view))?;
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

/// What stands on the board in place of the puzzle.
fn words_of_view(opened: &Opened) -> String {
    let of_earlier = if opened.of_present { "" } else { " of the search before" };
    let view = format!("{}{of_earlier}", view_name(opened.view, false));
    match opened.is_its_run {
        true => format!("The board and the views below show {view}, run again on the puzzle in the form that it saw."),
        false => format!("The board shows the puzzle in the form that {view} saw, and a run of its own."),
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
                // Where the rules accept none.
                Choose::Rules | Choose::Q => "the best q_halt",
                Choose::Residual => "the smallest residual",
                Choose::Vote => "the vote",
            };
            let Some((chosen, verdict)) = now.chosen() else {
                return format!("{begin}: no segment was run ({spent}).");
            };
            let whose = view_name(chosen.view, now.settings.branch);
            match verdict {
                Verdict::Right | Verdict::Holds(_) => {
                    let all = if solved > 1 { format!("; {solved} of them solved it") } else { String::new() };
                    let verdict = match verdict {
                        Verdict::Holds(fault) => format!("it is not right yet: {fault}"),
                        _ => "checked by the rules, the answer is right".into(),
                    };
                    format!("{begin}: {whose} found it in its segment {}; {verdict} ({spent}{all}).", chosen.segment)
                }
                Verdict::Wrong(_) if solved > 0 => format!(
                    "{begin}: the answer taken by {how}, of {whose}, breaks the rules, though {solved} solved it ({spent})."
                ),
                Verdict::Wrong(fault) => {
                    let none = if *end == End::Stopped { "so far" } else { "of any of them" };
                    let answers = counted(now.distinct_answers(), "different answer", "different answers");
                    format!(
                        "{begin}: no answer {none} passes the rules ({spent}). They gave {answers} at last; the one with \
                         {how}, of {whose}: {fault}."
                    )
                }
            }
        }
    }
}
