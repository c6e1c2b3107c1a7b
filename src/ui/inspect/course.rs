//! The way of a run's states along their first three principal components.

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
    /// Where the states of the kept run lie; none where its model has another shape.
    pub kept: Vec<Score>,
    /// Share of the variance along each component.
    pub explained: Score,
}

impl Course {
    /// Of a module's whole states, or of the vectors at one position. `None` before there are two.
    pub fn of(recording: &Recording, kept: Option<&Recording>, level: Level, position: Option<usize>) -> Option<Self> {
        let channels = recording.shapes().channels;
        let part = |state| part(state, position, channels);
        let states: Vec<&[f32]> = recording.states(level).map(|(_, state)| part(state)).collect();
        if states.len() < 2 {
            return None;
        }
        // The worker has taken the products of whole states.
        let gram = if position.is_some() { Gram::of(&states) } else { recording.gram(level) };
        let principal = Principal::of(&gram, 3);
        let kept = kept.filter(|kept| kept.shapes() == recording.shapes());
        let others: Vec<&[f32]> =
            kept.iter().flat_map(|kept| kept.states(level)).map(|(_, state)| part(state)).collect();
        let explained = std::array::from_fn(|k| principal.explained.get(k).copied().unwrap_or(0.0));
        Some(Self {
            moments: recording.states(level).map(|(moment, _)| moment).collect(),
            own: scores(&principal.scores, states.len()),
            kept: scores(&principal.project(&states, &others), others.len()),
            explained,
        })
    }

    /// How far along its way each state is, in percent of the strong colour: from pale to strong.
    pub fn time(&self, step: usize) -> f64 {
        30.0 + 70.0 * step as f64 / self.own.len().saturating_sub(1).max(1) as f64
    }
}

/// A state `[T, D]`, or one position of it.
fn part(state: &[f32], position: Option<usize>, channels: usize) -> &[f32] {
    match position {
        Some(position) => state.get(position * channels..(position + 1) * channels).unwrap_or_default(),
        None => state,
    }
}

/// From a list for each component to one for each of `count` states.
fn scores(components: &[Vec<f64>], count: usize) -> Vec<Score> {
    let score = |state: usize| std::array::from_fn(|k| components.get(k).map_or(0.0, |along| along[state]));
    (0..count).map(score).collect()
}
