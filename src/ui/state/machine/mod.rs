//! What computes: the worker and whether it lives, the models that there are, the open one, the engines and what they took.

mod models;
mod opening;
mod own;
mod timing;

use std::time::Duration;

use hrm_core::{
    engine::Kind as EngineKind,
    gallery::{Card, Entry},
    puzzle::Kind,
    recording::{Maker, Recording, Shapes},
};
use hrm_link::{
    client::{Client, Heard, Module},
    engine_timing::{Choice, Measurement, Timing},
    protocol::Task,
    replies::{Loss, Replies},
};
use js_sys::Object;
use leptos::{prelude::*, task::spawn_local};

use crate::ui::{
    browser,
    state::{
        checkpoint::Unsettled,
        question::Question,
        self_test::{GpuTest, Tested},
    },
};

pub use own::{Checkpoint, Own, kinds_of};

/// Deaths of the worker in a row after which only a person starts it again.
const PATIENCE: u32 = 3;
/// How it is said that the worker does not come.
const SLOW: &str = "The worker is long in starting";
/// After this time it is said; its loader says it sooner, and knows for what it waits.
const LONG: Duration = Duration::from_millis(4500);
const LATE: &str = "neither it nor the gallery has answered yet. The connection or this machine is slow, or the host does not \
                    answer: wait, or reload the page";
const CHOICE_KEY: &str = "hrm.engine";

/// What the worker is busy with before it can run.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// The worker starts, the gallery is listed.
    Starting,
    /// The model is fetched and checked.
    Opening,
    /// Ready to run.
    Ready,
    /// There is no model to run, and why.
    Failed(String),
}

/// State of the machinery.
#[derive(Clone, Copy)]
pub struct Machine {
    client: StoredValue<Option<Client>, LocalStorage>,
    own: StoredValue<Vec<Own>, LocalStorage>,
    /// Models that there are.
    pub gallery: RwSignal<Vec<Entry>>,
    /// The model that a person chose, by name; it counts while it fits the board.
    pub preferred: RwSignal<Option<String>>,
    /// The kind of the board.
    kind: Memo<Kind>,
    /// The model for the board.
    pub model: Memo<Option<Entry>>,
    /// Shapes of the open model; `None` while it is being opened.
    pub shapes: RwSignal<Option<Shapes>>,
    /// Digest of its weights.
    pub digest: RwSignal<Option<String>>,
    /// What a person asked for.
    pub choice: RwSignal<Choice>,
    /// What the engines took on the open model, once that is known.
    pub measurement: RwSignal<Option<Measurement>>,
    /// What the CPU engine took, while the GPU engine is being tried.
    pub measured_cpu: RwSignal<Option<Timing>>,
    /// Whether the GPU engine computes right.
    pub gpu_test: GpuTest,
    /// The engine to run: the one that was chosen, or the faster one, as soon as that is known and it is known to compute right.
    pub engine: Memo<EngineKind>,
    /// What the worker is busy with.
    pub status: RwSignal<Status>,
    /// Why the worker was started anew, or what is wrong with a file.
    pub notice: RwSignal<Option<String>>,
    /// How much of the model is read, 0 to 1, while it is opened from a large file.
    pub loaded: RwSignal<Option<f64>>,
    /// A checkpoint that waits for a person's answer.
    pub asked: RwSignal<Option<Unsettled>, LocalStorage>,
    /// Models that are kept in the browser: name and bytes.
    pub kept: RwSignal<Vec<(String, f64)>>,
    /// A large one that is being copied there.
    pub keeping: RwSignal<Option<String>>,
    /// How often the worker has listed its gallery.
    pub listed: RwSignal<u32>,
    /// The task that opens the model.
    opening: StoredValue<Option<u32>>,
    /// The task that times the engines.
    measuring: StoredValue<Option<u32>>,
    deaths: StoredValue<u32>,
    /// How often files were brought for the board: those brought last count, whichever are read first.
    brought: StoredValue<u32>,
}

impl Machine {
    /// With the model and engine of the address; an engine chosen on an earlier visit counts where it names none.
    pub fn new(model: Option<String>, engine: Choice, question: Memo<Question>) -> Self {
        let kept = browser::recall(CHOICE_KEY).and_then(|name| Choice::of_name(&name)).unwrap_or_default();
        let gallery = RwSignal::new(Vec::<Entry>::new());
        let preferred = RwSignal::new(model);
        let kind = Memo::new(move |_| question.with(|question| question.kind));
        let model = Memo::new(move |_| {
            let (kind, preferred) = (kind.get(), preferred.get());
            gallery.with(|gallery| {
                let fitting = || gallery.iter().filter(|model| model.serves(kind));
                fitting().find(|model| Some(&model.name) == preferred.as_ref()).or_else(|| fitting().next()).cloned()
            })
        });
        let choice = RwSignal::new(if engine == Choice::Auto { kept } else { engine });
        let measurement = RwSignal::new(None::<Measurement>);
        let gpu_test = GpuTest::new();
        let engine = Memo::new(move |_| {
            let choice = choice.get();
            let wanted = measurement.with(|measurement| choice.engine(measurement.as_ref()));
            let trusted = || gpu_test.found.with(Tested::is_trusted);
            if choice == Choice::Auto && wanted == EngineKind::Gpu && !trusted() { EngineKind::Cpu } else { wanted }
        });
        Self {
            client: StoredValue::new_local(None),
            own: StoredValue::new_local(Vec::new()),
            gallery,
            preferred,
            kind,
            model,
            shapes: RwSignal::new(None),
            digest: RwSignal::new(None),
            choice,
            measurement,
            measured_cpu: RwSignal::new(None),
            gpu_test,
            engine,
            status: RwSignal::new(Status::Starting),
            notice: RwSignal::new(None),
            loaded: RwSignal::new(None),
            asked: RwSignal::new_local(None),
            kept: RwSignal::new(Vec::new()),
            keeping: RwSignal::new(None),
            listed: RwSignal::new(0),
            opening: StoredValue::new(None),
            measuring: StoredValue::new(None),
            deaths: StoredValue::new(0),
            brought: StoredValue::new(0),
        }
    }

