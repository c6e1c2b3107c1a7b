//! The learning: what is known of it, what is set, and what a person does.

use std::time::Duration;

use hrm_core::{
    names,
    puzzle::arc::{Side, Task, file},
};
use hrm_link::learning::{Event, TaskText, Work};
use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use crate::ui::{
    browser::{self, files::contents, kept_models},
    tasks::{
        editor::Editor,
        learn::{
            client::{Client, Heard},
            draft::Draft,
            drawn::grid_of,
            run::{Run, memory_fault},
        },
        slot::Slot,
    },
};

/// The folder of the browser's private file system in which learnt tasks are kept.
const FOLDER: &str = "learnt-tasks";
/// Milliseconds after a change until the next learning is estimated.
const ESTIMATE_MS: u64 = 700;
/// Seconds of answering, where the number of versions is left to them.
const ANSWER_SECONDS: f64 = 20.0;

/// A learnt task.
#[derive(Clone)]
pub struct Item {
    /// Its folder.
    pub name: String,
    /// What the task is called.
    pub title: String,
    /// The JSON that lies beside the weights.
    pub beside: String,
    /// Steps that were learnt, and seconds.
    pub course: Option<(f64, f64)>,
    /// Whether the pair that was held out is answered.
    pub held_out: Option<bool>,
    /// The weights.
    weights: Blob,
}

impl Item {
    fn new(name: String, beside: String, weights: Blob) -> Self {
        let json = hrm_core::json::parse(&beside).unwrap_or_default();
        let course = &json["learnt"];
        let title = course["title"].as_str().unwrap_or(&name).to_owned();
        let figures = course["steps"].as_f64().zip(course["seconds"].as_f64());
        let held_out = course["held_out"].as_bool();
        Self { name, title, beside, course: figures, held_out, weights }
    }
}

/// All that the parts of the section share. Copies refer to the same state.
#[derive(Clone, Copy)]
pub struct Learning {
    /// The place.
    pub editor: Editor,
    /// What is known.
    pub run: RwSignal<Run>,
    /// What is set.
    pub draft: RwSignal<Draft>,
    /// Whether the section is unfolded.
    pub is_open: RwSignal<bool>,
    /// Learnt tasks; only those of this tab where the browser keeps none.
    pub learnt: RwSignal<Vec<Item>, LocalStorage>,
    /// Models of the gallery that learnt tasks: their files.
    pub gallery: RwSignal<Vec<String>>,
    client: StoredValue<Option<Client>, LocalStorage>,
    /// The folder of what is learnt now.
    name: StoredValue<String>,
    /// The order of which news are heard; those about earlier ones come too late.
    order: StoredValue<u32>,
    /// Changes since the section was unfolded.
    changes: StoredValue<u32>,
}

impl Learning {
    /// Nothing is learnt yet.
    pub fn new(editor: Editor) -> Self {
        let learning = Self {
            editor,
            run: RwSignal::new(Run::default()),
            draft: RwSignal::new(Draft::default()),
            is_open: RwSignal::new(false),
            learnt: RwSignal::new_local(Vec::new()),
            gallery: RwSignal::new(Vec::new()),
            client: StoredValue::new_local(None),
            name: StoredValue::new(String::new()),
            order: StoredValue::new(0),
            changes: StoredValue::new(0),
        };
        learning.client.set_value(Some(Client::new(move |heard| learning.hear(heard))));
        Effect::new(move |_| {
            learning.draft.track();
            let task = editor.desk.with(|desk| (!desk.is_held()).then(|| desk.task().clone()));
            if learning.is_open.get() && task.is_some() {
                learning.estimate_soon();
            }
        });
        learning
    }

    /// The one of the component that asks.
    pub fn here() -> Self {
        expect_context()
    }

