//! Many views of the puzzle, in workers of their own: so the board's worker stays ready, and Stop takes effect at once.

use std::time::Duration;

use hrm_core::{
    analysis::Projection,
    engine::Kind as EngineKind,
    puzzle::Kind,
    search::{self, Chosen, Settings, Trajectory, Until, choose, distinct_answers, holds},
};
use hrm_link::{
    client::{Client, Module},
    protocol::{Event, Packed, Task, Widen},
    replies::{self, Replies},
};
use js_sys::Object;
use leptos::{prelude::*, task::spawn_local};

use crate::ui::{
    browser,
    state::{analyst::Analyst, machine::Machine, opened_view::Opened, question::Question},
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

/// What the rules say of the answer that a search takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It is right.
    Right,
    /// It holds as far as that can be seen without solving the puzzle, but is not right, and why: a maze's path that is no
    /// shortest one.
    Holds(String),
    /// It does not hold, and why.
    Wrong(String),
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

    /// The answer that is taken, and what the rules say of it: a search only asks whether an answer holds, the whole rules are
    /// asked afterwards.
    pub fn chosen(&self) -> Option<(Chosen, Verdict)> {
        let chosen = choose(&self.views, self.settings.choose, usize::MAX, usize::MAX)?;
        let Question { kind, tokens } = &self.question;
        let verdict = match kind.check(tokens, &chosen.answer) {
            Ok(()) => Verdict::Right,
            Err(fault) if holds(*kind, tokens, &chosen.answer) => Verdict::Holds(fault.to_string()),
            Err(fault) => Verdict::Wrong(fault.to_string()),
        };
        Some((chosen, verdict))
    }

    /// How many different last answers its views gave.
    pub fn distinct_answers(&self) -> usize {
        distinct_answers(&self.views)
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
    analyst: Analyst,
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
    /// Searches that were begun: what is said of an earlier one is not heard.
    searches: StoredValue<u32>,
    /// Pooled states that came, `[n, D]`: their worker may have to be given them again.
    pooled: StoredValue<Vec<f32>>,
    /// The view of each.
    owners: StoredValue<Vec<usize>>,
    /// How many of them their worker has.
    given: StoredValue<usize>,
    /// Whether it is being asked where they lie.
    projecting: StoredValue<bool>,
}

impl Wider {
    /// None yet.
    pub fn new(machine: Machine, analyst: Analyst) -> Self {
        let (views, segments) = FIRST;
        Self {
            machine,
            analyst,
            now: RwSignal::new(None),
            wish: RwSignal::new(Settings { views, segments, ..Settings::default() }),
            picture: RwSignal::default(),
            pointed: RwSignal::new(None),
            opened: RwSignal::new(None),
            clients: StoredValue::new_local(Vec::new()),
            began: StoredValue::new(0.0),
            changes: StoredValue::new(0),
            searches: StoredValue::new(0),
            pooled: StoredValue::new(Vec::new()),
            owners: StoredValue::new(Vec::new()),
            given: StoredValue::new(0),
            projecting: StoredValue::new(false),
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
        // Also the one that a knob has asked for.
        self.changes.update_value(|changes| *changes += 1);
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
        self.projecting.set_value(false);
        self.pointed.set(None);
        self.picture.set(Picture::default());
    }

    /// A view ran a segment.
    fn take(self, report: &search::Report) {
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
        self.search_on(self.machine.engine.get_untracked(), question);
    }

    fn search_on(self, engine: EngineKind, question: Question) {
        let workers = if engine == EngineKind::Cpu { WORKERS } else { 1 };
        let mut settings = self.wish.get_untracked();
        settings.branch &= can_branch(question.kind);
        self.release();
        self.forget_states();
        self.searches.update_value(|searches| *searches += 1);
        let search = self.searches.get_value();
        // A view of an earlier search is none of this one.
        self.opened.update(|opened| opened.iter_mut().for_each(|opened| opened.of_present = false));
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
                clients.push(Client::new(Module::Solving, |_| ()));
            }
        });
        let pace = self.machine.measurement.with_untracked(|known| known.as_ref().and_then(|known| known.of(engine)));
        for (worker, client) in self.clients.get_value().iter().take(workers).enumerate() {
            let Some((open, files)) = self.machine.opening_of_board() else { return };
            client.restart();
            let opening = client.request(open, files);
            let (question, settings) = (tokens.clone(), settings.clone());
            let widen = Widen { engine, pace, kind, question, settings, worker, workers };
            let views = client.request(Task::Widen(widen), Vec::<Object>::new());
            spawn_local(self.follow(search, engine, opening, views));
        }
    }

    /// Takes what a worker says, as long as no other search has begun.
    async fn follow(self, search: u32, engine: EngineKind, opening: Replies, mut views: Replies) {
        let opened = opening.last().await;
        if let (Ok((Event::Failed(failure), _)), true) = (opened, self.searches.get_value() == search) {
            return self.end(End::Failed(failure.message));
        }
        loop {
            let answer = views.next().await;
            if self.searches.get_value() != search {
                return;
            }
            match answer {
                Ok((Event::Widened(report), _)) => {
                    self.take(&report);
                    self.ask_projection();
                }
                Ok((Event::Finished, _)) => self.take_end(),
                // The same views again: what a view does depends on no engine.
                Ok((Event::Failed(failure), _)) if failure.engine && engine == EngineKind::Gpu => {
                    let text = format!("{}: the CPU runs the views, again from their first segments.", failure.message);
                    self.machine.notice.set(Some(text));
                    let question = self.now.with_untracked(|now| now.as_ref().map(|now| now.question.clone()));
                    return question.into_iter().for_each(|question| self.search_on(EngineKind::Cpu, question));
                }
                Ok((Event::Failed(failure), _)) => return self.end(End::Failed(failure.message)),
                Err(replies::End::Lost(loss)) => return self.end(End::Failed(loss.message)),
                Ok(_) => {}
                Err(replies::End::Over) => return,
            }
        }
    }

    /// Has it computed where the states lie that came since it was last asked, unless it is busy with those before.
    fn ask_projection(self) {
        let (given, count) = (self.given.get_value(), self.owners.with_value(Vec::len));
        if given == count || self.projecting.get_value() {
            return;
        }
        let (width, pooled) = self.pooled.with_value(|pooled| {
            let width = pooled.len() / count;
            (width, Packed(pooled[given * width..].to_vec()))
        });
        self.given.set_value(count);
        self.projecting.set_value(true);
        let task = Task::Project { anew: given == 0, width, pooled };
        let replies = self.analyst.request(task, Vec::<Object>::new());
        spawn_local(self.draw_answer(self.searches.get_value(), replies));
    }

    async fn draw_answer(self, search: u32, replies: Replies) {
        let answer = replies.last().await;
        if self.searches.get_value() != search {
            return;
        }
        match answer {
            Ok((Event::Projected(projection), _)) => self.draw(&projection),
            Ok((Event::Failed(failure), _)) => self.machine.notice.set(Some(format!("{}.", failure.message))),
            // A worker that is started anew has none of the states; it is when more of them come.
            _ => {
                self.given.set_value(0);
                return self.projecting.set_value(false);
            }
        }
        let next = move || {
            if self.searches.get_value() == search {
                self.projecting.set_value(false);
                self.ask_projection();
            }
        };
        set_timeout(next, FRAME);
    }
}

/// Whether the puzzles of a kind can be branched on: they have blanks.
pub fn can_branch(kind: Kind) -> bool {
    kind.rules().is_some_and(|rules| rules.fills_blanks())
}
