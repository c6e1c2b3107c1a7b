//! Many views of the puzzle, in workers of their own: so the board's worker stays ready, and Stop takes effect at once.

use std::time::Duration;

use hrm_core::{
    analysis::Projection,
    puzzle::Kind,
    search::{self, Chosen, Settings, Trajectory, Until, choose, holds},
};
use hrm_link::{
    client::{Client, Heard, Module},
    protocol::{Event, Packed, Task, Widen},
};
use leptos::prelude::*;

use crate::ui::{
    browser,
    state::{machine::Machine, opened_view::Opened, question::Question},
};

/// Settings of the first search.
const FIRST: (usize, usize) = (64, 32);
/// Workers that share the views on the CPU.
const WORKERS: usize = 2;
/// Between a change of a knob and the search that follows: a drag is one change.
const SETTLED: Duration = Duration::from_millis(250);
/// Between two pictures.
const FRAME: Duration = Duration::from_millis(120);

/// How far a search is, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Widening {
    /// What it searches.
    pub question: Question,
    /// How.
    pub settings: Settings,
    /// Views that ran a segment at least, in the order in which they began.
    pub views: Vec<Trajectory>,
    /// Workers.
    workers: usize,
    /// Those that are done.
    ended: usize,
    /// Why it ended; `None` while it runs.
    pub end: Option<End>,
    /// Seconds since it began, by the browser's clock.
    pub seconds: f64,
}

/// Why a search ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// As its settings say, or every view has had its segments.
    Done,
    /// A person ended it.
    Stopped,
    /// It failed.
    Failed(String),
}

impl Widening {
    /// Views that ran, and segments of all of them.
    pub fn counts(&self) -> (usize, usize) {
        (self.views.len(), self.views.iter().map(|view| view.segments).sum())
    }

    /// The view of that number.
    pub fn view(&self, number: usize) -> Option<&Trajectory> {
        self.views.iter().find(|view| view.view == number)
    }

    /// Whether no segment of a view follows.
    pub fn is_over(&self, view: &Trajectory) -> bool {
        let found = view.found.is_some() && self.settings.until == Until::Rules;
        self.end.is_some() || found || view.segments >= self.settings.segments
    }

    /// The answer that is taken, and whether it holds by rule.
    pub fn chosen(&self) -> Option<(Chosen, bool)> {
        let chosen = choose(&self.views, self.settings.choose, usize::MAX, usize::MAX)?;
        let valid = holds(self.question.kind, &self.question.tokens, &chosen.answer);
        Some((chosen, valid))
    }

    /// Whether what was waited for has come.
    fn has_come(&self) -> bool {
        let mut views = self.views.iter();
        match self.settings.until {
            Until::Rules => views.any(|view| view.found.is_some()),
            Until::Halt => views.any(|view| view.halted_at.is_some()),
            Until::Budget => false,
        }
    }
}

/// The states of the views as they are drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// Share of the variance along each component.
    pub explained: [f64; 2],
    /// Of each view its number and where its pooled state lies after each segment.
    pub paths: Vec<(usize, Vec<(f64, f64)>)>,
}

/// State of the search.
#[derive(Clone, Copy)]
pub struct Wider {
    machine: Machine,
    /// The search of the puzzle on the board; `None`: none was asked for.
    pub now: RwSignal<Option<Widening>>,
    /// Settings of the next one.
    pub wish: RwSignal<Settings>,
    /// Where its states lie.
    pub picture: RwSignal<Picture>,
    /// The view that is pointed at in the picture.
    pub pointed: RwSignal<Option<usize>>,
    /// The view that is shown in place of the plain run.
    pub opened: RwSignal<Option<Opened>>,
    clients: StoredValue<Vec<Client>, LocalStorage>,
    began: StoredValue<f64>,
    /// Changes of the knobs.
    changes: StoredValue<u32>,
    /// Pooled states that came, `[n, D]`: the board's worker may have to be given them again.
    pooled: StoredValue<Vec<f32>>,
    /// The view of each.
    owners: StoredValue<Vec<usize>>,
    /// How many of them the board's worker has.
    given: StoredValue<usize>,
    /// The task by which it was given the last ones, while that is under way.
    projecting: StoredValue<Option<u32>>,
}