    /// Unfolds the section: now its worker is fetched.
    pub fn open(self) {
        if self.is_open.get_untracked() {
            return self.is_open.set(false);
        }
        self.is_open.set(true);
        spawn_local(async move {
            let kept = kept_models::list(FOLDER).await;
            let kept = kept.into_iter().map(|kept| Item::new(kept.name, kept.about, kept.file.into()));
            let mut all: Vec<Item> = kept.collect();
            self.learnt.update(|learnt| {
                // What this tab could not store stays in the list.
                let of_tab: Vec<Item> =
                    learnt.drain(..).filter(|own| all.iter().all(|item| item.name != own.name)).collect();
                all.extend(of_tab);
                all.sort_by(|a, b| a.title.cmp(&b.title));
                *learnt = all;
            });
        });
        if self.gallery.with_untracked(Vec::is_empty) {
            spawn_local(async move {
                let Ok(text) = browser::fetch_text("./gallery/index.json").await else { return };
                let index = hrm_core::json::parse(&text).unwrap_or_default();
                let of_tasks = |model: &Value| {
                    let is_of_tasks = model["puzzle"].as_str().is_some_and(|puzzle| puzzle.starts_with("arc-"));
                    model["file"].as_str().filter(|_| is_of_tasks).map(str::to_owned)
                };
                self.gallery.set(index["models"].as_array().into_iter().flatten().filter_map(of_tasks).collect());
            });
        }
    }

    fn with_client(self, act: impl FnOnce(&Client) -> u32) {
        if let Some(client) = self.client.get_value() {
            self.order.set_value(act(&client));
        }
    }

    fn ask(self, work: Work, file: Option<&ArrayBuffer>) {
        self.with_client(|client| client.ask(work, file));
    }

    /// The task on the desk, on its way.
    fn text(self) -> (Task, TaskText) {
        let task = self.editor.desk.with_untracked(|desk| desk.task().clone());
        let title = untrack(|| self.editor.name());
        let id = if task.id.is_empty() { title.clone() } else { task.id.clone() };
        let text = TaskText { id, title, json: file::write(&task) };
        (task, text)
    }

    /// The learnt task that the next learning begins with, if it is to begin with one.
    fn own(self) -> Option<Item> {
        let from = self.draft.with_untracked(|draft| draft.from.clone());
        let name = from.strip_prefix("own:")?;
        self.learnt.with_untracked(|learnt| learnt.iter().find(|item| item.name == name).cloned())
    }

    fn estimate_soon(self) {
        let change = self.changes.try_update_value(|changes| {
            *changes += 1;
            *changes
        });
        let estimate = move || {
            if self.changes.try_get_value() == change && self.is_open.get_untracked() {
                self.estimate();
            }
        };
        set_timeout(estimate, Duration::from_millis(ESTIMATE_MS));
    }

    fn estimate(self) {
        // What is at work is not kept waiting.
        if !self.run.with_untracked(|run| run.stage.can_begin()) {
            return;
        }
        self.run.update(|run| (run.outlook, run.refusal) = (None, None));
        self.with_weights(move |own, weights| {
            let (_, text) = self.text();
            let begin = self.draft.with_untracked(|draft| draft.begin(text, own));
            match begin {
                Ok(begin) if self.run.with_untracked(|run| run.stage.can_begin()) => {
                    self.run.update(|run| run.measuring = true);
                    self.ask(Work::Estimate(begin), weights.as_ref());
                }
                Ok(_) => {}
                Err(message) => self.refuse(message),
            }
        });
    }

    fn refuse(self, message: String) {
        self.run.update(|run| run.refusal = Some((message, None)));
    }

    /// Does something with the learnt task that the next learning begins with: what lies beside its weights, and those.
    fn with_weights(self, act: impl FnOnce(Option<String>, Option<ArrayBuffer>) + 'static) {
        let Some(Item { beside, weights, .. }) = self.own() else { return act(None, None) };
        spawn_local(async move {
            match bytes_of(&weights).await {
                Some(buffer) => act(Some(beside), Some(buffer)),
                None => self.refuse("The learnt task cannot be read any more: begin with something else.".into()),
            }
        });
    }

