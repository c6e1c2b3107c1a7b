//! The page's state in its address, and back; links that show a moment of a run.

use std::time::Duration;

use hrm_core::recording::solve::Until;
use leptos::prelude::*;

use crate::ui::{
    browser,
    recipe_form::draft::Draft,
    state::{
        drawing::Drawing,
        machine::Machine,
        player::Player,
        route::Route,
        run::{Phase, Run},
        solver::{STRETCHES, Solver},
        training::{NextRun, Training},
    },
    url::{address::Address, place::Place, view::View},
};

/// Under which the tab keeps its address and the link to the moment shown.
const RELOADED: &str = "hrm.reloaded";

/// The page's address, and links from the page to itself.
#[derive(Clone, Copy)]
pub struct Links {
    pub(super) route: Route,
    pub(super) drawing: Drawing,
    pub(super) machine: Machine,
    pub(super) run: Run,
    pub(super) player: Player,
    pub(super) solver: Solver,
    pub(super) next_run: NextRun,
    pub(super) training: Training,
}

impl Links {
    /// What the address is to say.
    pub fn address(self) -> Address {
        let model = self.machine.model.with(|model| model.as_ref().map(|model| model.name.clone()));
        Address {
            place: self.route.place.get(),
            // While a person is at it; elsewhere it would only make the address long.
            recipe: (self.route.place.get() == Place::Train)
                .then(|| self.next_run.draft.with(Draft::to_link))
                .flatten(),
            run: model.as_ref().and_then(|model| self.training.run_of_model(model)),
            model,
            puzzle: Some(self.drawing.question.with(|question| question.kind.decode(&question.tokens))),
            task: (self.route.place.get() == Place::Tasks).then(|| self.route.task.get()).flatten(),
            engine: self.machine.choice.get(),
            view: self.route.view.get(),
            beside: self.route.beside.get(),
            moment: None,
            stretch: None,
            segments: None,
            until: Until::Budget,
            acts: Vec::new(),
        }
    }

    /// The address of a view, with the puzzle and the model that are there.
    pub fn to_view(self, view: View) -> String {
        Address { place: Place::Solve, view, ..self.address() }.to_string()
    }

    /// A whole address that runs the model when it is opened, and shows the present moment. Of a run of another model than
    /// the open one there is none.
    pub fn to_moment(self) -> String {
        format!("{}{}", browser::address_without_fragment(), self.address_of_moment())
    }

    fn address_of_moment(self) -> Address {
        let moment = Some(self.player.moment.get_untracked());
        // Of the run, not of what has been chosen for the next one.
        let (stretch, segments, until, acts) = self.run.recording.with_untracked(|run| {
            let Some(run) = run else { return (None, None, Until::Budget, Vec::new()) };
            let planned = run.keep().segments();
            let reaches = |stretch: &usize| stretch * run.shapes().segments >= planned;
            let stretch = STRETCHES.into_iter().find(reaches).or(STRETCHES.last().copied());
            let stretch = stretch.filter(|stretch| *stretch != 1);
            let recorded = run.segments().len();
            let until = match recorded < planned {
                true if run.halted().is_some_and(|segment| segment + 1 == recorded) => Until::Halt,
                true if run.is_still() => Until::Still,
                _ => Until::Budget,
            };
            let segments = (planned < run.shapes().segments).then_some(planned);
            (stretch, segments, until, run.interventions().to_vec())
        });
        Address { moment, stretch, segments, until, acts, ..untrack(|| self.address()) }
    }

    /// A page that is loaded again shows the run and the moment that it showed: the address alone would lose them.
    pub(super) fn outlive_reload(self) {
        // Of another address nothing is shown that it does not ask for.
        let kept = browser::take_from_tab(RELOADED);
        let kept = kept.as_deref().and_then(|kept| kept.split_once('\n'));
        if let Some((_, link)) = kept.filter(|(fragment, _)| *fragment == browser::fragment()) {
            self.solver.run_to(&Address::parse(link));
        }
        let handle = window_event_listener(leptos::ev::pagehide, move |_| {
            let ended = self.run.phase.with_untracked(Phase::has_answer);
            let of_gallery =
                self.machine.model.with_untracked(|model| model.as_ref().is_some_and(|m| !m.file.is_empty()));
            let is_here =
                of_gallery && !untrack(|| self.solver.is_foreign()) && self.run.opened.with_untracked(Option::is_none);
            if ended && is_here {
                browser::keep_in_tab(RELOADED, &format!("{}\n{}", browser::fragment(), self.address_of_moment()));
            }
        });
        on_cleanup(move || handle.remove());
    }

    /// Keeps the address equal to the state, and the state to the address when a person goes back or forward.
    pub(super) fn follow(self) {
        let written = Memo::new(move |_| {
            let address = self.address();
            (address.model.is_some()).then(|| address.to_string())
        });
        Effect::new(move |_| {
            written.track();
            // A browser may take long over its history: in a task of its own, that holds nothing else up.
            let write = move || {
                let now = written.try_get_untracked().flatten();
                if let Some(fragment) = now.filter(|fragment| *fragment != browser::fragment()) {
                    let landmark = self.drawing.landmark.try_update_value(std::mem::take);
                    browser::set_fragment(&fragment, landmark.unwrap_or_default());
                }
            };
            set_timeout(write, Duration::ZERO);
        });
        let handle = window_event_listener(leptos::ev::popstate, move |_| {
            let address = Address::parse(&browser::fragment());
            self.solver.run_to(&address);
            self.next_run.take_recipe(&address);
            self.machine.preferred.set(address.model.clone());
            self.machine.choose(address.engine);
            self.route.follow(&address);
            if let Some(text) = &address.puzzle {
                self.drawing.read(text, &self.machine.kinds(), false);
            }
        });
        on_cleanup(move || handle.remove());
    }
}
