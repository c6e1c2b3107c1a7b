//! Models in files: they are opened, kept in the browser, and handed out again.

use std::sync::Arc;

use hrm_core::{
    gallery::{Card, Entry},
    names,
};
use hrm_link::{
    protocol::{Describe, Event, Half, Task, TextFile},
    replies::End,
};
use js_sys::Object;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{Blob, File};

use crate::ui::{
    browser::{
        self,
        files::text,
        kept_models::{self, BROUGHT},
    },
    format::words::{bytes, parameters},
    state::{
        brought::Files,
        checkpoint::{About, Brought, Unsettled},
        machine::{Checkpoint, Machine, Own, Status},
    },
    url::place::Place,
};

/// Bytes of an identifiers.json at most: of an ARC build with all its augmentations.
const MOST_OF_NAMES: f64 = 200e6;
/// Names that are kept with a model; more are read from their file again.
const MOST_KEPT_NAMES: usize = 20_000;
/// Bytes of a model up to which nobody waits for its copy in the browser.
const SOON_KEPT: f64 = 200e6;
/// Bytes of a model that is handed out at most: page and worker hold it at once.
const MOST_HANDED_OUT: f64 = 1e9;

impl Files {
    /// Opens a checkpoint, or asks what its files do not tell.
    pub(super) async fn open_checkpoint(self, brought: Brought) {
        let number = self.machine.bring();
        self.route.place.set(Place::Solve);
        self.machine.asked.set(None);
        // What was said of files before is not about these.
        self.machine.notice.set(None);
        let Some(file) = brought.weights else { return };
        let read = async {
            let optional = async |file: Option<File>| match file {
                Some(file) => text(&file).await.map(|text| Some(TextFile { name: file.name(), text })),
                None => Ok(None),
            };
            let names = match brought.names {
                Some(file) if file.size() > MOST_OF_NAMES => {
                    Err(format!("{}: {}, expected at most {}", file.name(), bytes(file.size()), bytes(MOST_OF_NAMES)))
                }
                Some(file) => browser::json::read(&text(&file).await?)
                    .map_err(|error| format!("{}: expected a list of names: {error}", file.name())),
                None => Ok(Vec::new()),
            };
            let (yaml, dataset) = (optional(brought.yaml).await?, optional(brought.dataset).await?);
            Ok((names?, Describe { name: file.name(), yaml, dataset, changes: Vec::new() }))
        };
        match read.await {
            Ok((names, described)) if self.machine.is_last_brought(number) => {
                let name = names::allowed(file.name().trim_end_matches(".safetensors")).into_owned();
                self.find_configuration(Unsettled { name, fields: Vec::new(), described, file, names }).await;
            }
            Ok(_) => {}
            Err(message) => self.notices.refuse(message),
        }
    }

    /// Takes a person's answer to what was asked.
    pub fn answer(self, fields: Vec<(String, String)>) {
        let Some(mut unsettled) = self.machine.asked.get_untracked() else { return };
        unsettled.described.changes.clone_from(&fields);
        unsettled.fields = fields;
        spawn_local(self.find_configuration(unsettled));
    }

    /// Finds the configuration, and opens the model if nothing is left to ask.
    async fn find_configuration(self, mut unsettled: Unsettled) {
        let task = Task::Describe(unsettled.described.clone());
        match self.workers.request_of_file(task, unsettled.file.clone()).last().await {
            Ok((Event::Described { config, puzzle: Some(puzzle), assumed, source }, _)) if assumed.is_empty() => {
                self.machine.asked.set(None);
                self.machine.notice.set(None);
                let Unsettled { name, file, names, .. } = unsettled;
                let modified = file.last_modified();
                self.adopt_file(name, file, About { puzzle, config: *config, names, modified, source: Some(source) })
                    .await;
            }
            Ok((Event::Described { assumed, .. }, _)) => {
                let split = |field: &String| {
                    let (name, value) = field.split_once(' ').unwrap_or((field, ""));
                    (name.to_owned(), value.to_owned())
                };
                unsettled.fields = assumed.iter().map(split).collect();
                self.machine.asked.set(Some(unsettled));
            }
            Ok((Event::Failed(failure), _)) => self.notices.refuse(failure.message),
            Err(End::Lost(loss)) => self.notices.refuse(loss.message),
            _ => {}
        }
    }

    /// Opens a model in a file, and keeps it if it opens.
    pub(super) async fn adopt_file(self, mut name: String, file: File, about: About) {
        // The gallery's own stays beside it.
        let of_gallery = |model: &Entry| model.name == name && !model.file.is_empty();
        if self.machine.gallery.with_untracked(|gallery| gallery.iter().any(of_gallery)) {
            name.push_str(" (file)");
        }
        // And so does every other file: official checkpoints are all named alike.
        let others = self.machine.others_than(&file, about.modified);
        let name = names::distinct(&name, |name| others.iter().any(|other| other == name));
        let names = if about.names.len() > MOST_KEPT_NAMES { Vec::new() } else { about.names.clone() };
        let text = browser::json::write(&About { names, ..about.clone() });
        let puzzle = about.puzzle;
        self.route.place.set(Place::Solve);
        self.machine.adopt(own(&name, about, file.clone().into()));
        self.solver.show_kind(puzzle);
        let is_open = || self.machine.model.with_untracked(|model| model.as_ref().is_some_and(|it| it.name == name));
        loop {
            browser::breathe().await;
            match self.machine.status.get_untracked() {
                Status::Opening if is_open() => {}
                Status::Failed(_) => return,
                _ if !is_open() => return,
                _ => break,
            }
        }
        self.machine.keeping.set((file.size() > SOON_KEPT).then(|| name.clone()));
        // It stays until it is removed, if the browser can be had to promise that.
        let _ = browser::persist_storage(true).await;
        let is_kept = kept_models::keep(BROUGHT, &name, &text.unwrap_or_default(), &file).await;
        self.machine.keeping.set(None);
        if is_kept {
            self.machine.kept.update(|kept| {
                kept.retain(|(other, _)| *other != name);
                kept.push((name, file.size()));
            });
        } else {
            let text = format!("{name} could not be kept in this browser: it is there until the page is closed.");
            self.machine.notice.set(Some(text));
        }
    }

