//! One chart of the run: its lines, those of the run that it is compared with dashed, what is pointed at.

use hrm_core::train::Row;
use leptos::{ev::PointerEvent, html, prelude::*};

use crate::ui::{
    browser,
    drawing::scale::{Axis, Linear, Log, short, whole_between},
    format::words::thousands,
    state::Training,
    train::{
        lens::Lens,
        series::{Line, Measure, Points, nearest, points, smoothed, thinned, within},
    },
    widgets::{
        chart::{Frame, frame, horizontal_axis_lines, labels_below, upright},
        checkbox::Check,
        save_figure::Save,
        table::Table,
        tooltip::Term,
    },
};

const HEIGHT: f64 = 180.0;
/// Pixels that a pointer must be dragged to mean it.
const DRAG: f64 = 6.0;
/// Rows of a line in the table at most.
const TABLE_ROWS: usize = 100;

/// A line with its values, and the other run's.
#[derive(Clone, Debug, PartialEq)]
struct Drawn {
    name: &'static str,
    class: &'static str,
    own: Points,
    other: Points,
}

/// All that a chart draws.
#[derive(Clone, Debug, PartialEq)]
struct Picture {
    lines: Vec<Drawn>,
    range: (f64, f64),
    axis: Axis,
}

impl Picture {
    fn of(measure: Measure, rows: &[Row], lens: &Lens, log: bool) -> Self {
        let weight = lens.smoothing.get();
        let values = |rows: &[Row], line: &Line| smoothed(&points(rows, line), weight);
        let drawn = |line: &Line| Drawn {
            name: line.name,
            class: line.class,
            own: values(rows, line),
            other: lens.compared.with(|other| other.as_ref().map_or_else(Vec::new, |(_, rows)| values(rows, line))),
        };
        let lines: Vec<Drawn> =
            measure.lines().iter().map(drawn).filter(|line| !line.own.is_empty() || !line.other.is_empty()).collect();
        let last = lines.iter().flat_map(|line| [line.own.last(), line.other.last()]).flatten();
        let range = lens.range.get().unwrap_or((0.0, last.map(|point| point.0).fold(1.0, f64::max)));
        let shown = lines.iter().flat_map(|line| [within(&line.own, range), within(&line.other, range)]);
        let shown = shown.flatten().map(|point| point.1);
        let axis = if log { Axis::Log(Log::covering(shown)) } else { Axis::Linear(Linear::covering(shown, 4)) };
        Self { lines, range, axis }
    }

    fn x(&self, step: f64) -> f64 {
        share_of(self.range, step)
    }

    fn step(&self, share: f64) -> f64 {
        self.range.0 + share * (self.range.1 - self.range.0)
    }

    /// A line as far as it lies in the range; no more points than pixels can show.
    fn polyline(&self, points: &[(f64, f64)], frame: Frame) -> String {
        let thin = thinned(within(points, self.range), frame.width as usize / 2);
        frame.points(thin.into_iter().map(|(step, value)| (self.x(step), self.axis.place(value))))
    }

    /// Where a single point of a line lies, which makes no line.
    fn dot(&self, points: &[(f64, f64)], frame: Frame) -> Option<(f64, f64)> {
        let [(step, value)] = *points else { return None };
        let is_within = (self.range.0..=self.range.1).contains(&step);
        is_within.then(|| (frame.x(self.x(step)), frame.y(self.axis.place(value))))
    }

    fn reading(&self, step: f64, other: Option<&str>) -> Option<String> {
        // Each run with the step that its own figures are of.
        let said = |points: fn(&Drawn) -> &Points| {
            let (step, _) = self.lines.iter().find_map(|line| nearest(points(line), step))?;
            let known = self.lines.iter().filter_map(|line| Some((line.name, nearest(points(line), step)?.1)));
            let values = known.map(|(name, value)| format!("{name} {}", short(value))).collect::<Vec<_>>();
            Some(format!("step {}: {}", thousands(step as u64), values.join(", ")))
        };
        let own = said(|line| &line.own)?;
        Some(match other.and_then(|name| Some((name, said(|line| &line.other)?))) {
            Some((name, other)) => format!("{own}; {name}, {other}"),
            None => own,
        })
    }
}

