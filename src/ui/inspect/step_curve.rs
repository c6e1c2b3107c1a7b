//! A figure of every L and H step along the run, with the restarts of L at each step of H.

use hrm_core::{
    model::Level,
    recording::{Comparison, Point, Recording, convergence},
};
use leptos::{html, prelude::*};

use crate::ui::{
    drawing::scale::{Axis, Linear, Log, short},
    format::moment::{in_words, kept_in_words, name_of},
    state::{Experiment, Player, Run},
    widgets::{
        chart::{Frame, Plot, frame, horizontal_axis_lines, segment_marks, upright, uprights},
        save_figure::Save,
        table::Table,
        tooltip::Term,
    },
};

const HEIGHT: f64 = 190.0;

/// Which figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// RMS of the change from the step before.
    Residual,
    /// RMS of the difference to the last state.
    ToFinal,
    /// Cosine between the state and the one before.
    Cosine,
    /// RMS of the difference to the state of the kept run.
    Apart,
}

impl Measure {
    fn testid(self) -> &'static str {
        match self {
            Self::Residual => "change",
            Self::ToFinal => "distance",
            Self::Cosine => "cosine",
            Self::Apart => "apart",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Residual => "Change at each step",
            Self::ToFinal => "Distance to the final state",
            Self::Cosine => "Cosine with the state before",
            Self::Apart => "Distance to the other run",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Residual | Self::ToFinal | Self::Apart => "RMS, log scale",
            Self::Cosine => "1: same direction",
        }
    }

    fn gloss(self) -> &'static str {
        match self {
            Self::Residual => {
                "The forward residual: how far a step moved its state. L settles within each cycle and starts anew \
                 whenever H has moved (the thin lines); H moves less and less."
            }
            Self::ToFinal => {
                "How far each state still is from the one that the run ended with. A line that falls steadily \
                 approaches its answer; one that stays level and then drops found it all at once."
            }
            Self::Cosine => {
                "Whether a step turned the state: 1 keeps its direction, 0 is at right angles to it. A converged \
                 state stays near 1."
            }
            Self::Apart => {
                "How far each state is from the one that the other run had at the same step: the untouched run of an \
                 experiment, or the one that you kept. Nothing is drawn where both are the same; a line that falls shows \
                 that the two runs meet again."
            }
        }
    }

    /// Of every step of a recording in order.
    fn values(self, recording: &Recording, comparison: Option<&Comparison>) -> Vec<(Level, Option<f64>)> {
        // A logarithmic axis has no place for 0: the final state's distance, a frozen module's change.
        let positive = |value: Option<f64>| value.filter(|value| *value > 0.0);
        let value = |(moment, point): (usize, &Point)| match self {
            Self::Residual => positive(Some(point.residual)),
            Self::ToFinal => positive(point.to_final),
            Self::Cosine => point.cosine,
            Self::Apart => positive(comparison.and_then(|comparison| comparison.distance(moment))),
        };
        convergence(recording).iter().enumerate().map(|at| (at.1.level, value(at))).collect()
    }

    fn axis(self, values: impl Iterator<Item = f64>) -> Axis {
        match self {
            Self::Residual | Self::ToFinal | Self::Apart => Axis::Log(Log::covering(values)),
            Self::Cosine => Axis::Linear(Linear::covering(values.chain([1.0]), 4)),
        }
    }

    fn words(self, level: Level, value: f64) -> String {
        let name = name_of(level).1;
        match self {
            Self::Residual => format!("{name} changed by {} RMS", short(value)),
            Self::ToFinal => format!("{name} is {} RMS from its last state", short(value)),
            Self::Cosine => format!("{name} at cosine {value:.6} to the state before"),
            Self::Apart => format!("{name} is {} RMS from the other run's", short(value)),
        }
    }
}

/// What the curve shows of a recording.
#[derive(Clone, Debug, PartialEq)]
struct Steps {
    measure: Measure,
    /// Of each step in order.
    values: Vec<(Level, Option<f64>)>,
    /// The same of the kept run.
    kept: Vec<(Level, Option<f64>)>,
    /// Steps at which an experiment interfered.
    interventions: Vec<usize>,
    planned: usize,
    of_segment: usize,
    /// Steps of a segment of the kept run: another model's segments may have others.
    of_kept_segment: usize,
}

