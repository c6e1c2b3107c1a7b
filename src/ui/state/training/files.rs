//! Files that a person brings: puzzles, weights, saved runs.

use js_sys::ArrayBuffer;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::{Notice, Page};
use crate::{
    config::ModelConfig,
    puzzle::Kind,
    runtime::training::protocol::Source,
    train::Recipe,
    ui::{browser, train::words::id_of},
};

/// Where a run's first weights come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Chance.
    Random,
    /// A model of the gallery, by name.
    Gallery(String),
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
    weights: Option<File>,
}

/// A file's contents, or what the browser says.
async fn contents(file: &File) -> Result<ArrayBuffer, String> {
    let read = JsFuture::from(file.array_buffer()).await;
    let read = read.map_err(|_| format!("{} cannot be read any more: choose it again", file.name()))?;
    Ok(read.unchecked_into())
}

impl Page {
    /// Takes files as their names say: puzzles (.csv), a saved run (.state.safetensors), weights (.safetensors), a
    /// configuration (.json).
    pub fn take_files(self, files: Vec<File>) {
        for file in files {
            let name = file.name().to_lowercase();
            match name.rsplit('.').next() {
                Some("csv") => self.take_csv(file),
                Some("safetensors") if name.contains(".state.") => self.take_saved_run(file),
                Some("safetensors") => self.take_weights(file),
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

    /// Takes a file of puzzles in place of generated ones.
    pub fn take_csv(self, file: File) {
        let name = file.name();
        self.training.table.set(Some(Table::Reading(name.clone())));
        self.training.files.update_value(|files| files.table = Some(file.clone()));
        spawn_local(async move {
            match contents(&file).await {
                Ok(buffer) => self.read_table(name, buffer, None),
                Err(message) => self.training.table.set(Some(Table::Unreadable { name, message })),
            }
        });
    }

    pub(super) fn take_table(self, table: Table) {
        if let Table::Read { name, kind, rows, .. } = &table
            && *rows > 0
        {
            self.training.draft.update(|draft| {
                draft.set_puzzle(*kind);
                draft.file = Some(name.clone());
            });
        }
        self.training.table.set(Some(table));
    }

    /// Generates puzzles again.
    pub fn drop_csv(self) {
        self.training.files.update_value(|files| files.table = None);
        self.training.table.set(None);
        self.training.draft.update(|draft| draft.file = None);
    }

    /// Starts from a person's own weights.
    pub fn take_weights(self, file: File) {
        self.training.origin.set(Origin::File(file.name()));
        self.training.files.update_value(|files| files.weights = Some(file));
    }

    /// Stores a saved run under a new id.
    pub fn take_saved_run(self, file: File) {
        let id = id_of(file.name().split('.').next().unwrap_or_default(), browser::seed());
        spawn_local(async move {
            match contents(&file).await {
                Ok(buffer) => self.store_run(id, buffer),
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
                Ok(config) => self.training.draft.update(|draft| draft.take_model(&config)),
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
                Ok(config) => self.training.draft.update(|draft| draft.take_model(&config)),
                Err(message) => self.refuse(message),
            }
        });
    }

    /// The files that a new run needs, in the order of the request.
    pub(super) async fn buffers_of(self, recipe: &Recipe, from: &Source) -> Result<Vec<ArrayBuffer>, String> {
        let Files { table, weights } = self.training.files.get_value();
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
