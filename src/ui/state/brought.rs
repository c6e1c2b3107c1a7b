//! Files that a person brings, taken as what they are: recordings, models, saved runs, puzzles to learn from.

use hrm_core::{
    checkpoint::torch::is_torch,
    config::ModelConfig,
    json, names,
    puzzle::Kind,
    recording::{Recording, file::is_recording},
    train::Saved,
};
use hrm_link::{
    client::{Client, Module},
    protocol::{Event, Task},
    replies::{End, Replies},
};
use leptos::{prelude::*, task::spawn_local};
use web_sys::File;

use crate::ui::{
    board::edit::Brush,
    browser::{
        self,
        files::{beginning, header, received, text},
    },
    state::{
        checkpoint::{About, Brought},
        drawing::Drawing,
        machine::Machine,
        player::Player,
        question::Question,
        route::Route,
        run::Run,
        solver::Solver,
        training::{NextRun, Notice, Notices, Runs, Training, Workers},
    },
    url::place::Place,
};

/// Bytes of a recording at most: a safetensors header of 100 MB and the states that are kept, with room to spare.
const MOST_BYTES: f64 = 250e6;

/// Files that a person brings, and those that are handed out.
#[derive(Clone, Copy)]
pub struct Files {
    pub(super) route: Route,
    pub(super) drawing: Drawing,
    pub(super) machine: Machine,
    pub(super) run: Run,
    pub(super) player: Player,
    pub(super) solver: Solver,
    pub(super) workers: Workers,
    pub(super) notices: Notices,
    pub(super) next_run: NextRun,
    pub(super) runs: Runs,
    pub(super) training: Training,
}

impl Files {
    /// Takes files as their names and headers say: a recording, a saved run or weights (.safetensors), a configuration
    /// (.json), puzzles to learn from (.csv). Weights and a configuration are a model for the board, where training is shown
    /// a beginning for that.
    pub fn take(self, files: Vec<File>) {
        spawn_local(async move {
            let (mut weights, mut configuration, mut unknown) = (None, None, None);
            let mut checkpoint = Brought::default();
            for file in files {
                let name = file.name().to_lowercase();
                match name.rsplit('.').next() {
                    _ if checkpoint.take(&file) => {}
                    Some("csv") => {
                        self.training.show().await;
                        self.next_run.take_csv(file);
                    }
                    Some("json") => configuration = Some(file),
                    Some("safetensors") => {
                        let header = header(&file).await;
                        if is_recording(&header) {
                            self.open_recording(file).await;
                        } else if Saved::is_claimed_by(&header) {
                            self.training.show().await;
                            let text = format!(
                                "{} is a saved run: it is put among the runs below, to be continued.",
                                file.name()
                            );
                            self.notices.training.set(Some(Notice { text, ways: Vec::new() }));
                            self.runs.take_saved(file);
                        } else {
                            weights = Some(file);
                        }
                    }
                    // The published checkpoints are named `checkpoint`, without an ending.
                    _ if is_torch(&beginning(&file).await) => checkpoint.weights = Some(file),
                    _ => unknown = unknown.or(Some(file)),
                }
            }
            // The folder of a checkpoint has other files too.
            if let Some(file) = unknown.filter(|_| checkpoint.weights.is_none()) {
                self.notices.refuse(format!(
                    "{}: expected a recording, a saved run or weights (.safetensors), a configuration (.json), an official \
                     checkpoint (step_N and all_config.yaml), or puzzles to learn from (.csv)",
                    file.name()
                ));
            }
            // Weights are read by the official configuration where that came with them.
            if checkpoint.weights.is_none() && checkpoint.is_described() {
                checkpoint.weights = weights.take();
            }
            if checkpoint.weights.is_some() {
                return self.open_checkpoint(checkpoint).await;
            }
            if let Some(file) = checkpoint.yaml.or(checkpoint.dataset).or(checkpoint.names) {
                return self
                    .notices
                    .refuse(format!("{}: this goes beside a checkpoint; choose that with it", file.name()));
            }
            if self.route.place.get_untracked() == Place::Train {
                configuration.into_iter().for_each(|file| self.next_run.take_configuration(file));
                weights.into_iter().for_each(|file| self.next_run.take_weights(file));
                return;
            }
            match (weights, configuration) {
                (Some(weights), Some(configuration)) => self.adopt_files(weights, configuration).await,
                (Some(file), None) => {
                    self.open_checkpoint(Brought { weights: Some(file), ..Brought::default() }).await;
                }
                (None, Some(file)) => self.take_json(file).await,
                (None, None) => {}
            }
        });
    }