impl Steps {
    fn of(measure: Measure, recording: &Recording, kept: Option<&Recording>, comparison: Option<&Comparison>) -> Self {
        let kept = kept.filter(|_| measure != Measure::Apart);
        let of_segment = recording.shapes().steps();
        let of_kept_segment = kept.map_or(of_segment, |kept| kept.shapes().steps());
        let mut of_kept = kept.map(|kept| measure.values(kept, None)).unwrap_or_default();
        of_kept.truncate(recording.planned_moments() / of_segment * of_kept_segment);
        Self {
            measure,
            values: measure.values(recording, comparison),
            kept: of_kept,
            interventions: recording.interventions().iter().map(|intervention| intervention.at).collect(),
            planned: recording.planned_moments(),
            of_segment,
            of_kept_segment,
        }
    }

    fn axis(&self) -> Axis {
        self.measure.axis(self.values.iter().chain(&self.kept).filter_map(|(_, value)| *value))
    }

    /// The middle of a step on the horizontal axis.
    fn x(&self, moment: usize) -> f64 {
        (moment as f64 + 0.5) / self.planned.max(1) as f64
    }

    /// Moment, module and value where there is one.
    fn known(&self) -> impl Iterator<Item = (usize, Level, f64)> {
        known(&self.values)
    }

    /// The same of the kept run, its moments as the segment and the step within it.
    fn known_of_kept(&self) -> impl Iterator<Item = ((usize, usize), Level, f64)> {
        let place = move |moment: usize| (moment / self.of_kept_segment, moment % self.of_kept_segment);
        known(&self.kept).map(move |(moment, level, value)| (place(moment), level, value))
    }

    fn curve(&self, level: Level, frame: Frame) -> String {
        let axis = self.axis();
        let own = self.known().filter(|(_, of, _)| *of == level);
        frame.points(own.map(|(moment, _, value)| (self.x(moment), axis.place(value))))
    }

    /// The kept run's, segment above segment.
    fn kept_curve(&self, level: Level, frame: Frame) -> String {
        let axis = self.axis();
        let scale = self.of_segment as f64 / self.of_kept_segment as f64 / self.planned.max(1) as f64;
        let kept = known(&self.kept).filter(|(_, of, _)| *of == level);
        frame.points(kept.map(|(moment, _, value)| ((moment as f64 + 0.5) * scale, axis.place(value))))
    }
}

fn known(values: &[(Level, Option<f64>)]) -> impl Iterator<Item = (usize, Level, f64)> {
    values.iter().enumerate().filter_map(|(moment, (level, value))| Some((moment, *level, (*value)?)))
}

