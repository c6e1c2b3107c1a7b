//! The Q-head: after each segment, is the model done, or worth another one?

use hrm_core::{config::Family, recording::Recording};
use leptos::{html, prelude::*};

use crate::ui::{
    drawing::scale::Linear,
    state::{Player, Run},
    widgets::{
        chart::{Frame, Plot, frame, halting_mark, horizontal_axis_lines, labels_below, upright},
        save_figure::Save,
        table::Table,
        tooltip::Term,
    },
};

const HEIGHT: f64 = 150.0;

const HRM_GLOSS: &str = "After every segment a small head, the Q-head, reads the first position of z_H and gives two values: \
                         q_halt, for stopping, and q_continue, for another segment. The model halts where q_halt is the \
                         larger one.";
const TRM_GLOSS: &str = "After every segment a small head, the Q-head, reads the first position of z_H and gives one value, \
                         q_halt: whether the answer is right. A TRM halts where it is above 0; it has no q_continue.";

/// q_halt and q_continue of each segment, logits.
#[derive(Clone, Debug, Default, PartialEq)]
struct Values {
    segments: Vec<[f32; 2]>,
    planned: usize,
    /// Whether the model halts after each segment.
    done: Vec<bool>,
    /// Whether it weighs q_halt against q_continue: a TRM does not.
    has_continue: bool,
}

impl Values {
    fn of(recording: &Recording) -> Self {
        let segments = || recording.segments().iter();
        Self {
            segments: segments().map(|segment| [segment.q_halt, segment.q_continue]).collect(),
            planned: recording.planned_moments() / recording.shapes().steps(),
            has_continue: recording.shapes().family == Family::Hrm,
            done: segments().map(|segment| recording.shapes().is_done(segment.q_halt, segment.q_continue)).collect(),
        }
    }

    fn axis(&self) -> Linear {
        let shown = if self.has_continue { 2 } else { 1 };
        Linear::covering(self.segments.iter().flat_map(|q| &q[..shown]).map(|value| f64::from(*value)), 5)
    }

    /// The end of a segment on the horizontal axis.
    fn x(&self, segment: usize) -> f64 {
        (segment as f64 + 0.5) / self.planned.max(1) as f64
    }

    fn curve(&self, which: usize, frame: Frame) -> String {
        let axis = self.axis();
        let values = self.segments.iter().enumerate();
        frame.points(values.map(|(segment, q)| (self.x(segment), axis.place(f64::from(q[which])))))
    }
}

/// Both values for every segment, with a table.
#[component]
pub fn Halting() -> impl IntoView {
    let (run, player) = (Run::here(), Player::here());
    let room = NodeRef::<html::Div>::new();
    let frame = frame(room, HEIGHT);
    let values = Memo::new(move |_| run.read(Values::of));
    let now = Memo::new(move |_| {
        let moment = player.moment.get();
        run.read(|recording| recording.answered(moment).map(|segment| segment.index))
    });
    let has_continue = Memo::new(move |_| values.with(|values| values.has_continue));
    let under_pointer = RwSignal::new(None::<usize>);
    let point = move |share: Option<f64>| {
        under_pointer.set(values.with_untracked(|values| {
            let last = values.segments.len().checked_sub(1)?;
            Some(((share? * values.planned as f64) as usize).min(last))
        }));
    };
    let reading = move || {
        let segment = under_pointer.get().or_else(|| now.get())?;
        let ([halt, go_on], done) =
            values.with(|values| Some((*values.segments.get(segment)?, *values.done.get(segment)?)))?;
        let act = if done { "halts" } else { "goes on" };
        let against = if has_continue.get() { format!(", q_continue {go_on:.2}") } else { String::new() };
        Some(format!("after segment {}: q_halt {halt:.2}{against}: the Q-head {act}", segment + 1))
    };
    let gloss = move || match has_continue.get() {
        true => view! { <Term name="Done yet?" gloss=HRM_GLOSS/> },
        false => view! { <Term name="Done yet?" gloss=TRM_GLOSS/> },
    };
    view! {
        <figure class="chart">
            <figcaption>
                {gloss}
                <span class="unit">"logits"</span>
                <b class="halt">"q_halt"</b>
                <b class="go-on" hidden=move || !has_continue.get()>"q_continue"</b>
                <Save name="halting"/>
            </figcaption>
            <Plot room frame label="The Q-head's values after every segment; the table below has the figures" testid="halting" point>
                {move || grid(values, frame.get())}
                <polyline class="curve go-on" points=move || values.with(|values| {
                    if values.has_continue { values.curve(1, frame.get()) } else { String::new() }
                })/>
                <polyline class="curve halt" points=move || values.with(|values| values.curve(0, frame.get()))/>
                {move || now.get().map(|segment| {
                    upright(frame.get(), "playhead", values.with(|values| values.x(segment)))
                })}
            </Plot>
            <p class="reading" data-testid="halting-reading">{reading}</p>
            {move || match has_continue.get() {
                true => view! { <Table head=["Segment", "q_halt", "q_continue"] rows=move || rows(values)/> }.into_any(),
                false => view! { <Table head=["Segment", "q_halt"] rows=move || rows(values)/> }.into_any(),
            }}
        </figure>
    }
}

fn grid(values: Memo<Values>, frame: Frame) -> impl IntoView {
    values.with(|values| {
        let axis = values.axis();
        let ticks = axis.ticks().map(|value| (axis.place(value), format!("{value}"))).collect();
        let every = values.planned.div_ceil(16).max(1);
        let numbers =
            (0..values.planned).step_by(every).map(|segment| (values.x(segment), (segment + 1).to_string())).collect();
        let halted = values.done.iter().position(|done| *done);
        view! {
            {horizontal_axis_lines(frame, ticks)}
            {labels_below(frame, numbers)}
            {halted.map(|segment| halting_mark(frame, values.x(segment), "halts"))}
        }
    })
}

fn rows(values: Memo<Values>) -> Vec<Vec<String>> {
    values.with(|values| {
        let row = |(segment, [halt, go_on]): (usize, &[f32; 2])| {
            let go_on = values.has_continue.then(|| format!("{go_on:.3}"));
            [(segment + 1).to_string(), format!("{halt:.3}")].into_iter().chain(go_on).collect()
        };
        values.segments.iter().enumerate().map(row).collect()
    })
}
