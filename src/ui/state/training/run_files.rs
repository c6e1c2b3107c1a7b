//! Files of runs: taken away, or their weights as a model for the board; that is opened again when the page is, as its
//! address names the run.

use hrm_core::{
    config::ModelConfig,
    gallery::{Card, Entry},
    puzzle::Kind,
    train::{Evaluation, Row},
};
use hrm_link::training::{Part, TrainingEvent, TrainingTask};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::{prelude::*, task::spawn_local};

use crate::ui::{
    browser,
    format::words::parameters,
    state::{
        machine::Own,
        training::{
            notice::Notice,
            phase::Phase,
            state::Training,
            workers::{Answer, answer},
        },
    },
    url::{address::Address, place::Place},
};

/// What a file of a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// The person takes it away.
    Save,
    /// The board is solved with it.
    Solve,
    /// The same, of the run that the address names as the page is opened.
    Reopen,
}

impl Training {
    /// Reads a file of a stored run.
    pub fn read_run(self, run: &str, part: Part, r#use: Use) {
        let (run, files) = (run.to_owned(), self.runs.kept.files_of(run));
        let take = {
            let run = run.clone();
            move |answer| self.take_file(&run, r#use, answer)
        };
        self.workers.ask(TrainingTask::ReadRun { run, part }, files, take);
    }

    /// Takes a file of the run that is shown, as it is now.
    pub fn snapshot(self, part: Part, r#use: Use) {
        let current = self
            .current
            .with_untracked(|current| current.as_ref().map(|current| (current.id.clone(), current.ready.is_some())));
        let Some((run, in_worker)) = current else { return };
        // A run that broke off, or that is only looked at, is not in the worker's memory.
        if !in_worker || self.phase.get_untracked() == Phase::Failed {
            return self.read_run(&run, part, r#use);
        }
        let Some(replies) = self.workers.request_trainer(TrainingTask::Snapshot { part }, Vec::new()) else { return };
        spawn_local(async move {
            if let Some(answer) = answer(replies).await {
                self.take_file(&run, r#use, answer);
            }
        });
    }

    fn take_file(self, run: &str, r#use: Use, answer: Answer) {
        match answer {
            Ok((TrainingEvent::File { name, part, config, puzzle, step }, Some(buffer))) => {
                if r#use == Use::Save {
                    let file = part.file_name(&name, step);
                    browser::save(&file, "application/octet-stream", &Uint8Array::new(&buffer).to_vec());
                } else {
                    self.adopt_run(run, &name, step, *config, puzzle, buffer);
                    self.show_adopted(puzzle, r#use);
                }
            }
            Ok(_) => {}
            Err(message) if r#use == Use::Reopen => {
                self.reopening.set_value(None);
                let text = format!("The run whose model this address names cannot be opened: {message}.");
                self.machine().notice.set(Some(text));
            }
            Err(message) => self.notice.set(Some(Notice { text: format!("{message}."), ways: Vec::new() })),
        }
    }

    /// Puts the weights of a run on the list of models and opens them.
    fn adopt_run(self, run: &str, title: &str, step: u64, config: ModelConfig, puzzle: Kind, file: ArrayBuffer) {
        let card = self.card_of(run, step, parameters(&config));
        let entry = Entry::of_own(format!("{title}, step {step}"), puzzle, &config, card);
        self.opened.update(|opened| {
            opened.retain(|(_, other)| other != run);
            opened.push((entry.name.clone(), run.into()));
        });
        self.machine().adopt(Own { run: run.into(), entry, config, file: file.into(), checkpoint: None });
    }

    /// Shows a board for the model that was adopted; the one that the address asks for where that named the run.
    fn show_adopted(self, puzzle: Kind, r#use: Use) {
        let solver = self.solver();
        let address = self.reopening.try_update_value(Option::take).flatten();
        let (Use::Reopen, Some(address)) = (r#use, address) else {
            solver.show_kind(puzzle);
            return self.route.place.set(Place::Solve);
        };
        if untrack(|| solver.drawing.kind()) != puzzle {
            // The gallery has no model for such boards: only now one can be shown.
            match &address.puzzle {
                Some(text) => drop(solver.drawing.read(text, &solver.machine.kinds(), false)),
                None => solver.show_kind(puzzle),
            }
        }
        solver.run_to(&address);
    }

    /// Opens the weights of the stored run that an address names, then does what else that asks for.
    pub(in crate::ui::state) fn reopen_model_of_run(self, run: &str, address: &Address) {
        self.reopening.set_value(Some(address.clone()));
        self.runs.list();
        self.read_run(run, Part::Weights, Use::Reopen);
    }

    /// What was measured of a run up to a step.
    fn card_of(self, run: &str, step: u64, parameters: usize) -> Card {
        let last = |rows: &[Row]| -> Option<Evaluation> {
            rows.iter().rev().filter(|row| row.mean.step <= step).find_map(|row| row.test)
        };
        let shown = untrack(|| self.shows(run));
        // At its end all unseen puzzles were tried, on the way some of them.
        let test = if shown {
            let result = self.result.get_untracked();
            result.or_else(|| self.rows.with_untracked(|rows| last(rows)))
        } else {
            self.runs.state_of(run, |state| state.result.or_else(|| last(&state.rows))).flatten()
        };
        Card {
            parameters: Some(parameters as u64),
            exact_accuracy: test.map(|test| test.exact_accuracy),
            valid_accuracy: test.and_then(|test| test.valid_accuracy),
            accuracy: test.map(|test| test.accuracy),
            count: test.map(|test| test.count as u64),
            base_puzzles: None,
            steps: Some(step),
            ..Card::default()
        }
    }
}