impl Wider {
    /// None yet.
    pub fn new(machine: Machine) -> Self {
        let (views, segments) = FIRST;
        Self {
            machine,
            now: RwSignal::new(None),
            wish: RwSignal::new(Settings { views, segments, ..Settings::default() }),
            picture: RwSignal::default(),
            pointed: RwSignal::new(None),
            opened: RwSignal::new(None),
            clients: StoredValue::new_local(Vec::new()),
            began: StoredValue::new(0.0),
            changes: StoredValue::new(0),
            pooled: StoredValue::new(Vec::new()),
            owners: StoredValue::new(Vec::new()),
            given: StoredValue::new(0),
            projecting: StoredValue::new(None),
        }
    }

    /// Forgets the search, and ends it if it is under way.
    pub fn clear(self) {
        if self.now.with_untracked(Option::is_some) {
            self.release();
            self.now.set(None);
            self.opened.set(None);
            self.forget_states();
        }
    }

    /// Forgets the search unless that puzzle is the one that it searches, or the form of it that a view saw.
    pub fn clear_unless_of(self, question: &Question) {
        let of_search = self.now.with_untracked(|now| now.as_ref().is_some_and(|now| now.question == *question));
        let of_view = self.opened.with_untracked(|opened| opened.as_ref().is_some_and(|of| of.question == *question));
        if !of_search && !of_view {
            self.clear();
        }
    }

    /// Ends the search; what was counted stays.
    pub fn stop(self) {
        self.end(End::Stopped);
    }

    /// Whether it is under way.
    pub fn is_running(self) -> bool {
        self.now.with(|now| now.as_ref().is_some_and(|now| now.end.is_none()))
    }

    fn end(self, end: End) {
        self.release();
        self.change(|now| now.end = Some(end));
    }

    /// Ends the workers.
    fn release(self) {
        self.clients.with_value(|clients| clients.iter().for_each(Client::stop));
    }

    fn change(self, change: impl FnOnce(&mut Widening)) {
        let seconds = (browser::now() - self.began.get_value()) / 1e3;
        self.now.update(|now| {
            if let Some(now) = now.as_mut().filter(|now| now.end.is_none()) {
                now.seconds = seconds;
                change(now);
            }
        });
    }

    fn forget_states(self) {
        self.pooled.set_value(Vec::new());
        self.owners.set_value(Vec::new());
        self.given.set_value(0);
        self.projecting.set_value(None);
        self.pointed.set(None);
        self.picture.set(Picture::default());
    }

    /// A view ran a segment.
    fn take(self, report: &search::Report) {
        let again = report.segment == 1
            && self.now.with_untracked(|now| now.as_ref().is_some_and(|now| now.view(report.view).is_some()));
        if again {
            // Its engine was lost: all of its worker's views begin again, and a GPU has one worker.
            self.change(|now| now.views.clear());
            self.forget_states();
        }
        self.change(|now| {
            if report.segment == 1 {
                now.views.push(Trajectory::new(report.view));
            }
            if let Some(view) = now.views.iter_mut().find(|view| view.view == report.view) {
                view.push(report, &[]);
            }
        });
        self.pooled.update_value(|pooled| pooled.extend_from_slice(&report.pooled));
        self.owners.update_value(|owners| owners.push(report.view));
    }

    /// A worker is done with its share, or its search came to what was waited for.
    fn take_end(self) {
        self.change(|now| now.ended += 1);
        let over = |now: &Widening| now.end.is_none() && (now.ended == now.workers || now.has_come());
        if self.now.with_untracked(|now| now.as_ref().is_some_and(over)) {
            self.end(End::Done);
        }
    }

    /// Takes where all the states lie.
    fn draw(self, Projection { explained, points }: &Projection) {
        let mut paths: Vec<(usize, Vec<(f64, f64)>)> = Vec::new();
        self.owners.with_value(|owners| {
            for (&view, point) in owners.iter().zip(points.chunks_exact(2)) {
                let at = paths.iter().position(|(number, _)| *number == view).unwrap_or_else(|| {
                    paths.push((view, Vec::new()));
                    paths.len() - 1
                });
                paths[at].1.push((f64::from(point[0]), f64::from(point[1])));
            }
        });
        self.picture.set(Picture { explained: *explained, paths });
    }

    /// Whether the views of the search can be run again one by one: not the branches, whose clues change on the way.
    pub fn can_open_views(self) -> bool {
        self.now.with(|now| now.as_ref().is_some_and(|now| !now.settings.branch))
    }

