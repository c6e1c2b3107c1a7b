//! A guided minute for a first visit: a puzzle is solved, and what H and L do is said where it is seen.

use leptos::{html, prelude::*};

use crate::ui::{
    browser,
    state::{Drawing, Machine, Phase, Player, Question, Route, Run, Solver, Visit},
    url::{place::Place, view::View},
};

/// A step of the tour.
struct Step {
    /// What it is about, for styles.
    part: &'static str,
    /// Finds it.
    selector: &'static str,
    title: &'static str,
    words: &'static str,
    /// On the button that goes on.
    next: &'static str,
}

const STEPS: [Step; 5] = [
    Step {
        part: "",
        selector: "",
        title: "You have just seen it think",
        words: "A network of half a million weights filled in every cell at once, was wrong at first, and corrected itself. A \
                guided minute shows how, on this board.",
        next: "Show me how",
    },
    Step {
        part: "board",
        selector: ".board",
        title: "A puzzle",
        words: "What is printed bold is given; the rest is for the model to find. It does not try one cell after \
                another: it works on all cells at the same time.",
        next: "Solve it",
    },
    Step {
        part: "clocks",
        selector: ".stage",
        title: "Two clocks",
        words: "Each dot is a step of the network. The fast module, L, takes several steps in a row and works out \
                details. The slow one, H, then takes one: it reads how far L has got. The board shows what H would answer \
                after each of its steps.",
        next: "Next",
    },
    Step {
        part: "views",
        selector: "[data-testid=change-curve]",
        title: "Two states that settle",
        words: "The curves are how far each step moved the states of H and L. On this board both move much in the first \
                two segments, while the answer is still wrong, and less and less once it is right.",
        next: "Next",
    },
    Step {
        part: "run",
        selector: ".stage",
        title: "Done?",
        words: "After each segment a small head of the model, the Q-head, says whether the answer is right: the line under \
                the verdict tells when. The page checks it by the rules, for a model can be wrong. Now drag along the dots, or \
                change a clue and solve again.",
        next: "Finish",
    },
];

/// The step with which the guided minute begins; before it stands an invitation to it.
const BEGIN: usize = 1;

/// The tour's place: which step, if any.
#[derive(Clone, Copy)]
pub struct Tour {
    drawing: Drawing,
    machine: Machine,
    player: Player,
    solver: Solver,
    route: Route,
    visit: Visit,
    step: RwSignal<Option<usize>>,
    /// Whether the run that it has begun is still to be shown slowly.
    replays: StoredValue<bool>,
    /// What was on the board and which model was chosen before it began.
    before: StoredValue<Option<(Question, Option<String>)>>,
}

impl Tour {
    /// An invitation to it follows the run that a first visit has met, when that has been shown to its end; it goes with the
    /// board of which it speaks.
    pub fn new() -> Self {
        let (run, player, visit) = (Run::here(), Player::here(), Visit::here());
        let tour = Self {
            drawing: Drawing::here(),
            machine: Machine::here(),
            player,
            solver: Solver::here(),
            route: Route::here(),
            visit,
            step: RwSignal::new(None),
            replays: StoredValue::new(false),
            before: StoredValue::new(None),
        };
        Effect::new(move |_| {
            if visit.welcomed.get() && !player.playing.get() {
                visit.welcomed.set(false);
                tour.step.set(Some(0));
            }
        });
        Effect::new(move |_| {
            let is_first = tour.drawing.is_first_board();
            if !is_first && tour.step.get_untracked() == Some(0) {
                tour.step.set(None);
            }
        });
        Effect::new(move |_| {
            let has_ended = run.phase.with(Phase::has_answer);
            if has_ended && tour.replays.get_value() {
                tour.replays.set_value(false);
                untrack(|| player.replay());
            }
        });
        tour
    }

    /// From the first step, on the first board, where it can be seen.
    fn begin(self) {
        self.route.place.set(Place::Solve);
        let (question, model) = (self.drawing.question.get_untracked(), self.machine.preferred.get_untracked());
        self.before
            .set_value((!untrack(|| self.drawing.is_first_board()) || model.is_some()).then_some((question, model)));
        // What it says is of the model that the page has for this board.
        self.machine.preferred.set(None);
        self.drawing.show_first_board();
        // The puzzle alone, before any answer.
        self.player.seek(0);
        self.step.set(Some(BEGIN));
    }

    /// Ends it before its time: what was there before comes back.
    fn skip(self) {
        if let Some((question, model)) = self.before.try_update_value(Option::take).flatten() {
            self.machine.preferred.set(model);
            self.drawing.replace(question);
        }
        self.end();
    }

    fn end(self) {
        self.visit.remember();
        self.step.set(None);
        browser::focus("[data-testid=tour-again]");
    }

    fn go_on(self) {
        match self.step.get_untracked() {
            Some(0) => self.begin(),
            Some(step) if step + 1 < STEPS.len() => {
                if step == BEGIN {
                    self.route.view.set(View::Overview);
                    self.replays.set_value(true);
                    self.solver.solve_first_board();
                }
                self.step.set(Some(step + 1));
            }
            _ => self.end(),
        }
    }
}

/// The present step as a card beside what it is about; nothing when there is none.
#[component]
pub fn TourCard(tour: Tour) -> impl IntoView {
    let shown = Memo::new(move |_| tour.step.get().filter(|_| tour.route.place.get() == Place::Solve));
    Effect::new(move |_| browser::mark_root("data-tour", shown.get().map(|step| STEPS[step].part)));
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "Escape" && shown.get_untracked().is_some() {
            tour.skip();
        }
    });
    on_cleanup(move || handle.remove());
    let card = move || {
        let step = shown.get()?;
        let Step { selector, title, words, next, .. } = &STEPS[step];
        let heading = NodeRef::<html::H2>::new();
        Effect::new(move |_| {
            // An invitation takes nothing away from whoever is doing something.
            if let Some(heading) = heading.get().filter(|_| step >= BEGIN) {
                let _ = heading.focus();
                // Of the board with all that stands under it, as much as there is room for.
                if *selector == ".stage" { browser::scroll_to(selector) } else { browser::reveal(selector) }
            }
        });
        Some(view! {
            <section class="tour" role="dialog" aria-labelledby="tour-title" data-testid="tour">
                <p class="reading" hidden=step < BEGIN>{format!("A guided minute, {step} of {}", STEPS.len() - 1)}</p>
                <h2 id="tour-title" tabindex="-1" node_ref=heading>{*title}</h2>
                <p>{*words}</p>
                <div class="actions">
                    <button type="button" class="primary" data-testid="tour-next" on:click=move |_| tour.go_on()>
                        {*next}
                    </button>
                    <Show when=move || step + 1 < STEPS.len()>
                        <button type="button" class="quiet" data-testid="tour-skip" on:click=move |_| tour.skip()>
                            {if step < BEGIN { "Not now" } else { "Skip" }}
                        </button>
                    </Show>
                </div>
            </section>
        })
    };
    view! { {card} }
}

/// Begins the tour on request.
#[component]
pub fn TourAgain(tour: Tour) -> impl IntoView {
    view! {
        <button type="button" class="quiet" data-testid="tour-again" on:click=move |_| tour.begin()>
            "Guided minute"
        </button>
    }
}
