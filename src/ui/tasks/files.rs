//! Tasks that come as files or as text, and go as files and links.

use hrm_core::puzzle::arc::{Grid, Task, file, link};
use leptos::{ev::ClipboardEvent, prelude::*, task::spawn_local};
use serde_json::Value;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use crate::ui::{
    browser::{self, files::text},
    tasks::{
        editor::{Editor, View},
        picture::{Picture, picture},
        shelf::OWN,
        tool::Act,
        tools::in_field,
    },
    url::{address::Address, place::Place},
};

/// Bytes of the files of tasks at most: twenty times the largest that are published.
const MOST_BYTES: f64 = 20e6;
/// Pixels of a PNG for each of the picture's.
const SHARPNESS: f64 = 2.0;

/// A grid as JSON has it: rows of colours.
fn grid_of(text: &str) -> Result<Grid, String> {
    const EXPECTED: &str = "expected rows of whole numbers from 0 to 9, such as [[0, 1], [2, 3]]";
    let json = hrm_core::json::parse(text).map_err(|error| error.to_string())?;
    let colour = |cell: &Value| cell.as_u64().and_then(|colour| u8::try_from(colour).ok());
    let row = |row: &Value| row.as_array()?.iter().map(colour).collect::<Option<Vec<_>>>();
    let rows = json.as_array().and_then(|rows| rows.iter().map(row).collect::<Option<Vec<_>>>());
    Grid::of_rows(&rows.ok_or(EXPECTED)?).map_err(|fault| fault.to_string())
}

impl Editor {
    /// Takes files that are to be tasks: one is put on the desk, several on the shelf. Where something is wrong with them it
    /// is said, and the task on the desk stays.
    pub fn take_files(self, files: Vec<File>) {
        spawn_local(self.read_files(files));
    }

    async fn read_files(self, files: Vec<File>) {
        let is_json = |file: &File| file.name().to_lowercase().ends_with(".json");
        // A folder may hold a licence and the like.
        let of_json: Vec<_> = files.iter().filter(|file| is_json(file)).cloned().collect();
        let files = if of_json.is_empty() { files } else { of_json };
        let bytes: f64 = files.iter().map(|file| file.size()).sum();
        let Some(first) = files.first() else { return };
        if bytes > MOST_BYTES {
            let (megabytes, most) = (bytes / 1e6, MOST_BYTES / 1e6);
            return self.refuse(&format!("{}: {megabytes:.0} MB, expected at most {most:.0} MB", first.name()));
        }
        let mut read = Vec::new();
        for file in &files {
            match text(file).await {
                Ok(text) => read.push((file.name(), text)),
                Err(message) => return self.refuse(&message),
            }
        }
        let files: Vec<_> = read.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        self.take_texts(&files);
    }

    fn take_texts(self, files: &[(&str, &str)]) {
        match file::read_all(files) {
            Ok(tasks) => self.take_tasks(tasks),
            Err(error) => self.refuse(&error.to_string()),
        }
    }

    fn take_tasks(self, mut tasks: Vec<Task>) {
        if tasks.len() == 1 {
            self.shelf.update(|shelf| shelf.forget_opened());
            return tasks.into_iter().for_each(|task| self.open(task));
        }
        let count = tasks.len();
        self.read_own();
        self.shelf.update(|shelf| {
            shelf.add(std::mem::take(&mut tasks));
            shelf.shown = OWN;
            shelf.filter = Default::default();
        });
        self.view.set(View::Library);
        if self.keep_own() {
            self.say(&format!("{count} tasks were put among yours."));
        }
    }

    /// Takes a text that was pasted: a grid floats over the present one, a task is opened.
    fn take_text(self, text: &str) {
        let trimmed = text.trim_start_matches('\u{feff}').trim();
        if trimmed.starts_with('{') {
            self.take_texts(&[("", text)]);
        } else if trimmed.starts_with('[') {
            match grid_of(trimmed) {
                Ok(grid) => self.change(|desk| desk.paste(grid)),
                Err(message) => self.refuse(&format!("The pasted grid: {message}")),
            }
        } else if self.desk.with_untracked(|desk| desk.clip().is_some()) {
            self.act(Act::Paste);
        } else {
            self.refuse("What was pasted is neither a task ({\"train\": …, \"test\": …}) nor a grid ([[0, 1], …])");
        }
    }

