//! A view of a search, run again as an ordinary run on the form of the puzzle that it saw, in place of the plain run.

use hrm_core::{model::Intervention, recording::Recording, search::Replay};
use leptos::prelude::*;

use crate::ui::state::{Page, Question};

/// The view that is shown.
#[derive(Clone)]
pub struct Opened {
    /// Its number.
    pub view: usize,
    /// The puzzle as it saw it.
    pub question: Question,
    /// The run that was shown before, and its puzzle.
    plain: (Option<Recording>, Question),
    due: Option<Due>,
}

/// What comes as soon as the board shows its puzzle.
#[derive(Clone)]
enum Due {
    /// The view's run.
    Run(Vec<Intervention>, usize),
    /// The run that was shown before.
    Back,
}

impl Page {
    /// Whether the views of the search can be run again one by one: not the branches, whose clues change on the way.
    pub fn can_open_views(self) -> bool {
        self.wider.now.with(|now| now.as_ref().is_some_and(|now| !now.settings.branch))
    }

    /// Runs a view of the search again, as many segments as it ran, and shows that run on the board and in every view of the
    /// model's inside.
    pub fn open_view(self, view: usize) {
        let Some(shapes) = self.machine.shapes.get_untracked().filter(|_| !untrack(|| self.is_running())) else {
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
        self.wider.opened.set(Some(Opened { view, question: question.clone(), plain, due }));
        self.put_on_board(question);
    }

    /// Shows the puzzle of the search and the run that was shown before.
    pub fn close_view(self) {
        if untrack(|| self.is_running()) {
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
            self.run.question.set_value(question.tokens);
            self.run.show(recording, question.kind, None);
        }
    }
}
