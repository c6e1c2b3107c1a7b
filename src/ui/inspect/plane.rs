//! The plane of the first two principal components: what lies in it, and how it is drawn.

use leptos::prelude::*;

use super::chart::Frame;
use crate::{
    model::Level,
    runtime::{
        analysis::{Gram, Principal},
        recording::Recording,
    },
};

/// Pixels that keep clear of the axes' names.
const MARGIN: f64 = 40.0;

/// The states of a run, and of one that was kept, in the plane of the run's own first two components.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// The moment of each state.
    pub moments: Vec<usize>,
    /// Where each state lies.
    pub own: Vec<(f64, f64)>,
    /// Where the states of the kept run lie; none where its model has another shape.
    pub kept: Vec<(f64, f64)>,
    /// Share of the variance along each component.
    pub explained: Vec<f64>,
}

impl Course {
    /// Of a module's whole states, or of the vectors at one position. `None` before there are two.
    pub fn of(recording: &Recording, kept: Option<&Recording>, level: Level, position: Option<usize>) -> Option<Self> {
        let channels = recording.shapes().channels;
        let part = |state| part(state, position, channels);
        let states: Vec<&[f32]> = recording.states(level).map(|(_, state)| part(state)).collect();
        // The worker has taken the products of whole states.
        let gram = if position.is_some() { Gram::of(&states) } else { recording.gram(level) };
        let principal = Principal::of(&gram, 2);
        let kept = kept.filter(|kept| kept.shapes() == recording.shapes());
        let others: Vec<&[f32]> =
            kept.iter().flat_map(|kept| kept.states(level)).map(|(_, state)| part(state)).collect();
        Some(Self {
            moments: recording.states(level).map(|(moment, _)| moment).collect(),
            own: pairs(&principal.scores)?,
            kept: pairs(&principal.project(&states, &others))?,
            explained: principal.explained,
        })
    }
}

/// A state `[T, D]`, or one position of it.
fn part(state: &[f32], position: Option<usize>, channels: usize) -> &[f32] {
    match position {
        Some(position) => state.get(position * channels..(position + 1) * channels).unwrap_or_default(),
        None => state,
    }
}

fn pairs(scores: &[Vec<f64>]) -> Option<Vec<(f64, f64)>> {
    let [x, y] = scores else { return None };
    Some(x.iter().copied().zip(y.iter().copied()).collect())
}

/// A course in pixels, alike along both axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// Where each state lies.
    pub own: Vec<(f64, f64)>,
    kept: Vec<(f64, f64)>,
    origin: (f64, f64),
}

impl Plane {
    /// The course in the middle of a frame, as large as it fits.
    pub fn of(course: &Course, frame: Frame) -> Self {
        let all = || course.own.iter().chain(&course.kept);
        let range = |values: &mut dyn Iterator<Item = f64>| {
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
        };
        let (left, right) = range(&mut all().map(|point| point.0));
        let (bottom, top) = range(&mut all().map(|point| point.1));
        let (width, height) = (frame.width - 2.0 * MARGIN, frame.height - 2.0 * MARGIN);
        let scale = (width / (right - left).max(1e-9)).min(height / (top - bottom).max(1e-9));
        let place = |&(x, y): &(f64, f64)| {
            let across = (x - (left + right) / 2.0) * scale;
            let up = (y - (bottom + top) / 2.0) * scale;
            (frame.width / 2.0 + across, frame.height / 2.0 - up)
        };
        Self {
            own: course.own.iter().map(place).collect(),
            kept: course.kept.iter().map(place).collect(),
            origin: place(&(0.0, 0.0)),
        }
    }

    /// The state nearest to a pixel.
    pub fn nearest(&self, x: f64, y: f64) -> Option<usize> {
        let away = |at: usize| (self.own[at].0 - x).hypot(self.own[at].1 - y);
        (0..self.own.len()).min_by(|&a, &b| away(a).total_cmp(&away(b)))
    }

    /// Lines from each state to the next and a dot on each, from pale to strong.
    pub fn draw(&self) -> AnyView {
        let count = self.own.len().saturating_sub(1).max(1) as f64;
        let time = |step: usize| format!("--time:{:.1}%", 30.0 + 70.0 * step as f64 / count);
        let lines = self.own.windows(2).enumerate().map(|(step, ends)| {
            let [(x1, y1), (x2, y2)] = [ends[0], ends[1]];
            view! { <line class="leg" style=time(step) x1=x1 y1=y1 x2=x2 y2=y2/> }
        });
        let dots = self.own.iter().enumerate().map(|(step, &(x, y))| {
            view! { <circle class="stop" style=time(step) cx=x cy=y r="3.5"/> }
        });
        let points: Vec<String> = self.kept.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let ((x, y), end) = (self.origin, self.kept.last().copied());
        view! {
            <line class="grid" x1=x x2=x y1="0" y2="100%"/>
            <line class="grid" x1="0" x2="100%" y1=y y2=y/>
            <polyline class="kept" points=points.join(" ")/>
            {end.map(|(x, y)| view! { <circle class="kept-end" cx=x cy=y r="5"/> })}
            {lines.collect_view()}
            {dots.collect_view()}
        }
        .into_any()
    }
}
