//! Plays searches on a batch of rows: a row that is done takes the next view, of the same puzzle or of the next one.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::{
    Branch, Chosen, Forms, Pass, Report, RowReport, Rows, Settings, Step, Trajectory, Until, choose, distinct_answers,
    holds,
};
use crate::engine::Session;
use crate::model::ModelError;
use crate::puzzle::{Form, Kind};

/// Why a search cannot be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SearchError {
    /// The model's or the engine's.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Branching of a kind whose answers are no symbols that could be clues.
    #[error("branching places digits: expected a {}, not {kind}", games_of_blanks())]
    Branching {
        /// The kind.
        kind: Kind,
    },
}

/// The games whose blanks can be filled one by one.
fn games_of_blanks() -> String {
    let fills = |kind: &Kind| kind.rules().is_some_and(|rules| rules.fills_blanks());
    let mut titles: Vec<_> = Kind::all().filter(fills).map(|kind| kind.game().title()).collect();
    titles.dedup();
    titles.join(" or a ")
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The answer that was taken; `None` where no view ran.
    pub chosen: Option<Chosen>,
    /// Whether it holds by rule.
    pub valid: bool,
    /// Every view that began, by number.
    pub trajectories: Vec<Trajectory>,
    /// Segments of all views together.
    pub segments: usize,
    /// Different last answers among the views.
    pub distinct_answers: usize,
    /// Its share of the engine's time, in milliseconds.
    pub milliseconds: f64,
}

/// One puzzle's views: which are to be begun, what those that ran gave, when it is over.
#[derive(Clone, Debug)]
pub struct Search {
    kind: Kind,
    question: Vec<u8>,
    settings: Settings,
    /// This worker's views: `first`, `first + step`, …
    next: usize,
    step: usize,
    trajectories: Vec<Trajectory>,
    over: bool,
    milliseconds: f64,
}

impl Search {
    /// All views of a question.
    ///
    /// # Errors
    /// Branching of a game that has no blanks to fill.
    pub fn new(kind: Kind, question: &[u8], settings: &Settings) -> Result<Self, SearchError> {
        Self::shared(kind, question, settings, 0, 1)
    }

    /// The views `worker`, `worker + workers`, … of a question, for one of several workers; the trajectories that they hand
    /// over are put together, and [`choose`] takes the answer.
    ///
    /// # Errors
    /// Branching of a game that has no blanks to fill.
    pub fn shared(
        kind: Kind,
        question: &[u8],
        settings: &Settings,
        worker: usize,
        workers: usize,
    ) -> Result<Self, SearchError> {
        if settings.branch && !kind.rules().is_some_and(|rules| rules.fills_blanks()) {
            return Err(SearchError::Branching { kind });
        }
        Ok(Self {
            kind,
            question: question.to_vec(),
            settings: settings.clone(),
            next: worker,
            step: workers.max(1),
            trajectories: Vec::new(),
            over: settings.segments == 0,
            milliseconds: 0.0,
        })
    }

    /// The next view to begin.
    pub fn next_view(&mut self) -> Option<usize> {
        let view = self.next;
        if self.over || view >= self.settings.views || !self.matters(view, 1) {
            return None;
        }
        self.next += self.step;
        self.trajectories.push(Trajectory::new(view));
        Some(view)
    }

    /// Takes a view's segment; whether the view goes on.
    pub fn take(&mut self, report: &Report) -> bool {
        if let Some(trajectory) = self.trajectories.iter_mut().find(|trajectory| trajectory.view == report.view) {
            trajectory.push(report, &self.settings.milestones);
        }
        if !self.settings.table {
            self.over |= match self.settings.until {
                Until::Rules => report.valid,
                Until::Halt => report.halts,
                Until::Budget => false,
            };
        }
        !self.over
            && report.segment < self.settings.segments
            && !(self.ends_when_valid() && report.valid)
            && self.matters(report.view, report.segment + 1)
    }

    /// Whether it is over: nothing is to be begun, and what runs is not waited for.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Whether a view is of no more use once its answer holds.
    fn ends_when_valid(&self) -> bool {
        self.settings.until == Until::Rules
    }

    /// In a table of first right answers, a view's segment matters only where some number of segments, from this one on,
    /// is not solved by an earlier view.
    fn matters(&self, view: usize, segment: usize) -> bool {
        if !self.settings.table || !self.ends_when_valid() {
            return true;
        }
        let earlier = self.trajectories.iter().filter(|trajectory| trajectory.view < view);
        let solved_from =
            earlier.filter_map(|trajectory| Some(trajectory.found.as_ref()?.0)).min().unwrap_or(usize::MAX);
        let numbers = self.settings.milestones.iter().copied().chain([self.settings.segments]);
        numbers.into_iter().any(|number| number >= segment && number < solved_from)
    }

