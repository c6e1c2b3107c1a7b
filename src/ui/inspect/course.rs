//! The way of a run's states along their first three principal components.

use std::borrow::Cow;

use hrm_core::{analysis::Principal, model::Level, recording::Recording};
use hrm_link::protocol::{Other, PrincipalOf, Vectors};
use js_sys::{ArrayBuffer, Uint8Array};

/// Components that are drawn.
const COMPONENTS: usize = 3;

/// Where a state lies along each component; 0 along those that there are not.
pub type Score = [f64; COMPONENTS];

/// The states of a run, and of one that was kept, along the run's own components.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// Of which run it is.
    pub serial: u64,
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
    /// How far along its way each state is, in percent of the strong colour: from pale to strong.
    pub fn time(&self, step: usize) -> f64 {
        30.0 + 70.0 * step as f64 / self.own.len().saturating_sub(1).max(1) as f64
    }
}

/// What a course is drawn of, and what has to be known for it.
pub struct Draft {
    /// Which run.
    pub serial: u64,
    moments: Vec<usize>,
    kept_places: Vec<(usize, usize)>,
    /// What is asked of the worker.
    pub asked: PrincipalOf,
    /// The numbers that go with it.
    pub buffers: Vec<ArrayBuffer>,
}

impl Draft {
    /// Of a module's whole states, or of the vectors at one cell. `None` before there are two.
    pub fn of(recording: &Recording, kept: Option<&Recording>, level: Level, cell: Option<usize>) -> Option<Self> {
        let moments: Vec<usize> = recording.kept_moments(level).collect();
        if moments.len() < 2 {
            return None;
        }
        let (own, buffer) = given(recording, level, cell);
        let mut buffers = vec![buffer];
        let kept = kept.and_then(|kept| {
            let places: Vec<_> = kept.kept_moments(level).map(|moment| kept.place(moment)).collect();
            let other = match axes_of(recording, kept, cell)? {
                Axes::Shared => {
                    let (width, values) = values_of(recording, level, cell);
                    buffers.extend([values, values_of(kept, level, cell).1]);
                    Other::Shared { width }
                }
                Axes::Own if places.len() < 2 => return None,
                Axes::Own => {
                    let (form, buffer) = given(kept, level, cell);
                    buffers.push(buffer);
                    Other::Own(form)
                }
            };
            Some((other, places))
        });
        let (other, kept_places) = kept.map_or((None, Vec::new()), |(other, places)| (Some(other), places));
        let asked = PrincipalOf { count: COMPONENTS, own, other };
        Some(Self { serial: recording.serial(), moments, kept_places, asked, buffers })
    }

    /// The course, now that it is known where the states lie.
    pub fn course(self, own: &Principal, other: &[Vec<f64>]) -> Course {
        Course {
            serial: self.serial,
            own: scores(&own.scores, self.moments.len()),
            moments: self.moments,
            kept: scores(other, self.kept_places.len()),
            kept_places: self.kept_places,
            explained: std::array::from_fn(|k| own.explained.get(k).copied().unwrap_or(0.0)),
        }
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

/// A run's states as the worker is given them: of whole ones the inner products, which are known already.
fn given(recording: &Recording, level: Level, cell: Option<usize>) -> (Vectors, ArrayBuffer) {
    match cell {
        Some(_) => {
            let (width, buffer) = values_of(recording, level, cell);
            (Vectors::Values { width }, buffer)
        }
        None => {
            let gram = recording.gram(level);
            let products = (0..gram.len()).flat_map(|i| (0..=i).map(move |j| (i, j)));
            let products: Vec<f64> = products.map(|(i, j)| gram.product(i, j)).collect();
            (Vectors::Products, buffer_of(bytemuck::cast_slice(&products)))
        }
    }
}

/// The kept states of a module, `[n, T·D]`, or their vectors at one cell, `[n, D]`: the length of one, and all.
fn values_of(recording: &Recording, level: Level, cell: Option<usize>) -> (usize, ArrayBuffer) {
    let parts: Vec<Cow<'_, [f32]>> = match cell {
        Some(cell) => {
            let position = recording.shapes().prefix + cell;
            recording.vectors(level, position).map(|(_, vector)| vector).collect()
        }
        None => recording.states(level).map(|(_, state)| state).collect(),
    };
    (parts.first().map_or(0, |part| part.len()), buffer_of(bytemuck::cast_slice(&parts.concat())))
}

fn buffer_of(bytes: &[u8]) -> ArrayBuffer {
    Uint8Array::from(bytes).buffer()
}

/// From a list for each component to one for each of `count` states.
fn scores(components: &[Vec<f64>], count: usize) -> Vec<Score> {
    let score = |state: usize| std::array::from_fn(|k| components.get(k).map_or(0.0, |along| along[state]));
    (0..count).map(score).collect()
}
