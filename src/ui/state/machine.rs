//! What computes: the worker, the gallery it listed, the open model, the engines and what they took.

use std::{sync::Arc, time::Duration};

use hrm_core::{
    config::ModelConfig,
    engine::Kind as EngineKind,
    gallery::{Card, Entry},
    puzzle::Kind,
    recording::{Maker, Recording, Shapes},
};
use hrm_link::{
    client::{Client, Heard, Module},
    engine_timing::{Choice, Measurement, Timing},
    protocol::{Event, Task},
    replies::Replies,
};
use js_sys::{ArrayBuffer, Object};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::ui::{
    browser,
    state::{
        checkpoint::Unsettled,
        question::Question,
        self_test::{GpuTest, Tested},
    },
};

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

/// A model of the page's own: what a training gave, or a person brought.
#[derive(Clone)]
pub struct Own {
    /// The training run, or the file; the model takes the place of an earlier one of the same.
    pub run: String,
    /// As the gallery's models are listed.
    pub entry: Entry,
    /// Its configuration.
    pub config: ModelConfig,
    /// Its weights: safetensors in an `ArrayBuffer`, or a file of either form, which is read where it lies.
    pub file: Object,
    /// What is known of a checkpoint that was brought.
    pub checkpoint: Option<Checkpoint>,
}

/// What is known of a checkpoint beside its model.
#[derive(Clone, Default)]
pub struct Checkpoint {
    /// The puzzle identifier that it runs under.
    pub identifier: u32,
    /// The names of all of them, where its identifiers.json came with it.
    pub names: Arc<Vec<String>>,
    /// [`About::modified`](super::checkpoint::About).
    pub modified: f64,
    /// [`About::source`](super::checkpoint::About).
    pub source: Option<String>,
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
    opening: StoredValue<Option<u32>>,
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

    /// The kinds of puzzle that a model of the gallery takes, every size of one that serves all; none while that is not
    /// known.
    pub fn kinds(self) -> Vec<Kind> {
        self.gallery.with_untracked(|gallery| {
            let every = gallery.iter().filter(|model| model.every_size);
            let every = every.flat_map(|model| model.puzzle.every_size().filter(|kind| model.serves(*kind)));
            gallery.iter().map(|model| model.puzzle).chain(every).collect()
        })
    }

    /// Whether the gallery is known and none of its models takes the board.
    pub fn lacks_model(self) -> bool {
        self.model.with(Option::is_none) && self.gallery.with(|gallery| !gallery.is_empty())
    }

    /// Starts the worker; `listener` hears it.
    pub fn start(self, listener: impl Fn(Heard) + 'static) {
        let client = Client::new(Module::Solving, listener);
        self.client.set_value(Some(client.clone()));
        client.restart();
        client.ask(Task::List);
        let late = move || {
            if self.status.get_untracked() == Status::Starting && self.notice.with_untracked(Option::is_none) {
                self.await_worker(LATE);
            }
        };
        set_timeout(late, LONG);
    }

    /// Asks the worker; 0 is no task.
    pub fn ask(self, task: Task) -> u32 {
        self.client.with_value(Option::clone).map_or(0, |client| client.ask(task))
    }

    /// Asks the worker for a task that needs files.
    pub fn ask_with(self, task: Task, files: Vec<impl Into<Object>>) -> u32 {
        self.client.with_value(Option::clone).map_or(0, |client| client.ask_with(task, files))
    }

    /// Asks the worker for a task whose answers come back here.
    pub fn request(self, task: Task, files: Vec<impl Into<Object>>) -> Option<Replies> {
        Some(self.client.with_value(Option::clone)?.request(task, files))
    }

    /// Lists a model of the page's own and prefers it.
    pub fn adopt(self, own: Own) {
        let (name, entry) = (own.entry.name.clone(), own.entry.clone());
        let before = self.own.try_update_value(|all| {
            let before = all.iter().position(|other| other.run == own.run).map(|at| all.remove(at).entry.name);
            // By its name a model is opened: there is one of each.
            all.retain(|other| other.entry.name != own.entry.name);
            all.push(own);
            before
        });
        let before = before.flatten();
        let is_open = self.model.with_untracked(|model| model.as_ref() == Some(&entry));
        self.gallery.update(|gallery| {
            gallery.retain(|other| Some(&other.name) != before.as_ref() && other.name != name);
            gallery.push(entry);
        });
        self.preferred.set(Some(name.clone()));
        // To the list it is the one that is open: nothing else would tell that the weights are others.
        if is_open {
            self.open(name);
        }
    }

    /// The model for the board, if it is one of the page's own.
    pub fn own_of_board(self) -> Option<Own> {
        let name = self.model.with(|model| model.as_ref().map(|model| model.name.clone()))?;
        self.own.with_value(|own| own.iter().find(|own| own.entry.name == name).cloned())
    }

    /// The names of the page's own models that are meant.
    pub(super) fn own_names(self, is_meant: impl Fn(&Own) -> bool) -> Vec<String> {
        self.own.with_value(|own| own.iter().filter(|own| is_meant(own)).map(|own| own.entry.name.clone()).collect())
    }