    /// What it came to, finished or not.
    pub fn outcome(&self) -> Outcome {
        let mut trajectories = self.trajectories.clone();
        trajectories.sort_unstable_by_key(|trajectory| trajectory.view);
        // A view that was begun and stopped before its first segment says nothing.
        trajectories.retain(|trajectory| trajectory.segments > 0);
        let chosen = choose(&trajectories, self.settings.choose, usize::MAX, usize::MAX);
        Outcome {
            valid: chosen.as_ref().is_some_and(|chosen| holds(self.kind, &self.question, &chosen.answer)),
            chosen,
            segments: trajectories.iter().map(|trajectory| trajectory.segments).sum(),
            distinct_answers: distinct_answers(&trajectories),
            trajectories,
            milliseconds: self.milliseconds,
        }
    }
}

/// What is told while searches run.
#[derive(Debug)]
pub enum Event<'a> {
    /// A view of a puzzle, by its place among the puzzles, ran a segment.
    Segment(usize, &'a Report),
    /// A puzzle's search is over.
    Ended(usize, Outcome),
}

struct Active {
    number: usize,
    search: Search,
}

/// What runs in a row.
struct Running {
    puzzle: usize,
    branch: Option<Branch>,
}

/// Plays searches, as many at a time as the rows hold, in their order. `observe` hears every view's segment and every
/// puzzle's end and says whether to go on; what is not over when it does not, ends with what it has found. Nothing is left
/// behind where the future is dropped. `now` reads a clock in milliseconds.
///
/// # Errors
/// The model's and the engine's.
pub async fn search<S: Session>(
    rows: &mut Rows<S>,
    searches: impl IntoIterator<Item = Search>,
    now: impl Fn() -> f64,
    mut observe: impl AsyncFnMut(Event<'_>) -> ControlFlow<()>,
) -> Result<(), SearchError> {
    let family = rows.config().family;
    let mut waiting = searches.into_iter().enumerate();
    let mut active: Vec<Active> = Vec::new();
    let mut running: Vec<Option<Running>> = Vec::new();
    // What an earlier search left behind when its future was dropped.
    (0..rows.len()).for_each(|row| rows.end(row));
    running.resize_with(rows.len(), || None);
    loop {
        while let Some(row) = rows.free() {
            let next = active.iter_mut().find_map(|a| Some((a.number, a.search.next_view()?, a.search.clone_puzzle())));
            let Some((puzzle, view, (kind, question, settings))) = next else {
                let Some((number, search)) = waiting.next() else { break };
                active.push(Active { number, search });
                continue;
            };
            let branch = settings.branch.then(|| Branch::new(kind, &question, settings.seed, view));
            rows.begin(row, Pass::of_view(kind, &question, &settings, view));
            running[row] = Some(Running { puzzle, branch });
        }
        // What has no view left in a row is over.
        let is_running =
            |puzzle: usize, running: &[Option<Running>]| running.iter().flatten().any(|r| r.puzzle == puzzle);
        while let Some(place) = active.iter().position(|a| !is_running(a.number, &running)) {
            let Active { number, search } = active.remove(place);
            if observe(Event::Ended(number, search.outcome())).await.is_break() {
                return Ok(());
            }
        }
        if rows.busy() == 0 {
            return Ok(());
        }
        let start = now();
        let reports = rows.segment().await?;
        let each = (now() - start) / reports.len().max(1) as f64;
        for RowReport { row, segment, answer, q: [q_halt, q_continue], residual, pooled, beliefs } in reports {
            let Some(Running { puzzle, branch }) = &mut running[row] else { continue };
            let Some(Active { number, search }) = active.iter_mut().find(|a| a.number == *puzzle) else { continue };
            search.milliseconds += each;
            let view = rows.pass(row).map_or(0, |pass| pass.view);
            let report = Report {
                view,
                segment,
                valid: holds(search.kind, &search.question, &answer),
                halts: family.is_done(q_halt, q_continue),
                placed: branch.as_ref().map_or(0, Branch::placed),
                answer,
                q_halt,
                residual,
                pooled,
            };
            let goes_on = search.take(&report);
            if let (true, Some(branch), Some(beliefs)) = (goes_on, branch, beliefs)
                && let Step::Pass(question) = branch.take(&beliefs)
            {
                let form = match search.settings.forms {
                    Forms::Symmetric => search.kind.form(branch.random()),
                    Forms::Identical => Form::identity(search.kind),
                };
                rows.begin(row, Pass { view, form, question, segments: report.segment });
            }
            let number = *number;
            if !goes_on {
                rows.end(row);
                running[row] = None;
            }
            if observe(Event::Segment(number, &report)).await.is_break() {
                for Active { number, search } in active {
                    let _ = observe(Event::Ended(number, search.outcome())).await;
                }
                return Ok(());
            }
        }
        // Only now, so that of answers found in one round the one of the lowest view is taken.
        let over = |puzzle: usize| active.iter().any(|a| a.number == puzzle && a.search.is_over());
        for (row, place) in running.iter_mut().enumerate() {
            if place.as_ref().is_some_and(|running| over(running.puzzle)) {
                rows.end(row);
                *place = None;
            }
        }
    }
}

impl Search {
    fn clone_puzzle(&self) -> (Kind, Vec<u8>, Settings) {
        (self.kind, self.question.clone(), self.settings.clone())
    }
}