    /// Hands a person a file of the open model: in the form of the official training, or as safetensors; its weights or its
    /// configuration, one at a time, for browsers ask before a page saves two.
    pub fn hand_out(self, official: bool, part: Half) {
        let Some(entry) = self.machine.model.get_untracked() else { return };
        let blob = untrack(|| self.machine.own_of_board());
        let source = blob.as_ref().and_then(|own| own.checkpoint.as_ref()?.source.clone());
        let blob = blob.and_then(|own| Some((own.file.dyn_into::<Blob>().ok()?, own.config)));
        let too_large = |blob: &Blob| part == Half::Weights && blob.size() > MOST_HANDED_OUT;
        if let Some((blob, _)) = blob.as_ref().filter(|(blob, _)| too_large(blob)) {
            let most = bytes(MOST_HANDED_OUT);
            return self
                .notices
                .refuse(format!("The file has {}; more than {most} are converted by hrm convert", bytes(blob.size())));
        }
        let stem = names::allowed(&entry.name).into_owned();
        let named = entry.name.strip_prefix("step_").and_then(|step| step.parse().ok());
        let step = named.or(entry.facts.as_ref().and_then(|facts| facts.steps)).unwrap_or(0);
        let archive = official.then(|| format!("step_{step}"));
        let (files, config) = match blob {
            Some((blob, config)) => (vec![Object::from(blob)], Some(Box::new(config))),
            None => (Vec::new(), None),
        };
        let task = Task::Export { half: part, archive: archive.clone(), config, puzzle: entry.puzzle, source };
        let Some(mut replies) = self.machine.request_with(task, files) else { return };
        spawn_local(async move {
            while let Ok((event, buffer)) = replies.next().await {
                match (event, buffer) {
                    (Event::Exported, Some(buffer)) => {
                        let (name, kind) = match (part, &archive) {
                            (Half::Weights, Some(archive)) => (archive.clone(), "application/octet-stream"),
                            (Half::Weights, None) => (format!("{stem}.safetensors"), "application/octet-stream"),
                            (Half::Configuration, Some(_)) => ("all_config.yaml".into(), "application/yaml"),
                            (Half::Configuration, None) => (format!("{stem}.json"), "application/json"),
                        };
                        if let Some(blob) = browser::blob_of(kind, &buffer) {
                            browser::save_blob(&name, &blob);
                        }
                    }
                    (Event::Failed(failure), _) => self.notices.refuse(failure.message),
                    _ => {}
                }
            }
        });
    }
}

impl Machine {
    /// The names of all models but that of this very file.
    fn others_than(self, file: &File, modified: f64) -> Vec<String> {
        let is_it = |own: &Own| {
            let same_time = own.checkpoint.as_ref().is_some_and(|checkpoint| checkpoint.modified == modified);
            same_time && own.file.dyn_ref::<Blob>().is_some_and(|blob| blob.size() == file.size())
        };
        let own = self.own_names(is_it);
        let mut names =
            self.gallery.with_untracked(|all| all.iter().map(|entry| entry.name.clone()).collect::<Vec<_>>());
        names.retain(|name| !own.contains(name));
        names
    }

    /// Removes a model that was kept in the browser.
    pub fn remove_kept(self, name: String) {
        self.kept.update(|kept| kept.retain(|(other, _)| *other != name));
        self.forget(&name);
        spawn_local(async move { kept_models::remove(BROUGHT, &name).await });
    }

    /// Lists the models that were kept on earlier visits.
    pub(super) fn list_kept_models(self) {
        spawn_local(async move {
            let (mut models, mut listed) = (Vec::new(), Vec::new());
            for kept in kept_models::list(BROUGHT).await {
                listed.push((kept.name.clone(), kept.file.size()));
                if let Ok(about) = browser::json::read::<About>(&kept.about) {
                    models.push(own(&kept.name, about, kept.file.into()));
                }
            }
            self.kept.set(listed);
            self.list_kept(models);
        });
    }
}

fn own(name: &str, about: About, file: Object) -> Own {
    let About { puzzle, config, names, modified, source } = about;
    let facts = Card { parameters: Some(parameters(&config) as u64), ..Card::default() };
    let entry = Entry::of_own(name.into(), puzzle, &config, facts);
    let checkpoint = Checkpoint { identifier: 0, names: Arc::new(names), modified, source };
    Own { run: format!("file:{name}"), entry, config, file, checkpoint: Some(checkpoint) }
}
