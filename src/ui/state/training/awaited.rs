//! Answers that are awaited of the workers of the training module.

/// Which worker was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// The one that trains.
    Trainer,
    /// The one that does what does not train.
    Files,
}

/// A task whose answer is awaited.
#[derive(Clone, Debug, PartialEq)]
pub struct Awaited {
    /// Who was asked.
    pub lane: Lane,
    /// Its number there.
    pub task: u32,
    /// What for.
    pub wanted: Wanted,
}

/// What an answer is to hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// The stored runs.
    Runs,
    /// The stored runs after one was changed or added.
    Changed,
    /// The stored runs after that file's was added to them.
    Added(String),
    /// The whole curve of that run.
    Curve(String),
    /// A file of a run.
    File {
        /// The run.
        run: String,
        /// What for.
        r#use: Use,
    },
    /// What the CSV file of that number and name holds.
    Table(u32, String),
}

/// What a file of a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// The person takes it away.
    Save,
    /// The board is solved with it.
    Solve,
    /// The same, of the run that the address names as the page is opened.
    Reopen,
}
