//! What is noted of a view, and how an answer is chosen among views.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::Choose;

/// A view's segment, in the puzzle's own cells and symbols.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The view's number.
    pub view: usize,
    /// Its segment, from 1.
    pub segment: usize,
    /// The raw arg max, `[S]`.
    pub answer: Vec<u8>,
    /// q_halt.
    pub q_halt: f32,
    /// Whether the Q-head says that the view is done.
    pub halts: bool,
    /// RMS of z_H's change in this segment.
    pub residual: f32,
    /// Whether the answer holds by rule ([`super::holds`]).
    pub valid: bool,
    /// Of a branch: the cells that were clues in this segment and are none of the puzzle's.
    pub placed: usize,
    /// [`super::RowReport::pooled`].
    #[serde(with = "crate::word_bytes")]
    pub pooled: Vec<f32>,
}

/// What a view answered after a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The segment, from 1.
    pub segment: usize,
    /// The answer, `[S]`.
    pub answer: Vec<u8>,
    /// q_halt.
    pub q_halt: f32,
    /// RMS of z_H's change in the segment.
    pub residual: f32,
}

/// A view from its first segment to its last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trajectory {
    /// Its number.
    pub view: usize,
    /// Segments that it ran.
    pub segments: usize,
    /// The first segment, from 1, whose answer held by rule, and that answer.
    pub found: Option<(usize, Vec<u8>)>,
    /// The first segment, from 1, at which its Q-head said that it was done.
    pub halted_at: Option<usize>,
    /// The answers at the milestones and the last one, in order.
    pub snapshots: Vec<Snapshot>,
}

impl Trajectory {
    /// A view that has not begun.
    pub fn new(view: usize) -> Self {
        Self { view, ..Self::default() }
    }

    /// Takes the view's next segment.
    pub fn push(&mut self, report: &Report, milestones: &[usize]) {
        self.segments = report.segment;
        if report.valid {
            self.found.get_or_insert_with(|| (report.segment, report.answer.clone()));
        }
        if report.halts {
            self.halted_at.get_or_insert(report.segment);
        }
        if self.snapshots.last().is_some_and(|last| !milestones.contains(&last.segment)) {
            self.snapshots.pop();
        }
        let Report { segment, ref answer, q_halt, residual, .. } = *report;
        self.snapshots.push(Snapshot { segment, answer: answer.clone(), q_halt, residual });
    }

    /// What it answered after `segments` segments, or after its last one where it ended before.
    fn at(&self, segments: usize) -> Option<&Snapshot> {
        self.snapshots.iter().rev().find(|snapshot| snapshot.segment <= segments)
    }
}

/// The answer that was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// The answer, `[S]`.
    pub answer: Vec<u8>,
    /// The view that gave it.
    pub view: usize,
    /// The segment of that view, from 1.
    pub segment: usize,
}

/// The answer of the first `views` views after at most `segments` segments of each; `None` of no view. Courses may come in
/// any order, as several workers hand them over: neither it nor the batch decides anything.
pub fn choose(trajectories: &[Trajectory], how: Choose, views: usize, segments: usize) -> Option<Chosen> {
    let trajectories = || trajectories.iter().filter(|trajectory| trajectory.view < views);
    if how == Choose::Rules {
        let found = trajectories().filter_map(|trajectory| Some((trajectory.found.as_ref()?, trajectory.view)));
        let earliest = found.filter(|((at, _), _)| *at <= segments).min_by_key(|((at, _), view)| (*at, *view));
        if let Some(((segment, answer), view)) = earliest {
            return Some(Chosen { answer: answer.clone(), view, segment: *segment });
        }
    }
    let mut last: Vec<(usize, &Snapshot)> = trajectories().filter_map(|c| Some((c.view, c.at(segments)?))).collect();
    last.sort_unstable_by_key(|(view, _)| *view);
    let mut votes: HashMap<&[u8], usize> = HashMap::new();
    last.iter().for_each(|(_, snapshot)| *votes.entry(&snapshot.answer).or_default() += 1);
    let score = |snapshot: &Snapshot| match how {
        Choose::Rules | Choose::Q => (0, snapshot.q_halt),
        Choose::Residual => (0, -snapshot.residual),
        Choose::Vote => (votes[&snapshot.answer[..]], snapshot.q_halt),
    };
    // Of equals the lowest view: `max_by` takes the last.
    let best = last.iter().rev().max_by(|(_, a), (_, b)| {
        let ((a_votes, a), (b_votes, b)) = (score(a), score(b));
        a_votes.cmp(&b_votes).then(a.total_cmp(&b))
    });
    best.map(|&(view, snapshot)| Chosen { answer: snapshot.answer.clone(), view, segment: snapshot.segment })
}