    /// Begins to learn the task on the desk.
    pub fn begin(self) {
        self.with_weights(move |own, weights| {
            let (task, text) = self.text();
            let title = text.title.clone();
            let asked = self.draft.with_untracked(|draft| Ok((draft.begin(text, own)?, draft.budget()?)));
            let (begin, budget) = match asked {
                Ok(asked) => asked,
                Err(message) => return self.refuse(message),
            };
            let taken = |name: &str| self.learnt.with_untracked(|learnt| learnt.iter().any(|item| item.name == name));
            self.name.set_value(names::distinct(&names::allowed(&title), taken));
            self.run.update(|run| run.begin(task, title, budget));
            self.ask(Work::Begin(begin, budget), weights.as_ref());
        });
    }

    /// Ends what is under way after the present step: for a while, or for good.
    pub fn halt(self, stops: bool) {
        self.run.update(|run| run.halt(stops));
        // Its news are those of the order that it ends.
        if let Some(client) = self.client.get_value() {
            client.ask(Work::Pause, None);
        }
    }

    /// Learns on with what is left of the budget.
    pub fn go_on(self) {
        self.run.update(|run| run.go_on(None));
        self.ask(Work::GoOn(None), None);
    }

    /// Learns on for as long as is set.
    pub fn learn_on(self) {
        let budget = match self.draft.with_untracked(Draft::budget) {
            Ok(budget) => budget,
            Err(message) => return self.refuse(message),
        };
        if self.run.with_untracked(Run::needs_resuming) {
            self.run.update(|run| run.resume(budget));
            self.ask(Work::Resume(budget), None);
        } else {
            self.run.update(|run| run.go_on(Some(budget)));
            self.ask(Work::GoOn(Some(budget)), None);
        }
    }

    /// Asks for the answers.
    pub fn answer(self) {
        match self.draft.with_untracked(Draft::asked) {
            Ok(augmentations) => {
                self.run.update(Run::ask);
                self.ask(Work::Answer { augmentations, seconds: ANSWER_SECONDS }, None);
            }
            Err(message) => self.refuse(message),
        }
    }

    /// Takes a candidate over as a person's own answer.
    pub fn take(self, test: usize, at: usize) {
        let grid =
            self.run.with_untracked(|run| grid_of(&run.answered.as_ref()?.tests.get(test)?.candidates.get(at)?.grid));
        if let Some(grid) = grid {
            self.editor.change(|desk| desk.put_as(Slot::output(Side::Test, test), grid, false));
        }
    }

    /// Whether the task that was answered is the one that a person is solving.
    pub fn is_being_solved(self) -> bool {
        self.editor
            .desk
            .with(|desk| desk.attempt().is_some() && self.run.with(|run| run.task.has_content_of(desk.task())))
    }

    fn hear(self, heard: Heard) {
        match heard {
            Heard::Waiting(words) => self.run.update(|run| run.warning = Some(format!("{words}."))),
            Heard::Lost(message) => self.run.update(|run| run.lose(message)),
            Heard::News(id, ..) if id != 0 && id != self.order.get_value() => {}
            Heard::News(_, Event::Kept { beside }, Some(buffer)) => self.keep(beside, &buffer),
            Heard::News(_, event, _) => {
                if let Event::Opened { task, .. } = &event {
                    self.put_on_desk(task);
                }
                self.run.update(|run| run.hear(event));
            }
        }
    }

    fn put_on_desk(self, text: &TaskText) {
        let Ok(mut task) = file::read("", &text.json) else { return };
        task.id.clone_from(&text.id);
        self.run.update(|run| run.open(task.clone(), text.title.clone()));
        if !self.editor.desk.with_untracked(|desk| desk.task().has_content_of(&task)) {
            self.editor.open(task);
        }
    }

    /// Keeps what is learnt: in the browser's private file system, or in this tab where there is none.
    fn keep(self, beside: String, buffer: &ArrayBuffer) {
        let bytes = Uint8Array::new(buffer);
        let Some(weights) = browser::blob_of("application/octet-stream", &bytes) else { return };
        let name = self.name.get_value();
        self.put(Item::new(name, beside, weights));
    }

