//! The moment of the recording that board and views show, and its course.

use std::time::Duration;

use hrm_core::recording::{Recording, Shapes};
use leptos::prelude::*;

use crate::ui::browser;

/// Steps a second that can be chosen.
pub const SPEEDS: [f64; 4] = [3.0, 8.0, 20.0, 60.0];

/// Steps a second of a replay, and how many of a run's moments are replayed one by one.
const REPLAY_SPEED: f64 = 8.0;
const MOST_REPLAYED: usize = 48;

/// What a step of the timeline is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stride {
    /// Every step of either module.
    #[default]
    Step,
    /// From one step of the slow module to the next.
    H,
    /// From the end of one segment to that of the next.
    Segment,
}

impl Stride {
    /// In the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Step, Self::H, Self::Segment];

    /// Its name on the page.
    pub fn title(self) -> &'static str {
        match self {
            Self::Step => "L step",
            Self::H => "H step",
            Self::Segment => "segment",
        }
    }

    /// How many moments of a recording it takes.
    fn moments(self, shapes: Shapes) -> usize {
        match self {
            Self::Step => 1,
            Self::H => shapes.l_cycles + 1,
            Self::Segment => shapes.steps(),
        }
    }
}

/// State of the playback.
#[derive(Clone, Copy)]
pub struct Player {
    recording: RwSignal<Option<Recording>>,
    /// The moment that is shown, of those recorded.
    pub moment: RwSignal<usize>,
    /// Whether it moves by itself.
    pub playing: RwSignal<bool>,
    /// Steps a second.
    pub speed: RwSignal<f64>,
    /// What a step is.
    pub stride: RwSignal<Stride>,
    /// Whether it begins again at the end.
    pub looping: RwSignal<bool>,
    /// The moment to stop at as soon as it is recorded.
    awaited: StoredValue<Option<usize>>,
    /// Whether it stays at the newest moment while a run goes on.
    following: StoredValue<bool>,
    /// Counts the starts: a timer of an earlier one is void.
    starts: StoredValue<u32>,
}

impl Player {
    /// Plays what `recording` holds.
    pub fn new(recording: RwSignal<Option<Recording>>) -> Self {
        Self {
            recording,
            moment: RwSignal::new(0),
            playing: RwSignal::new(false),
            speed: RwSignal::new(SPEEDS[1]),
            stride: RwSignal::new(Stride::default()),
            looping: RwSignal::new(false),
            awaited: StoredValue::new(None),
            following: StoredValue::new(true),
            starts: StoredValue::new(0),
        }
    }

    /// The last recorded moment; `None` where there is none.
    fn last(self) -> Option<usize> {
        self.recording.with_untracked(|recording| recording.as_ref()?.moments().checked_sub(1))
    }

    /// Whether the moment is the last of what is recorded.
    pub fn is_at_end(self) -> bool {
        let moments = self.recording.with(|recording| recording.as_ref().map_or(0, Recording::moments));
        moments > 0 && self.moment.get() + 1 == moments
    }

    /// Back to the start, to follow the next run.
    pub fn rewind(self) {
        self.playing.set(false);
        self.following.set_value(true);
        self.awaited.set_value(None);
        self.moment.set(0);
    }

    /// Goes along with the run that begins up to a moment, and stays there.
    pub fn await_moment(self, moment: usize) {
        self.awaited.set_value(Some(moment));
    }

    /// A segment was recorded: goes along unless a person looks at something else.
    pub fn follow(self) {
        let Some(last) = self.last() else { return };
        if let Some(awaited) = self.awaited.get_value().filter(|awaited| *awaited <= last) {
            self.seek(awaited);
            self.following.set_value(false);
        } else if self.following.get_value() {
            self.moment.set(last);
        }
    }

    /// Shows a moment.
    pub fn seek(self, moment: usize) {
        if let Some(last) = self.last() {
            self.awaited.set_value(None);
            self.following.set_value(moment >= last);
            self.moment.set(moment.min(last));
        }
    }

    /// Shows the end of the stride after this moment.
    pub fn forward(self, stride: Stride) {
        let (moment, length) = self.place(stride);
        self.seek(((moment + 1) / length + 1) * length - 1);
    }

    /// Shows the end of the stride before this moment; before the first, the start.
    pub fn back(self, stride: Stride) {
        let (moment, length) = self.place(stride);
        self.seek((moment / length * length).saturating_sub(1));
    }

    /// The present moment, and how many moments a stride takes.
    fn place(self, stride: Stride) -> (usize, usize) {
        let shapes = self.recording.with_untracked(|recording| recording.as_ref().map(Recording::shapes));
        (self.moment.get_untracked(), shapes.map_or(1, |shapes| stride.moments(shapes).max(1)))
    }

    /// Starts and stops; at the end it starts from the beginning.
    pub fn toggle(self) {
        if self.playing.get_untracked() {
            self.playing.set(false);
        } else if let Some(last) = self.last() {
            if self.moment.get_untracked() >= last {
                self.seek(0);
            }
            self.playing.set(true);
            self.starts.update_value(|starts| *starts += 1);
            self.tick(self.starts.get_value(), None);
        }
    }

    /// Shows the run once more from its beginning, in some five seconds: by steps where it has few, else by H steps. Not where
    /// less motion is asked for.
    pub fn replay(self) {
        let Some(last) = self.last().filter(|_| !browser::prefers_reduced_motion()) else { return };
        let stride = if last <= MOST_REPLAYED { Stride::Step } else { Stride::H };
        self.seek(0);
        self.playing.set(true);
        self.starts.update_value(|starts| *starts += 1);
        self.tick(self.starts.get_value(), Some(stride));
    }

    /// One step after the due time, and so on; by the strides of a replay, else by those that are chosen. With less motion
    /// asked for, whole segments, slowly.
    fn tick(self, start: u32, replayed: Option<Stride>) {
        let calm = browser::prefers_reduced_motion();
        let speed = if replayed.is_some() { REPLAY_SPEED } else { self.speed.get_untracked() };
        let wait = if calm { 1.0 } else { 1.0 / speed };
        let due = move || {
            // The page may be gone.
            if self.playing.try_get_untracked() != Some(true) || self.starts.get_value() != start {
                return;
            }
            let at_end = Some(self.moment.get_untracked()) == self.last();
            if at_end && !self.looping.get_untracked() {
                self.playing.set(false);
                return;
            }
            match (at_end, calm) {
                (true, _) => self.seek(0),
                (false, true) => self.forward(Stride::Segment),
                (false, false) => self.forward(replayed.unwrap_or_else(|| self.stride.get_untracked())),
            }
            self.tick(start, replayed);
        };
        set_timeout(due, Duration::from_secs_f64(wait));
    }
}
