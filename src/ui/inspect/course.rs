//! The way of a run's states along their first three principal components.

use std::borrow::Cow;

use crate::{
    model::Level,
    runtime::{
        analysis::{Gram, Principal},
        recording::Recording,
    },
};

/// Where a state lies along each component; 0 along those that there are not.
pub type Score = [f64; 3];

/// The states of a run, and of one that was kept, along the run's own components.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// The moment of each state.
    pub moments: Vec<usize>,
    /// Where each state lies.
    pub own: Vec<Score>,
    /// Where the states of the kept run lie; none where it cannot be laid over this one.
    pub kept: Vec<Score>,
    /// Share of the variance along each component.
    pub explained: Score,
}

impl Course {
    /// Of a module's whole states, or of the vectors at one position. `None` before there are two.
    pub fn of(recording: &Recording, kept: Option<&Recording>, level: Level, position: Option<usize>) -> Option<Self> {
        let moments: Vec<usize> = recording.kept_moments(level).collect();
        if moments.len() < 2 {
            return None;
        }
        // The worker has taken the products of whole states.
        let gram = match position {
            Some(_) => Gram::of(&slices(&parts(recording, level, position))),
            None => recording.gram(level),
        };
        let principal = Principal::of(&gram, 3);
        let kept = kept.filter(|kept| lies_over(recording, kept, position)).map(|kept| {
            let (own, others) = (parts(recording, level, position), parts(kept, level, position));
            scores(&principal.project(&slices(&own), &slices(&others)), others.len())
        });
        Some(Self {
            own: scores(&principal.scores, moments.len()),
            moments,
            kept: kept.unwrap_or_default(),
            explained: std::array::from_fn(|k| principal.explained.get(k).copied().unwrap_or(0.0)),
        })
    }

    /// How far along its way each state is, in percent of the strong colour: from pale to strong.
    pub fn time(&self, step: usize) -> f64 {
        30.0 + 70.0 * step as f64 / self.own.len().saturating_sub(1).max(1) as f64
    }
}

/// Whether a kept run can be laid over another: models of one shape, and states that are small enough to be projected
/// between two frames; of larger ones, those of a single cell.
pub fn lies_over(recording: &Recording, kept: &Recording, position: Option<usize>) -> bool {
    kept.shapes() == recording.shapes() && (position.is_some() || recording.keep().is_whole() && kept.keep().is_whole())
}

/// The kept states of a module `[T, D]`, or their vectors at one position.
fn parts(recording: &Recording, level: Level, position: Option<usize>) -> Vec<Cow<'_, [f32]>> {
    match position {
        Some(position) => recording.vectors(level, position).map(|(_, vector)| vector).collect(),
        None => recording.states(level).map(|(_, state)| state).collect(),
    }
}

fn slices<'a>(parts: &'a [Cow<'_, [f32]>]) -> Vec<&'a [f32]> {
    parts.iter().map(|part| &part[..]).collect()
}

/// From a list for each component to one for each of `count` states.
fn scores(components: &[Vec<f64>], count: usize) -> Vec<Score> {
    let score = |state: usize| std::array::from_fn(|k| components.get(k).map_or(0.0, |along| along[state]));
    (0..count).map(score).collect()
}
