//! The recording itself: pushed segment by segment, read by moment.

use std::{
    borrow::Cow,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::{Deserialize, Serialize};

use crate::{
    analysis::Gram,
    model::{Act, Intervention, Level},
    recording::{
        SegmentReport, Shapes,
        retention::{Keep, States},
        solve::STILL,
        step_stats::Step,
    },
};

/// The model that ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maker {
    /// Its name.
    pub name: String,
    /// [`crate::checkpoint::Weights::digest`] of its weights.
    pub digest: String,
}

/// What a run left. A moment is a step's number, counted from 0 through the whole run.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    serial: u64,
    shapes: Shapes,
    planned: usize,
    question: Vec<u8>,
    engine: String,
    maker: Maker,
    interventions: Vec<Intervention>,
    segments: Vec<SegmentReport>,
    keep: Keep,
    /// Of each segment, those that are kept; copies of a recording share them.
    states: Vec<Arc<States>>,
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
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let (serial, keep) = (NEXT.fetch_add(1, Ordering::Relaxed), Keep::of(shapes, planned));
        let (maker, interventions, segments, states) = (Maker::default(), Vec::new(), Vec::new(), Vec::new());
        Self { serial, shapes, planned, question, engine, maker, interventions, segments, keep, states }
    }

    /// The same of a run of that model.
    pub fn made_by(self, maker: Maker) -> Self {
        Self { maker, ..self }
    }

    /// The same of a run that is not watched: its segments come without steps.
    pub fn unwatched(self) -> Self {
        Self { keep: self.keep.nothing(), ..self }
    }

    /// Whether its L and H steps are recorded.
    pub fn is_watched(&self) -> bool {
        !self.keep.is_nothing()
    }

    /// The same of a run that is interfered with.
    pub fn with_interventions(self, interventions: Vec<Intervention>) -> Self {
        Self { interventions, ..self }
    }

    /// Adds a segment and those of its states that are kept, in order.
    ///
    /// # Errors
    /// A segment out of order or of another shape; the recording stays as it was.
    pub fn push(&mut self, report: SegmentReport, states: States) -> Result<(), Discontinuity> {
        let segment = self.segments.len() + 1;
        if report.index + 1 != segment {
            return Err(Discontinuity::Order { expected: segment, found: report.index + 1 });
        }
        let steps = if self.is_watched() { self.shapes.steps() } else { 0 };
        let elements = self.keep.states_of(report.index).saturating_mul(self.shapes.state_len());
        for (what, found, expected) in
            [("steps", report.steps.len(), steps), ("state elements", states.len(), elements)]
        {
            if found != expected {
                return Err(Discontinuity::Shape { segment, what, found, expected });
            }
        }
        self.segments.push(report);
        self.states.push(Arc::new(states));
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

    /// The model that ran.
    pub fn maker(&self) -> &Maker {
        &self.maker
    }

    /// What was done to it on the way.
    pub fn interventions(&self) -> &[Intervention] {
        &self.interventions
    }

    /// The puzzle as it stood at a moment, `[S]` tokens: clues may have been changed on the way.
    pub fn posed(&self, moment: usize) -> Vec<u8> {
        let mut posed = self.question.clone();
        for intervention in self.interventions.iter().filter(|intervention| intervention.at <= moment) {
            if let Act::Clue { cell, token } = intervention.act
                && let Some(changed) = posed.get_mut(cell)
            {
                *changed = token as u8;
            }
        }
        posed
    }

    /// Which states are kept.
    pub fn keep(&self) -> Keep {
        self.keep
    }

    /// The states that are kept of a recorded segment.
    pub fn states_in(&self, segment: usize) -> Option<&States> {
        self.states.get(segment).map(AsRef::as_ref)
    }

    /// Bytes that the states take.
    pub fn bytes(&self) -> usize {
        self.states.iter().map(|states| states.as_bytes().len()).sum()
    }

    /// A number that no other recording of this page has; copies share it.
    pub fn serial(&self) -> u64 {
        self.serial
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

    /// State of a module at a moment, `[T, D]`: what its last step up to then left. `None` before its first step, and where
    /// that state is not kept.
    pub fn state(&self, level: Level, moment: usize) -> Option<Cow<'_, [f32]>> {
        self.left_by(self.last_step(level, moment)?)
    }

    /// The kept states that a module's steps left, in order, each with its moment.
    pub fn states(&self, level: Level) -> impl Iterator<Item = (usize, Cow<'_, [f32]>)> {
        self.kept_moments(level).filter_map(|moment| Some((moment, self.left_by(moment)?)))
    }

    /// The vectors at one position of the states that [`Recording::states`] gives, `[D]` each.
    pub fn vectors(&self, level: Level, position: usize) -> impl Iterator<Item = (usize, Cow<'_, [f32]>)> {
        let channels = self.shapes.channels;
        let range = position * channels..(position + 1) * channels;
        self.kept_moments(level).filter_map(move |moment| Some((moment, self.part(moment, range.clone())?)))
    }

    /// The moments of a module's steps whose states are kept.
    pub fn kept_moments(&self, level: Level) -> impl Iterator<Item = usize> {
        let of_level = self.steps().enumerate().filter(move |(_, step)| step.level == level);
        of_level.map(|(moment, _)| moment).filter(|&moment| {
            let (segment, step) = self.place(moment);
            self.keep.keeps(segment, step)
        })
    }

    /// The state that the step of a moment left, `[T, D]`, where it is kept.
    pub fn left_by(&self, moment: usize) -> Option<Cow<'_, [f32]>> {
        self.part(moment, 0..self.shapes.state_len())
    }

    /// A range of it.
    fn part(&self, moment: usize, range: Range<usize>) -> Option<Cow<'_, [f32]>> {
        let (segment, step) = self.place(moment);
        let begin = self.keep.place(segment, step)? * self.shapes.state_len();
        self.states.get(segment)?.get(begin + range.start..begin + range.end)
    }

    /// The moment of a module's last step up to a moment; `None` before its first.
    pub fn last_step(&self, level: Level, moment: usize) -> Option<usize> {
        (0..=moment).rev().find(|&at| self.step(at).is_some_and(|step| step.level == level))
    }

    /// The state before the one that [`Recording::state`] gives. `None` before a module's second step, and where it is not
    /// kept.
    pub fn state_before(&self, level: Level, moment: usize) -> Option<Cow<'_, [f32]>> {
        self.state(level, self.last_step(level, moment)?.checked_sub(1)?)
    }

    /// The state of a module from which the step of a moment started; `Some(None)` is the initial one. `None` where it is
    /// not known: not kept, or changed since the module left it.
    pub fn entering(&self, level: Level, moment: usize) -> Option<Option<Cow<'_, [f32]>>> {
        let left = moment.checked_sub(1).and_then(|before| self.last_step(level, before));
        let since = left.map_or(0, |left| left + 1);
        let changed = |intervention: &&Intervention| match intervention.act {
            Act::Restart { level: of } | Act::Noise { level: of, .. } => {
                of == level && (since..=moment).contains(&intervention.at)
            }
            Act::Freeze { .. } | Act::Clue { .. } => false,
        };
        if self.interventions.iter().any(|intervention| changed(&intervention)) {
            return None;
        }
        match left {
            Some(left) => self.left_by(left).map(Some),
            None => Some(None),
        }
    }

    /// Inner products of the kept states of a module.
    pub fn gram(&self, level: Level) -> Gram {
        let mut gram = Gram::default();
        let kept = self.steps().filter(|step| step.level == level && !step.products.is_empty());
        kept.for_each(|step| gram.push(&step.products));
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

    /// Whether its last [`STILL`] segments gave one answer.
    pub fn is_still(&self) -> bool {
        let mut last = self.segments.iter().rev().take(STILL);
        let same = last.next().is_some_and(|end| last.all(|segment| segment.answer.tokens == end.answer.tokens));
        same && self.segments.len() >= STILL
    }

    /// Milliseconds of all segments.
    pub fn milliseconds(&self) -> f64 {
        self.segments.iter().map(|segment| segment.milliseconds).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{analysis::Readout, config::Family, model::Answer};

    const SHAPES: Shapes =
        Shapes { positions: 2, prefix: 0, channels: 2, h_cycles: 2, l_cycles: 1, segments: 3, family: Family::Hrm };

    fn segment(index: usize) -> (SegmentReport, States) {
        let step = |level, h_cycle| Step {
            level,
            h_cycle,
            l_cycle: 0,
            change: 0.0,
            cosine: None,
            spread: h_cycle as f32,
            products: vec![4.0; 2 * index + h_cycle + 1],
            readout: Readout::default(),
        };
        let steps = vec![step(Level::L, 0), step(Level::H, 0), step(Level::L, 1), step(Level::H, 1)];
        let answer = Answer { tokens: vec![index as u8; 2], confidence: vec![1.0; 2] };
        let report = SegmentReport { index, answer, q_halt: index as f32, q_continue: 0.5, steps, milliseconds: 1.0 };
        (report, States::Single((0..16).map(|i| (index * 16 + i) as f32).collect()))
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
    fn a_run_that_is_not_watched_has_answers_only() {
        let mut recording = Recording::new(SHAPES, 3, vec![1; 2], "test".into()).unwatched();
        let (report, states) = segment(0);
        assert!(recording.push(report.clone(), states).is_err());
        recording.push(SegmentReport { steps: Vec::new(), ..report }, States::Single(Vec::new())).unwrap();
        assert_eq!((recording.moments(), recording.bytes(), recording.steps().count()), (4, 0, 0));
        assert_eq!(recording.answered(3).unwrap().index, 0);
        assert_eq!((recording.state(Level::H, 3), recording.last_step(Level::L, 3)), (None, None));
    }

    #[test]
    fn refuses_what_does_not_continue_it() {
        let mut recording = recording(1);
        let before = recording.clone();
        let (report, states) = segment(2);
        let error = recording.push(report, states).unwrap_err();
        assert_eq!(error, Discontinuity::Order { expected: 2, found: 3 });
        let (report, _) = segment(1);
        let error = recording.push(report, States::Single(vec![0.0; 15])).unwrap_err();
        assert!(error.to_string().contains("expected 16"), "{error}");
        assert_eq!(recording, before);
        recording.close();
        assert_eq!(recording.planned_moments(), 4);
    }
}
