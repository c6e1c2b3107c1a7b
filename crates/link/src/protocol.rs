//! The messages between the page and its worker.
//!
//! A message is a JavaScript array `[value, buffer…]`: the value is one of the enums here through serde; the buffers,
//! where there are any, hold the states of a segment that are kept (little-endian, f32 or f16: `hrm_core::recording::retention`), or files,
//! and are transferred, not copied. A file may also be a `Blob`, of which the worker reads what it needs.

use hrm_core::{
    analysis::{Dimensionality, Principal, Projection},
    config::ModelConfig,
    engine::Kind as EngineKind,
    gallery::Entry,
    model::{Level, Mixing},
    puzzle,
    recording::{SegmentReport, Shapes, file::Head, solve::SolveRequest},
    search,
};
use serde::{Deserialize, Serialize};

use crate::{
    engine_timing::{Measurement, Timing},
    self_test::SelfTest,
    training::{TrainingEvent, TrainingTask},
};

/// Names what the worker is built of (build.rs): a host may be given a newer worker while an older page is open.
pub const VERSION: u32 = match u32::from_str_radix(env!("HRM_BUILD"), 16) {
    Ok(version) => version,
    Err(_) => panic!("build.rs writes a number"),
};

/// Page and worker are of different builds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "This page was updated while it was open: reload it to go on ({reason}). Nothing that is saved is lost: the address holds \
     the board, and stored runs are under Train"
)]
pub struct Outdated {
    reason: String,
}

impl Outdated {
    /// Where a worker says what this page cannot read.
    pub fn unreadable(problem: impl std::fmt::Display) -> Self {
        Self { reason: format!("its worker says what it cannot read: {problem}") }
    }
}

/// Whether a worker of this version is the one that this page was built with.
///
/// # Errors
/// It is another one.
pub fn check_version(version: u32) -> Result<(), Outdated> {
    let reason = || format!("its worker is of build {version:08x}, the page of build {VERSION:08x}");
    if version == VERSION { Ok(()) } else { Err(Outdated { reason: reason() }) }
}

/// From the page: a task and the number by which reports refer to it. A module that does few tasks need not know the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request<T = Task> {
    /// Counted up by the page.
    pub id: u32,
    /// What to do.
    pub task: T,
}

