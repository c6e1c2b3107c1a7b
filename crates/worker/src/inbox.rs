//! Tasks that wait, and those that the page no longer wants.

use std::collections::VecDeque;

use hrm_link::{
    protocol::{Request, Task},
    training::{Part, TrainingTask},
};
use js_sys::{Array, Uint8Array};
use serde::de::IgnoredAny;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

/// The files that came with a request.
pub struct Files {
    /// Those that came whole.
    pub whole: Vec<Vec<u8>>,
    /// One that is read where it lies.
    pub blob: Option<Blob>,
}

impl Files {
    /// Of a message, behind its request.
    pub fn of(message: &Array) -> Self {
        let is_blob = |file: &JsValue| file.is_instance_of::<Blob>();
        let (blobs, buffers): (Vec<_>, Vec<_>) = message.iter().skip(1).partition(is_blob);
        Self {
            whole: buffers.iter().map(|buffer| Uint8Array::new(buffer).to_vec()).collect(),
            blob: blobs.into_iter().next().map(JsCast::unchecked_into),
        }
    }
}

/// A request with the files that came with it.
pub struct Asked<T> {
    /// The task and its number.
    pub request: Request<Task<T>>,
    /// What came with it.
    pub files: Files,
}

impl<T> Asked<T> {
    fn is_examination(&self) -> bool {
        matches!(self.request.task, Task::Examine { .. })
    }

    /// Whether nobody waits for it.
    fn gives_way(&self) -> bool {
        gives_way(&self.request.task)
    }
}

/// Whether a task is done while nothing else is to be done.
pub fn gives_way<T>(task: &Task<T>) -> bool {
    matches!(task, Task::Examine { .. } | Task::Measure { .. })
}

/// Tasks that wait, and those that the page no longer wants; of tasks about training it knows `T`.
pub struct Inbox<T = IgnoredAny> {
    waiting: VecDeque<Asked<T>>,
    cancelled: Vec<u32>,
    busy: bool,
}

impl<T> Default for Inbox<T> {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), cancelled: Vec::new(), busy: false }
    }
}

impl<T> Inbox<T> {
    /// Adds a request; whether nobody is at work on those before it.
    pub fn add(&mut self, asked: Asked<T>) -> bool {
        self.waiting.push_back(asked);
        !std::mem::replace(&mut self.busy, true)
    }

    /// Puts back a request that something else is done before.
    pub fn put_back(&mut self, asked: Asked<T>) {
        self.waiting.push_back(asked);
    }

    /// The page does not want this task any more.
    pub fn cancel(&mut self, task: u32) {
        self.cancelled.push(task);
    }

    /// Whether a task was cancelled.
    pub fn is_cancelled(&self, task: u32) -> bool {
        self.cancelled.contains(&task)
    }

    /// Whether anything waits.
    pub fn has_more(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether anything is being done, or waits.
    pub fn is_busy(&self) -> bool {
        self.busy
    }

    /// Whether a puzzle waits to be examined.
    pub fn has_examination(&self) -> bool {
        self.waiting.iter().any(Asked::is_examination)
    }

    /// The next one: in their order, but for those that give way.
    pub fn next(&mut self) -> Option<Asked<T>> {
        let at = self.waiting.iter().position(|asked| !asked.gives_way()).unwrap_or(0);
        let next = self.waiting.remove(at);
        self.busy = next.is_some();
        if next.is_none() {
            self.cancelled.clear();
        }
        next
    }
}

impl Inbox<TrainingTask> {
    /// What the page wants of the run that is trained, without waiting for its end: the task's number and the part, of
    /// parts that can be `had` now.
    pub fn take_snapshots(&mut self, had: impl Fn(Part) -> bool) -> Vec<(u32, Part)> {
        let part = |asked: &Asked<TrainingTask>| match asked.request.task {
            Task::Training(TrainingTask::Snapshot { part }) => Some((asked.request.id, part)).filter(|_| had(part)),
            _ => None,
        };
        let wanted = self.waiting.iter().filter_map(part).collect();
        self.waiting.retain(|asked| part(asked).is_none());
        wanted
    }

    /// Takes the requests to save the run that is trained: the tasks' numbers.
    pub fn take_saves(&mut self) -> Vec<u32> {
        let is_save = |asked: &Asked<TrainingTask>| matches!(asked.request.task, Task::Training(TrainingTask::Save));
        let saves = self.waiting.iter().filter(|asked| is_save(asked)).map(|asked| asked.request.id).collect();
        self.waiting.retain(|asked| !is_save(asked));
        saves
    }
}
