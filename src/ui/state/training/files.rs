//! Files that a person brings: puzzles, weights, saved runs.

use js_sys::{ArrayBuffer, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::{Notice, Page};
use crate::{
    config::ModelConfig,
    puzzle::Kind,
    runtime::training::protocol::Source,
    train::{Recipe, Saved},
    ui::{browser, train::words::id_of},
};

/// Where a run's first weights come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Chance.
    Random,
    /// A model of the gallery, by name.
    Gallery(String),
    /// A stored run, by its id.
    Run(String),
    /// A file, by name.
    File(String),
}

/// What is known of a CSV file.
#[derive(Clone, Debug, PartialEq)]
pub enum Table {
    /// It is being looked through.
    Reading(String),
    /// It is no file of puzzles.
    Unreadable {
        /// Its name.
        name: String,
        /// Why.
        message: String,
    },
    /// It can be learnt from.
    Read {
        /// Its name.
        name: String,
        /// Its kind of puzzle.
        kind: Kind,
        /// Good rows.
        rows: usize,
        /// Those that can only be unseen ones.
        test: usize,
        /// What is wrong with the first bad rows.
        problems: Vec<String>,
        /// Bad rows.
        bad: usize,
    },
}

/// Files that the next run needs. They are read when they are used.
#[derive(Clone, Debug, Default)]
pub struct Files {
    table: Option<File>,
    /// A table that is looked through: it takes the place of the one before only if it holds puzzles.
    looked_at: Option<File>,
    weights: Option<File>,
}

/// A file's contents, or what the browser says.
async fn contents(file: &File) -> Result<ArrayBuffer, String> {
    let read = JsFuture::from(file.array_buffer()).await;
    let read = read.map_err(|_| format!("{} cannot be read any more: choose it again", file.name()))?;
    Ok(read.unchecked_into())
}

/// Bytes of a safetensors file's header at most, by its library.
const LONGEST_HEADER: f64 = 1e8;

/// The header of a safetensors file with the eight bytes before it that tell its length; empty where it cannot be read.
async fn header(file: &File) -> Vec<u8> {
    let start = async |bytes: f64| {
        let part = file.slice_with_f64_and_f64(0.0, bytes).ok()?;
        let buffer = JsFuture::from(part.array_buffer()).await.ok()?;
        Some(Uint8Array::new(&buffer).to_vec())
    };
    let length = start(8.0).await.unwrap_or_default();
    let length = <[u8; 8]>::try_from(length).map_or(0.0, |length| u64::from_le_bytes(length) as f64);
    start(8.0 + length.min(LONGEST_HEADER)).await.unwrap_or_default()
}

impl Page {
    /// Takes files as their names say: puzzles (.csv), weights or a saved run (.safetensors: its header tells which), a
    /// configuration (.json).
    pub fn take_files(self, files: Vec<File>) {
        for file in files {
            let name = file.name().to_lowercase();
            match name.rsplit('.').next() {
                Some("csv") => self.take_csv(file),
                Some("safetensors") => self.take_safetensors(file),
                Some("json") => self.take_configuration(file),
                _ => self.refuse(format!(
                    "{}: expected puzzles (.csv), weights or a saved run (.safetensors), or a configuration (.json)",
                    file.name()
                )),
            }
        }
    }

    fn refuse(self, message: String) {
        self.training.notice.set(Some(Notice { text: format!("{message}."), ways: Vec::new() }));
    }

    /// Takes a file of puzzles in place of generated ones, or of another file's.
    pub fn take_csv(self, file: File) {
        let name = file.name();
        self.training.table.set(Some(Table::Reading(name.clone())));
        self.training.files.update_value(|files| files.looked_at = Some(file.clone()));
        spawn_local(async move {
            match contents(&file).await {
                Ok(buffer) => {
                    let chosen = self.training.draft.with_untracked(|draft| draft.puzzle);
                    self.read_table(name, buffer, Some(chosen));
                }
                Err(message) => self.take_table(Table::Unreadable { name, message }),
            }
        });
    }

    /// Takes what was found in the file that was chosen last. One without puzzles leaves those that there were.
    pub(super) fn take_table(self, table: Table) {
        let (name, found) = match &table {
            Table::Reading(name) | Table::Unreadable { name, .. } => (name, None),
            Table::Read { name, kind, rows, .. } => (name, Some(*kind).filter(|_| *rows > 0)),
        };
        let looked_at = self.training.files.try_update_value(|files| {
            let file = files.looked_at.take_if(|file| file.name() == *name)?;
            if found.is_some() {
                files.table = Some(file);
            }
            Some(())
        });
        // Another one was chosen meanwhile, or none is wanted any more.
        if looked_at.flatten().is_none() {
            return;
        }
        if let Some(kind) = found {
            self.training.draft.update(|draft| {
                draft.set_puzzle(kind);
                draft.file = Some(name.clone());
            });
        }
        self.training.table.set(Some(table));
    }