/// What the page can ask for. Tasks are done one after the other; only [`Task::Cancel`] overtakes, and
/// [`TrainingTask::Snapshot`] while a run is trained. A module that trains nothing reads another `T`, so that it need not hold
/// the code for recipes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Task<T = TrainingTask> {
    /// List the gallery.
    List,
    /// Fetch a model of the gallery and check it.
    Open {
        /// Its name.
        model: String,
        /// The board that it is to run on, where its weights serve every size.
        board: Option<puzzle::Kind>,
    },
    /// Open the model whose weights are in the first buffer or `Blob`: safetensors, or a PyTorch file in a `Blob`.
    Adopt {
        /// A name for it.
        name: String,
        /// Its configuration.
        config: Box<ModelConfig>,
        /// The row of its puzzle embedding that is read, and used for every puzzle; the others are not read.
        identifier: u32,
    },
    /// Find the configuration of the checkpoint in the first `Blob`, of which no element is read.
    Describe(Describe),
    /// Hand out a file of a model: of the one of this configuration in the first `Blob`, else of the open one.
    Export {
        /// Which.
        half: Half,
        /// The name of the folder in a PyTorch file; safetensors without one.
        archive: Option<String>,
        /// Of the model in the `Blob`.
        config: Option<Box<ModelConfig>>,
        /// What it solves.
        puzzle: puzzle::Kind,
        /// The configuration that it came with, JSON: the official training's fields beside the model's.
        source: Option<String>,
    },
    /// Time one segment of the open model on the CPU engine, unless that is known, and try the GPU engine, unless it is known to
    /// be the slower one on the adapter that there is. It gives way to all other tasks.
    Measure {
        /// What was found on an earlier visit.
        known: Option<Measurement>,
    },
    /// Test whether the GPU engine computes right on this machine, unless that is known.
    SelfTest {
        /// Also where a processor plays the GPU.
        software: bool,
    },
    /// Draw a puzzle with one solution.
    Generate {
        /// The kind that it becomes, padded where it is smaller.
        kind: puzzle::Kind,
        /// Rows and columns; that of the kind where its game has no such board, or it cannot be padded.
        size: puzzle::Size,
        /// What the generator is set to; wishes that cannot be met are relaxed.
        settings: puzzle::Settings,
        /// The same seed gives the same puzzle.
        seed: u32,
    },
    /// Say how many solutions a puzzle has, as soon as nothing else is to be done. A later one takes its place, and it is
    /// cancelled.
    Examine {
        /// Of this kind.
        kind: puzzle::Kind,
        /// `[S]` tokens.
        question: Vec<u8>,
    },
    /// Run the open model.
    Solve {
        /// On this engine.
        engine: EngineKind,
        /// What is asked.
        request: SolveRequest,
    },
    /// Run views of a puzzle on the open model.
    Widen(Widen),
    /// Say where the pooled states of a search lie along their first two principal components.
    Project {
        /// Whether those that were given before belong to another search.
        anew: bool,
        /// D.
        width: usize,
        /// Those that are new, `[n, D]`.
        pooled: Packed,
    },
    /// Say where the states of a run lie along their first principal components.
    Principal(PrincipalOf),
    /// Read the recording in the first `Blob`: [`Event::Recorded`], then its segments as those of a run.
    ReadRecording,
    /// Measure how many dimensions the open model's last states use.
    Dimension {
        /// On this engine.
        engine: EngineKind,
        /// Over puzzles of this kind.
        kind: puzzle::Kind,
        /// So many.
        puzzles: usize,
        /// The same seed gives the same puzzles.
        seed: u32,
    },
    /// Say what a position takes from the others in a step of the open model.
    Mixing {
        /// The module that steps.
        level: Level,
        /// The position, from 0.
        position: usize,
        /// `[S]` tokens of the puzzle.
        question: Vec<u8>,
        /// The module's state before the step, `[T, D]`; `None`: the initial one.
        own: Option<Packed>,
        /// The other module's.
        other: Option<Packed>,
    },
    /// Something about training.
    Training(T),
    /// End the task of this number before its next segment; if it is not running, never begin it.
    Cancel {
        /// The task's number.
        task: u32,
    },
}

/// What is known of a checkpoint beside its tensors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Describe {
    /// The checkpoint's name, for messages.
    pub name: String,
    /// Its all_config.yaml.
    pub yaml: Option<TextFile>,
    /// The data set's dataset.json.
    pub dataset: Option<TextFile>,
    /// Fields of the configuration that a person gives, with their values as JSON.
    pub changes: Vec<(String, String)>,
}

/// A file that was read whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextFile {
    /// Its name, for messages.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// One of the two files of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Half {
    /// Its weights.
    Weights,
    /// The configuration that lies beside them.
    Configuration,
}

/// Floats that become a `Uint8Array` between page and worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Packed(#[serde(with = "hrm_core::word_bytes")] pub Vec<f32>);

/// States of which principal components are asked for. The numbers lie in the buffers, little-endian, one buffer each for the
/// run's own states, its states once more where another run lies on its components, and those of that run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrincipalOf {
    /// How many components.
    pub count: usize,
    /// The run's own states.
    pub own: Vectors,
    /// Another run's.
    pub other: Option<Other>,
}

/// In what form n vectors are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Vectors {
    /// Their inner products, f64: the lower triangle of `[n, n]`, row by row.
    Products,
    /// Themselves, f32, `[n, width]`.
    Values {
        /// Of a vector.
        width: usize,
    },
}

/// On which components another run's states are to lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Other {
    /// On their own ones.
    Own(Vectors),
    /// On those of the run: both are given as values.
    Shared {
        /// Of a vector.
        width: usize,
    },
}