/// How many different last answers the views gave.
pub fn distinct_answers(trajectories: &[Trajectory]) -> usize {
    let last = trajectories.iter().filter_map(|trajectory| trajectory.snapshots.last());
    last.map(|snapshot| &snapshot.answer).collect::<HashSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (answer, q_halt, residual, valid) of segments 1, 2, …
    fn trajectory(view: usize, segments: &[(u8, f32, f32, bool)]) -> Trajectory {
        let mut trajectory = Trajectory::new(view);
        for (segment, &(answer, q_halt, residual, valid)) in (1..).zip(segments) {
            let halts = q_halt > 0.0;
            let report = Report {
                view,
                segment,
                answer: vec![answer],
                q_halt,
                halts,
                residual,
                valid,
                placed: 0,
                pooled: Vec::new(),
            };
            trajectory.push(&report, &[1]);
        }
        trajectory
    }

    fn trajectories() -> Vec<Trajectory> {
        vec![
            trajectory(2, &[(5, -1.0, 0.3, false), (7, 3.0, 0.2, true), (7, 3.0, 0.2, true)]),
            trajectory(0, &[(1, 2.0, 0.9, false), (2, 1.0, 0.8, false), (9, 1.0, 0.8, false)]),
            trajectory(1, &[(5, -2.0, 0.1, false), (9, -2.0, 0.01, false), (9, -2.0, 0.01, false)]),
        ]
    }

    #[test]
    fn each_way_takes_its_own_answer() {
        let taken = |how, views, segments| {
            let chosen = choose(&trajectories(), how, views, segments).unwrap();
            (chosen.answer[0], chosen.view, chosen.segment)
        };
        assert_eq!(taken(Choose::Rules, 3, 3), (7, 2, 2));
        assert_eq!(taken(Choose::Q, 3, 3), (7, 2, 3));
        assert_eq!(taken(Choose::Residual, 3, 3), (9, 1, 3));
        assert_eq!(taken(Choose::Vote, 3, 3), (9, 0, 3));
        // Without the view that is right, and after the first segment alone.
        assert_eq!(taken(Choose::Rules, 2, 3), (9, 0, 3));
        assert_eq!(taken(Choose::Rules, 3, 1), (1, 0, 1));
        assert_eq!(taken(Choose::Vote, 3, 1), (5, 2, 1));
        assert_eq!(choose(&trajectories(), Choose::Q, 0, 3), None);
    }

    #[test]
    fn the_order_of_the_courses_decides_nothing() {
        let (forth, mut back) = (trajectories(), trajectories());
        back.reverse();
        for how in Choose::ALL {
            assert_eq!(choose(&forth, how, 3, 3), choose(&back, how, 3, 3));
        }
    }

    #[test]
    fn only_milestones_and_the_last_answer_are_kept() {
        let trajectory = trajectory(0, &[(1, 0.0, 0.0, false), (2, 0.0, 0.0, false), (3, 1.0, 0.0, false)]);
        let kept: Vec<usize> = trajectory.snapshots.iter().map(|snapshot| snapshot.segment).collect();
        assert_eq!((kept, trajectory.segments, trajectory.halted_at), (vec![1, 3], 3, Some(3)));
        assert_eq!(distinct_answers(&trajectories()), 2);
    }
}
