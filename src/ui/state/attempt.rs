//! A person's own attempt at the puzzle on the board, while the model's answer is hidden.

use leptos::prelude::*;

use crate::ui::{
    board::history::History,
    browser,
    state::{drawing::Drawing, question::Question},
};

/// State of the attempt.
#[derive(Clone, Copy)]
pub struct Attempt {
    drawing: Drawing,
    /// What the board holds, `[S]`, the puzzle's own symbols among it; `None` while nobody tries.
    pub filled: RwSignal<Option<History<Vec<u8>>>>,
    /// Seconds that the last attempt took, if it came to a right board.
    pub solved: RwSignal<Option<f64>>,
    /// When it began, in seconds of the page's clock.
    began: StoredValue<f64>,
}

impl Attempt {
    /// None yet at what is drawn.
    pub fn new(drawing: Drawing) -> Self {
        Self { drawing, filled: RwSignal::new(None), solved: RwSignal::new(None), began: StoredValue::new(0.0) }
    }

    /// Begins one.
    pub(super) fn begin(self, tokens: Vec<u8>) {
        self.solved.set(None);
        self.began.set_value(browser::now() / 1000.0);
        self.filled.set(Some(History::new(tokens)));
    }

    /// Whether one is under way.
    pub fn is_on(self) -> bool {
        self.filled.with(Option::is_some)
    }

    /// Seconds since it began.
    pub fn seconds(self) -> f64 {
        browser::now() / 1000.0 - self.began.get_value()
    }

    /// Ends it; the model's answer is shown again.
    pub fn end(self) {
        if self.filled.with_untracked(Option::is_some) {
            self.filled.set(None);
        }
    }

    /// Changes the board; true if somebody is at it.
    fn update(self, change: impl FnOnce(&mut History<Vec<u8>>)) -> bool {
        let is_on = self.filled.with_untracked(Option::is_some);
        if is_on {
            self.filled.update(|filled| {
                if let Some(filled) = filled {
                    change(filled);
                }
            });
        }
        is_on
    }

    /// Writes a token into the cell under the cursor: of the attempt, where the puzzle leaves it blank, or of the puzzle.
    pub fn write(self, token: u8) {
        let (at, question) = (self.drawing.cursor.get_untracked(), self.drawing.question.get_untracked());
        let is_blank = question.tokens.get(at) == Some(&question.kind.blank());
        let write = |filled: &mut History<Vec<u8>>| {
            if is_blank {
                let mut next = filled.present().clone();
                next[at] = token;
                filled.push(next);
            }
        };
        if !self.update(write) {
            return self.drawing.write(token);
        }
        let is_right = self.filled.with_untracked(|filled| {
            filled.as_ref().is_some_and(|filled| question.kind.check(&question.tokens, filled.present()).is_ok())
        });
        if is_right {
            self.solved.set(Some(self.seconds()));
            self.end();
        }
    }

    /// Whether there is something to take back.
    pub fn can_undo(self) -> bool {
        let own = self.filled.with(|filled| filled.as_ref().map(History::can_undo));
        own.unwrap_or_else(|| self.drawing.history.with(History::can_undo))
    }

    /// Whether there is something to make again.
    pub fn can_redo(self) -> bool {
        let own = self.filled.with(|filled| filled.as_ref().map(History::can_redo));
        own.unwrap_or_else(|| self.drawing.history.with(History::can_redo))
    }

    /// Takes the last change back: of the attempt, or of the puzzle.
    pub fn undo(self) {
        if !self.update(|filled| _ = filled.undo()) {
            self.drawing.undo();
        }
    }

    /// Makes it again.
    pub fn redo(self) {
        if !self.update(|filled| _ = filled.redo()) {
            self.drawing.redo();
        }
    }

    /// Another puzzle ends an attempt.
    pub(super) fn follow(self) {
        Effect::new(move |before: Option<Question>| {
            let question = self.drawing.question.get();
            if before.is_some_and(|before| before != question) {
                self.end();
                self.solved.set(None);
            }
            question
        });
    }
}
