//! The puzzle as it is drawn: its history, the cell the keyboard is at, what is known of it.

use hrm_core::puzzle::{FIRST_BOARD, Kind, fitted};
use hrm_link::protocol::Solutions;
use leptos::prelude::*;

use crate::ui::{
    board::{
        edit::Brush,
        history::History,
        reading::{read, read_all},
    },
    state::question::{Question, Wish},
};

/// State of the board.
#[derive(Clone, Copy)]
pub struct Drawing {
    /// All that was drawn.
    pub history: RwSignal<History<Question>>,
    /// What is drawn.
    pub question: Memo<Question>,
    /// The cell that typing fills.
    pub cursor: RwSignal<usize>,
    /// The cell that the pointer or the keyboard is at, lit in every view.
    pub pointed: RwSignal<Option<usize>>,
    /// The cell that views of one cell are about: the one that is pointed at, else the selected one. So it is still the
    /// same when the pointer has left the board on its way to such a view.
    pub cell: Memo<usize>,
    /// What new puzzles are to be like.
    pub wish: RwSignal<Wish>,
    /// What strokes over the board draw.
    pub brush: RwSignal<Brush>,
    /// How many solutions the puzzle has, once that is known.
    pub solutions: RwSignal<Option<Solutions>>,
    /// What was wrong with a puzzle that was pasted or came with the address.
    pub complaint: RwSignal<Option<String>>,
    /// Puzzles that were pasted with the one on the board, still to be shown.
    pub others: RwSignal<Vec<Question>>,
    /// The task that draws a new one.
    pub generating: StoredValue<Option<u32>>,
    /// Whether the next address is a place to come back to, rather than a digit more of the present one.
    pub landmark: StoredValue<bool>,
    /// Boards last seen, one of each kind.
    seen: StoredValue<Vec<Question>>,
}

impl Drawing {
    /// The puzzle of the address, or the first one.
    pub fn new(text: Option<&str>) -> Self {
        let (question, complaint) = match text.map(|text| read(text, &[])) {
            Some(Ok((kind, tokens))) => (Some(Question { kind, tokens }), None),
            Some(Err(error)) => (None, Some(format!("In the address: {error}"))),
            None => (None, None),
        };
        let question = question.unwrap_or_else(|| Question::first_of(FIRST_BOARD.0));
        let wish = Wish::of(question.kind);
        let history = RwSignal::new(History::new(question));
        let (cursor, pointed) = (RwSignal::new(0), RwSignal::new(None::<usize>));
        Self {
            history,
            question: Memo::new(move |_| history.with(|history| history.present().clone())),
            cursor,
            pointed,
            cell: Memo::new(move |_| pointed.get().unwrap_or_else(|| cursor.get())),
            wish: RwSignal::new(wish),
            brush: RwSignal::new(Brush::default()),
            solutions: RwSignal::new(None),
            complaint: RwSignal::new(complaint),
            others: RwSignal::new(Vec::new()),
            generating: StoredValue::new(None),
            landmark: StoredValue::new(false),
            seen: StoredValue::new(Vec::new()),
        }
    }

    /// The kind of the puzzle.
    pub fn kind(self) -> Kind {
        self.question.with(|question| question.kind)
    }

    /// Whether the board is the first one that a visit meets.
    pub fn is_first_board(self) -> bool {
        let first = Question::first_of(FIRST_BOARD.0);
        self.question.with(|question| *question == first)
    }

    /// Puts that one there; what was drawn comes back by Undo.
    pub fn show_first_board(self) {
        if !untrack(|| self.is_first_board()) {
            self.replace(Question::first_of(FIRST_BOARD.0));
        }
    }

    /// Puts another puzzle on the board; the address gets a new entry.
    pub fn replace(self, question: Question) {
        self.landmark.set_value(true);
        self.others.set(Vec::new());
        self.set(question);
    }

    fn set(self, question: Question) {
        self.complaint.set(None);
        let before = self.question.get_untracked();
        if before.kind != question.kind {
            self.seen.update_value(|seen| {
                seen.retain(|other| other.kind != before.kind);
                seen.push(before);
            });
            self.cursor.set(0);
            self.wish.update(|wish| *wish = wish.clone().for_kind(question.kind));
        }
        self.history.update(|history| history.push(question));
    }

    /// Shows the board of `kind` that was last seen; false if there was none.
    pub fn recall(self, kind: Kind) -> bool {
        let found = self.seen.with_value(|seen| seen.iter().find(|question| question.kind == kind).cloned());
        let known = found.is_some();
        if let Some(question) = found {
            self.replace(question);
        }
        known
    }

    /// Reads a puzzle of one of the `known` kinds from text onto the board; of several the first, the others wait. What is wrong with it is said beside the
    /// board, which then stays.
    pub fn read(self, text: &str, known: &[Kind], landmark: bool) -> bool {
        let own = self.kind();
        // A board that no list of games offers reads its texts itself: to the others they would look like their own.
        let is_offered = Kind::all().any(|kind| kind.is_same_game(own));
        let read = match own.encode(text).ok().filter(|_| !is_offered) {
            Some(tokens) => Ok(vec![(own, tokens)]),
            None => read_all(text, known),
        };
        match read {
            Ok(all) => {
                let mut all = all.into_iter().map(|(kind, tokens)| Question { kind, tokens });
                if let Some(first) = all.next() {
                    self.landmark.set_value(landmark);
                    self.set(first);
                    self.others.set(all.collect());
                }
                true
            }
            Err(error) => {
                self.complaint.set(Some(error.to_string()));
                false
            }
        }
    }

    /// Shows the next of the puzzles that were pasted together.
    pub fn show_other(self) {
        let mut others = self.others.get_untracked();
        if !others.is_empty() {
            self.replace(others.remove(0));
            self.others.set(others);
        }
    }

    /// Writes a token into the cell under the cursor.
    pub fn write(self, token: u8) {
        let Question { kind, tokens } = self.question.get_untracked();
        self.set(Question { kind, tokens: kind.written(&tokens, self.cursor.get_untracked(), token) });
    }

    /// A stroke changed the board; with `begun` it goes on, and is taken back as one.
    pub fn stroke(self, question: Question, begun: bool) {
        if begun {
            self.history.update(|history| history.amend(question));
        } else {
            self.set(question);
        }
    }

    /// Empties the board; it gets the size that is wished for, for one of the `known` kinds.
    pub fn clear(self, known: &[Kind]) {
        let kind = self.question.with_untracked(|question| question.kind);
        let board = self.wish.with_untracked(|wish| wish.board(kind));
        let (kind, tokens) = fitted(board, &board.empty(), known);
        self.replace_as_wished(Question { kind, tokens });
    }

    /// Puts a puzzle on the board that was made as wished: the wishes stay, whatever size it has become.
    pub fn replace_as_wished(self, question: Question) {
        let wish = self.wish.get_untracked();
        self.replace(question);
        self.wish.set(wish);
    }

    /// Now that the kinds of the gallery's models are known, a board from the address is padded for one of them.
    pub fn fit(self, known: &[Kind]) {
        let Question { kind, tokens } = self.question.get_untracked();
        if !known.contains(&kind) && kind.fitting(known) != kind {
            let (kind, tokens) = fitted(kind, &kind.without_marks(&tokens), known);
            // There is nothing in it to take back.
            self.history.set(History::new(Question { kind, tokens }));
        }
    }

    /// Takes the last change back.
    pub fn undo(self) {
        self.history.update(|history| {
            history.undo();
        });
    }

    /// Makes it again.
    pub fn redo(self) {
        self.history.update(|history| {
            history.redo();
        });
    }
}
