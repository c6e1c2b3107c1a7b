//! What of a run's states is kept: all of a run that is small, less of one whose states would fill the memory.

use std::{borrow::Cow, ops::Range};

use half::{f16, slice::HalfFloatSliceExt, vec::HalfFloatVecExt};

use crate::recording::Shapes;

/// Bytes that the states of a run may take in the page, and as many in the worker while the run goes on. With what passes
/// between the two, a recording stays under 200 MB.
pub const BUDGET: u64 = 80_000_000;

/// Which states of a run are kept, and how exactly. Page and worker decide alike, by the shapes and the length of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    shapes: Shapes,
    /// Segments that the run may take.
    segments: usize,
    /// As f16 in place of f32.
    half: bool,
    /// Of the L steps in an H cycle only the last; all H steps.
    last_l: bool,
    /// Of so many segments the first; and the last of the run.
    every: usize,
    /// Nothing at all.
    nothing: bool,
}

impl Keep {
    /// As much as the budget allows: every state, then every state at half precision, then no L steps but the last before
    /// each H step, then not every segment.
    pub fn of(shapes: Shapes, segments: usize) -> Self {
        let whole = Self { shapes, segments, half: false, last_l: false, every: 1, nothing: false };
        let half = Self { half: true, ..whole };
        let sparse = (1..=segments.max(1)).map(|every| Self { last_l: true, every, ..half });
        let last = Self { last_l: true, every: segments.max(1), ..half };
        [whole, half].into_iter().chain(sparse).find(|keep| keep.bytes() <= BUDGET).unwrap_or(last)
    }

    /// No state: the run is not watched.
    pub fn nothing(self) -> Self {
        Self { nothing: true, ..self }
    }

    /// Whether that is so.
    pub fn is_nothing(&self) -> bool {
        self.nothing
    }

    /// Segments that the run was to take at most when it began.
    pub fn segments(&self) -> usize {
        self.segments
    }

    /// Whether all states are kept as they were computed.
    pub fn is_whole(&self) -> bool {
        !self.half && !self.last_l && self.every == 1 && !self.nothing
    }

    /// Whether a step's state is kept; segment and step within it from 0.
    pub fn keeps(&self, segment: usize, step: usize) -> bool {
        self.place(segment, step).is_some()
    }

    /// Where a step's state stands among those kept of its segment.
    pub fn place(&self, segment: usize, step: usize) -> Option<usize> {
        if self.nothing {
            return None;
        }
        if !segment.is_multiple_of(self.every) && segment + 1 != self.segments {
            return None;
        }
        if !self.last_l {
            return Some(step);
        }
        let (h_cycle, l_cycle) = self.shapes.cycles_of(step);
        // The last L step and the H step.
        Some(h_cycle * 2 + (l_cycle + 1).checked_sub(self.shapes.l_cycles)?)
    }

    /// States that are kept of a segment.
    pub fn states_of(&self, segment: usize) -> usize {
        (0..self.shapes.steps()).filter(|&step| self.keeps(segment, step)).count()
    }

    /// Bytes of the kept states of the whole run.
    pub fn bytes(&self) -> u64 {
        let states: usize = (0..self.segments).map(|segment| self.states_of(segment)).sum();
        // More than a browser's addresses reach, perhaps.
        states as u64 * self.shapes.state_len() as u64 * if self.half { 2 } else { 4 }
    }

    /// An empty store with room for so many states.
    pub fn store(&self, states: usize) -> States {
        let room = states * self.shapes.state_len();
        if self.half { States::Half(Vec::with_capacity(room)) } else { States::Single(Vec::with_capacity(room)) }
    }

    /// States from their bytes, as [`States::as_bytes`] gives them.
    pub fn read(&self, bytes: &[u8]) -> States {
        // What does not fill a value is dropped: the recording sees that the number is wrong.
        let whole = |width: usize| &bytes[..bytes.len() / width * width];
        if self.half {
            States::Half(bytemuck::pod_collect_to_vec(whole(2)))
        } else {
            States::Single(bytemuck::pod_collect_to_vec(whole(4)))
        }
    }

    /// What is kept, for people; `None` where it is all, or nothing.
    pub fn words(&self) -> Option<String> {
        if self.is_whole() || self.nothing {
            return None;
        }
        let all = (self.segments * self.shapes.steps()) as u64 * self.shapes.state_len() as u64 * 4;
        let what = match (self.last_l, self.every) {
            (false, _) => "every state".into(),
            (true, 1) => "the states of every H step and of the last L step before it".into(),
            (true, every) => {
                format!(
                    "the states of every H step and of the last L step before it, in the first of every {every} segments and \
                     in the last segment"
                )
            }
        };
        Some(format!(
            "All states of this run would take {} MB. Kept are {what}, at half precision (differences under a thousandth \
             are not told apart). Change, cosine, answers and confidence are of every step and exact.",
            all / 1_000_000
        ))
    }
}

