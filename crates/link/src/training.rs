//! What page and worker say to each other about training.
//!
//! A run has an id, its folder in the browser's private file system. Files travel as buffers beside the message.

use hrm_core::{
    config::ModelConfig,
    data::Example,
    engine::Kind as EngineKind,
    puzzle,
    train::{
        Evaluation, Recipe, Row, StepReport,
        shard::{Order, Reply},
    },
};
use serde::{Deserialize, Serialize};

/// What the page can ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TrainingTask {
    /// Train until the recipe's steps are done, or the task is cancelled: that is a pause, the run is saved and stays.
    /// Reports [`TrainingEvent`]s; ends as finished, cancelled or failed.
    Train {
        /// The run.
        run: String,
        /// Where it starts.
        start: Start,
        /// On this engine.
        engine: EngineKind,
        /// At most so many steps more.
        steps: Option<u64>,
        /// Unseen boards that are solved anew after each evaluation.
        boards: usize,
        /// Seconds from one save to the next; [`SAVE_SECONDS`] by default.
        save_seconds: f64,
    },
    /// Hand out the run that this worker trains or has trained last, between two steps: [`TrainingEvent::File`].
    Snapshot {
        /// What of it.
        part: Part,
    },
    /// Save the run that is trained, between two steps; done at once where none is.
    Save,
    /// Measure a few steps of a recipe on generated puzzles: [`TrainingEvent::Estimated`], first without the time.
    Estimate {
        /// The recipe.
        recipe: Box<Recipe>,
        /// On this engine.
        engine: EngineKind,
    },
    /// Read the CSV file in the first buffer: [`TrainingEvent::Table`].
    ReadTable {
        /// The kind by which its rows are measured where none of them tells one.
        kind: Option<puzzle::Kind>,
    },
    /// From the worker that trains to one that computes a shard of its batches.
    Shard(ShardTask),
    /// List the stored runs: [`TrainingEvent::Runs`].
    ListRuns,
    /// Read the whole curve of a stored run, which the list has thinned: [`TrainingEvent::Curve`].
    ReadCurve {
        /// The run.
        run: String,
    },
    /// Hand out a run's last saved state: [`TrainingEvent::File`]. What could not be stored of it comes as a buffer:
    /// [`TrainingEvent::Kept`].
    ReadRun {
        /// The run.
        run: String,
        /// What of it.
        part: Part,
    },
    /// Give a stored run another name, which its files take too; then lists the runs.
    RenameRun {
        /// The run.
        run: String,
        /// Its new name.
        name: String,
    },
    /// Delete a stored run; then lists the runs.
    DeleteRun {
        /// The run.
        run: String,
    },
    /// Store the saved run in the first buffer under a new id; then lists the runs.
    StoreRun {
        /// The new id.
        run: String,
    },
}

/// Rows of a CSV file of one size of board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsOfSize {
    /// Rows and columns.
    pub size: puzzle::Size,
    /// Good rows.
    pub rows: usize,
    /// Those of test classes.
    pub test: usize,
}

/// What a worker that computes a shard is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ShardTask {
    /// Become this shard of the saved run in the first buffer.
    Begin {
        /// From 1.
        index: usize,
    },
    /// Do this as the shard that it is; the reply is its answer, where there is one.
    Work(Order),
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ShardEvent {
    /// It is that shard.
    Ready,
    /// To a [`ShardTask::Work`].
    Reply(Reply),
}

/// Where training starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Start {
    /// A new run. Buffers: the recipe's CSV file, if it has one; then the weights' file, if that is where they come from.
    Begin {
        /// What it follows.
        recipe: Box<Recipe>,
        /// Its first weights.
        from: Source,
    },
    /// A new run from the averaged weights of another one, which stays as it is, and on its examples, where they came from a
    /// file. What could not be stored of that one comes as a buffer: [`TrainingEvent::Kept`].
    Branch {
        /// What the new run follows; a model of the same shapes.
        recipe: Box<Recipe>,
        /// The run that it begins from.
        of: String,
    },
    /// Where the run was paused or last saved. What could not be stored of it comes as a buffer: [`TrainingEvent::Kept`].
    Continue,
}

/// Where the first weights come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Source {
    /// The recipe's seed.
    Random,
    /// A model of the gallery.
    Gallery(String),
    /// The averaged weights of a stored run.
    Run(String),
    /// A safetensors file of the person's own.
    File,
}

/// A part of a run, as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// The averaged weights, safetensors.
    Weights,
    /// The whole saved run, safetensors, as `hrm train --resume` reads it.
    Run,
}

impl Part {
    /// The name of its file, by that of the run and the step.
    pub fn file_name(self, run: &str, step: u64) -> String {
        let ending = match self {
            Self::Weights => "safetensors",
            Self::Run => "state.safetensors",
        };
        format!("{run}-step-{step}.{ending}")
    }
}

