//! How much each step changed its state: the forward residual of the paper, on a logarithmic axis.

use leptos::{ev::PointerEvent, html, prelude::*};

use super::{
    chart::{Frame, frame, horizontal_axis_lines},
    name_of, of_recording,
};
use crate::{
    model::Level,
    runtime::recording::Recording,
    ui::{scale::Log, state::Page, timeline::in_words},
};

const HEIGHT: f64 = 190.0;

/// What the curve shows of a recording.
#[derive(Clone, Debug, Default, PartialEq)]
struct Changes {
    /// Of each step in order.
    steps: Vec<(Level, f32)>,
    planned: usize,
    of_segment: usize,
}

impl Changes {
    fn of(recording: &Recording) -> Self {
        Self {
            steps: recording.steps().map(|step| (step.level, step.change)).collect(),
            planned: recording.planned_moments(),
            of_segment: recording.shapes().steps(),
        }
    }

    fn axis(&self) -> Log {
        Log::covering(self.steps.iter().map(|(_, change)| f64::from(*change)))
    }

    /// The middle of a step on the horizontal axis.
    fn x(&self, moment: usize) -> f64 {
        (moment as f64 + 0.5) / self.planned.max(1) as f64
    }

    fn curve(&self, level: Level, frame: Frame) -> String {
        let axis = self.axis();
        let own = self.steps.iter().enumerate().filter(|(_, (of, _))| *of == level);
        frame.points(own.map(|(moment, (_, change))| (self.x(moment), axis.place(f64::from(*change)))))
    }
}

/// The curves of both modules, with a table.
#[component]
pub fn ChangeCurve() -> impl IntoView {
    let page = Page::here();
    let room = NodeRef::<html::Div>::new();
    let frame = frame(room, HEIGHT);
    let changes = Memo::new(move |_| of_recording(page, Changes::of));
    let under_pointer = RwSignal::new(None::<usize>);
    let at = move |event: &PointerEvent| {
        changes.with_untracked(|changes| {
            let share = frame.get_untracked().share(f64::from(event.offset_x()));
            let moment = (share * changes.planned as f64) as usize;
            (!changes.steps.is_empty()).then(|| moment.min(changes.steps.len() - 1))
        })
    };
    let look = move |event: PointerEvent| under_pointer.set(at(&event));
    let go = move |event: PointerEvent| {
        if let Some(moment) = at(&event) {
            page.player.seek(moment);
        }
    };
    let reading = move || {
        let moment = under_pointer.get().unwrap_or_else(|| page.player.moment.get());
        of_recording(page, |recording| {
            let step = recording.step(moment)?;
            let (place, state) = (in_words(recording, moment)?, name_of(step.level).1);
            Some(format!("{place}: {state} changed by {} RMS", figure(step.change)))
        })
    };
    let curve = move |level| changes.with(|changes| changes.curve(level, frame.get()));
    view! {
        <figure class="chart">
            <figcaption>
                "Change at each step, RMS (log scale): "
                <b class="h">"z_H"</b> " " <b class="l">"z_L"</b>
            </figcaption>
            <div class="room" node_ref=room>
                <svg
                    width="100%"
                    height=HEIGHT
                    role="img"
                    aria-label="Root mean square of the change of z_H and z_L at every step; the table below has the figures"
                    data-testid="change-curve"
                    on:pointermove=look
                    on:pointerleave=move |_| under_pointer.set(None)
                    on:pointerdown=go
                >
                    {move || grid(changes, frame.get())}
                    <polyline class="curve l" points=move || curve(Level::L)/>
                    <polyline class="curve h" points=move || curve(Level::H)/>
                    {move || dots(changes, frame.get())}
                    {move || {
                        let moment = under_pointer.get().unwrap_or_else(|| page.player.moment.get());
                        let x = frame.get().x(changes.with(|changes| changes.x(moment)));
                        view! { <line class="playhead" x1=x x2=x y1=frame.get().y(1.0) y2=frame.get().y(0.0)/> }
                    }}
                </svg>
            </div>
            <p class="reading" data-testid="change-reading">{reading}</p>
            <Table changes/>
        </figure>
    }
}

fn grid(changes: Memo<Changes>, frame: Frame) -> impl IntoView {
    changes.with(|changes| {
        let axis = changes.axis();
        let ticks = axis.ticks().map(|value| (axis.place(value), decade(value))).collect();
        let segments = changes.planned / changes.of_segment.max(1);
        let every = segments.div_ceil(16).max(1);
        let marks = (0..segments).step_by(every).map(|segment| {
            let left = frame.x(segment as f64 / segments as f64);
            let middle = frame.x((segment as f64 + 0.5) / segments as f64);
            view! {
                <line class="grid segment-end" x1=left x2=left y1=frame.y(0.0) y2=frame.y(1.0)/>
                <text class="tick-label" x=middle y=frame.y(0.0) + 16.0 text-anchor="middle">{segment + 1}</text>
            }
        });
        view! {
            {horizontal_axis_lines(frame, ticks)}
            {marks.collect_view()}
        }
    })
}

fn decade(value: f64) -> String {
    if value >= 0.001 { value.to_string() } else { format!("{value:e}") }
}

/// Three digits that say something, however small the value.
fn figure(value: f32) -> String {
    if value >= 0.001 { format!("{value:.4}") } else { format!("{value:.2e}") }
}

/// A dot for every step: the H steps stand apart, a curve alone would hide where they are.
fn dots(changes: Memo<Changes>, frame: Frame) -> impl IntoView {
    changes.with(|changes| {
        let axis = changes.axis();
        let dots = changes.steps.iter().enumerate().map(|(moment, (level, change))| {
            let (x, y) = (frame.x(changes.x(moment)), frame.y(axis.place(f64::from(*change))));
            let radius = if *level == Level::H { 3.0 } else { 1.8 };
            view! { <circle class=format!("dot {}", name_of(*level).0) cx=x cy=y r=radius/> }
        });
        dots.collect_view()
    })
}

/// The figures as text; made only while it is open.
#[component]
fn Table(changes: Memo<Changes>) -> impl IntoView {
    let page = Page::here();
    let open = RwSignal::new(false);
    let rows = move || {
        changes.with(|changes| {
            let row = |(moment, (level, change)): (usize, &(Level, f32))| {
                let place = of_recording(page, |recording| in_words(recording, moment)).unwrap_or_default();
                view! { <tr><td>{place}</td><td>{name_of(*level).1}</td><td>{figure(*change)}</td></tr> }
            };
            changes.steps.iter().enumerate().map(row).collect_view()
        })
    };
    view! {
        <details on:toggle=move |_| open.update(|open| *open = !*open)>
            <summary>"Table"</summary>
            <Show when=move || open.get()>
                <div class="table" tabindex="0" role="region" aria-label="Figures">
                    <table>
                        <thead><tr><th>"Step"</th><th>"State"</th><th>"RMS change"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </Show>
        </details>
    }
}
