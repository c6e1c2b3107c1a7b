//! The messages between the place of tasks and the worker that learns them: a line of its own, as both ends are modules that a
//! first visit does not load.
//!
//! A message is a JavaScript array `[value, buffer…]`, as those of [`crate::protocol`]. Grids travel as text: rows of digits,
//! a slash between them.

use serde::{Deserialize, Serialize};

/// From the page: what to do, and the number by which news refer to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Counted up by the page.
    pub id: u32,
    /// What to do.
    pub work: Work,
}

/// What the page can ask for. Orders are carried out one after the other; only [`Work::Pause`] overtakes: what is under way
/// ends with the step that is being computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Work {
    /// Say what a learning would take.
    Estimate(Begin),
    /// Begin to learn; what was learnt before is given up.
    Begin(Begin, Budget),
    /// Learn on: what is left of the budget, or another one.
    GoOn(Option<Budget>),
    /// End what is under way.
    Pause,
    /// Open a learnt task: its weights, safetensors, are in the buffer.
    Open {
        /// The JSON that lies beside the weights.
        beside: String,
        /// The task on the desk, where that does not tell its own.
        task: TaskText,
        /// Whether WebGPU computes.
        gpu: bool,
    },
    /// Learn the open task further, with the optimizer's averages begun anew.
    Resume(Budget),
    /// Answer the tests of the task that is learnt, or open.
    Answer {
        /// Versions beside the task itself; `None`: as many as the seconds allow.
        augmentations: Option<u32>,
        /// Seconds after which no further batch is begun, where the number of versions is not given.
        seconds: f64,
    },
}

/// A task on its way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TaskText {
    /// Its id, by which its versions are named.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// As its file has it.
    pub json: String,
}

/// What a learning begins with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Origin {
    /// Random weights of a small model.
    Random,
    /// A model of the gallery.
    Gallery(String),
    /// A model whose configuration this is; its weights are in the buffer.
    File(String),
}

/// A learning that is to begin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Begin {
    /// The task.
    pub task: TaskText,
    /// What it begins with.
    pub from: Origin,
    /// Whether the embedding alone is trained.
    pub embedding_only: bool,
    /// Versions of the task beside itself, at most.
    pub augmentations: u32,
    /// The token grid's side; `None`: the model's where it holds the task, else the smallest that does.
    pub side: Option<u32>,
    /// B.
    pub batch: u32,
    /// Of versions, samples and start weights.
    pub seed: u32,
    /// Whether WebGPU computes.
    pub gpu: bool,
}

/// How long is learnt. The demonstration that is held out joins after half of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Budget {
    /// Seconds.
    Seconds(f64),
    /// Steps.
    Steps(u32),
}

impl Budget {
    /// The share that is used up.
    pub fn used(self, seconds: f64, steps: u64) -> f64 {
        match self {
            Self::Seconds(all) if all > 0.0 => seconds / all,
            Self::Steps(all) if all > 0 => steps as f64 / f64::from(all),
            _ => 1.0,
        }
    }
}

/// Why a token grid has its side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// It is the smallest that holds the task.
    Smallest,
    /// It is the one that the model was trained with.
    OfModel,
    /// It was asked for.
    Chosen,
}

/// What is known of a learning before its first step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    /// The token grid's side.
    pub side: u32,
    /// Why that.
    pub why: Why,
    /// Versions, the task itself included.
    pub versions: u32,
    /// Demonstrations that have outputs.
    pub demonstrations: u32,
    /// Weights that are trained.
    pub parameters: f64,
    /// Bytes that the training step holds.
    pub bytes: f64,
    /// Seconds of a step, where they were measured.
    pub step_seconds: Option<f64>,
}

/// A part of the curve: means over the steps since the point before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Steps done.
    pub step: f64,
    /// Seconds of learning.
    pub seconds: f64,
    /// Cross-entropy.
    pub loss: f64,
    /// Share of the tokens of finished rows that are right; `None` where none was finished.
    pub cells: Option<f64>,
    /// Share of finished rows that are wholly right.
    pub exact: Option<f64>,
}