/// Views of a puzzle, of which this worker is to run its share ([`hrm_core::search`]).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Widen {
    /// On this engine.
    pub engine: EngineKind,
    /// Milliseconds that a segment of one row takes there, where that is known.
    pub pace: Option<f64>,
    /// Of this kind.
    pub kind: puzzle::Kind,
    /// `[S]` tokens.
    pub question: Vec<u8>,
    /// Of all workers together. The seed must be a whole number of JavaScript.
    pub settings: search::Settings,
    /// Which of the workers this one is, from 0.
    pub worker: usize,
    /// How many share the views.
    pub workers: usize,
}

/// From the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report<E = Event> {
    /// [`VERSION`] of the worker.
    pub version: u32,
    /// The task it is about; `None` for what the worker says unasked.
    pub task: Option<u32>,
    /// What happened.
    pub event: E,
    /// Whether nothing more follows about the task.
    pub last: bool,
}

/// What the worker tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The worker listens. What was posted to it before this is lost.
    Ready,
    /// The gallery.
    Listed {
        /// Its models.
        models: Vec<Entry>,
        /// The text of the card of each.
        cards: Vec<String>,
    },
    /// The model is loaded and its weights fit its configuration.
    Opened {
        /// Its shapes.
        model: Shapes,
        /// [`hrm_core::model::Weights::digest`] of its weights.
        digest: String,
    },
    /// So much of a model was read, 0 to 1.
    Loading(f64),
    /// The configuration of a checkpoint.
    Described {
        /// The configuration.
        config: Box<ModelConfig>,
        /// What it solves, if a puzzle has its shape.
        puzzle: Option<puzzle::Kind>,
        /// Fields with the values that were assumed for them, since nothing tells: `num_heads 8`.
        assumed: Vec<String>,
        /// The configuration as its file has it, JSON.
        source: String,
    },
    /// A file of a model, which comes with the message.
    Exported,
    /// The CPU engine was timed, the GPU engine is being tried while other tasks go on; [`Event::Measured`] follows.
    MeasuredCpu(Timing),
    /// The engines were timed.
    Measured(Measurement),
    /// The GPU engine's self-test: how far it is, or what it found.
    SelfTest(SelfTest),
    /// A puzzle was drawn.
    Generated {
        /// `[S]` tokens.
        question: Vec<u8>,
    },
    /// A puzzle was examined.
    Examined(Solutions),
    /// A run begins.
    Started {
        /// The engine's name.
        engine: String,
        /// Shapes of what follows.
        model: Shapes,
    },
    /// A segment was computed; its states that are kept come with the message.
    Segment(SegmentReport),
    /// A view ran a segment.
    Widened(search::Report),
    /// Where the pooled states of a search lie, in the order in which they were given.
    Projected(Projection),
    /// Principal components, and where the states lie along them.
    Principal {
        /// Of the run.
        own: Principal,
        /// Where the other run's states lie, `[components][n]`.
        other: Vec<Vec<f64>>,
    },
    /// What a recording is of; its segments follow.
    Recorded(Box<Head>),
    /// The dimensions in use, over one puzzle more.
    Dimension(Dimensionality),
    /// What a position takes from the others.
    Mixing(Mixing),
    /// Something about training.
    Training(TrainingEvent),
    /// The run, or the measurement, came to its end.
    Finished,
    /// That the task is cancelled was heard: it ends soon.
    Cancelling,
    /// The task was cancelled.
    Cancelled,
    /// The task failed; the worker goes on.
    Failed(Failure),
    /// The worker cannot go on and must be started anew.
    Died {
        /// Why.
        message: String,
    },
}

/// Why a task failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// For people: what, where, and what was expected.
    pub message: String,
    /// Whether another engine may do it.
    pub engine: bool,
}

/// How many answers a puzzle has by its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Solutions {
    /// The clues admit none.
    None,
    /// Exactly one.
    One,
    /// More than one.
    Several,
    /// That takes longer to find out than it is searched for.
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_of_another_build_is_known() {
        assert_eq!(check_version(VERSION), Ok(()));
        let said = check_version(VERSION ^ 1).unwrap_err().to_string();
        assert!(said.starts_with("This page was updated while it was open: reload it"), "{said}");
        for version in [VERSION, VERSION ^ 1] {
            assert!(said.contains(&format!("{version:08x}")), "{said}");
        }
        // Before builds had names.
        assert!(check_version(5).is_err());
    }
}
