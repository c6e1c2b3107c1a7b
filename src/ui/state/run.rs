//! A run of the model: how far it is, what it left, and whether its answer holds.

use hrm_core::{
    engine,
    puzzle::{Fault, Kind},
    recording::{
        Maker, Recording, SegmentReport, Shapes,
        solve::{SolveRequest, Until},
    },
};
use leptos::prelude::*;

use crate::ui::state::asked::Asked;

/// How far a run is.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// None was asked for.
    Idle,
    /// It begins as soon as the model is open and the engine known.
    Waiting,
    /// The worker has it.
    Running {
        /// Its task.
        task: u32,
    },
    /// It was ended before its time.
    Stopped,
    /// The last answer solves the puzzle.
    Valid,
    /// It does not; the first rule that it breaks.
    Invalid(String),
    /// There is a last answer, and no rules that tell whether it is right.
    Answered,
    /// The run failed.
    Failed(String),
}

impl Phase {
    /// Whether the run has come to its end with an answer.
    pub fn has_answer(&self) -> bool {
        matches!(self, Self::Valid | Self::Invalid(_) | Self::Answered)
    }
}

/// State of the run.
#[derive(Clone, Copy)]
pub struct Run {
    /// How far it is.
    pub phase: RwSignal<Phase>,
    /// What it left so far.
    pub recording: RwSignal<Option<Recording>>,
    /// An earlier run that was kept, to be laid over this one.
    pub kept: RwSignal<Option<Recording>>,
    /// How many times the segments of training it may think.
    pub stretch: RwSignal<usize>,
    /// What was chosen before one puzzle got more, and when a run ended.
    stretch_before: StoredValue<Option<(usize, Until)>>,
    /// When it ends before it has had its segments.
    pub until: RwSignal<Until>,
    /// Whether the next one is to be watched: with the states of its steps.
    pub watch: RwSignal<bool>,
    /// What is asked of it.
    pub asked: StoredValue<Asked>,
    /// The engine that it was given to.
    pub engine: RwSignal<Option<engine::Kind>>,
    /// The file that it was read from, of a run that was recorded elsewhere.
    pub opened: RwSignal<Option<String>>,
    /// Whether a later run was stopped before it left anything, so that this one is shown again.
    pub is_back: RwSignal<bool>,
    /// The run that was shown before, until the next one has left something.
    before: StoredValue<Option<Before>>,
}

/// A run that may be shown again.
struct Before {
    recording: Recording,
    phase: Phase,
    opened: Option<String>,
    /// What was shown of it.
    moment: usize,
}

impl Run {
    /// No run yet.
    pub fn new() -> Self {
        Self {
            phase: RwSignal::new(Phase::Idle),
            recording: RwSignal::new(None),
            kept: RwSignal::new(None),
            stretch: RwSignal::new(1),
            stretch_before: StoredValue::new(None),
            until: RwSignal::new(Until::default()),
            watch: RwSignal::new(true),
            asked: StoredValue::new(Asked::default()),
            engine: RwSignal::new(None),
            opened: RwSignal::new(None),
            is_back: RwSignal::new(false),
            before: StoredValue::new(None),
        }
    }

    /// Chooses how many times the segments of training every run may take.
    pub fn choose_stretch(self, stretch: usize) {
        self.stretch_before.set_value(None);
        self.stretch.set(stretch);
    }

    /// Chooses it for the puzzle on the board alone.
    pub fn stretch_for_this(self, stretch: usize) {
        let before = (self.stretch.get_untracked(), self.until.get_untracked());
        self.stretch_before.update_value(|chosen| *chosen = chosen.or(Some(before)));
        self.stretch.set(stretch);
    }

    /// Another puzzle gets what was chosen for all.
    pub fn forget_stretch(self) {
        if let Some(Some((stretch, until))) = self.stretch_before.try_update_value(Option::take) {
            self.stretch.set(stretch);
            self.until.set(until);
        }
    }

    /// Reads the recording; the default where there is none.
    pub fn read<T: Default>(self, read: impl FnOnce(&Recording) -> T) -> T {
        self.recording.with(|recording| recording.as_ref().map(read)).unwrap_or_default()
    }

    /// Whether a run is under way or about to be.
    pub fn is_running(self) -> bool {
        self.phase.with(|phase| matches!(phase, Phase::Waiting | Phase::Running { .. }))
    }

    /// The puzzle that the run was about at last: an experiment may have changed a clue.
    pub fn posed_at_last(self) -> Option<Vec<u8>> {
        self.recording.with(|recording| recording.as_ref().map(|recording| recording.posed(recording.moments())))
    }

    /// Whether the run and the one kept are an experiment and its untouched run.
    pub fn has_pair(self) -> bool {
        self.recording.with(|run| {
            self.kept.with(|kept| run.as_ref().zip(kept.as_ref()).is_some_and(|(run, kept)| is_pair(run, kept)))
        })
    }