/// A look at the demonstration that is held out, or was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Steps done.
    pub step: f64,
    /// Whether it is answered rightly.
    pub right: bool,
    /// Share of its tokens that are right.
    pub accuracy: f64,
    /// What was answered; `None` where there is no grid in it.
    pub grid: Option<String>,
    /// Whether it is learnt from now on.
    pub joined: bool,
}

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The grid.
    pub grid: String,
    /// How often.
    pub count: u32,
    /// The mean of sigmoid(q_halt).
    pub q: f64,
}

/// An answer as it stands after a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// The grid; `None` where there is none yet.
    pub grid: Option<String>,
    /// sigmoid(q_halt).
    pub q: f64,
}

/// What was answered to a test so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// The answer to the input as it is, without a vote.
    pub raw: Option<String>,
    /// How that came about, segment by segment.
    pub forms: Vec<Form>,
    /// By rank; the first two are the attempts.
    pub candidates: Vec<Candidate>,
    /// Answers, those that were no grid included.
    pub total: u32,
    /// Other answers that were given, beside the candidates.
    pub more: u32,
}

/// From the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct News {
    /// [`crate::protocol::VERSION`] of the worker.
    pub version: u32,
    /// The order that it is about; 0 for what the worker says unasked.
    pub id: u32,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The worker listens.
    Ready,
    /// What a learning takes; again with the time of a step.
    Outlook(Outlook),
    /// A learning begins, or goes on.
    Begun(Outlook),
    /// The curve goes on.
    Curve(Point),
    /// The demonstration that is held out was tried.
    Looked(Look),
    /// The learning was paused, or its time is over.
    Rests {
        /// Steps done.
        step: f64,
        /// Whether its time is over.
        done: bool,
    },
    /// The loss stopped being finite.
    Diverged {
        /// The step at which.
        step: f64,
        /// The step of the weights that are kept.
        kept: f64,
    },
    /// A learnt task is open.
    Opened {
        /// Its task as its file has it.
        task: TaskText,
        /// The token grid's side.
        side: u32,
        /// Versions that it knows.
        versions: u32,
        /// Steps that were learnt, where the file says.
        steps: Option<f64>,
        /// Whether it can be learnt further; else why not.
        further: Option<String>,
    },
    /// Answers so far.
    Answers {
        /// Questions answered.
        done: u32,
        /// Of so many.
        all: u32,
        /// For each test.
        tests: Vec<Test>,
        /// Whether no more follow.
        last: bool,
    },
    /// The model as it was last kept: its weights come with the message.
    Kept {
        /// The JSON that lies beside them.
        beside: String,
    },
    /// It cannot be done.
    Refused {
        /// Why, as a sentence without its full stop.
        message: String,
        /// The side of a token grid that would do.
        fits: Option<u32>,
    },
    /// The worker cannot go on.
    Died {
        /// Why.
        message: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_used_up_by_time_or_by_steps() {
        assert_eq!(Budget::Seconds(60.0).used(15.0, 1000), 0.25);
        assert_eq!(Budget::Steps(8).used(1e9, 2), 0.25);
        // Nothing to learn is learnt at once.
        assert_eq!([Budget::Seconds(0.0), Budget::Steps(0)].map(|budget| budget.used(0.0, 0)), [1.0, 1.0]);
    }

    #[test]
    fn messages_are_read_as_they_were_written() {
        let begin = Begin {
            task: TaskText { id: "a".into(), title: "a".into(), json: "{}".into() },
            from: Origin::Gallery("tasks".into()),
            embedding_only: false,
            augmentations: 48,
            side: Some(12),
            batch: 16,
            seed: u32::MAX,
            gpu: true,
        };
        let order = Order { id: 3, work: Work::Begin(begin, Budget::Seconds(180.0)) };
        let text = serde_json::to_string(&order).unwrap();
        assert_eq!(serde_json::from_str::<Order>(&text).unwrap(), order);
        let test = Test {
            raw: None,
            forms: vec![Form { grid: Some("01/23".into()), q: 0.5 }],
            candidates: vec![Candidate { grid: "4".into(), count: 2, q: 0.25 }],
            total: 3,
            more: 0,
        };
        let event = Event::Answers { done: 3, all: 9, tests: vec![test], last: false };
        let news = News { version: u32::MAX, id: 3, event };
        let text = serde_json::to_string(&news).unwrap();
        assert_eq!(serde_json::from_str::<News>(&text).unwrap(), news);
    }
}
