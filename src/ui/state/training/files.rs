//! Files that the next run takes: puzzles, first weights, a configuration.

use hrm_core::{config::ModelConfig, json, puzzle::Kind, train::Recipe};
use hrm_link::training::{Source, TrainingEvent, TrainingTask};
use js_sys::ArrayBuffer;
use leptos::{prelude::*, task::spawn_local};
use web_sys::File;

use crate::ui::{
    browser::{
        self,
        files::{contents, text},
    },
    state::training::{
        given::{Files, Origin, Table},
        next_run::NextRun,
    },
};

impl NextRun {
    /// Takes a file of puzzles in place of generated ones, or of another file's.
    pub fn take_csv(self, file: File) {
        let name = file.name();
        self.table.set(Some(Table::Reading(name.clone())));
        let number = self.files.try_update_value(|files| {
            files.chosen += 1;
            files.looked_at = Some((files.chosen, file.clone()));
            files.chosen
        });
        let number = number.unwrap_or_default();
        spawn_local(async move {
            match contents(&file).await {
                Ok(buffer) => {
                    let chosen = self.draft.with_untracked(|draft| draft.puzzle);
                    self.read_table(number, name, buffer, Some(chosen));
                }
                Err(message) => self.take_table(number, Table::Unreadable { name, message }),
            }
        });
    }

    /// Takes what was found in the file of that number, if it was chosen last. One without puzzles to learn
    /// from leaves those that there were.
    fn take_table(self, number: u32, table: Table) {
        let found = match &table {
            Table::Read { kind, .. } if table.is_learnable() => Some(*kind),
            _ => None,
        };
        let looked_at = self.files.try_update_value(|files| {
            let (_, file) = files.looked_at.take_if(|(looked_at, _)| *looked_at == number)?;
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
            self.draft.update(|draft| {
                draft.set_puzzle(kind);
                (draft.file, draft.boards) = (Some(table.name().into()), table.boards());
            });
        }
        self.table.set(Some(table));
    }

    /// Takes the word about a file away that gave no puzzles; those that there were before it stay.
    pub fn dismiss_table(self) {
        self.table.set(None);
    }

    /// Generates puzzles again.
    pub fn drop_csv(self) {
        self.files.update_value(|files| (files.table, files.looked_at) = (None, None));
        self.table.set(None);
        self.draft.update(|draft| (draft.file, draft.boards) = (None, Vec::new()));
    }

    /// Starts from a person's own weights.
    pub(in crate::ui::state) fn take_weights(self, file: File) {
        self.origin.set(Origin::File(file.name()));
        self.files.update_value(|files| files.weights = Some(file));
    }

    /// Starts from the weights of a stored run, whose configuration is written into the form.
    pub fn take_stored_weights(self, run: String, model: &ModelConfig) {
        self.origin.set(Origin::Run(run));
        self.write_model("This run", model);
    }

    /// Writes a model's configuration into the form; where it does not go with what is learnt there, that is said of `whose`.
    fn write_model(self, whose: &str, model: &ModelConfig) {
        let written = self.draft.try_update(|draft| draft.take_model(model));
        if let Some(Err(message)) = written {
            self.notices.refuse(format!("{whose}: {message}"));
        }
    }

    /// Writes a configuration into the form.
    pub fn take_configuration(self, file: File) {
        spawn_local(async move {
            let read = async {
                let of_file = |problem: &dyn ToString| format!("{}: {}", file.name(), problem.to_string());
                let json = json::parse(&text(&file).await?).map_err(|e| of_file(&e))?;
                let config = ModelConfig::from_json_value(&json).map_err(|error| of_file(&error))?;
                Ok((config, ModelConfig::unknown_fields(&json)))
            };
            match read.await {
                Ok((config, unknown)) => {
                    self.write_model(&file.name(), &config);
                    if !unknown.is_empty() {
                        self.notices.refuse(format!(
                            "{}: unknown fields are ignored: {}",
                            file.name(),
                            unknown.join(", ")
                        ));
                    }
                }
                Err(message) => self.notices.refuse(message),
            }
        });
    }

    /// Starts from a model of the gallery, whose configuration is written into the form.
    pub fn take_gallery_model(self, name: String) {
        let entry = self.gallery.with_untracked(|gallery| gallery.iter().find(|entry| entry.name == name).cloned());
        let Some(entry) = entry else { return };
        self.origin.set(Origin::Gallery(name));
        spawn_local(async move {
            let file = format!("gallery/{}", entry.config_file());
            let read = browser::fetch_text(&file)
                .await
                .and_then(|text| ModelConfig::from_json(&text).map_err(|error| format!("{file}: {error}")));
            match read {
                Ok(config) => self.write_model(&file, &config),
                Err(message) => self.notices.refuse(message),
            }
        });
    }

    /// The files that a new run needs, in the order of the request.
    pub(super) async fn buffers_of(self, recipe: &Recipe, from: &Source) -> Result<Vec<ArrayBuffer>, String> {
        let Files { table, weights, .. } = self.files.get_value();
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

    /// Looks through a CSV file.
    fn read_table(self, number: u32, name: String, file: ArrayBuffer, kind: Option<Kind>) {
        self.workers.ask(TrainingTask::ReadTable { kind }, vec![file], move |answer| match answer {
            Ok((TrainingEvent::Table { kind, rows, test, sizes, problems, bad, notes }, _)) => {
                self.take_table(number, Table::Read { name, kind, rows, test, sizes, problems, bad, notes });
            }
            Ok(_) => {}
            Err(message) => self.take_table(number, Table::Unreadable { name, message }),
        });
    }
}