    /// Puts a learnt task into the list and stores it.
    fn put(self, item: Item) {
        let Item { name, beside, weights, .. } = item.clone();
        self.learnt.update(|learnt| match learnt.iter_mut().find(|other| other.name == item.name) {
            Some(other) => *other = item,
            None => learnt.push(item),
        });
        spawn_local(async move {
            let _ = browser::persist_storage(true).await;
            if !kept_models::keep(FOLDER, &name, &beside, &weights).await {
                let words = "The browser does not keep learnt tasks, or its storage is full: this one lasts as long as the tab. \
                             Save it as files, or remove others.";
                self.run.update(|run| run.warning = Some(words.into()));
            }
        });
    }

    /// Opens a learnt task.
    pub fn open_item(self, name: &str) {
        let item = self.learnt.with_untracked(|learnt| learnt.iter().find(|item| item.name == name).cloned());
        let Some(item) = item else { return };
        spawn_local(async move {
            let Some(buffer) = bytes_of(&item.weights).await else {
                return self.refuse("The learnt task cannot be read any more.".into());
            };
            self.name.set_value(item.name);
            let (_, task) = self.text();
            let gpu = self.draft.with_untracked(|draft| draft.gpu);
            self.ask(Work::Open { beside: item.beside, task, gpu }, Some(&buffer));
        });
    }

    /// Removes a learnt task.
    pub fn remove(self, name: String) {
        self.learnt.update(|learnt| learnt.retain(|item| item.name != name));
        self.draft.update(|draft| {
            if draft.from.strip_prefix("own:") == Some(&name) {
                draft.from.clear();
            }
        });
        spawn_local(async move { kept_models::remove(FOLDER, &name).await });
    }

    /// Saves a learnt task as its two files.
    pub fn save(self, name: &str) {
        self.learnt.with_untracked(|learnt| {
            if let Some(Item { weights, beside, .. }) = learnt.iter().find(|item| item.name == name) {
                browser::save_blob(&format!("{name}.safetensors"), weights);
                browser::save(&format!("{name}.json"), "application/json", beside.as_bytes());
            }
        });
    }

    /// Takes the two files of a learnt task.
    pub fn take_files(self, files: Vec<File>) {
        spawn_local(async move {
            let of = |ending: &str| files.iter().find(|file| file.name().to_lowercase().ends_with(ending));
            let (Some(weights), Some(beside)) = (of(".safetensors"), of(".json")) else {
                return self
                    .refuse("Choose both files of a learnt task: the .safetensors and the .json beside it.".into());
            };
            let text = match browser::files::text(beside).await {
                Ok(text) => text,
                Err(message) => return self.refuse(message),
            };
            let stem = weights.name().rsplit_once('.').map_or_else(|| weights.name(), |(stem, _)| stem.to_owned());
            // The whole of it, as the chosen file may be gone when it is wanted.
            let Ok(buffer) = contents(weights).await else {
                return self.refuse(format!("{} cannot be read any more: choose it again.", weights.name()));
            };
            let Some(weights) = browser::blob_of("application/octet-stream", &Uint8Array::new(&buffer)) else { return };
            let taken = |name: &str| self.learnt.with_untracked(|learnt| learnt.iter().any(|item| item.name == name));
            let name = names::distinct(&names::allowed(&stem), taken);
            self.put(Item::new(name.clone(), text, weights));
            self.open_item(&name);
        });
    }

    /// What is to be said of the memory that the next learning takes, and whether there can be none.
    pub fn memory_fault(self) -> Option<(String, bool)> {
        let needed = self.run.with(|run| run.outlook.as_ref().map(|outlook| outlook.bytes))?;
        // Gigabytes, where the browser tells them.
        let device = Reflect::get(&window().navigator(), &"deviceMemory".into()).ok().and_then(|value| value.as_f64());
        memory_fault(needed, device.map(|gigabytes| gigabytes * 1e9))
    }
}

/// Whether this browser offers WebGPU.
pub fn has_web_gpu() -> bool {
    Reflect::get(&window().navigator(), &"gpu".into()).is_ok_and(|gpu| gpu.is_object())
}

async fn bytes_of(blob: &Blob) -> Option<ArrayBuffer> {
    let buffer: JsValue = JsFuture::from(blob.array_buffer()).await.ok()?;
    buffer.dyn_into().ok()
}