    /// Lists models that were kept on an earlier visit, without preferring them.
    pub fn list_kept(self, kept: Vec<Own>) {
        let entries: Vec<Entry> = kept.iter().map(|own| own.entry.clone()).collect();
        self.own.update_value(|own| own.extend(kept));
        // Else they are listed with the gallery, when that is known.
        if self.gallery.with_untracked(|gallery| !gallery.is_empty()) {
            self.gallery.update(|gallery| gallery.extend(entries));
        }
    }

    /// Takes a model of the page's own from the list.
    pub fn forget(self, name: &str) {
        self.own.update_value(|own| own.retain(|own| own.entry.name != name));
        self.gallery.update(|gallery| gallery.retain(|entry| entry.name != name || !entry.file.is_empty()));
    }

    /// Whether a run is of the open model, which can be asked about it; not while that is being opened.
    pub fn has_made(self, run: &Recording) -> bool {
        self.digest.with(|digest| digest.as_ref() == Some(&run.maker().digest))
    }

    /// Runs the model for the board under another puzzle identifier: it is opened anew.
    pub fn choose_identifier(self, identifier: u32) {
        let Some(Own { entry, .. }) = untrack(|| self.own_of_board()) else { return };
        self.own.update_value(|own| {
            let own = own.iter_mut().find(|own| own.entry.name == entry.name);
            if let Some(checkpoint) = own.and_then(|own| own.checkpoint.as_mut()) {
                checkpoint.identifier = identifier;
            }
        });
        self.open(entry.name);
    }

