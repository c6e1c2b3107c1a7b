//! The way of a run's states along their first three principal components.

use std::borrow::Cow;

use hrm_core::{
    analysis::{Gram, Principal},
    model::Level,
    recording::Recording,
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
    /// Where the states of the kept run lie, on the components that [`axes_of`] names; none where it is not drawn.
    pub kept: Vec<Score>,
    /// The segment of each of those, from 0, and the step within it.
    pub kept_places: Vec<(usize, usize)>,
    /// Share of the variance along each component.
    pub explained: Score,
}

impl Course {
    /// Of a module's whole states, or of the vectors at one cell. `None` before there are two.
    pub fn of(recording: &Recording, kept: Option<&Recording>, level: Level, cell: Option<usize>) -> Option<Self> {
        let moments: Vec<usize> = recording.kept_moments(level).collect();
        if moments.len() < 2 {
            return None;
        }
        let principal = principal(recording, level, cell);
        let kept = kept.and_then(|kept| {
            let places: Vec<_> = kept.kept_moments(level).map(|moment| kept.place(moment)).collect();
            let scores = match axes_of(recording, kept, cell)? {
                Axes::Shared => {
                    let (own, others) = (parts(recording, level, cell), parts(kept, level, cell));
                    scores(&principal.project(&slices(&own), &slices(&others)), others.len())
                }
                Axes::Own if places.len() < 2 => return None,
                Axes::Own => scores(&self::principal(kept, level, cell).scores, places.len()),
            };
            Some((scores, places))
        });
        let (kept, kept_places) = kept.unwrap_or_default();
        Some(Self {
            own: scores(&principal.scores, moments.len()),
            moments,
            kept,
            kept_places,
            explained: std::array::from_fn(|k| principal.explained.get(k).copied().unwrap_or(0.0)),
        })
    }

    /// How far along its way each state is, in percent of the strong colour: from pale to strong.
    pub fn time(&self, step: usize) -> f64 {
        30.0 + 70.0 * step as f64 / self.own.len().saturating_sub(1).max(1) as f64
    }
}

/// On what components a kept run is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axes {
    /// Those of the run that it is laid over: the directions are the same ones.
    Shared,
    /// Its own: it is of another model, whose directions mean other things.
    Own,
}

/// How a kept run is laid over another. `None` where it is not: a cell is asked about and its board has another size, so
/// that the same number is another place; or whole states of the model are too large to be projected between two frames
/// (those of a single cell are not).
pub fn axes_of(recording: &Recording, kept: &Recording, cell: Option<usize>) -> Option<Axes> {
    if cell.is_some() && kept.question().len() != recording.question().len() {
        return None;
    }
    if kept.shapes() == recording.shapes() && kept.maker().digest == recording.maker().digest {
        let small = recording.keep().is_whole() && kept.keep().is_whole();
        return (cell.is_some() || small).then_some(Axes::Shared);
    }
    Some(Axes::Own)
}

fn principal(recording: &Recording, level: Level, cell: Option<usize>) -> Principal {
    // The worker has taken the products of whole states.
    let gram = match cell {
        Some(_) => Gram::of(&slices(&parts(recording, level, cell))),
        None => recording.gram(level),
    };
    Principal::of(&gram, 3)
}

/// The kept states of a module `[T, D]`, or their vectors at one cell.
fn parts(recording: &Recording, level: Level, cell: Option<usize>) -> Vec<Cow<'_, [f32]>> {
    match cell {
        Some(cell) => {
            let position = recording.shapes().prefix + cell;
            recording.vectors(level, position).map(|(_, vector)| vector).collect()
        }
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
