//! Models of runs for the board: opened from a run, and again when the page is, as its address names the run.

use hrm_core::{
    config::ModelConfig,
    gallery::{Card, Entry},
    puzzle::Kind,
    train::{Evaluation, Row},
};
use hrm_link::training::Part;
use js_sys::ArrayBuffer;
use leptos::prelude::*;

use crate::ui::{
    format::words::parameters,
    state::{
        machine::Own,
        training::{state::Training, tasks::Use},
    },
    url::{address::Address, place::Place},
};

impl Training {
    /// Puts the weights of a run on the list of models and opens them.
    pub(super) fn adopt_run(
        self,
        run: &str,
        title: &str,
        step: u64,
        config: ModelConfig,
        puzzle: Kind,
        file: ArrayBuffer,
    ) {
        let card = self.card_of(run, step, parameters(&config));
        let entry = Entry::of_own(format!("{title}, step {step}"), puzzle, &config, card);
        self.opened.update(|opened| {
            opened.retain(|(_, other)| other != run);
            opened.push((entry.name.clone(), run.into()));
        });
        self.machine().adopt(Own { run: run.into(), entry, config, file: file.into(), checkpoint: None });
    }

    /// Shows a board for the model that was adopted; the one that the address asks for where that named the run.
    pub(super) fn show_adopted(self, puzzle: Kind, r#use: Use) {
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
        self.list_runs();
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
            self.stored.with_untracked(|stored| {
                let stored = stored.iter().flatten().find(|stored| stored.run == run)?;
                let state = stored.state.as_ref().ok()?;
                state.result.or_else(|| last(&state.rows))
            })
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
