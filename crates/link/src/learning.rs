//! Messages between the place of tasks and the worker that learns them: `[version, ask, files…]` one way, `[version, told,
//! file]` the other.

use serde::{Deserialize, Serialize};

/// What is asked of the worker. [`Ask::Pause`], [`Ask::Continue`] and [`Ask::Stop`] are heard between two steps; the others are
/// done one after the other, [`Ask::Answer`] also between two steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Ask {
    /// What learning would take. The base's weights come with it.
    Estimate(Plan),
    /// A task is learnt. The base's weights come with it.
    Learn(Plan),
    /// The task that was learnt last is learnt for so many seconds more.
    LearnOn {
        /// Of learning.
        seconds: f64,
    },
    /// No further step until [`Ask::Continue`].
    Pause,
    /// Further steps.
    Continue,
    /// No further step, and no further answers.
    Stop,
    /// A task's tests are answered, by what is being learnt or was, or by the model whose weights come with it.
    Answer {
        /// The task.
        task: TaskText,
        /// How many versions are asked.
        limit: Limit,
        /// The configuration's file of the model.
        model: Option<String>,
    },
}

/// A task as text, and its name, which its file does not have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TaskText {
    /// What it is called among the model's identifiers.
    pub id: String,
    /// Its file.
    pub json: String,
}

/// How a task is learnt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The task.
    pub task: TaskText,
    /// Of learning.
    pub seconds: f64,
    /// Versions beside the task itself, at most.
    pub augmentations: usize,
    /// Samples of a step.
    pub batch: usize,
    /// Of versions, samples and weights.
    pub seed: u32,
    /// The token grid's side; by default the base's where it holds the task, else the smallest that does.
    pub side: Option<usize>,
    /// Whether the new vectors alone are trained.
    pub embedding_alone: bool,
    /// The configuration's file of the model that it begins from; random weights without.
    pub base: Option<String>,
}

/// How many versions of a test are asked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Limit {
    /// So many, the test itself among them.
    Versions(usize),
    /// As many as this time allows, at least one batch.
    Seconds(f64),
}

/// What the worker tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Told {
    /// It listens.
    Ready,
    /// What learning would take; told again once a step was timed.
    Estimated(Prediction),
    /// Learning has begun.
    Begun(Prediction),
    /// Steps since the last time.
    Steps {
        /// One for each, in order.
        points: Vec<Point>,
        /// Of learning, pauses and answers not counted.
        seconds: f64,
    },
    /// How the last demonstration is answered now.
    HeldOut(Look),
    /// From now on the last demonstration is learnt too.
    Joined {
        /// Steps done.
        step: u64,
    },
    /// Whether it pauses.
    Paused(bool),
    /// The loss is not finite any more.
    NotFinite {
        /// The step.
        step: u64,
        /// The step of the last weights that are finite.
        kept: u64,
    },
    /// Learning is over; the weights come with it.
    Learnt {
        /// The step of the weights.
        step: u64,
        /// Of learning.
        seconds: f64,
        /// The configuration's file.
        config: String,
        /// Whether [`Ask::LearnOn`] goes on from here.
        goes_on: bool,
    },
    /// What was answered so far.
    Answers {
        /// Of each test.
        tests: Vec<TestVotes>,
        /// Questions answered, of how many.
        done: usize,
        /// Versions of all tests.
        of: usize,
        /// Whether nothing more follows.
        last: bool,
    },
    /// What was asked for last cannot be done.
    Failed {
        /// Why, without the last full stop.
        message: String,
        /// The side of a token grid that would hold the task, where that is what is in the way.
        fits: Option<usize>,
    },
    /// The worker ends.
    Died {
        /// Why.
        message: String,
    },
}

/// What learning takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The token grid's side.
    pub side: usize,
    /// Versions, the task itself among them.
    pub versions: usize,
    /// Demonstrations with outputs.
    pub demonstrations: usize,
    /// Weights.
    pub parameters: usize,
    /// Bytes of memory.
    pub bytes: f64,
    /// Of a step, once one was timed.
    pub step_seconds: Option<f64>,
}

impl Prediction {
    /// Bytes at most of the memory of a WebAssembly module, with some left for the page's files.
    pub const MOST_BYTES: f64 = 3.5e9;

    /// Whether a browser has so much memory for it.
    pub fn fits(&self) -> bool {
        self.bytes <= Self::MOST_BYTES
    }
}

/// The figures of a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// From 1.
    pub step: u64,
    /// Cross-entropy.
    pub loss: f64,
    /// Share of the rows that halted in which every token is right; not a number where none halted.
    pub exact: f64,
}

/// How the demonstration that is held out is answered, or was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Steps done.
    pub step: u64,
    /// Whether its grid is right, size included.
    pub right: bool,
    /// Share of its tokens that are right.
    pub accuracy: f64,
    /// The answer, a line of digits for each row.
    pub answer: Option<String>,
    /// Whether it is learnt too.
    pub joined: bool,
}

/// What was answered to a test. Grids are lines of digits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TestVotes {
    /// By rank.
    pub candidates: Vec<Vote>,
    /// The answer without a vote.
    pub raw: Option<String>,
    /// Answers, those without a grid included.
    pub total: usize,
    /// The answer without a vote after every segment.
    pub segments: Vec<Segment>,
}

/// A candidate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vote {
    /// The answer.
    pub grid: String,
    /// How often it was given.
    pub count: usize,
    /// Mean sigmoid(q_halt).
    pub q: f64,
}

/// An answer after a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// The answer.
    pub grid: Option<String>,
    /// sigmoid(q_halt).
    pub q: f64,
}
