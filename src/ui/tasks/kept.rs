//! A person's own tasks, in the browser until they are removed; tasks of the shelf that are opened.

use hrm_core::puzzle::arc::{
    Task,
    file::{self, Bundle},
    library::{COLLECTIONS, Collection},
};
use leptos::{prelude::*, task::spawn_local};

use crate::ui::{browser, tasks::editor::Editor};

/// Under which they are kept, as one file of tasks.
const KEY: &str = "hrm.tasks";
/// What was there and could not be read.
const UNREAD: &str = "hrm.tasks.unread";

/// Milliseconds of reading before the page may do something else.
const READING_MS: f64 = 12.0;

/// The tasks of a collection of the page. It is read piece by piece: the page goes on meanwhile.
async fn fetched(of_page: &Collection) -> Result<Vec<Task>, String> {
    let text = browser::fetch_text(&format!("./tasks/{}", of_page.file)).await?;
    let bundle = Bundle::new(of_page.file, text);
    let mut tasks = Vec::new();
    let mut begun = browser::now();
    for task in bundle {
        tasks.push(task.map_err(|error| error.to_string())?);
        if browser::now() - begun > READING_MS {
            browser::breathe().await;
            begun = browser::now();
        }
    }
    let (came, all) = (tasks.len(), of_page.tasks);
    // A host may answer with something else in its place.
    (came == all).then_some(tasks).ok_or_else(|| format!("{}: {came} tasks came, expected {all}", of_page.file))
}

impl Editor {
    /// Reads what was kept on earlier visits.
    pub fn read_own(self) {
        if self.has_own.get_value() {
            return;
        }
        self.has_own.set_value(true);
        let Some(text) = browser::recall(KEY) else { return };
        match file::read_all(&[("", &text)]) {
            Ok(tasks) => self.shelf.update(|shelf| shelf.add(tasks)),
            Err(error) => {
                // What is kept from now on does not take its place.
                browser::keep(UNREAD, &text);
                self.refuse(&format!("Your own tasks cannot be read: {error}"));
            }
        }
    }

    /// Writes a person's own tasks; false, and said so, where the browser does not keep them.
    pub fn keep_own(self) -> bool {
        let own = self.shelf.with_untracked(|shelf| shelf.own());
        let kept = match (window().local_storage(), own.is_empty()) {
            (Ok(Some(storage)), true) => storage.remove_item(KEY).is_ok(),
            (Ok(Some(storage)), false) => storage.set_item(KEY, &file::write_all(&own)).is_ok(),
            _ => false,
        };
        if !kept {
            let words = "The browser does not keep your tasks, or its storage is full: save them as files before you close \
                         the page.";
            self.refuse(words);
        }
        kept
    }

    /// Puts the task on the desk among a person's own.
    pub fn keep_task(self) {
        let task = self.desk.with_untracked(|desk| desk.task().clone());
        let name = untrack(|| self.name());
        self.read_own();
        self.shelf.update(|shelf| shelf.put_back(task));
        if self.keep_own() {
            self.say(&format!("{name} is kept in this browser, in the library under Yours."));
        }
    }

    /// Removes one of a person's own tasks.
    pub fn remove_own(self, at: usize) {
        self.removed.set(self.shelf.try_update(|shelf| shelf.remove(at)).flatten());
        self.keep_own();
    }

    /// Puts the one that was removed last back.
    pub fn put_back_removed(self) {
        if let Some(task) = self.removed.try_update(Option::take).flatten() {
            self.shelf.update(|shelf| shelf.add(vec![task]));
            self.keep_own();
        }
    }

    /// Saves all of a person's own tasks as one file.
    pub fn save_own(self) {
        let text = self.shelf.with_untracked(|shelf| file::write_all(&shelf.own()));
        browser::save("tasks.json", "application/json", text.as_bytes());
    }

    /// Shows a collection, which is fetched if it was not yet.
    pub fn show_collection(self, collection: usize) {
        let begins = self.shelf.try_update(|shelf| {
            shelf.shown = collection;
            shelf.begin_fetching(collection)
        });
        let Some(of_page) = COLLECTIONS.get(collection).filter(|_| begins == Some(true)) else { return };
        spawn_local(async move {
            match fetched(of_page).await {
                Ok(tasks) => self.shelf.update(|shelf| shelf.fill(collection, tasks)),
                Err(message) => {
                    self.shelf.update(|shelf| shelf.fail(collection));
                    self.refuse(&message);
                }
            }
        });
    }

    /// Opens a task of the collection that is shown.
    pub fn open_from_shelf(self, at: usize) {
        let task = self.shelf.try_update(|shelf| shelf.open(at)).flatten();
        task.into_iter().for_each(|task| self.open(task));
    }

    /// Opens the task that stands so far behind the present one, among those that are looked for.
    pub fn open_neighbour(self, by: isize) {
        if let Some(at) = self.shelf.with_untracked(|shelf| shelf.neighbour(by)) {
            self.open_from_shelf(at);
        }
    }

    /// Opens any task of those that are looked for.
    pub fn open_random(self) {
        let found = self.shelf.with_untracked(|shelf| shelf.found());
        if !found.is_empty() {
            self.open_from_shelf(found[browser::seed() as usize % found.len()]);
        }
    }
}
