//! How far the run under way is.

/// How far the run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// There is none.
    Idle,
    /// Puzzles are generated, the engine made ready; the task's number.
    Preparing(u32),
    /// It learns.
    Running(u32),
    /// It is to pause.
    Pausing(u32),
    /// The worker has heard it: the run is saved after the step that is under way.
    Saving(u32),
    /// It can go on.
    Paused,
    /// Its schedule is at its end.
    Done,
    /// It broke off.
    Failed,
}

impl Phase {
    /// The task that the worker is at.
    pub fn task(self) -> Option<u32> {
        match self {
            Self::Preparing(task) | Self::Running(task) | Self::Pausing(task) | Self::Saving(task) => Some(task),
            _ => None,
        }
    }

    /// For tests and styles.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Preparing(_) => "preparing",
            Self::Running(_) => "running",
            Self::Pausing(_) => "pausing",
            Self::Saving(_) => "saving",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}
