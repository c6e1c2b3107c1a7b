//! Many views of the puzzle, in workers of their own: so the board's worker stays ready, and Stop takes effect at once.

use hrm_core::{engine::Kind as EngineKind, search::Chosen};
use hrm_link::{
    client::{Client, Heard},
    protocol::{Event, Task, Widen, Widened},
};
use leptos::prelude::*;

use crate::ui::{
    browser,
    state::{Page, Phase},
};

/// Views of a puzzle at most.
pub const VIEWS: usize = 64;
/// Segments of a view at most.
pub const SEGMENTS: usize = 32;
/// Workers that share the views on the CPU.
const WORKERS: usize = 2;

/// How far a search is, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Widening {
    /// What each worker told last.
    parts: Vec<Widened>,
    /// Workers that are done.
    ended: usize,
    /// Why it ended; `None` while it runs.
    pub end: Option<End>,
    /// Seconds since it began, by the browser's clock.
    pub seconds: f64,
}

/// Why a search ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// An answer holds by rule, or every view has had its segments.
    Done,
    /// A person ended it.
    Stopped,
    /// It failed.
    Failed(String),
}

impl Widening {
    /// Views that ran, and segments of all of them.
    pub fn counts(&self) -> (usize, usize) {
        self.parts.iter().fold((0, 0), |(views, segments), part| (views + part.views, segments + part.segments))
    }

    /// The answer that holds by rule.
    pub fn found(&self) -> Option<&Chosen> {
        self.parts.iter().filter_map(|part| part.found.as_ref()).min_by_key(|found| (found.segment, found.view))
    }
}

/// State of the search.
#[derive(Clone, Copy)]
pub struct Wider {
    /// The search of the puzzle on the board; `None`: none was asked for.
    pub now: RwSignal<Option<Widening>>,
    clients: StoredValue<Vec<Client>, LocalStorage>,
    began: StoredValue<f64>,
}

impl Wider {
    /// None yet.
    pub fn new() -> Self {
        Self { now: RwSignal::new(None), clients: StoredValue::new_local(Vec::new()), began: StoredValue::new(0.0) }
    }

    /// Forgets the search, and ends it if it is under way.
    pub fn clear(self) {
        if self.now.with_untracked(Option::is_some) {
            self.release();
            self.now.set(None);
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

    fn hear(self, worker: usize, heard: Heard) {
        match heard {
            Heard::Report { event: Event::Widened(far), .. } => {
                let found = far.found.is_some();
                self.change(|now| now.parts[worker] = far);
                if found {
                    self.end(End::Done);
                }
            }
            Heard::Report { event: Event::Finished, .. } => {
                self.change(|now| now.ended += 1);
                if self.now.with_untracked(|now| now.as_ref().is_some_and(|now| now.ended == now.parts.len())) {
                    self.end(End::Done);
                }
            }
            Heard::Report { event: Event::Failed(failure), .. } => self.end(End::Failed(failure.message)),
            Heard::Lost { message, .. } => self.end(End::Failed(message)),
            Heard::Report { .. } | Heard::Waiting(_) => {}
        }
    }
}

impl Page {
    /// Whether the plain run left an answer that breaks the rules, and other views of the puzzle may find one that does not.
    pub fn can_think_wider(self) -> bool {
        let failed = self.run.phase.with(|phase| matches!(phase, Phase::Invalid(_)));
        let plain = self.run.recording.with(|run| run.as_ref().is_some_and(|run| run.interventions().is_empty()));
        failed && plain && !self.is_foreign() && !self.wider.is_running()
    }

    /// Shows the model many views of the puzzle of the plain run, which stays as it is.
    pub fn think_wider(self) {
        let Some(engine) = self.machine.engine_untracked() else { return };
        let workers = if engine == EngineKind::Cpu { WORKERS } else { 1 };
        let wider = self.wider;
        wider.release();
        wider.began.set_value(browser::now());
        wider.now.set(Some(Widening { parts: vec![Widened::default(); workers], ended: 0, end: None, seconds: 0.0 }));
        wider.clients.update_value(|clients| {
            for worker in clients.len()..workers {
                clients.push(Client::new(move |heard| wider.hear(worker, heard)));
            }
        });
        let (kind, question) = (untrack(|| self.kind()), self.run.question.get_value());
        let seed = browser::seed();
        for (worker, client) in wider.clients.get_value().iter().take(workers).enumerate() {
            let Some((open, files)) = self.machine.opening_of_board() else { return };
            client.restart();
            client.ask_with(open, files);
            client.ask(Task::Widen(Widen {
                engine,
                kind,
                question: question.clone(),
                views: VIEWS,
                segments: SEGMENTS,
                branch: false,
                seed,
                worker,
                workers,
            }));
        }
    }
}
