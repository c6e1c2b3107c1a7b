//! A run as the page keeps it: every L step and H step of every segment with its state, and each segment's answer.

use super::{
    analysis::Gram,
    protocol::{SegmentReport, Shapes},
    trace::Step,
};
use crate::model::Level;

/// What a run left. A moment is a step's number, counted from 0 through the whole run.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    shapes: Shapes,
    planned: usize,
    question: Vec<u8>,
    engine: String,
    segments: Vec<SegmentReport>,
    /// Of each segment, `[steps, T, D]`.
    states: Vec<Vec<f32>>,
}

/// A segment that does not continue the recording.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Discontinuity {
    /// Out of order.
    #[error("segment {found} arrived where segment {expected} was expected")]
    Order {
        /// Expected, from 1.
        expected: usize,
        /// Arrived, from 1.
        found: usize,
    },
    /// A wrong number of steps or elements.
    #[error("segment {segment} brought {found} {what}, expected {expected}")]
    Shape {
        /// From 1.
        segment: usize,
        /// Steps or state elements.
        what: &'static str,
        /// How many came.
        found: usize,
        /// How many belong to it.
        expected: usize,
    },
}

impl Recording {
    /// An empty recording of a run that may take `planned` segments.
    pub fn new(shapes: Shapes, planned: usize, question: Vec<u8>, engine: String) -> Self {
        Self { shapes, planned, question, engine, segments: Vec::new(), states: Vec::new() }
    }

    /// Adds a segment and its states, `[steps, T, D]`.
    ///
    /// # Errors
    /// A segment out of order or of another shape; the recording stays as it was.
    pub fn push(&mut self, report: SegmentReport, states: Vec<f32>) -> Result<(), Discontinuity> {
        let segment = self.segments.len() + 1;
        if report.index + 1 != segment {
            return Err(Discontinuity::Order { expected: segment, found: report.index + 1 });
        }
        let steps = self.shapes.steps();
        for (what, found, expected) in
            [("steps", report.steps.len(), steps), ("state elements", states.len(), steps * self.shapes.state_len())]
        {
            if found != expected {
                return Err(Discontinuity::Shape { segment, what, found, expected });
            }
        }
        self.segments.push(report);
        self.states.push(states);
        Ok(())
    }

    /// Shapes of the model that ran.
    pub fn shapes(&self) -> Shapes {
        self.shapes
    }

    /// The puzzle it ran on, `[S]` tokens.
    pub fn question(&self) -> &[u8] {
        &self.question
    }

    /// Name of the engine that ran.
    pub fn engine(&self) -> &str {
        &self.engine
    }

    /// Segments that are recorded.
    pub fn segments(&self) -> &[SegmentReport] {
        &self.segments
    }

    /// Moments that are recorded.
    pub fn moments(&self) -> usize {
        self.segments.len() * self.shapes.steps()
    }

    /// Moments of the whole run as it was planned, or as it became.
    pub fn planned_moments(&self) -> usize {
        self.planned.max(self.segments.len()) * self.shapes.steps()
    }

    /// Ends the plan where the recording ends: nothing more will come.
    pub fn close(&mut self) {
        self.planned = self.segments.len();
    }

    /// The step of a recorded moment.
    pub fn step(&self, moment: usize) -> Option<&Step> {
        let (segment, step) = self.place(moment);
        self.segments.get(segment)?.steps.get(step)
    }

