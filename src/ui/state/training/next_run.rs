//! What the next run will be: its recipe, its first weights, and what it will take.

use std::time::Duration;

use hrm_core::{
    engine::Kind as EngineKind,
    gallery::Entry,
    puzzle::FIRST_KIND,
    train::{Preset, Recipe},
};
use leptos::prelude::*;

use crate::ui::{
    browser,
    recipe_form::draft::{Draft, Fault},
    state::{
        machine::Machine,
        route::Route,
        training::{
            given::{Files, Origin, Table},
            meter::Meter,
            notice::Notices,
            workers::Workers,
        },
    },
    url::{address::Address, place::Place},
};

/// State of the form from which a run is begun.
#[derive(Clone, Copy)]
pub struct NextRun {
    pub(super) workers: Workers,
    pub(super) notices: Notices,
    place: RwSignal<Place>,
    engine: Memo<EngineKind>,
    pub(super) gallery: RwSignal<Vec<Entry>>,
    /// Its recipe, as it is written.
    pub draft: RwSignal<Draft>,
    /// Processor cores among which its engine may share a batch.
    cores: RwSignal<usize>,
    /// The recipe; or what is wrong with its fields.
    pub recipe: Memo<Result<Recipe, Vec<Fault>>>,
    /// Where its first weights come from.
    pub origin: RwSignal<Origin>,
    pub(super) files: StoredValue<Files, LocalStorage>,
    /// What is known of the CSV file.
    pub table: RwSignal<Option<Table>>,
    /// What it will take.
    pub meter: Meter,
}

impl NextRun {
    /// As a first visit meets it.
    pub fn new(machine: Machine, route: Route, workers: Workers, notices: Notices) -> Self {
        let puzzle = FIRST_KIND;
        let draft = Draft::of_preset(puzzle, &Preset::all(puzzle)[0], u64::from(browser::seed()));
        let draft = RwSignal::new(draft);
        let cores = RwSignal::new(1);
        Self {
            workers,
            notices,
            place: route.place,
            engine: machine.engine,
            gallery: machine.gallery,
            draft,
            cores,
            recipe: Memo::new(move |_| draft.with(|draft| draft.recipe(cores.get()))),
            origin: RwSignal::new(Origin::Random),
            files: StoredValue::new_local(Files::default()),
            table: RwSignal::new(None),
            meter: Meter::new(),
        }
    }

    /// Why it cannot be started, where a person chose a file of puzzles and there are none to learn from: they did not ask
    /// for generated ones.
    pub fn lacks_puzzles(self) -> Option<String> {
        if self.draft.with(|draft| draft.file.is_some()) {
            return None;
        }
        self.table.with(|table| match table.as_ref()? {
            Table::Reading(name) => Some(format!("{name} is being read.")),
            table if table.is_rejected() => Some(
                "There is nothing to learn from yet: choose another file of puzzles, or press Generate puzzles.".into(),
            ),
            _ => None,
        })
    }

    /// Puts the recipe that an address holds into the form.
    pub(in crate::ui::state) fn take_recipe(self, address: &Address) {
        let draft = address.recipe.as_deref().and_then(Draft::of_link);
        if let Some(draft) = draft.filter(|draft| self.draft.with_untracked(|own| own != draft)) {
            self.draft.set(draft);
        }
    }

    /// A GPU computes a batch whole; the CPU's cores may share it.
    pub(super) fn follow_engine(self) {
        Effect::new(move |_| {
            let cores = match self.engine.get() {
                EngineKind::Gpu => 1,
                EngineKind::Cpu => browser::cores(),
            };
            self.cores.set(cores);
        });
    }

    /// Measures the recipe whenever its fields have settled and nothing is trained.
    pub(super) fn measure_when_settled(self) {
        const SETTLED: Duration = Duration::from_secs(1);
        let wanted = Memo::new(move |_| {
            let here = self.place.get() == Place::Train && !self.workers.is_busy();
            let recipe = self.recipe.get().ok().filter(|_| here)?;
            Some((recipe, self.engine.get()))
        });
        let timer = StoredValue::new(None::<TimeoutHandle>);
        Effect::new(move |_| {
            let wanted = wanted.get();
            if let Some(Some(timer)) = timer.try_update_value(Option::take) {
                timer.clear();
            }
            untrack(|| self.meter.end());
            if let Some(wanted) = wanted.filter(|wanted| !untrack(|| self.meter.is_measured(wanted))) {
                let measure = move || self.meter.measure(wanted.0, wanted.1);
                timer.set_value(set_timeout_with_handle(measure, SETTLED).ok());
            }
        });
    }
}