    /// Forgets the last run.
    pub fn clear(self) {
        if self.recording.with_untracked(Option::is_some) {
            self.recording.set(None);
        }
        self.opened.set(None);
        self.is_back.set(false);
        self.before.set_value(None);
        self.phase.set(Phase::Idle);
    }

    /// Forgets the last run, of which `moment` is shown, unless the one that begins is stopped before it has left anything.
    pub fn set_aside(self, moment: usize) {
        let recording = self.recording.try_update(Option::take).flatten();
        let (phase, opened) = (self.phase.get_untracked(), self.opened.get_untracked());
        self.clear();
        let left_something = recording.filter(|recording| recording.moments() > 0);
        self.before.set_value(left_something.map(|recording| Before { recording, phase, opened, moment }));
    }

    /// Shows the run again that was set aside, where the present one has left nothing; the moment that was shown of it.
    pub fn bring_back(self) -> Option<usize> {
        let has_left_nothing =
            self.recording.with_untracked(|run| run.as_ref().is_none_or(|run| run.segments().is_empty()));
        let Before { recording, phase, opened, moment } =
            self.before.try_update_value(Option::take).flatten().filter(|_| has_left_nothing)?;
        self.recording.set(Some(recording));
        self.opened.set(opened);
        self.is_back.set(true);
        self.phase.set(phase);
        Some(moment)
    }

    /// What the worker is asked for about a puzzle: as was asked of this run, or as is chosen for all.
    pub fn request(self, shapes: Shapes, question: Vec<u8>) -> SolveRequest {
        self.asked.with_value(|asked| {
            let plain = asked.is_plain();
            SolveRequest {
                question,
                segments: asked.segments.unwrap_or_else(|| shapes.segments * self.stretch.get_untracked()),
                until: if plain { self.until.get_untracked() } else { Until::Budget },
                unwatched: plain && !self.watch.get_untracked(),
                interventions: asked.request.interventions.clone(),
            }
        })
    }

    /// The worker begins, with the model `maker`.
    pub fn begin(self, engine: String, shapes: Shapes, maker: Maker) {
        let SolveRequest { question, segments, unwatched, interventions, .. } =
            self.asked.with_value(|asked| asked.request.clone());
        let recording = Recording::new(shapes, segments, question, engine);
        let recording = recording.with_interventions(interventions).made_by(maker);
        self.recording.set(Some(if unwatched { recording.unwatched() } else { recording }));
    }

    /// Shows a run that was recorded earlier, perhaps in a `file`, about a puzzle of that kind.
    pub fn show(self, recording: Recording, kind: Kind, file: Option<&str>) {
        self.asked.update_value(|asked| asked.after = None);
        self.recording.set(Some(recording));
        self.opened.set(file.map(str::to_owned));
        self.finish(kind);
    }

    /// A segment arrived with the bytes of its states.
    pub fn record(self, report: SegmentReport, states: &[u8]) {
        self.before.set_value(None);
        let pushed = self.recording.try_update(|recording| match recording {
            Some(recording) => recording.push(report, recording.keep().read(states)),
            None => Ok(()),
        });
        if let Some(Err(error)) = pushed {
            self.fail(format!("The recording does not fit together: {error}."));
        }
    }

    /// Nothing more comes: checks the last answer by rule.
    pub fn finish(self, kind: Kind) {
        self.close();
        self.is_back.set(false);
        let checked = self.recording.with_untracked(|recording| {
            let recording = recording.as_ref()?;
            let posed = recording.posed(recording.moments());
            Some(kind.check(&posed, &recording.segments().last()?.answer.tokens))
        });
        self.phase.set(match checked {
            Some(Ok(())) => Phase::Valid,
            Some(Err(Fault::NoRules)) => Phase::Answered,
            Some(Err(fault)) => Phase::Invalid(fault.to_string()),
            None => Phase::Failed("The run ended without an answer.".into()),
        });
    }

    /// A person ended it.
    pub fn stopped(self) {
        self.close();
        self.phase.set(Phase::Stopped);
    }

    /// It failed; what is recorded stays.
    pub fn fail(self, message: String) {
        self.close();
        self.phase.set(Phase::Failed(message));
    }

    fn close(self) {
        self.before.set_value(None);
        if self.recording.with_untracked(Option::is_some) {
            self.recording.update(|recording| {
                if let Some(recording) = recording {
                    recording.close();
                }
            });
        }
    }
}

/// Whether nothing was done to a run.
pub(super) fn is_untouched(run: &Recording) -> bool {
    run.interventions().is_empty()
}

/// Whether two runs are an experiment and its untouched run.
pub(super) fn is_pair(run: &Recording, kept: &Recording) -> bool {
    let (a, b) = (run.maker(), kept.maker());
    let same = run.shapes() == kept.shapes() && a.digest == b.digest && run.question() == kept.question();
    is_untouched(run) != is_untouched(kept) && same
}