/// The curves of both modules, with a table.
#[component]
pub fn StepCurve(measure: Measure) -> impl IntoView {
    let (run, player, experiment) = (Run::here(), Player::here(), Experiment::here());
    let room = NodeRef::<html::Div>::new();
    let frame = frame(room, HEIGHT);
    let steps = Memo::new(move |_| {
        experiment.comparison.with(|comparison| {
            run.kept.with(|kept| run.read(|run| Some(Steps::of(measure, run, kept.as_ref(), comparison.as_ref()))))
        })
    });
    let has_kept = move || steps.with(|steps| steps.as_ref().is_some_and(|steps| !steps.kept.is_empty()));
    let with = move |read: fn(&Steps, Frame) -> AnyView| {
        steps.with(|steps| steps.as_ref().map(|steps| read(steps, frame.get())))
    };
    let under_pointer = RwSignal::new(None::<usize>);
    let moment_at = move |share: f64| {
        steps.with_untracked(|steps| {
            let steps = steps.as_ref()?;
            let moment = (share * steps.planned as f64) as usize;
            Some(moment.min(steps.values.len().checked_sub(1)?))
        })
    };
    let point = move |share: Option<f64>| under_pointer.set(share.and_then(moment_at));
    let press = move |share| {
        if let Some(moment) = moment_at(share) {
            player.seek(moment);
        }
    };
    let shown = move || under_pointer.get().unwrap_or_else(|| player.moment.get());
    let reading = move || {
        let moment = shown();
        let (level, value) = steps.with(|steps| steps.as_ref()?.values.get(moment).copied())?;
        let place = run.read(|recording| in_words(recording, moment))?;
        Some(match value {
            Some(value) => format!("{place}: {}", measure.words(level, value)),
            None => place,
        })
    };
    let curve = move |level| steps.with(|steps| steps.as_ref().map(|steps| steps.curve(level, frame.get())));
    let kept = move |level| steps.with(|steps| steps.as_ref().map(|steps| steps.kept_curve(level, frame.get())));
    let rows = move || {
        steps.with(|steps| {
            let Some(steps) = steps else { return Vec::new() };
            let words = |moment| run.read(|recording| in_words(recording, moment)).unwrap_or_default();
            let own = steps.known().map(|(moment, level, value)| (words(moment), level, value));
            let kept = steps.known_of_kept().map(|(place, level, value)| (kept_in_words(place), level, value));
            let row = |(place, level, value): (String, Level, f64)| {
                vec![place, name_of(level).1.into(), format!("{value:.6}")]
            };
            own.chain(kept).map(row).collect()
        })
    };
    view! {
        <figure class="chart">
            <figcaption>
                <Term name=measure.title() gloss=measure.gloss()/>
                <span class="unit">{measure.unit()}</span>
                <b class="h">"z_H"</b>
                <b class="l">"z_L"</b>
                <Show when=has_kept><span class="unit">"dashed: the other run"</span></Show>
                <Save name=measure.testid()/>
            </figcaption>
            <Plot room frame label=format!("{} ({}) of z_H and z_L; the table below has the figures", measure.title(), measure.unit()) testid=format!("{}-curve", measure.testid()) point press>
                {move || with(grid)}
                <polyline class="curve laid-over l" points=move || kept(Level::L)/>
                <polyline class="curve laid-over h" points=move || kept(Level::H)/>
                <polyline class="curve l" points=move || curve(Level::L)/>
                <polyline class="curve h" points=move || curve(Level::H)/>
                {move || with(dots)}
                {move || {
                    let share = steps.with(|steps| steps.as_ref().map(|steps| steps.x(shown())));
                    upright(frame.get(), "playhead", share.unwrap_or(0.0))
                }}
            </Plot>
            <p class="reading" data-testid=format!("{}-reading", measure.testid())>{reading}</p>
            <Table head=["Step", "State", measure.title()] rows/>
        </figure>
    }
}

fn grid(steps: &Steps, frame: Frame) -> AnyView {
    let axis = steps.axis();
    let ticks = axis.ticks().into_iter().map(|value| (axis.place(value), axis.label(value))).collect();
    let segments = steps.planned / steps.of_segment.max(1);
    let before = |moment: usize| moment as f64 / steps.planned.max(1) as f64;
    let updates = steps.values.iter().enumerate().filter(|(_, (level, _))| *level == Level::H);
    let updates = updates.map(|(moment, _)| before(moment + 1));
    let touched = steps.interventions.iter().map(|moment| before(*moment));
    view! {
        {horizontal_axis_lines(frame, ticks)}
        {segment_marks(frame, segments)}
        {uprights(frame, "h-update", updates)}
        {uprights(frame, "intervention", touched)}
    }
    .into_any()
}

/// A dot for every step: the H steps stand apart, a curve alone would hide where they are. All dots of a module are one
/// element: lines of no length with round ends.
fn dots(steps: &Steps, frame: Frame) -> AnyView {
    let axis = steps.axis();
    let path = |of: Level, width: &'static str| {
        let own = steps.known().filter(|(_, level, _)| *level == of);
        let dot = |(moment, _, value)| format!("M{:.1} {:.1}h0", frame.x(steps.x(moment)), frame.y(axis.place(value)));
        let dots: String = own.map(dot).collect();
        let class = format!("dots {}", name_of(of).0);
        view! { <path class=class fill="none" stroke-linecap="round" stroke-width=width d=dots/> }
    };
    view! {
        {path(Level::L, "3.6")}
        {path(Level::H, "6")}
    }
    .into_any()
}
