//! Files that a person brings, taken as what they are: recordings, models, saved runs, puzzles to learn from.

use js_sys::Uint8Array;
use leptos::{prelude::*, task::spawn_local};
use web_sys::File;

use super::{Page, Question, machine::Own, training::Notice};
use crate::{
    config::ModelConfig,
    puzzle::Kind,
    runtime::{
        gallery::{Card, Entry},
        recording_file::{self, RecordingFile},
    },
    train::Saved,
    ui::{
        board::edit::Brush,
        browser,
        files::{contents, header, text},
        place::Place,
        train::words::parameters,
    },
};

impl Page {
    /// Takes files as their names and headers say: a recording, a saved run or weights (.safetensors), a configuration
    /// (.json), puzzles to learn from (.csv). Weights and a configuration are a model for the board, where training is shown
    /// a beginning for that.
    pub fn take_files(self, files: Vec<File>) {
        spawn_local(async move {
            let (mut weights, mut configuration) = (None, None);
            for file in files {
                let name = file.name().to_lowercase();
                match name.rsplit('.').next() {
                    Some("csv") => {
                        self.show_training().await;
                        self.take_csv(file);
                    }
                    Some("json") => configuration = Some(file),
                    Some("safetensors") => {
                        let header = header(&file).await;
                        if recording_file::is_recording(&header) {
                            self.open_recording(file).await;
                        } else if Saved::is_claimed_by(&header) {
                            self.show_training().await;
                            let text =
                                format!("{} is a saved run: it is put among the runs below, to be continued.", file.name());
                            self.training.notice.set(Some(Notice { text, ways: Vec::new() }));
                            self.take_saved_run(file);
                        } else {
                            weights = Some(file);
                        }
                    }
                    _ => self.refuse(format!(
                        "{}: expected a recording, a saved run or weights (.safetensors), a configuration (.json), or puzzles \
                         to learn from (.csv)",
                        file.name()
                    )),
                }
            }
            if self.place.get_untracked() == Place::Train {
                configuration.into_iter().for_each(|file| self.take_configuration(file));
                weights.into_iter().for_each(|file| self.take_weights(file));
                return;
            }
            match (weights, configuration) {
                (Some(weights), Some(configuration)) => self.adopt_files(weights, configuration).await,
                (Some(file), None) => self.refuse(format!(
                    "{}: weights alone do not say what model they are of; choose their configuration (.json) with them",
                    file.name()
                )),
                (None, Some(file)) => self.refuse(format!(
                    "{}: a configuration is half a model; choose its weights (.safetensors) with it",
                    file.name()
                )),
                (None, None) => {}
            }
        });
    }

    /// Says what is wrong with a file, on the place that is shown.
    pub(super) fn refuse(self, message: String) {
        let text = format!("{message}.");
        match self.place.get_untracked() {
            Place::Train => self.training.notice.set(Some(Notice { text, ways: Vec::new() })),
            Place::Solve | Place::HowItWorks => {
                self.place.set(Place::Solve);
                self.machine.notice.set(Some(text));
            }
        }
    }

    /// Shows the place where models learn, and waits until its worker has been started.
    async fn show_training(self) {
        self.place.set(Place::Train);
        while !self.training.is_open() {
            browser::breathe().await;
        }
    }

    /// Puts a model of files on the list and opens it.
    async fn adopt_files(self, weights: File, configuration: File) {
        let read = async {
            let written = text(&configuration).await?;
            let of_file = |problem: &dyn ToString| format!("{}: {}", configuration.name(), problem.to_string());
            let config = ModelConfig::from_json(&written).map_err(|error| of_file(&error))?;
            let puzzle = kind_of(&written, &config).ok_or_else(|| {
                of_file(&format!(
                    "{} positions of {} tokens are no puzzle of this page",
                    config.seq_len, config.vocab_size
                ))
            })?;
            Ok((config, puzzle, contents(&weights).await?))
        };
        let (config, puzzle, file) = match read.await {
            Ok(read) => read,
            Err(message) => return self.refuse(message),
        };
        let name = weights.name();
        let name = name.strip_suffix(".safetensors").unwrap_or(&name).to_owned();
        let facts = Card { parameters: Some(parameters(&config) as u64), ..Card::default() };
        let entry = Entry { name: name.clone(), puzzle, file: String::new(), card: String::new(), facts: Some(facts) };
        self.place.set(Place::Solve);
        self.machine.adopt(Own { run: format!("file:{name}"), entry, config, file });
        self.show_kind(puzzle);
    }

    /// Shows what a file recorded, with its puzzle on the board and its model opened where the page has it.
    async fn open_recording(self, file: File) {
        let read = match contents(&file).await {
            Ok(buffer) => recording_file::from_bytes(&Uint8Array::new(&buffer).to_vec()).map_err(|e| e.to_string()),
            Err(message) => return self.refuse(message),
        };
        let RecordingFile { kind, recording } = match read {
            Ok(read) => read,
            Err(problem) => return self.refuse(format!("{}: {problem}", file.name())),
        };
        self.cancel();
        self.place.set(Place::Solve);
        self.machine.notice.set(None);
        self.drawing.replace(Question { kind, tokens: recording.question().to_vec() });
        let maker = &recording.maker().name;
        if self.machine.gallery.with_untracked(|gallery| gallery.iter().any(|model| model.name == *maker)) {
            self.machine.preferred.set(Some(maker.clone()));
        }
        // Another board and another model end the thought before: that has to be over.
        browser::breathe().await;
        self.run.show(recording, kind);
        self.player.rewind();
        self.player.seek(usize::MAX);
        self.drawing.brush.set(Brush::Look);
    }
}

/// What a model's puzzles are: as its configuration names them, else by their form.
fn kind_of(configuration: &str, config: &ModelConfig) -> Option<Kind> {
    let value: serde_json::Value = serde_json::from_str(configuration).ok()?;
    let named = value.get("puzzle").and_then(|name| name.as_str()?.parse().ok());
    let fits = |kind: &Kind| (kind.seq_len(), kind.vocab_size()) == (config.seq_len, config.vocab_size);
    named.filter(fits).or_else(|| Kind::of_shape(config.seq_len, config.vocab_size))
}