    /// Shows the model many views of a puzzle, others than before.
    pub(super) fn begin(self, question: Question) {
        self.wish.update(|wish| wish.seed = browser::seed().into());
        self.search(question);
        browser::reveal("[data-testid=wider]");
    }

    /// A knob was turned: the same views are run again as they are set now, once it rests.
    pub fn set(self, set: impl FnOnce(&mut Settings)) {
        let before = self.wish.get_untracked();
        self.wish.update(set);
        if self.wish.with_untracked(|wish| *wish == before) || self.now.with_untracked(Option::is_none) {
            return;
        }
        self.changes.update_value(|changes| *changes += 1);
        let change = self.changes.get_value();
        let search = move || {
            let question = self.now.with_untracked(|now| now.as_ref().map(|now| now.question.clone()));
            if let Some(question) = question.filter(|_| self.changes.get_value() == change) {
                self.search(question);
            }
        };
        set_timeout(search, SETTLED);
    }

    fn search(self, question: Question) {
        let engine = self.machine.engine.get_untracked();
        let workers = if engine == hrm_core::engine::Kind::Cpu { WORKERS } else { 1 };
        let mut settings = self.wish.get_untracked();
        settings.branch &= can_branch(question.kind);
        self.release();
        self.forget_states();
        self.began.set_value(browser::now());
        let Question { kind, tokens } = question.clone();
        let (views, end) = (Vec::new(), None);
        self.now.set(Some(Widening {
            question,
            settings: settings.clone(),
            views,
            workers,
            ended: 0,
            end,
            seconds: 0.0,
        }));
        self.clients.update_value(|clients| {
            for _ in clients.len()..workers {
                clients.push(Client::new(Module::Solving, move |heard| self.hear_view(heard)));
            }
        });
        for (worker, client) in self.clients.get_value().iter().take(workers).enumerate() {
            let Some((open, files)) = self.machine.opening_of_board() else { return };
            client.restart();
            client.ask_with(open, files);
            let (question, settings) = (tokens.clone(), settings.clone());
            client.ask(Task::Widen(Widen { engine, kind, question, settings, worker, workers }));
        }
    }

    fn hear_view(self, heard: Heard) {
        match heard {
            Heard::Report { event: Event::Widened(report), .. } => {
                self.take(&report);
                self.ask_projection();
            }
            Heard::Report { event: Event::Finished, .. } => self.take_end(),
            Heard::Report { event: Event::Failed(failure), .. } => self.end(End::Failed(failure.message)),
            Heard::Lost { message, .. } => self.end(End::Failed(message)),
            Heard::Report { .. } | Heard::Waiting(_) => {}
        }
    }

    /// Gives the board's worker the states that it has not, unless it is busy with those before.
    fn ask_projection(self) {
        let (given, count) = (self.given.get_value(), self.owners.with_value(Vec::len));
        if given == count || self.projecting.get_value().is_some() {
            return;
        }
        let (width, pooled) = self.pooled.with_value(|pooled| {
            let width = pooled.len() / count;
            (width, Packed(pooled[given * width..].to_vec()))
        });
        self.given.set_value(count);
        let task = self.machine.ask(Task::Project { anew: given == 0, width, pooled });
        self.projecting.set_value(Some(task));
    }

    /// Takes a report about where the states lie; whether it was one.
    pub(super) fn take_projection(self, task: Option<u32>, event: &Event) -> bool {
        // A worker that was started anew has none of the states.
        let renewed = matches!(event, Event::Opened { .. }) && self.projecting.get_value().is_some();
        let asked = task.is_some() && self.projecting.get_value() == task;
        if !asked && !renewed {
            return matches!(event, Event::Projected(_));
        }
        match event {
            Event::Projected(projection) if projection.points.len() == 2 * self.given.get_value() => {
                self.draw(projection);
            }
            Event::Failed(failure) => self.machine.notice.set(Some(format!("{}.", failure.message))),
            _ => self.given.set_value(0),
        }
        let next = move || {
            // Not those of a search that took its place meanwhile.
            if self.projecting.get_value() == task || renewed {
                self.projecting.set_value(None);
                self.ask_projection();
            }
        };
        set_timeout(next, FRAME);
        asked
    }
}

/// Whether the puzzles of a kind can be branched on: they have blanks.
pub fn can_branch(kind: Kind) -> bool {
    kind.rules().is_some_and(|rules| rules.fills_blanks())
}