    /// Ctrl+V anywhere in the place but in a field.
    pub fn listen_for_paste(self) {
        let handle = window_event_listener(leptos::ev::paste, move |event: ClipboardEvent| {
            if self.is_here() && !in_field(event.target()) {
                event.prevent_default();
                let text = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok());
                self.take_text(&text.unwrap_or_default());
            }
        });
        on_cleanup(move || handle.remove());
    }

    /// Takes what is on the clipboard, where the browser lets it: for those without a keyboard.
    pub fn paste_from_clipboard(self) {
        spawn_local(async move {
            let navigator = window().navigator();
            // Pages that came over an unprotected connection have none.
            let has = js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|it| it.is_object());
            let read = if has { JsFuture::from(navigator.clipboard().read_text()).await.ok() } else { None };
            match read.and_then(|text| text.as_string()) {
                Some(text) => self.take_text(&text),
                None => self.refuse("The browser does not let the page read the clipboard: press Ctrl+V"),
            }
        });
    }

    /// Saves the task as JSON: as it was read, where nothing was changed.
    pub fn save_json(self) {
        let text = self.desk.with_untracked(|desk| file::write(desk.task()));
        browser::save(&format!("{}.json", untrack(|| self.name())), "application/json", text.as_bytes());
    }

    fn picture(self) -> Picture {
        let look = self.look.get_untracked();
        // Who solves a task does not want its answers.
        self.desk.with_untracked(|desk| picture(desk.task(), look.palette, look.digits, desk.attempt().is_none()))
    }

    /// Saves a picture of the task.
    pub fn save_svg(self) {
        let name = format!("{}.svg", untrack(|| self.name()));
        browser::save(&name, "image/svg+xml", self.picture().text.as_bytes());
    }

    /// The same in pixels.
    pub fn save_png(self) {
        let (Picture { text, width, height }, name) = (self.picture(), untrack(|| self.name()));
        spawn_local(async move {
            let made = async {
                let picture = browser::picture(&text).await?;
                let (width, height) = (width * SHARPNESS, height * SHARPNESS);
                let canvas = browser::canvas(width as u32, height as u32)?;
                let on = canvas.get_context("2d").ok()??.dyn_into::<web_sys::CanvasRenderingContext2d>().ok()?;
                on.draw_image_with_html_image_element_and_dw_and_dh(&picture, 0.0, 0.0, width, height).ok()?;
                browser::png(&canvas).await
            };
            match made.await {
                Some(png) => browser::save_blob(&format!("{name}.png"), &png),
                None => self.refuse("The browser cannot paint so large a picture: save it as SVG"),
            }
        });
    }

    /// Puts a link that holds the task on the clipboard.
    pub fn copy_link(self) {
        let task = match self.desk.with_untracked(|desk| link::encode(desk.task())) {
            Ok(task) => task,
            Err(error) => return self.refuse(&error.to_string()),
        };
        let address = Address { place: Place::Tasks, task: Some(task), ..Address::default() };
        let link = format!("{}{address}", browser::address_without_fragment());
        spawn_local(async move {
            if browser::copy(&link).await {
                self.say("The link is on the clipboard.");
            } else {
                self.refuse(
                    "The browser does not let the page write to the clipboard: the page's address holds the task",
                );
            }
        });
    }

    /// Saves what a person did in an attempt.
    pub fn save_log(self) {
        let log = self.desk.with_untracked(|desk| Some(desk.attempt()?.log(desk.task())));
        if let Some(log) = log {
            let name = format!("{}-attempt.json", untrack(|| self.name()));
            browser::save(&name, "application/json", log.as_bytes());
        }
    }
}
