//! The state of the place.

use std::time::Duration;

use hrm_core::puzzle::arc::{Grid, Pair, Palette, Side, Task, edit, file, link};
use js_sys::Function;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;

use crate::ui::{
    browser,
    tasks::{
        attempt::json_of,
        desk::Desk,
        painting::Look,
        shelf::Shelf,
        slot::Slot,
        tool::{Act, Tool},
    },
};

/// Under which the browser keeps how grids look, and the tab the task.
const LOOK: &str = "hrm.tasks.look";
const DRAFT: &str = "hrm.tasks.draft";

/// CSS pixels of the longer side of a large grid, until one chooses: on a phone two small ones fit side by side.
pub const ZOOM: f64 = 280.0;

/// What the place shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// The task.
    #[default]
    Task,
    /// The collections.
    Library,
}

/// All that the parts of the place share. Copies refer to the same state.
#[derive(Clone, Copy)]
pub struct Editor {
    /// Hears what the address is to hold.
    tell: StoredValue<Function, LocalStorage>,
    /// What the address is to hold of a task that was opened, until that is told: one can go back from it.
    landmark: StoredValue<Option<Option<String>>>,
    /// Whether the place is the one that is seen.
    is_shown: StoredValue<bool>,
    /// The task, and what is being done to it.
    pub desk: RwSignal<Desk>,
    /// What is to be said of the last thing that was done.
    pub notice: RwSignal<Option<String>>,
    /// Whether that is a fault.
    pub is_fault: RwSignal<bool>,
    /// What is shown.
    pub view: RwSignal<View>,
    /// How grids look.
    pub look: RwSignal<Look>,
    /// CSS pixels of the longer side of a grid.
    pub zoom: RwSignal<f64>,
    /// The own task that was removed last.
    pub removed: RwSignal<Option<Task>>,
    /// Collections, and a person's own tasks.
    pub shelf: RwSignal<Shelf>,
    /// Whether a person's own tasks were read.
    pub has_own: StoredValue<bool>,
}

impl Editor {
    /// The place with the task of the address, else that of the tab, else an example.
    pub fn new(linked: Option<&str>, tell: Function) -> Self {
        let kept = browser::recall(LOOK).unwrap_or_default();
        let mut kept = kept.split(' ');
        let (palette, digits) = (kept.next() == Some("other"), kept.next() == Some("digits"));
        let zoom = kept.next().and_then(|zoom| zoom.parse().ok()).unwrap_or(ZOOM);
        let palette = if palette { Palette::ColourBlind } else { Palette::Usual };
        let editor = Self {
            tell: StoredValue::new_local(tell),
            landmark: StoredValue::new(None),
            is_shown: StoredValue::new(true),
            desk: RwSignal::new(Desk::new(example())),
            notice: RwSignal::new(None),
            is_fault: RwSignal::new(false),
            view: RwSignal::new(View::default()),
            look: RwSignal::new(Look { palette, digits }),
            zoom: RwSignal::new(zoom),
            removed: RwSignal::new(None),
            shelf: RwSignal::new(Shelf::default()),
            has_own: StoredValue::new(false),
        };
        editor.open_first(linked);
        editor.tell_of_task();
        editor.keep_draft();
        Effect::new(move |before: Option<()>| {
            let (Look { palette, digits }, zoom) = (editor.look.get(), editor.zoom.get());
            if before.is_some() {
                let palette = if palette == Palette::Usual { "usual" } else { "other" };
                browser::keep(LOOK, &format!("{palette} {} {zoom}", if digits { "digits" } else { "plain" }));
            }
        });
        editor
    }

    /// The place of the component that asks.
    pub fn here() -> Self {
        expect_context()
    }

    /// Changes what lies on the desk.
    pub fn change(self, change: impl FnOnce(&mut Desk)) {
        self.desk.update(|desk| {
            desk.now = browser::now();
            change(desk);
        });
    }

    /// Does what takes no place to say; what is copied goes to the clipboard too, as JSON.
    pub fn act(self, act: Act) {
        self.change(|desk| desk.act(act));
        let copied = self.desk.with_untracked(|desk| desk.clip().filter(|_| act == Act::Copy).map(json_of));
        if let Some(json) = copied {
            // Where the browser does not let it, the place keeps it all the same.
            spawn_local(async move { _ = browser::copy(&json).await });
        }
    }

    /// Takes a tool; what was under way with another one is given up.
    pub fn take(self, tool: Tool) {
        self.change(|desk| {
            desk.escape();
            desk.tool = tool;
        });
    }

    /// A grid as it is shown.
    pub fn shown(self, slot: Slot) -> Memo<Option<Grid>> {
        Memo::new(move |_| self.desk.with(|desk| desk.shown(slot)))
    }

    /// Puts another task on the desk, as a place that one can go back to.
    pub fn open(self, task: Task) {
        self.landmark.set_value(Some(link::encode(&task).ok()));
        self.put(task);
    }