    /// Generates puzzles again.
    pub fn drop_csv(self) {
        self.training.files.update_value(|files| (files.table, files.looked_at) = (None, None));
        self.training.table.set(None);
        self.training.draft.update(|draft| draft.file = None);
    }

    /// Takes weights to start from, or a saved run for the list.
    fn take_safetensors(self, file: File) {
        spawn_local(async move {
            if Saved::is_claimed_by(&header(&file).await) {
                let text = format!("{} is a saved run: it is put among the runs below, to be continued.", file.name());
                self.training.notice.set(Some(Notice { text, ways: Vec::new() }));
                self.take_saved_run(file);
            } else {
                self.take_weights(file);
            }
        });
    }

    /// Starts from a person's own weights.
    fn take_weights(self, file: File) {
        self.training.origin.set(Origin::File(file.name()));
        self.training.files.update_value(|files| files.weights = Some(file));
    }

    /// Starts from the weights of a stored run, whose configuration is written into the form.
    pub fn take_stored_weights(self, run: String) {
        let model = self.training.stored.with_untracked(|stored| {
            let stored = stored.iter().flatten().find(|stored| stored.run == run)?;
            Some(stored.state.as_ref().ok()?.recipe.model.clone())
        });
        if let Some(model) = model {
            self.training.origin.set(Origin::Run(run));
            self.write_model("This run", &model);
        }
    }

    /// Writes a model's configuration into the form; where it does not go with what is learnt there, that is said of `whose`.
    fn write_model(self, whose: &str, model: &ModelConfig) {
        let written = self.training.draft.try_update(|draft| draft.take_model(model));
        if let Some(Err(message)) = written {
            self.refuse(format!("{whose}: {message}"));
        }
    }

    /// Stores a saved run under a new id.
    pub fn take_saved_run(self, file: File) {
        let id = id_of(file.name().split('.').next().unwrap_or_default(), browser::seed());
        spawn_local(async move {
            match contents(&file).await {
                Ok(buffer) => self.store_run(id, file.name(), buffer),
                Err(message) => self.refuse(message),
            }
        });
    }

    /// Writes a configuration into the form.
    pub fn take_configuration(self, file: File) {
        spawn_local(async move {
            let read = async {
                let text = JsFuture::from(file.text()).await.map_err(|_| "it cannot be read".to_owned())?;
                ModelConfig::from_json(&text.as_string().unwrap_or_default()).map_err(|error| error.to_string())
            };
            match read.await {
                Ok(config) => self.write_model(&file.name(), &config),
                Err(message) => self.refuse(format!("{}: {message}", file.name())),
            }
        });
    }

    /// Starts from a model of the gallery, whose configuration is written into the form.
    pub fn take_gallery_model(self, name: String) {
        let entry =
            self.machine.gallery.with_untracked(|gallery| gallery.iter().find(|entry| entry.name == name).cloned());
        let Some(entry) = entry else { return };
        self.training.origin.set(Origin::Gallery(name));
        spawn_local(async move {
            let file = format!("gallery/{}", entry.config_file());
            let read = browser::fetch_text(&file)
                .await
                .and_then(|text| ModelConfig::from_json(&text).map_err(|error| format!("{file}: {error}")));
            match read {
                Ok(config) => self.write_model(&file, &config),
                Err(message) => self.refuse(message),
            }
        });
    }

    /// The files that a new run needs, in the order of the request.
    pub(super) async fn buffers_of(self, recipe: &Recipe, from: &Source) -> Result<Vec<ArrayBuffer>, String> {
        let Files { table, weights, .. } = self.training.files.get_value();
        let table = match &recipe.data.file {
            Some(name) => Some(table.ok_or_else(|| format!("{name} is not here any more: choose it again"))?),
            None => None,
        };
        let weights = match from {
            Source::File => Some(weights.ok_or("the weights are not here any more: choose them again")?),
            _ => None,
        };
        let mut buffers = Vec::new();
        for file in [table, weights].into_iter().flatten() {
            buffers.push(contents(&file).await?);
        }
        Ok(buffers)
    }
}