    /// Something that the card of the model for the board says; `None` where there is no model, or no card.
    pub fn of_card<T>(self, read: impl FnOnce(&Card) -> T) -> Option<T> {
        self.model.with(|model| Some(read(model.as_ref()?.facts.as_ref()?)))
    }

    /// Starts the worker; `listener` hears it.
    pub fn start(self, listener: impl Fn(Heard) + 'static) {
        let client = Client::new(Module::Solving, listener);
        self.client.set_value(Some(client.clone()));
        client.restart();
        spawn_local(self.list());
        let late = move || {
            if self.status.get_untracked() == Status::Starting && self.notice.with_untracked(Option::is_none) {
                self.await_worker(LATE);
            }
        };
        set_timeout(late, LONG);
    }

    /// Tells the worker that a task is not wanted any more.
    pub fn cancel(self, task: u32) {
        self.client.with_value(|client| client.iter().for_each(|client| client.cancel(task)));
    }

    /// Asks the worker for a task that needs no files.
    pub fn request(self, task: Task) -> Option<Replies> {
        self.request_with(task, Vec::<Object>::new())
    }

    /// Asks the worker for a task, with files for it.
    pub fn request_with(self, task: Task, files: Vec<impl Into<Object>>) -> Option<Replies> {
        Some(self.client.with_value(Option::clone)?.request(task, files))
    }

    /// Files are brought for the board: their number.
    pub fn bring(self) -> u32 {
        self.brought.update_value(|brought| *brought += 1);
        self.brought.get_value()
    }

    /// Whether files of that number are still the last ones.
    pub fn is_last_brought(self, number: u32) -> bool {
        self.brought.get_value() == number
    }

    /// Whether a run is of the open model, which can be asked about it; not while that is being opened.
    pub fn has_made(self, run: &Recording) -> bool {
        self.digest.with(|digest| digest.as_ref() == Some(&run.maker().digest))
    }

    /// The open model, as a recording of it is signed.
    pub fn maker(self) -> Maker {
        let name = self.model.with_untracked(|model| model.as_ref().map(|model| model.name.clone()));
        Maker { name: name.unwrap_or_default(), digest: self.digest.get_untracked().unwrap_or_default() }
    }

    /// There is no model to run. The first failure is the cause of those that follow it.
    pub(in crate::ui::state) fn fail(self, message: String) {
        if !self.status.with_untracked(|status| matches!(status, Status::Failed(_))) {
            self.status.set(Status::Failed(message));
        }
    }

    /// The worker is long in starting, as it says itself.
    pub fn await_worker(self, why: &str) {
        self.notice.set(Some(format!("{SLOW}: {why}.")));
    }

    /// The worker is gone: starts another one, unless that has not helped, or cannot.
    pub fn lost(self, Loss { message, curable }: &Loss) {
        let deaths = self.deaths.get_value() + 1;
        self.deaths.set_value(deaths);
        if !*curable {
            self.shapes.set(None);
            self.status.set(Status::Failed("the worker does not run.".into()));
            self.notice.set(Some(format!("{message}.")));
        } else if deaths <= PATIENCE {
            self.restart(&format!("The worker stopped ({message})."));
        } else {
            self.shapes.set(None);
            self.notice.set(Some(format!("The worker stopped ({message}). Solve starts it again.")));
        }
    }

    /// Ends the worker and starts another one.
    pub fn restart(self, why: &str) {
        self.notice.set(Some(format!("{why} It was started anew; the board is as it was.")));
        self.begin_again();
    }

    /// Starts a worker where none is left; whether the page has one.
    pub fn revive(self) -> bool {
        self.notice.set(None);
        let Some(client) = self.client.with_value(Option::clone) else { return false };
        if !client.is_alive() {
            self.deaths.set_value(0);
            self.begin_again();
        }
        true
    }

    fn begin_again(self) {
        let Some(client) = self.client.with_value(Option::clone) else { return };
        client.restart();
        match self.model.with_untracked(|model| model.as_ref().map(|model| model.name.clone())) {
            Some(name) => self.open(name),
            None => spawn_local(self.list()),
        }
    }
}