/// A measure's curves.
#[component]
pub fn Chart(measure: Measure) -> impl IntoView {
    let training = Training::here();
    let lens = expect_context::<Lens>();
    let log = RwSignal::new(measure.starts_log());
    let room = NodeRef::<html::Div>::new();
    let frame = frame(room, HEIGHT);
    let picture = Memo::new(move |_| training.rows.with(|rows| Picture::of(measure, rows, &lens, log.get())));
    // What every new row leaves as it is is not drawn again with it.
    // Axes without a value on them would say something of a run that has said nothing yet.
    let of_shown = move |picture: &Picture| (!picture.lines.is_empty()).then_some((picture.axis, picture.range));
    let axis = Memo::new(move |_| picture.with(of_shown).map(|(axis, _)| axis));
    let range = Memo::new(move |_| picture.with(of_shown).map(|(_, range)| range));
    let drag = RwSignal::new(None::<(f64, f64)>);
    let at = move |event: &PointerEvent| frame.get_untracked().share(f64::from(event.offset_x()));
    let begin = move |event: PointerEvent| {
        browser::capture(&event);
        drag.set(Some((at(&event), at(&event))));
    };
    let look = move |event: PointerEvent| {
        let share = at(&event);
        lens.pointed.set(Some(picture.with_untracked(|picture| picture.step(share))));
        drag.update(|drag| *drag = drag.map(|(from, _)| (from, share)));
    };
    let end = move |_| {
        let Some((from, to)) = drag.get_untracked() else { return };
        drag.set(None);
        let frame = frame.get_untracked();
        if (frame.x(to) - frame.x(from)).abs() > DRAG {
            let edges = picture.with_untracked(|picture| (picture.step(from.min(to)), picture.step(from.max(to))));
            lens.range.set(Some(edges));
        }
    };
    let reading = move || {
        let step = lens.pointed.get().or_else(|| last_step(training)).unwrap_or(0.0);
        let read = lens
            .compared
            .with(|other| picture.with(|picture| picture.reading(step, other.as_ref().map(|(name, _)| name.as_str()))));
        read.unwrap_or_else(|| "No figures yet.".into())
    };
    let of = Signal::derive(move || run_name(training));
    let rows = move || picture.with(table_rows);
    let name = measure.name();
    let label = format!("{}, {}; the table below has the figures", measure.title(), measure.unit());
    view! {
        <figure class="chart">
            <figcaption>
                <Term name=measure.title() gloss=measure.gloss()/>
                <span class="unit">{measure.unit()}</span>
                {measure.lines().iter().map(|line| view! { <b class=line.class>{line.name}</b> }).collect_view()}
                <Check
                    name="log"
                    testid=format!("curve-{name}-log")
                    full_name=format!("{}: log scale", measure.title())
                    checked=log
                    set=move |on| log.set(on)
                />
                <Save name of/>
            </figcaption>
            <div class="room" node_ref=room>
                <svg
                    width="100%"
                    height=HEIGHT
                    role="img"
                    aria-label=label
                    data-testid=format!("curve-{name}")
                    on:pointerdown=begin
                    on:pointermove=look
                    on:pointerup=end
                    on:pointercancel=move |_| drag.set(None)
                    on:pointerleave=move |_| lens.pointed.set(None)
                    on:dblclick=move |_| lens.range.set(None)
                >
                    {move || axis.get().map(|axis| heights(axis, frame.get()))}
                    {move || range.get().map(|range| steps_below(range, frame.get()))}
                    {move || picture.with(|picture| lines(picture, frame.get()))}
                    {move || lens.pointed.get().map(|step| {
                        upright(frame.get(), "playhead", picture.with(|picture| picture.x(step)).clamp(0.0, 1.0))
                    })}
                    {move || drag.get().map(|(from, to)| {
                        let (left, right) = (frame.get().x(from.min(to)), frame.get().x(from.max(to)));
                        let (top, bottom) = (frame.get().y(1.0), frame.get().y(0.0));
                        view! { <rect class="zoom" x=left y=top width=right - left height=bottom - top/> }
                    })}
                </svg>
            </div>
            <p class="reading" data-testid=format!("curve-{name}-reading")>{reading}</p>
            <Table head=["Step", "Line", measure.title()] rows/>
        </figure>
    }
}

/// The name of the run that is shown, for files.
pub fn run_name(training: Training) -> String {
    training.current.with(|now| now.as_ref().map_or("run".into(), |now| now.recipe.name.clone()))
}

fn last_step(training: Training) -> Option<f64> {
    training.rows.with(|rows| rows.last().map(|row| row.mean.step as f64))
}

/// Where a step lies in a range, from 0 to 1.
fn share_of((first, last): (f64, f64), step: f64) -> f64 {
    (step - first) / (last - first)
}

fn heights(axis: Axis, frame: Frame) -> impl IntoView + use<> {
    let ticks = axis.ticks().into_iter().map(|value| (axis.place(value), axis.label(value))).collect();
    horizontal_axis_lines(frame, ticks)
}

fn steps_below(range: (f64, f64), frame: Frame) -> impl IntoView + use<> {
    let steps = whole_between(range.0, range.1, 5).into_iter();
    labels_below(frame, steps.map(|step| (share_of(range, step), thousands(step as u64))).collect())
}

/// The other run's lines lie under the run's own.
fn lines(picture: &Picture, frame: Frame) -> impl IntoView + use<> {
    let line = |line: &Drawn, points: &Points, dashed: &str| {
        let class = format!("curve {}{dashed}", line.class);
        let dot = picture.dot(points, frame);
        let dot = dot.map(|(x, y)| view! { <circle class=class.clone() cx=x cy=y r="3"/> });
        view! { <polyline class=class points=picture.polyline(points, frame)/> {dot} }
    };
    let others = picture.lines.iter().map(|drawn| line(drawn, &drawn.other, " other")).collect_view();
    let own = picture.lines.iter().map(|drawn| line(drawn, &drawn.own, "")).collect_view();
    view! { {others} {own} }
}

/// A few rows of every line, evenly.
fn table_rows(picture: &Picture) -> Vec<Vec<String>> {
    let of_line = |line: &Drawn| {
        let shown = within(&line.own, picture.range);
        let every = shown.len().div_ceil(TABLE_ROWS).max(1);
        let row =
            |&(step, value): &(f64, f64)| vec![thousands(step as u64), line.name.to_owned(), format!("{value:.6}")];
        shown.iter().rev().step_by(every).map(row).collect::<Vec<_>>()
    };
    picture.lines.iter().flat_map(of_line).collect()
}