    /// A trace that this page wrote, whose puzzle is shown; else a configuration without its weights.
    async fn take_json(self, file: File) {
        let name = file.name();
        let value = match text(&file).await {
            Ok(text) => json::parse(&text).map_err(|error| format!("{name}: {error}")),
            Err(message) => Err(message),
        };
        let trace = value.map(|value| {
            let question = value.get("question").and_then(|question| question.as_str().map(str::to_owned));
            question.filter(|_| value.get("segments").is_some())
        });
        match trace {
            Ok(Some(question)) if self.drawing.read(&question, &self.machine.kinds(), true) => {
                self.route.place.set(Place::Solve);
                let text = format!(
                    "{name}: a trace, for other programs. Its puzzle is on the board; its run is in the file “Recording” \
                     (.safetensors)."
                );
                self.machine.notice.set(Some(text));
            }
            Ok(_) => self
                .notices
                .refuse(format!("{name}: a configuration is half a model; choose its weights (.safetensors) with it")),
            Err(message) => self.notices.refuse(message),
        }
    }

    /// Puts a model of files on the list and opens it.
    async fn adopt_files(self, weights: File, configuration: File) {
        let number = self.machine.bring();
        let read = async {
            let written = text(&configuration).await?;
            let of_file = |problem: &dyn ToString| format!("{}: {}", configuration.name(), problem.to_string());
            let json = json::parse(&written).map_err(|error| of_file(&error))?;
            let config = ModelConfig::from_json_value(&json).map_err(|error| of_file(&error))?;
            let puzzle = Kind::of_configuration(&json, config.seq_len, config.vocab_size).map_err(|e| of_file(&e))?;
            let unknown = ModelConfig::unknown_fields(&json);
            let name = weights.name();
            let name = name.strip_suffix(".safetensors").unwrap_or(&name).to_owned();
            names::check(&name).map_err(|error| format!("{}: {error}", weights.name()))?;
            let identifiers = json.get("identifiers").and_then(|names| names.as_array()).into_iter().flatten();
            let names = identifiers.map(|name| name.as_str().unwrap_or_default().to_owned()).collect();
            Ok((About { puzzle, config, names, modified: weights.last_modified(), source: None }, unknown, name))
        };
        let read = read.await;
        if !self.machine.is_last_brought(number) {
            return;
        }
        let (about, unknown, name) = match read {
            Ok(read) => read,
            Err(message) => return self.notices.refuse(message),
        };
        let said = format!("{}: unknown fields are ignored: {}.", configuration.name(), unknown.join(", "));
        self.machine.notice.set((!unknown.is_empty()).then_some(said));
        self.adopt_file(name, weights, about).await;
    }

    /// Shows what a file recorded, with its puzzle on the board and its model opened where the page has it.
    async fn open_recording(self, file: File) {
        let number = self.machine.bring();
        if file.size() > MOST_BYTES {
            return self.notices.refuse(format!(
                "{}: {:.0} MB, more than a recording has ({:.0} MB)",
                file.name(),
                file.size() / 1e6,
                MOST_BYTES / 1e6
            ));
        }
        let read = read_recording(&file).await;
        if !self.machine.is_last_brought(number) {
            return;
        }
        let (kind, recording) = match read {
            Ok(read) => read,
            Err(problem) => return self.notices.refuse(format!("{}: {problem}", file.name())),
        };
        self.solver.cancel();
        self.route.place.set(Place::Solve);
        self.machine.notice.set(None);
        self.drawing.replace(Question { kind, tokens: recording.question().to_vec() });
        let maker = &recording.maker().name;
        if self.machine.gallery.with_untracked(|gallery| gallery.iter().any(|model| model.name == *maker)) {
            self.machine.preferred.set(Some(maker.clone()));
        }
        // Another board and another model end the thought before: that has to be over.
        browser::breathe().await;
        self.run.show(recording, kind, Some(&file.name()));
        self.player.rewind();
        self.player.seek(usize::MAX);
        self.drawing.brush.set(Brush::Look);
    }
}

/// Has a recording read by a worker of its own, which ends with that: its memory is as large as the file.
async fn read_recording(file: &File) -> Result<(Kind, Recording), String> {
    let reader = Client::new(Module::Training, |_| ());
    reader.restart();
    let read = take_recording(reader.request(Task::ReadRecording, vec![file.clone()])).await;
    reader.stop();
    read
}

async fn take_recording(mut replies: Replies) -> Result<(Kind, Recording), String> {
    let mut read = None;
    loop {
        match (replies.next().await, &mut read) {
            (Ok((Event::Recorded(head), _)), read) => *read = Some((head.puzzle, head.begin())),
            (Ok((Event::Segment(report), buffer)), Some((_, recording))) => {
                let states = received(buffer);
                recording.push(report, recording.keep().read(&states)).map_err(|error| error.to_string())?;
            }
            (Ok((Event::Finished, _)), _) => break,
            (Ok((Event::Failed(failure), _)), _) => return Err(failure.message),
            (Err(End::Lost(loss)), _) => return Err(loss.message),
            (Err(End::Over), _) => break,
            (Ok(_), _) => {}
        }
    }
    let (kind, mut recording) = read.ok_or("the worker that reads it ended before its time")?;
    recording.close();
    Ok((kind, recording))
}
