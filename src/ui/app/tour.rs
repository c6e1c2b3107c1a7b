//! A guided minute for a first visit: a puzzle is solved, and what H and L do is said where it is seen.

use leptos::{html, prelude::*};

use crate::ui::{
    browser,
    state::Page,
    url::{address::Address, place::Place, view::View},
};

const KEY: &str = "hrm.tour";

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

const STEPS: [Step; 4] = [
    Step {
        part: "board",
        selector: ".board",
        title: "A puzzle",
        words: "What is printed bold is given; the rest is for the model to find. It does not try one cell after \
                another: it turns the whole board over in its mind.",
        next: "Solve it",
    },
    Step {
        part: "clocks",
        selector: ".timeline",
        title: "Two clocks",
        words: "Each dot is a step of thought. The fast module, L, takes several steps in a row and works out details. \
                The slow one, H, then takes one: it sees how far L has got, and changes the plan.",
        next: "Next",
    },
    Step {
        part: "views",
        selector: ".views",
        title: "Two states that settle",
        words: "The pictures are what H and L hold in mind about every cell. The curve is how far each step moved them: L \
                comes to rest, H sets it going again, and both move less and less.",
        next: "Next",
    },
    Step {
        part: "run",
        selector: ".run",
        title: "Done?",
        words: "After each segment the model weighs whether it is done. The page then checks its answer by the rules, \
                for a model can be wrong. Now drag along the dots to see the thought again, or change a clue.",
        next: "Finish",
    },
];

/// The tour's place: which step, if any.
#[derive(Clone, Copy)]
pub struct Tour(RwSignal<Option<usize>>);

impl Tour {
    /// It begins by itself on a first visit, unless that came by a link to something else, or to a model of one's own.
    pub fn new(page: Page) -> Self {
        let address = Address::parse(&browser::fragment());
        let is_elsewhere = address.moment.is_some() || address.run.is_some();
        let first = browser::recall(KEY).is_none() && page.place.get_untracked() == Place::Solve;
        Self(RwSignal::new((first && !is_elsewhere).then_some(0)))
    }

    /// From the first step, where it can be seen.
    fn begin(self, page: Page) {
        page.place.set(Place::Solve);
        self.0.set(Some(0));
    }

    fn end(self) {
        browser::keep(KEY, "seen");
        self.0.set(None);
        browser::focus("[data-testid=tour-again]");
    }

    fn go_on(self, page: Page) {
        match self.0.get_untracked() {
            Some(step) if step + 1 < STEPS.len() => {
                if step == 0 {
                    page.view.set(View::Overview);
                    page.solve();
                }
                self.0.set(Some(step + 1));
            }
            _ => self.end(),
        }
    }
}

/// The present step as a card beside what it is about; nothing when there is none.
#[component]
pub fn TourCard(tour: Tour) -> impl IntoView {
    let page = Page::here();
    let shown = Memo::new(move |_| tour.0.get().filter(|_| page.place.get() == Place::Solve));
    Effect::new(move |_| browser::mark_root("data-tour", shown.get().map(|step| STEPS[step].part)));
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "Escape" && shown.get_untracked().is_some() {
            tour.end();
        }
    });
    on_cleanup(move || handle.remove());
    let card = move || {
        let step = shown.get()?;
        let Step { selector, title, words, next, .. } = &STEPS[step];
        let heading = NodeRef::<html::H2>::new();
        Effect::new(move |_| {
            if let Some(heading) = heading.get() {
                let _ = heading.focus();
                browser::reveal(selector);
            }
        });
        Some(view! {
            <section class="tour" role="dialog" aria-labelledby="tour-title" data-testid="tour">
                <p class="reading">{format!("A guided minute, {} of {}", step + 1, STEPS.len())}</p>
                <h2 id="tour-title" tabindex="-1" node_ref=heading>{*title}</h2>
                <p>{*words}</p>
                <div class="actions">
                    <button type="button" class="primary" data-testid="tour-next" on:click=move |_| tour.go_on(page)>
                        {*next}
                    </button>
                    <Show when=move || step + 1 < STEPS.len()>
                        <button type="button" class="quiet" data-testid="tour-skip" on:click=move |_| tour.end()>
                            "Skip"
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
    let page = Page::here();
    view! {
        <button type="button" class="quiet" data-testid="tour-again" on:click=move |_| tour.begin(page)>
            "Guided minute"
        </button>
    }
}