    /// Steps of all recorded moments, in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.segments.iter().flat_map(|segment| &segment.steps)
    }

    /// The segment of a moment, from 0, and the step within it.
    pub fn place(&self, moment: usize) -> (usize, usize) {
        (moment / self.shapes.steps(), moment % self.shapes.steps())
    }

    /// The moment at which a segment ends.
    pub fn end_of(&self, segment: usize) -> usize {
        (segment + 1) * self.shapes.steps() - 1
    }

    /// The last segment that had ended by a moment: its answer is what the model said then.
    pub fn answered(&self, moment: usize) -> Option<&SegmentReport> {
        self.segments.get(((moment + 1) / self.shapes.steps()).checked_sub(1)?)
    }

    /// State of a module at a moment, `[T, D]`: what its last step up to then left. `None` before its first step.
    pub fn state(&self, level: Level, moment: usize) -> Option<&[f32]> {
        let at = self.last_step(level, moment)?;
        let (segment, step) = self.place(at);
        let len = self.shapes.state_len();
        self.states.get(segment)?.get(step * len..(step + 1) * len)
    }

    /// The states that a module's steps left, in order, each with its moment.
    pub fn states(&self, level: Level) -> impl Iterator<Item = (usize, &[f32])> {
        let len = self.shapes.state_len();
        let moments = self.steps().enumerate().filter(move |(_, step)| step.level == level);
        moments.filter_map(move |(moment, _)| {
            let (segment, step) = self.place(moment);
            Some((moment, self.states.get(segment)?.get(step * len..(step + 1) * len)?))
        })
    }

    /// The moment of a module's last step up to a moment; `None` before its first.
    pub fn last_step(&self, level: Level, moment: usize) -> Option<usize> {
        (0..=moment).rev().find(|&at| self.step(at).is_some_and(|step| step.level == level))
    }

    /// The state before the one that [`Recording::state`] gives. `None` before a module's second step.
    pub fn state_before(&self, level: Level, moment: usize) -> Option<&[f32]> {
        self.state(level, self.last_step(level, moment)?.checked_sub(1)?)
    }

    /// Inner products of all states of a module.
    pub fn gram(&self, level: Level) -> Gram {
        let mut gram = Gram::default();
        self.steps().filter(|step| step.level == level).for_each(|step| gram.push(&step.products));
        gram
    }

    /// A colour scale for a module's states over the whole recording: the largest spread of any of its steps.
    pub fn spread(&self, level: Level) -> f32 {
        self.steps().filter(|step| step.level == level).fold(0.0, |most, step| most.max(step.spread))
    }

    /// The first segment, from 0, in which the model held itself done.
    pub fn halted(&self) -> Option<usize> {
        self.segments.iter().position(|segment| self.shapes.is_done(segment.q_halt, segment.q_continue))
    }

    /// Milliseconds of all segments.
    pub fn milliseconds(&self) -> f64 {
        self.segments.iter().map(|segment| segment.milliseconds).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::Family,
        runtime::{analysis::Readout, answer::Answer},
    };

    const SHAPES: Shapes =
        Shapes { positions: 2, prefix: 0, channels: 2, h_cycles: 2, l_cycles: 1, segments: 3, family: Family::Hrm };

    fn segment(index: usize) -> (SegmentReport, Vec<f32>) {
        let step = |level, h_cycle| Step {
            level,
            h_cycle,
            l_cycle: 0,
            change: 0.0,
            spread: h_cycle as f32,
            products: vec![4.0; 2 * index + h_cycle + 1],
            readout: Readout::default(),
        };
        let steps = vec![step(Level::L, 0), step(Level::H, 0), step(Level::L, 1), step(Level::H, 1)];
        let answer = Answer { tokens: vec![index as u8; 2], confidence: vec![1.0; 2] };
        let report = SegmentReport { index, answer, q_halt: index as f32, q_continue: 0.5, steps, milliseconds: 1.0 };
        (report, (0..16).map(|i| (index * 16 + i) as f32).collect())
    }

    fn recording(segments: usize) -> Recording {
        let mut recording = Recording::new(SHAPES, 3, vec![1; 2], "test".into());
        for index in 0..segments {
            let (report, states) = segment(index);
            recording.push(report, states).unwrap();
        }
        recording
    }

    #[test]
    fn a_moment_shows_each_module_as_its_last_step_left_it() {
        let recording = recording(2);
        assert_eq!((recording.moments(), recording.planned_moments()), (8, 12));
        assert_eq!(recording.state(Level::H, 0), None);
        assert_eq!(recording.state(Level::L, 0).unwrap()[0], 0.0);
        assert_eq!(recording.state(Level::H, 2).unwrap()[0], 4.0);
        assert_eq!(recording.state(Level::L, 3).unwrap()[0], 8.0);
        assert_eq!(recording.state(Level::H, 4).unwrap()[0], 12.0);
        assert_eq!(recording.state(Level::L, 4).unwrap()[0], 16.0);
        assert_eq!(recording.spread(Level::H), 1.0);
        assert_eq!(recording.state_before(Level::H, 1), None);
        assert_eq!(recording.state_before(Level::H, 4).unwrap()[0], 4.0);
        let of_h: Vec<_> = recording.states(Level::H).map(|(moment, state)| (moment, state[0])).collect();
        assert_eq!(of_h, [(1, 4.0), (3, 12.0), (5, 20.0), (7, 28.0)]);
        assert_eq!(recording.gram(Level::L).len(), 4);
    }

    #[test]
    fn the_answer_is_that_of_the_last_segment_that_ended() {
        let recording = recording(2);
        assert_eq!(recording.answered(2), None);
        assert_eq!(recording.answered(3).unwrap().index, 0);
        assert_eq!(recording.answered(6).unwrap().index, 0);
        assert_eq!(recording.answered(7).unwrap().index, 1);
        assert_eq!((recording.end_of(1), recording.place(6)), (7, (1, 2)));
        assert_eq!(recording.halted(), Some(1));
        let trm = Shapes { family: Family::Trm, ..SHAPES };
        assert!(trm.is_done(0.25, 0.5) && !trm.is_done(-0.25, -0.5) && SHAPES.is_done(-0.25, -0.5));
    }

    #[test]
    fn refuses_what_does_not_continue_it() {
        let mut recording = recording(1);
        let before = recording.clone();
        let (report, states) = segment(2);
        let error = recording.push(report, states).unwrap_err();
        assert_eq!(error, Discontinuity::Order { expected: 2, found: 3 });
        let (report, states) = segment(1);
        let error = recording.push(report, states[1..].to_vec()).unwrap_err();
        assert!(error.to_string().contains("expected 16"), "{error}");
        assert_eq!(recording, before);
        recording.close();
        assert_eq!(recording.planned_moments(), 4);
    }
}