    fn put(self, task: Task) {
        let (tool, colour, clip) = self.desk.with_untracked(|desk| (desk.tool, desk.colour, desk.clip().cloned()));
        let mut desk = Desk::new(task);
        (desk.tool, desk.colour) = (tool, colour);
        desk.keep_clip(clip);
        self.desk.set(desk);
        self.notice.set(None);
        self.view.set(View::Task);
    }

    /// The task's name for files.
    pub fn name(self) -> String {
        self.desk.with(|desk| desk.task().title()).unwrap_or_else(|| "task".into())
    }

    fn open_first(self, linked: Option<&str>) {
        let draft = browser::take_from_tab(DRAFT).and_then(|kept| {
            let (name, text) = kept.split_once('\n')?;
            let mut task = file::read("", text).ok()?;
            task.id = name.to_owned();
            Some(task)
        });
        // The same task with its name and its other fields.
        match (linked, draft) {
            (None, Some(draft)) => self.put(draft),
            (Some(linked), Some(draft)) if link::encode(&draft).is_ok_and(|own| own == *linked) => self.put(draft),
            (Some(linked), _) => self.open_link(linked),
            (None, None) => {}
        }
    }

    fn open_link(self, linked: &str) {
        match link::decode(linked) {
            Ok(task) => self.put(task),
            Err(error) => self.refuse(&format!("In the address: {error}")),
        }
    }

    /// The address holds the task, as long as that is small.
    fn tell_of_task(self) {
        let own = Memo::new(move |before: Option<&Option<String>>| {
            self.desk.with(|desk| match before {
                // Not at every cell of a stroke.
                Some(before) if desk.is_held() => before.clone(),
                _ => link::encode(desk.task()).ok(),
            })
        });
        Effect::new(move |before: Option<()>| {
            let link = own.get();
            // A fault in the address stays there until something is drawn.
            if before.is_none() && self.notice.with_untracked(Option::is_some) {
                return;
            }
            let opened = self.landmark.try_update_value(Option::take).flatten();
            let is_landmark = opened.is_some_and(|opened| opened == link);
            let link = link.map_or(JsValue::UNDEFINED, JsValue::from);
            self.tell.with_value(|tell| _ = tell.call2(&JsValue::NULL, &link, &is_landmark.into()));
        });
    }

    /// Another address brings its task.
    pub fn set_task(self, linked: &str) {
        if self.desk.with_untracked(|desk| link::encode(desk.task()).ok().as_deref() != Some(linked)) {
            self.open_link(linked);
        }
    }

    /// Whether the place is seen from now on.
    pub fn show(self, is_shown: bool) {
        self.is_shown.set_value(is_shown);
    }

    /// A page that is loaded again shows the same task: the address alone would lose its name, and one that is large.
    fn keep_draft(self) {
        let handle = window_event_listener(leptos::ev::pagehide, move |_| {
            self.desk.with_untracked(|desk| {
                let task = desk.task();
                browser::keep_in_tab(DRAFT, &format!("{}\n{}", task.id.replace('\n', " "), file::write(task)));
            });
        });
        on_cleanup(move || handle.remove());
    }

    /// Whether the place is the one that is shown.
    pub fn is_here(self) -> bool {
        self.is_shown.get_value()
    }

    /// Says what is wrong, until something else is said or opened; what is on the desk stays.
    pub fn refuse(self, message: &str) {
        self.is_fault.set(true);
        self.notice.set(Some(format!("{}.", message.trim_end_matches('.'))));
    }

    /// Says something for a while.
    pub fn say(self, words: &str) {
        let words = Some(words.to_owned());
        self.is_fault.set(false);
        self.notice.set(words.clone());
        set_timeout(
            move || {
                if self.notice.try_with_untracked(|now| *now == words) == Some(true) {
                    self.notice.set(None);
                }
            },
            Duration::from_secs(6),
        );
    }
}

/// What the place begins with: a mirror.
fn example() -> Task {
    let grids = ["120/000/003", "005/050/500", "4400/4000/0006", "7008/0080/0800"].map(|rows| {
        let rows: Vec<Vec<u8>> = rows.split('/').map(|row| row.bytes().map(|digit| digit - b'0').collect()).collect();
        Grid::of_rows(&rows)
    });
    let pairs = grids.into_iter().flatten().map(|input| {
        let output = Some(edit::flipped_left_right(&input));
        Pair::new(input, output)
    });
    let mut train: Vec<_> = pairs.collect();
    let test = train.split_off(train.len().saturating_sub(1));
    Task::new("example", train, test)
}

/// An empty task: a demonstration and a test.
pub fn empty() -> Task {
    let mut desk = Desk::new(Task::default());
    desk.add(Side::Train);
    desk.add(Side::Test);
    desk.task().clone()
}
