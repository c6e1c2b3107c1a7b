//! The place of tasks, from outside: a module of its own (`src/bin/tasks.rs`), fetched when the place is first shown.

use js_sys::Array;
use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::prelude::*;
use web_sys::{File, HtmlElement};

use crate::ui::{
    state::{Drawing, Route},
    url::place::Place,
};

#[wasm_bindgen]
extern "C" {
    /// `load` of www/load.js, handed on by www/start.js.
    #[wasm_bindgen(catch, js_name = loadModule)]
    async fn load_module(script: &str, wasm: &str, waiting: &Closure<dyn Fn(String)>) -> Result<Exports, JsValue>;

    /// What src/bin/tasks.rs exports.
    #[wasm_bindgen(extends = js_sys::Object)]
    type Exports;
    #[wasm_bindgen(method, catch)]
    fn start(this: &Exports, room: &HtmlElement, linked: Option<String>, tell: &JsValue) -> Result<Running, JsValue>;

    type Running;
    #[wasm_bindgen(method, catch)]
    fn show(this: &Running, is_shown: bool) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn set_task(this: &Running, linked: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn take_files(this: &Running, files: &Array) -> Result<(), JsValue>;
}

/// How far the module is.
#[derive(Clone, PartialEq)]
enum State {
    /// It is being fetched; perhaps with words about what takes so long.
    Loading(Option<String>),
    /// It runs.
    Here,
    /// It could not be fetched, or has stopped: why.
    Failed(String),
}

/// Whether a JSON file's text is about tasks: of a recipe or a model's configuration it is not.
pub fn is_of_tasks(text: &str) -> bool {
    text.contains("\"input\"") && (text.contains("\"train\"") || text.contains("\"test\""))
}

/// The module and what waits for it.
#[derive(Clone, Copy)]
pub struct TasksModule {
    route: Route,
    drawing: Drawing,
    state: RwSignal<State>,
    running: StoredValue<Option<Running>, LocalStorage>,
    /// Files that came before it did.
    files: StoredValue<Vec<File>, LocalStorage>,
    /// What the module told last: that is not told back.
    told: StoredValue<Option<String>>,
    /// How often it was fetched.
    attempts: StoredValue<usize>,
}

impl TasksModule {
    /// Nothing is fetched yet.
    pub fn new() -> Self {
        Self {
            route: Route::here(),
            drawing: Drawing::here(),
            state: RwSignal::new(State::Loading(None)),
            running: StoredValue::new_local(None),
            files: StoredValue::new_local(Vec::new()),
            told: StoredValue::new(None),
            attempts: StoredValue::new(0),
        }
    }

    /// The module of the component that asks.
    pub fn here() -> Self {
        expect_context()
    }

    /// Whether the place is shown.
    pub fn is_shown(self) -> bool {
        self.route.place.get_untracked() == Place::Tasks
    }

    /// Shows the place, and gives it files; where its module is not there yet, as soon as it is.
    pub fn take_files(self, files: Vec<File>) {
        self.route.place.set(Place::Tasks);
        self.files.update_value(|waiting| waiting.extend(files));
        self.give_files();
    }

    fn give_files(self) {
        let files = self.files.with_value(|files| files.iter().collect::<Array>());
        if files.length() > 0 && self.ask(|running| running.take_files(&files)) {
            self.files.set_value(Vec::new());
        }
    }

    /// Asks the module for something, where it runs and still answers.
    fn ask(self, what: impl FnOnce(&Running) -> Result<(), JsValue>) -> bool {
        let asked = self.running.with_value(|running| running.as_ref().map(what));
        if let Some(Err(error)) = &asked {
            self.running.set_value(None);
            self.state.set(State::Failed(format!("This place has stopped ({}).", words(error))));
        }
        matches!(asked, Some(Ok(())))
    }

    /// Fetches the module and puts the place into an element.
    async fn start(self, room: HtmlElement) {
        self.state.set(State::Loading(None));
        room.set_inner_html("");
        // A browser may remember that a script failed: another address is another script.
        let attempt =
            self.attempts.try_update_value(|attempts| std::mem::replace(attempts, *attempts + 1)).unwrap_or(0);
        let again = if attempt == 0 { String::new() } else { format!("?{attempt}") };
        let waiting = Closure::new(move |words| self.state.set(State::Loading(Some(words))));
        let loaded = load_module(&format!("./tasks.js{again}"), "./tasks_bg.wasm", &waiting).await;
        let tell = Closure::<dyn Fn(Option<String>, bool)>::new(move |linked: Option<String>, landmark: bool| {
            self.told.set_value(linked.clone());
            if landmark {
                self.drawing.landmark.set_value(true);
            }
            self.route.task.set(linked);
        });
        let linked = self.route.task.get_untracked();
        match loaded.and_then(|exports| exports.start(&room, linked, tell.as_ref())) {
            Ok(running) => {
                // It may tell as long as the page lives.
                tell.forget();
                self.running.set_value(Some(running));
                self.state.set(State::Here);
                self.ask(|running| running.show(self.is_shown()));
                self.give_files();
            }
            Err(error) => self.state.set(State::Failed(format!("{}.", words(&error).trim_end_matches('.')))),
        }
    }

    /// Tells the module what changes outside it.
    fn follow(self) {
        Effect::new(move |_| {
            let is_shown = self.route.place.get() == Place::Tasks;
            self.ask(|running| running.show(is_shown));
        });
        Effect::new(move |_| {
            let linked = self.route.task.get();
            let is_news = self.told.with_value(|told| *told != linked);
            if let Some(linked) = linked.filter(|_| is_news) {
                self.ask(|running| running.set_task(&linked));
            }
        });
    }
}

/// What an error says.
fn words(error: &JsValue) -> String {
    let message = js_sys::Reflect::get(error, &"message".into()).ok().and_then(|message| message.as_string());
    message.or_else(|| error.as_string()).unwrap_or_else(|| "it says nothing of why".into())
}

/// The place: what the module shows, or what became of it.
#[component]
pub fn TasksPlace() -> impl IntoView {
    let module = TasksModule::here();
    let room = NodeRef::<html::Div>::new();
    let start = move || {
        if let Some(room) = room.get_untracked() {
            spawn_local(module.start(room.into()));
        }
    };
    Effect::new(move |_| {
        if room.get().is_some() {
            start();
        }
    });
    module.follow();
    let said = move || match module.state.get() {
        State::Loading(None) => "Loading…".into(),
        State::Loading(Some(words)) | State::Failed(words) => words,
        State::Here => String::new(),
    };
    let failed = move || module.state.with(|state| matches!(state, State::Failed(_)));
    view! {
        <p
            class="message"
            class:warning=failed
            role="status"
            data-testid="tasks-module"
            aria-busy=move || module.state.with(|state| matches!(state, State::Loading(_))).to_string()
            hidden=move || module.state.with(|state| *state == State::Here)
        >
            {said}
            " "
            <Show when=failed>
                <button type="button" data-testid="tasks-again" on:click=move |_| start()>"Try again"</button>
            </Show>
        </p>
        <div class="tasks" node_ref=room></div>
    }
}