/// States one after the other, each of T·D values.
#[derive(Clone, Debug, PartialEq)]
pub enum States {
    /// As they were computed.
    Single(Vec<f32>),
    /// Rounded to half precision: 11 significant bits.
    Half(Vec<f16>),
}

impl States {
    /// Adds a state's values.
    pub fn push(&mut self, z: &[f32]) {
        match self {
            Self::Single(all) => all.extend_from_slice(z),
            Self::Half(all) => all.extend(Vec::<f16>::from_f32_slice(z)),
        }
    }

    /// A range of all values, where it is there.
    pub fn get(&self, range: Range<usize>) -> Option<Cow<'_, [f32]>> {
        match self {
            Self::Single(all) => all.get(range).map(Cow::Borrowed),
            Self::Half(all) => all.get(range).map(|half| Cow::Owned(half.to_f32_vec())),
        }
    }

    /// Values of all states.
    pub fn len(&self) -> usize {
        match self {
            Self::Single(all) => all.len(),
            Self::Half(all) => all.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether every value is a number.
    pub fn is_finite(&self) -> bool {
        match self {
            Self::Single(all) => all.iter().all(|value| value.is_finite()),
            Self::Half(all) => all.iter().all(|value| value.is_finite()),
        }
    }

    /// As they lie in memory, little-endian.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Single(all) => bytemuck::cast_slice(all),
            Self::Half(all) => bytemuck::cast_slice(all),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Family;

    /// The 27 M model on 30x30 mazes: T = 900 and one position of prefix, D = 512, 2 H-cycles of 2 L steps.
    const LARGE: Shapes = Shapes {
        positions: 901,
        prefix: 1,
        channels: 512,
        h_cycles: 2,
        l_cycles: 2,
        segments: 16,
        family: Family::Hrm,
    };

    #[test]
    fn small_runs_are_kept_whole() {
        let nine = Shapes { positions: 82, ..LARGE };
        for segments in [16, 64] {
            let keep = Keep::of(nine, segments);
            assert!(keep.is_whole() && keep.words().is_none());
            assert_eq!(keep.bytes(), segments as u64 * 6 * 82 * 512 * 4);
        }
    }

    #[test]
    fn a_large_run_keeps_within_the_budget() {
        let keep = Keep::of(LARGE, 16);
        // 16 segments of 4 states of 901·512 values of 2 bytes.
        assert_eq!(keep.bytes(), 16 * 4 * 901 * 512 * 2);
        assert_eq!(
            (0..6).map(|step| keep.place(3, step)).collect::<Vec<_>>(),
            [None, Some(0), Some(1), None, Some(2), Some(3)]
        );
        assert!(keep.words().unwrap().starts_with("All states of this run would take 177 MB."));
        for segments in [1, 4, 8, 16, 32, 64, 1000] {
            let keep = Keep::of(LARGE, segments);
            assert!(keep.bytes() <= BUDGET, "{segments} segments: {} bytes", keep.bytes());
            // The page's and the worker's, and a segment's states in f32 that the engine hands over, twice.
            assert!(2 * keep.bytes() + 2 * 6 * 901 * 512 * 4 < 200_000_000);
            assert!(keep.keeps(0, 5) && keep.keeps(segments - 1, 5));
        }
        assert_eq!(Keep::of(LARGE, 8).states_of(3), 6);
        // What 32 bits do not count.
        assert!(Keep::of(LARGE, 390).half && Keep::of(LARGE, 390).words().unwrap().contains("take 4317 MB"));
        let long = Keep::of(LARGE, 64);
        assert_eq!([0, 1, 3, 4, 63].map(|segment| long.states_of(segment)), [4, 0, 0, 4, 4]);
    }

    #[test]
    fn of_a_run_that_is_not_watched_nothing_is_kept() {
        let keep = Keep::of(LARGE, 16).nothing();
        assert_eq!((keep.bytes(), keep.states_of(0), keep.words()), (0, 0, None));
        assert!(keep.is_nothing() && !keep.is_whole() && !keep.keeps(15, 5));
    }

    #[test]
    fn half_precision_keeps_eleven_bits() {
        let keep = Keep::of(LARGE, 16);
        let mut states = keep.store(2);
        let z: Vec<f32> = (0..512).map(|i| (i as f32 * 0.37).sin() * 4.0).collect();
        states.push(&z);
        states.push(&[0.0; 512]);
        assert_eq!((states.len(), states.as_bytes().len()), (1024, 2048));
        let read = states.get(0..512).unwrap();
        assert!(read.iter().zip(&z).all(|(a, b)| (a - b).abs() <= b.abs() / 2048.0 + 1e-7));
        assert_eq!(states.get(1024..1536), None);
        assert_eq!(keep.read(states.as_bytes()), states);
    }
}
