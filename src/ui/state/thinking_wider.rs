//! Thinking wider where the plain run failed, and its views on the board: each is run again as an ordinary run.

use hrm_core::search::{Replay, holds};
use leptos::prelude::*;

use crate::ui::state::{
    opened_view::{Due, Opened},
    question::Question,
    run::Phase,
    solver::Solver,
};

impl Solver {
    /// Whether the plain run left an answer that breaks the rules, and other views of the puzzle may find one that does not.
    pub fn can_think_wider(self) -> bool {
        let failed = self.run.phase.with(|phase| matches!(phase, Phase::Invalid(_)));
        let plain = self.run.recording.with(|run| run.as_ref().is_some_and(|run| run.interventions().is_empty()));
        let of_view = self.wider.opened.with(Option::is_some);
        // A search would end with the plain run's answer, which holds as far as it asks.
        let holds = self.run.recording.with(|run| {
            let answer = run.as_ref().and_then(|run| Some((run.question(), &run.segments().last()?.answer.tokens)));
            answer.is_some_and(|(question, answer)| holds(self.drawing.kind(), question, answer))
        });
        failed && plain && !holds && !of_view && !self.is_foreign() && !self.wider.is_running()
    }

    /// Shows the model many views of the puzzle of the plain run, which stays as it is.
    pub fn think_wider(self) {
        let kind = untrack(|| self.drawing.kind());
        self.wider.begin(Question { kind, tokens: self.run.asked.with_value(|asked| asked.request.question.clone()) });
    }

    /// Runs a view of the search again, as many segments as it ran, and shows that run on the board and in every view of the
    /// model's inside.
    pub fn open_view(self, view: usize) {
        let Some(shapes) = self.machine.shapes.get_untracked().filter(|_| !untrack(|| self.run.is_running())) else {
            return;
        };
        let replay = self.wider.now.with_untracked(|now| {
            let now = now.as_ref()?;
            let (segments, Question { kind, tokens }) = (now.view(view)?.segments, &now.question);
            let replay = Replay::of(*kind, tokens, &now.settings, view, segments, shapes.steps())?;
            Some((replay, segments, now.question.clone()))
        });
        let Some((Replay { question, interventions }, segments, own)) = replay else { return };
        let question = Question { kind: own.kind, tokens: question };
        let before = self.wider.opened.get_untracked();
        let plain = before.map_or_else(|| (self.run.recording.get_untracked(), own), |before| before.plain);
        let due = Some(Due::Run(interventions, segments));
        let opened = Opened { view, of_present: true, is_its_run: true, question: question.clone(), plain, due };
        self.wider.opened.set(Some(opened));
        self.put_on_board(question);
    }

    /// Shows the puzzle of the search and the run that was shown before.
    pub fn close_view(self) {
        if untrack(|| self.run.is_running()) {
            return;
        }
        let Some(plain) = self.wider.opened.with_untracked(|opened| Some(opened.as_ref()?.plain.1.clone())) else {
            return;
        };
        self.wider.opened.update(|opened| {
            if let Some(opened) = opened {
                opened.due = Some(Due::Back);
            }
        });
        self.put_on_board(plain);
    }

    fn put_on_board(self, question: Question) {
        if self.drawing.question.with_untracked(|present| *present == question) {
            // Nothing changes on the board, which would bring what is due.
            self.bring_what_is_due();
        } else {
            self.drawing.replace(question);
        }
    }

    /// Begins what comes once the board has changed; a board that a person changed shows no view any more.
    pub(super) fn bring_what_is_due(self) {
        let opened = self.wider.opened.get_untracked();
        let due = opened.as_ref().and_then(|opened| opened.due.clone());
        let Some(opened) = opened else { return };
        if let Some(Due::Run(interventions, segments)) = due {
            self.wider.opened.set(Some(Opened { due: None, ..opened }));
            self.think(interventions, Some(segments));
            return;
        }
        let (recording, question) = opened.plain;
        self.wider.opened.set(None);
        // By the button, or by taking the change of the board back.
        if let Some(recording) = recording.filter(|_| self.drawing.question.with_untracked(|now| *now == question)) {
            self.run.asked.update_value(|asked| asked.request.question = question.tokens);
            self.run.show(recording, question.kind, None);
        }
    }
}
