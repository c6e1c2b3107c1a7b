//! The picture of a search: the way of every view's pooled state on the first two principal components.

use hrm_core::search::Trajectory;
use leptos::{
    ev::{KeyboardEvent, PointerEvent},
    html,
    prelude::*,
};

use crate::ui::{
    drawing::trajectories::{Line, Outcome, Plot, STRETCHES},
    format::words::{percent, view_name},
    state::{Run, Solver, Widening, Wider},
    widgets::{
        chart::{axis_names, frame},
        save_figure::Save,
        table::Table,
        tooltip::Term,
    },
};

const HEIGHT: f64 = 400.0;
/// Pixels from a line within which the pointer is at it.
const REACH: f64 = 24.0;

const GLOSS: &str = "Each line is a view: after every segment the mean of z_H over the cells, on the two directions in which \
                     these means lie furthest apart over all views (their first principal components). The mean stays the \
                     same wherever a symmetric form puts the cells, so that all views lie in one plane. From pale to strong: \
                     from the first segment to the last.";

const GLOSS_OF_BRANCHES: &str = "Each line is a branch: after every segment the mean of z_H over the cells, on the two \
                     directions in which these means lie furthest apart over all branches (their first principal \
                     components). From pale to strong: from the first segment to the last.";

/// All views in one picture, live; a view that is pointed at is named, a click opens its run.
#[component]
pub fn WiderFigure() -> impl IntoView {
    let (run, wider, solver) = (Run::here(), Wider::here(), Solver::here());
    let room = NodeRef::<html::Div>::new();
    let frame = frame(room, HEIGHT);
    let over = Memo::new(move |_| !wider.is_running());
    let plot = Memo::new(move |_| {
        let _ = over.get();
        let frame = frame.get();
        wider.picture.with(|picture| {
            wider.now.with_untracked(|now| {
                let outcome = |view| Some(outcome(now.as_ref()?, now.as_ref()?.view(view)?));
                Plot::of(&picture.paths, (frame.width, frame.height), outcome)
            })
        })
    });
    let find = move |event: &PointerEvent| {
        let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        plot.with_untracked(|plot| plot.as_ref()?.nearest(x, y, REACH))
    };
    let press = move |event: PointerEvent| {
        let found = find(&event);
        // A finger points first: what it would open has to be named before.
        let named = wider.pointed.get_untracked() == found;
        wider.pointed.set(found);
        if let Some(view) = found.filter(|_| event.pointer_type() == "mouse" || named) {
            solver.open_view(view);
        }
    };
    let leave = move |event: PointerEvent| {
        if event.pointer_type() == "mouse" {
            wider.pointed.set(None);
        }
    };
    let key = move |event: KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => 1,
            "ArrowLeft" | "ArrowUp" => -1,
            "Enter" => {
                if let Some(view) = wider.pointed.get_untracked() {
                    solver.open_view(view);
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        wider.pointed.update(|view| *view = plot.with_untracked(|plot| plot.as_ref()?.turned(*view, by)));
    };
    // What is drawn over the rest: the view that is shown in place of the plain run, and the one that is pointed at.
    let lit = move |view: Option<usize>| {
        plot.with(|plot| {
            let line = plot.as_ref()?.lines.iter().find(|line| Some(line.view) == view)?;
            Some(lit(line))
        })
    };
    let shown = move || {
        wider.opened.with(|opened| Some(opened.as_ref().filter(|opened| opened.of_present && opened.is_its_run)?.view))
    };
    let branches = move || wider.now.with(|now| now.as_ref().is_some_and(|now| now.settings.branch));
    let axis = move |component: usize| {
        let share = percent(wider.picture.with(|picture| picture.explained[component]));
        Some(format!("component {}: {share} of the variance", component + 1))
    };
    let count = move |outcome: Outcome| {
        plot.with(|plot| plot.as_ref().map_or(0, |plot| plot.with(outcome).count())).to_string()
    };
    let reading = move || {
        let view = wider.pointed.get();
        wider.now.with(|now| reading(now.as_ref()?, view))
    };
    let openable = move || wider.pointed.get().filter(|_| wider.can_open_views() && !run.is_running());
    view! {
        <figure class="chart">
            <figcaption>
                <Show when=branches fallback=|| view! { <Term name="All views in one plane" gloss=GLOSS/> }>
                    <Term name="All branches in one plane" gloss=GLOSS_OF_BRANCHES/>
                </Show>
                <span class="key solved">"● solved "{move || count(Outcome::Solved)}</span>
                <span class="key failed">"× not solved "{move || count(Outcome::Failed)}</span>
                <span class="key running">"○ under way "{move || count(Outcome::Running)}</span>
                <Save name="think-wider"/>
            </figcaption>
            <div class="room" node_ref=room>
                <svg
                    class="wider-plot"
                    class:pointing=move || wider.pointed.with(Option::is_some)
                    width="100%"
                    height=HEIGHT
                    tabindex="0"
                    role="img"
                    aria-label="The views on the first two principal components of their pooled states. Arrow keys name one \
                                after the other, Enter opens the run of the one that is named; the table below has the figures"
                    data-testid="wider-plot"
                    on:pointermove=move |event| wider.pointed.set(find(&event))
                    on:pointerleave=leave
                    on:pointerdown=press
                    on:keydown=key
                >
                    {move || plot.with(|plot| plot.as_ref().map(|plot| draw(plot, branches())))}
                    {move || lit(shown())}
                    {move || lit(wider.pointed.get())}
                    {axis_names(frame, axis)}
                </svg>
            </div>
            <p class="reading" data-testid="wider-reading" aria-live="polite">
                {reading}
                {move || openable().map(|view| view! {
                    <button type="button" class="quiet" data-testid="wider-open" on:click=move |_| solver.open_view(view)>
                        "Open its run"
                    </button>
                })}
            </p>
            <Table
                head=["Number", "Segments", "Solved in segment", "Halted in segment", "q_halt at last"]
                rows=move || wider.now.with(|now| now.as_ref().map(rows)).unwrap_or_default()
            />
        </figure>
    }
}

fn outcome(now: &Widening, view: &Trajectory) -> Outcome {
    match (&view.found, now.is_over(view)) {
        (Some(_), _) => Outcome::Solved,
        (None, true) => Outcome::Failed,
        (None, false) => Outcome::Running,
    }
}

/// A view in words, or what there is to be pointed at.
fn reading(now: &Widening, view: Option<usize>) -> Option<String> {
    let Some(view) = view else {
        let opens = if now.settings.branch { "" } else { "; a click opens its whole run in every view below" };
        return Some(format!("Point at a line to name it{opens}."));
    };
    let trajectory = now.view(view)?;
    let what = match (&trajectory.found, outcome(now, trajectory)) {
        (Some((segment, _)), _) => format!("solved in its segment {segment}"),
        (None, Outcome::Running) => format!("{} segments so far", trajectory.segments),
        (None, _) => format!("not solved in {} segments", trajectory.segments),
    };
    let q = trajectory.snapshots.last().map_or(0.0, |last| last.q_halt);
    let name = view_name(view, now.settings.branch);
    Some(format!("{}{}: {what}, q_halt {q:.2}.", name[..1].to_uppercase(), &name[1..]))
}

fn rows(now: &Widening) -> Vec<Vec<String>> {
    let number = |segment: Option<usize>| segment.map_or("–".into(), |segment| segment.to_string());
    let row = |view: &Trajectory| {
        vec![
            view.view.to_string(),
            view.segments.to_string(),
            number(view.found.as_ref().map(|(segment, _)| *segment)),
            number(view.halted_at),
            view.snapshots.last().map_or(String::new(), |last| format!("{:.3}", last.q_halt)),
        ]
    };
    let mut views: Vec<&Trajectory> = now.views.iter().collect();
    views.sort_unstable_by_key(|view| view.view);
    views.into_iter().map(row).collect()
}

/// All lines: a dozen paths, and a mark where each ends.
fn draw(plot: &Plot, branches: bool) -> AnyView {
    let layer = |outcome: Outcome| {
        let stretch = |stretch: usize| {
            let class = format!("way {} t{stretch}", outcome.class());
            view! { <path class=class fill="none" d=plot.stretch(outcome, stretch)/> }
        };
        let glow = (outcome == Outcome::Solved).then(|| {
            let ways: String = plot.with(outcome).map(Line::path).collect();
            view! { <path class="glow" fill="none" d=ways/> }
        });
        view! {
            {glow}
            {(0..STRETCHES).map(stretch).collect_view()}
            {plot.with(outcome).map(mark).collect_view()}
        }
        .into_any()
    };
    let (x, y) = plot.origin;
    // The first branch has clues of its own after its first pass.
    let plain = plot.lines.iter().find(|line| line.view == 0 && !branches).map(|line| {
        let (x, y) = line.end();
        view! { <text class="tick-label plain" x=x y=y - 10.0 text-anchor="middle">"plain run"</text> }
    });
    view! {
        <line class="grid" x1=x x2=x y1="0" y2="100%"/>
        <line class="grid" x1="0" x2="100%" y1=y y2=y/>
        {Outcome::ALL.map(layer).collect_view()}
        {plain}
    }
    .into_any()
}

/// What stands at a line's end: the outcome by its shape and its colour.
fn mark(line: &Line) -> AnyView {
    let (x, y) = line.end();
    let class = format!("mark {}", line.outcome.class());
    match line.outcome {
        Outcome::Solved => view! {
            <circle class="halo" cx=x cy=y r="13"/>
            <circle class=class cx=x cy=y r="5.5"/>
        }
        .into_any(),
        Outcome::Failed => {
            let (left, right, top, foot) = (x - 3.5, x + 3.5, y - 3.5, y + 3.5);
            let cross = format!("M{left:.1} {top:.1}L{right:.1} {foot:.1}M{left:.1} {foot:.1}L{right:.1} {top:.1}");
            view! { <path class=class d=cross/> }.into_any()
        }
        Outcome::Running => view! { <circle class=class cx=x cy=y r="3.5"/> }.into_any(),
    }
}

/// A line in front of all others, with a dot for each segment.
fn lit(line: &Line) -> AnyView {
    let class = format!("lit-way {}", line.outcome.class());
    view! {
        <path class=class.clone() fill="none" d=line.path()/>
        <path class=format!("{class} dots") fill="none" d=line.dots()/>
        {mark(line)}
    }
    .into_any()
}