/// What the worker tells of training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TrainingEvent {
    /// Puzzles are being generated.
    Generating {
        /// So many are there.
        done: usize,
        /// Of so many.
        of: usize,
    },
    /// The run is ready: the first step follows.
    Ready {
        /// What it follows.
        recipe: Box<Recipe>,
        /// Its curve so far.
        rows: Vec<Row>,
        /// Steps done.
        step: u64,
        /// Seconds of computing so far.
        seconds: f64,
        /// Base puzzles and unseen ones that there are; perhaps fewer than asked for.
        examples: (usize, usize),
        /// Why there are fewer; a sentence for each of the two.
        shortages: Vec<String>,
        /// Bytes that the engine holds for it.
        bytes: u64,
        /// The engine's name.
        engine: String,
    },
    /// Steps were done: the last one, and the rows of the curve that were filled since the last report. A row with the
    /// step of an earlier one replaces it: an evaluation came.
    Stepped {
        /// The last step.
        report: StepReport,
        /// Rows.
        rows: Vec<Row>,
        /// Seconds of computing so far.
        seconds: f64,
        /// Seconds a step, over the last few.
        step_seconds: f64,
    },
    /// Unseen puzzles are being tried.
    Evaluating {
        /// So many are done.
        done: usize,
        /// Of so many.
        of: usize,
    },
    /// All unseen puzzles were tried at the end of the recipe.
    Tested(Evaluation),
    /// Unseen boards as the averaged weights solve them now.
    Boards {
        /// After this step.
        step: u64,
        /// The boards.
        boards: Vec<Board>,
    },
    /// The run was written to the private file system.
    Saved {
        /// After this step.
        step: u64,
        /// The file's size.
        bytes: usize,
    },
    /// It could not be written; training goes on.
    NotSaved {
        /// Why, and what to do.
        message: String,
    },
    /// The whole state that could not be written, in the message's buffer: it outlives the run and the worker in the page,
    /// which hands it back where the run is continued or read.
    Kept {
        /// After this step.
        step: u64,
    },
    /// The loss left the real numbers: [`crate::protocol::Event::Failed`] follows. What is continued on the CPU comes
    /// to the same point again.
    Diverged {
        /// At this step.
        step: u64,
    },
    /// A recipe was measured.
    Estimated(Estimate),
    /// A file, in the message's buffer.
    File {
        /// The run's name.
        name: String,
        /// What it is.
        part: Part,
        /// The model's configuration.
        config: Box<ModelConfig>,
        /// What it solves.
        puzzle: puzzle::Kind,
        /// After this step.
        step: u64,
    },
    /// A CSV file was read.
    Table {
        /// Its kind.
        kind: puzzle::Kind,
        /// Good rows.
        rows: usize,
        /// Good rows of test classes: they can only be unseen ones.
        test: usize,
        /// Its rows of further sizes of the same game.
        sizes: Vec<RowsOfSize>,
        /// What is wrong with the bad rows, in a few lines: the first ones with line and column, then how many more there are.
        problems: Vec<String>,
        /// Lines without a good row.
        bad: usize,
        /// How the file was understood, where that is not plain.
        notes: Vec<String>,
    },
    /// From a worker that computes a shard.
    Shard(ShardEvent),
    /// The stored runs.
    Runs(Vec<Stored>),
    /// The whole curve of a stored run.
    Curve(Vec<Row>),
}

/// Seconds between two saves of a run, unless the page says otherwise.
pub const SAVE_SECONDS: f64 = 15.0;

/// Rows of each stored run's curve in the list at most: the page takes the whole list in one task of its main thread.
pub const LISTED_ROWS: usize = 400;

/// An unseen puzzle and what the model makes of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// The puzzle and its answer.
    pub example: Example,
    /// `[S]` tokens that the model answers.
    pub answer: Vec<u8>,
    /// Whether it solves the puzzle, by rule.
    pub solved: bool,
}

/// What training by a recipe takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Trained parameters.
    pub parameters: usize,
    /// Bytes that the engine holds.
    pub bytes: u64,
    /// Seconds of one step, once they are measured.
    pub step_seconds: Option<f64>,
}

/// A run in the private file system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    /// Its id.
    pub run: String,
    /// Its name.
    pub name: String,
    /// What its last whole state says; or why none can be read.
    pub state: Result<StoredState, String>,
    /// When that was written, in milliseconds since 1970.
    pub saved_at: Option<f64>,
    /// Bytes of all its files.
    pub bytes: u64,
}

/// What a stored run's last whole state says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredState {
    /// What it follows.
    pub recipe: Recipe,
    /// Its curve, of at most [`LISTED_ROWS`] rows.
    pub rows: Vec<Row>,
    /// Whether the curve has more: [`TrainingTask::ReadCurve`] reads them all.
    pub thinned: bool,
    /// Steps done.
    pub step: u64,
    /// Seconds of computing.
    pub seconds: f64,
    /// The best share of unseen puzzles exactly right, 0 to 1, in all rows.
    pub best: Option<f64>,
    /// The engine that computed it last, where the state says so.
    pub engine: Option<EngineKind>,
    /// On all unseen puzzles, at its end.
    pub result: Option<Evaluation>,
}

impl StoredState {
    /// Whether something is left to do: steps, or the test of all unseen puzzles at the end.
    pub fn is_unfinished(&self) -> bool {
        // Where there are no unseen puzzles there was never a test on the way, either.
        let untested = self.result.is_none() && self.best.is_some();
        self.step < self.recipe.training.steps || untested
    }
}