    /// Gives up reading the model.
    pub fn cancel_opening(self) {
        if let Some(task) = self.opening.get_value() {
            self.ask(Task::Cancel { task });
        }
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

    /// The open model, as a recording of it is signed.
    pub fn maker(self) -> Maker {
        let name = self.model.with_untracked(|model| model.as_ref().map(|model| model.name.clone()));
        Maker { name: name.unwrap_or_default(), digest: self.digest.get_untracked().unwrap_or_default() }
    }

    /// Tests the GPU engine where runs are about to be given to it.
    pub(super) fn test_gpu_before_use(self) {
        Effect::new(move |_| {
            if self.measurement.with(|measurement| self.choice.get().engine(measurement.as_ref())) == EngineKind::Gpu {
                untrack(|| self.gpu_test.begin(false));
            }
        });
    }

    /// Takes the engine that a person chose, now and on the next visit.
    pub fn choose(self, choice: Choice) {
        browser::keep(CHOICE_KEY, choice.name());
        self.choice.set(choice);
    }

    /// Opens a model for the board; with the engine chosen by time, times it unless that was done on an earlier visit.
    pub fn open(self, name: String) {
        self.shapes.set(None);
        self.digest.set(None);
        self.status.set(Status::Opening);
        self.loaded.set(None);
        let own = self.own.with_value(|own| own.iter().any(|own| own.entry.name == name));
        let kept = || browser::recall(&self.measurement_key(&name)).and_then(|text| browser::json::read(&text).ok());
        // A model of the page's own was another one under this name, perhaps.
        let known: Option<Measurement> = if own { None } else { kept() };
        let (task, files) = self.opening_task(name);
        self.opening.set_value(Some(self.ask_with(task, files)));
        if let Some(task) = self.measuring.get_value() {
            self.ask(Task::Cancel { task });
        }
        self.measuring.set_value(None);
        self.measured_cpu.set(None);
        let chooses = self.choice.get_untracked() == Choice::Auto;
        // A GPU is tried anew: it may be another one, and no run is to wait until its shaders are compiled.
        self.measurement.set(known.clone().filter(|known| !chooses || known.fastest() == EngineKind::Cpu));
        if chooses {
            self.measure(known);
        }
    }

    fn measure(self, known: Option<Measurement>) {
        self.measuring.set_value(Some(self.ask(Task::Measure { known })));
    }

    /// What opens a model, in this worker or another one.
    fn opening_task(self, name: String) -> (Task, Vec<Object>) {
        match self.own.with_value(|own| own.iter().find(|own| own.entry.name == name).cloned()) {
            // A copy: a worker may have to be given it again.
            Some(Own { entry, config, file, checkpoint, .. }) => {
                let file = match file.dyn_into::<ArrayBuffer>() {
                    Ok(buffer) => buffer.slice(0).into(),
                    Err(blob) => blob,
                };
                let identifier = checkpoint.map_or(0, |checkpoint| checkpoint.identifier);
                let sized = self.board_of_every_size().and_then(|board| entry.puzzle.configured_for(board, &config));
                (Task::Adopt { name, config: Box::new(sized.unwrap_or(config)), identifier }, vec![file])
            }
            None => (Task::Open { model: name, board: self.board_of_every_size() }, Vec::new()),
        }
    }

    /// What opens the model for the board in another worker.
    pub fn opening_of_board(self) -> Option<(Task, Vec<Object>)> {
        let name = self.model.with_untracked(|model| model.as_ref().map(|model| model.name.clone()))?;
        Some(self.opening_task(name))
    }

    /// Under which it is kept what the engines took on a model at the size of the board.
    fn measurement_key(self, model: &str) -> String {
        match self.board_of_every_size() {
            Some(board) => format!("hrm.measurement.{model}.{}", board.size()),
            None => format!("hrm.measurement.{model}"),
        }
    }

    /// The kind of the board, where the model for it serves every size.
    pub fn board_of_every_size(self) -> Option<Kind> {
        let serves_all = self.model.with_untracked(|model| model.as_ref().is_some_and(|model| model.every_size));
        serves_all.then(|| self.kind.get_untracked())
    }

    /// Times the engines on the open model if a choice depends on it.
    pub fn measure_if_unknown(self) {
        let opened = self.opening.with_value(Option::is_some);
        let unknown = self.measurement.with_untracked(Option::is_none) && self.measuring.with_value(Option::is_none);
        if opened && unknown && self.choice.get_untracked() == Choice::Auto {
            self.measure(None);
        }
    }

    /// Times the engines again.
    pub fn measure_anew(self) {
        self.measurement.set(None);
        self.measured_cpu.set(None);
        self.measuring.set_value(None);
        self.measure_if_unknown();
    }

    /// Takes what is not about a run or a board.
    pub fn take(self, task: Option<u32>, event: Event) {
        match event {
            Event::Listed { mut models, cards } => {
                for (model, card) in models.iter_mut().zip(&cards) {
                    match browser::json::read(card) {
                        Ok(facts) => model.facts = Some(facts),
                        Err(error) => self.notice.set(Some(format!("gallery/{}: {error}.", model.card))),
                    }
                }
                // What was said while it was long in coming.
                if self.notice.with_untracked(|said| said.as_ref().is_some_and(|said| said.starts_with(SLOW))) {
                    self.notice.set(None);
                }
                models.extend(self.own.with_value(|own| own.iter().map(|own| own.entry.clone()).collect::<Vec<_>>()));
                if models.is_empty() {
                    self.status.set(Status::Failed("The gallery holds no model.".into()));
                }
                let missing = self.preferred.get_untracked();
                if let Some(name) = missing.filter(|name| models.iter().all(|model| model.name != *name)) {
                    self.notice.set(Some(format!("This page has no model {name}: another one that fits is open.")));
                    self.preferred.set(None);
                }
                self.gallery.set(models);
            }
            Event::Opened { model, digest } if task == self.opening.get_value() => {
                self.deaths.set_value(0);
                self.digest.set(Some(digest));
                self.shapes.set(Some(model));
                self.status.set(Status::Ready);
            }
            Event::MeasuredCpu(cpu) if task == self.measuring.get_value() => self.measured_cpu.set(Some(cpu)),
            Event::Loading(part) if task == self.opening.get_value() => self.loaded.set(Some(part)),
            Event::Cancelled if task == self.opening.get_value() => {
                self.status
                    .set(Status::Failed("reading it was stopped. Choose a model, or bring the file again.".into()));
            }
            Event::Measured(measurement) if task == self.measuring.get_value() => {
                let name = &measurement.model;
                let is_own = self.own.with_value(|own| own.iter().any(|own| own.entry.name == *name));
                // A model of the page's own is gone on the next visit, and another one may have its name.
                if let Some(text) = browser::json::write(&measurement)
                    && !is_own
                {
                    browser::keep(&self.measurement_key(name), &text);
                }
                self.measuring.set_value(None);
                self.measurement.set(Some(measurement));
            }
            // The first failure is the cause of those that follow it.
            Event::Failed(failure) if !self.status.with_untracked(|status| matches!(status, Status::Failed(_))) => {
                self.status.set(Status::Failed(failure.message));
            }
            _ => {}
        }
    }

    /// The worker is long in starting, as it says itself.
    pub fn await_worker(self, why: &str) {
        self.notice.set(Some(format!("{SLOW}: {why}.")));
    }

    /// The worker is gone: starts another one, unless that has not helped, or cannot.
    pub fn lost(self, message: &str, curable: bool) {
        let deaths = self.deaths.get_value() + 1;
        self.deaths.set_value(deaths);
        if !curable {
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
            None => {
                client.ask(Task::List);
            }
        }
    }
}

/// The kinds of puzzle that are offered because these models solve them, in the page's order.
pub fn kinds_of(gallery: &[Entry]) -> Vec<Kind> {
    let offered: Vec<Kind> = Kind::all().collect();
    let of_model = |model: &Entry| std::iter::once(model.puzzle).chain(model.offered.clone()).collect::<Vec<_>>();
    let mut kinds: Vec<Kind> = gallery.iter().flat_map(of_model).collect();
    let place = |kind: &Kind| {
        let game = offered.iter().position(|other| other.is_same_game(*kind)).unwrap_or(offered.len());
        (game, kind.seq_len(), kind.size().rows())
    };
    kinds.sort_by_key(place);
    kinds.dedup();
    kinds
}
