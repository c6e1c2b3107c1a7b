//! What thinking longer adds: how many unseen puzzles the model solves after each segment, as its card has measured it.

use hrm_core::gallery::BySegment;
use leptos::{html, prelude::*};

use crate::ui::{
    state::Machine,
    widgets::{
        chart::{Frame, Plot, frame, halting_mark, horizontal_axis_lines, labels_below},
        details::Fold,
        save_figure::Save,
        table::Table,
        tooltip::Term,
    },
};

const HEIGHT: f64 = 150.0;

const GLOSS: &str = "The share of puzzles that the model has not learnt from whose whole answer is right if it stops after \
                     so many segments: 0 none, 1 all. The dashed line stands at as many segments as in training.";

/// Where the end of a segment lies on the horizontal axis, whose scale is logarithmic: the first segments matter most.
fn place(segment: usize, of: usize) -> f64 {
    (segment as f64).ln() / (of.max(2) as f64).ln()
}

/// The segment whose end lies nearest to a share of the axis.
fn segment_at(share: f64, of: usize) -> usize {
    (share * (of.max(2) as f64).ln()).exp().round().clamp(1.0, of.max(1) as f64) as usize
}

/// The plot, folded away at first; nothing for a model whose card does not have the figures.
#[component]
pub fn ThinkingLonger() -> impl IntoView {
    let machine = Machine::here();
    let measured = Memo::new(move |_| machine.of_card(|card| card.by_segment.clone()).flatten().unwrap_or_default());
    view! {
        <Show when=move || measured.with(|measured| !measured.exact_accuracy.is_empty())>
            <Fold summary="What thinking longer adds" testid="thinking-longer"><Curve measured/></Fold>
        </Show>
    }
}

#[component]
fn Curve(measured: Memo<BySegment>) -> impl IntoView {
    let machine = Machine::here();
    let room = NodeRef::<html::Div>::new();
    let frame = frame(room, HEIGHT);
    let trained = move || machine.shapes.get().map(|shapes| shapes.segments);
    let points = move || {
        measured.with(|BySegment { exact_accuracy, .. }| {
            let of = exact_accuracy.len();
            frame.get().points((1..).zip(exact_accuracy).map(|(segment, &exact)| (place(segment, of), exact)))
        })
    };
    let grid = move || grid(frame.get(), measured.with(|measured| measured.exact_accuracy.len()), trained());
    let under_pointer = RwSignal::new(None::<usize>);
    let point = move |share: Option<f64>| {
        let of = measured.with_untracked(|measured| measured.exact_accuracy.len());
        under_pointer.set(share.map(|share| segment_at(share, of)));
    };
    let reading = move || {
        measured.with(|BySegment { exact_accuracy, count }| {
            let share = |segment: usize| exact_accuracy.get(segment.checked_sub(1)?).map(|exact| 100.0 * exact);
            if let Some(segment) = under_pointer.get() {
                return share(segment)
                    .map(|exact| format!("After segment {segment}: {exact:.1} % of {count} are right."));
            }
            let (trained, most) = (trained()?, exact_accuracy.len());
            let (then, last) = (share(trained)?, share(most)?);
            let longer = if most > trained { format!(", and {last:.1} % after {most}") } else { String::new() };
            Some(format!(
                "Of {count} unseen puzzles, {then:.1} % are right after {trained} segments, as in training{longer}."
            ))
        })
    };
    view! {
        <figure class="chart">
            <figcaption>
                <Term name="Unseen puzzles solved" gloss=GLOSS/>
                <span class="unit">"share, by segments (log scale)"</span>
                <Save name="thinking-longer"/>
            </figcaption>
            <Plot room frame label="Share of unseen puzzles solved after each segment; the table below has the figures" testid="thinking-longer-curve" point>
                {grid}
                <polyline class="curve unseen" points=points/>
            </Plot>
            <p class="reading" data-testid="thinking-longer-reading">{reading}</p>
            <Table head=["Segments", "Solved"] rows=move || measured.with(rows)/>
        </figure>
    }
}

fn grid(frame: Frame, segments: usize, trained: Option<usize>) -> impl IntoView {
    let ticks = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| (share, format!("{share}"))).to_vec();
    let doubled =
        std::iter::successors(Some(1), |segment| Some(segment * 2)).take_while(|segment| *segment <= segments);
    let numbers = doubled.map(|segment| (place(segment, segments), segment.to_string())).collect();
    let trained = trained.filter(|trained| *trained <= segments);
    view! {
        {horizontal_axis_lines(frame, ticks)}
        {labels_below(frame, numbers)}
        {trained.map(|trained| halting_mark(frame, place(trained, segments), "as in training"))}
    }
}

fn rows(measured: &BySegment) -> Vec<Vec<String>> {
    let row = |(segment, exact): (usize, &f64)| vec![segment.to_string(), format!("{:.1} %", 100.0 * exact)];
    (1..).zip(&measured.exact_accuracy).map(row).collect()
}
