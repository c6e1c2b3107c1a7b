//! A run laid over another one of the same model: how far their states are apart, and whether the answers meet.

use crate::{
    model::Level,
    recording::{Recording, step_stats::rms_change},
};

/// What two runs have in common, as far as the first has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Which two, by their serial numbers.
    runs: (u64, u64),
    levels: Vec<Level>,
    distances: Vec<Option<f64>>,
    differing: Vec<usize>,
}

/// What became of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was the other run's in every segment.
    Same,
    /// It differed for a while.
    Recovered {
        /// The first segment, from 0, from which on it was the other run's again.
        segment: usize,
        /// Segments in which it differed.
        differed: usize,
    },
    /// It differed to the end.
    Apart {
        /// Cells that differ in the last segment.
        cells: usize,
    },
}

impl Comparison {
    /// Compares `run` with `other`; `before` is carried on where it is of the same two, so that each state is compared once.
    /// `None` where their models are not the same: directions of different models have nothing in common.
    pub fn of(run: &Recording, other: &Recording, before: Option<&Self>) -> Option<Self> {
        if run.shapes() != other.shapes() || run.maker().digest != other.maker().digest {
            return None;
        }
        let runs = (run.serial(), other.serial());
        let mut found = before.filter(|before| before.runs == runs).cloned().unwrap_or(Self {
            runs,
            levels: Vec::new(),
            distances: Vec::new(),
            differing: Vec::new(),
        });
        for moment in found.distances.len()..run.moments() {
            found.levels.extend(run.step(moment).map(|step| step.level));
            let distance = run.left_by(moment).zip(other.left_by(moment)).map(|(a, b)| f64::from(rms_change(&a, &b)));
            found.distances.push(distance);
        }
        for segment in &run.segments()[found.differing.len()..] {
            // A run that has ended goes on saying what it said last.
            let said = other.segments().get(segment.index).or(other.segments().last())?;
            let cells = segment.answer.tokens.iter().zip(&said.answer.tokens);
            found.differing.push(cells.filter(|(a, b)| a != b).count());
        }
        Some(found)
    }

    /// RMS of the difference between the two states that a step left; `None` where one of them is not kept or not there.
    pub fn distance(&self, moment: usize) -> Option<f64> {
        self.distances.get(moment).copied().flatten()
    }

    /// Steps that are compared.
    pub fn len(&self) -> usize {
        self.distances.len()
    }

    /// Whether there are none yet.
    pub fn is_empty(&self) -> bool {
        self.distances.is_empty()
    }

    /// The largest distance of a module, and its last one, each with its moment.
    pub fn extremes(&self, level: Level) -> Option<[(usize, f64); 2]> {
        let own =
            || (0..self.len()).filter(|&at| self.levels[at] == level).filter_map(|at| Some((at, self.distance(at)?)));
        Some([own().reduce(|most, next| if next.1 > most.1 { next } else { most })?, own().next_back()?])
    }

    /// Of each segment, cells in which the answers differ.
    pub fn differing(&self) -> &[usize] {
        &self.differing
    }

    /// What became of the answer; `None` before there is one.
    pub fn outcome(&self) -> Option<Outcome> {
        let cells = *self.differing.last()?;
        let differed = self.differing.iter().filter(|cells| **cells > 0).count();
        Some(match self.differing.iter().rposition(|cells| *cells > 0) {
            None => Outcome::Same,
            Some(last) if last + 1 < self.differing.len() => Outcome::Recovered { segment: last + 1, differed },
            Some(_) => Outcome::Apart { cells },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::Readout,
        config::Family,
        model::Answer,
        recording::{SegmentReport, Shapes, retention::States, step_stats::Step},
    };

    /// A run of one position and channel: of each segment its L state, its H state and its answer.
    fn run(segments: &[(f32, f32, u8)]) -> Recording {
        let shapes =
            Shapes { positions: 1, prefix: 0, channels: 1, h_cycles: 1, l_cycles: 1, segments: 4, family: Family::Hrm };
        let mut recording = Recording::new(shapes, 4, vec![1], String::new());
        add(&mut recording, segments);
        recording
    }

    fn add(recording: &mut Recording, segments: &[(f32, f32, u8)]) {
        for &(l, h, token) in segments {
            let step = |level| Step {
                level,
                h_cycle: 0,
                l_cycle: 0,
                change: 0.0,
                cosine: None,
                spread: 0.0,
                products: vec![1.0],
                readout: Readout::default(),
            };
            let report = SegmentReport {
                index: recording.segments().len(),
                answer: Answer { tokens: vec![token], confidence: vec![1.0] },
                q_halt: 0.0,
                q_continue: 0.0,
                steps: vec![step(Level::L), step(Level::H)],
                milliseconds: 0.0,
            };
            recording.push(report, States::Single(vec![l, h])).unwrap();
        }
    }

    #[test]
    fn distances_and_answers_are_of_the_same_moment() {
        let other = run(&[(1.0, 2.0, 2), (3.0, 4.0, 3), (5.0, 6.0, 3)]);
        let mut touched = run(&[(1.0, 2.0, 2), (3.5, 9.0, 4)]);
        let half = Comparison::of(&touched, &other, None).unwrap();
        assert_eq!(
            (0..5).map(|at| half.distance(at)).collect::<Vec<_>>(),
            [Some(0.0), Some(0.0), Some(0.5), Some(5.0), None]
        );
        assert_eq!((half.differing(), half.outcome()), (&[0, 1][..], Some(Outcome::Apart { cells: 1 })));
        add(&mut touched, &[(5.0, 6.25, 3), (7.0, 7.0, 3)]);
        let whole = Comparison::of(&touched, &other, Some(&half)).unwrap();
        assert_eq!(Some(&whole), Comparison::of(&touched, &other, None).as_ref());
        assert_eq!(whole.outcome(), Some(Outcome::Recovered { segment: 2, differed: 1 }));
        assert_eq!(whole.extremes(Level::H), Some([(3, 5.0), (5, 0.25)]));
        assert_eq!(whole.extremes(Level::L), Some([(2, 0.5), (4, 0.0)]));
        assert_eq!(Comparison::of(&other, &other, Some(&whole)).unwrap().outcome(), Some(Outcome::Same));
    }
}
