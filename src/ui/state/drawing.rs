//! The puzzle as it is drawn: its history, the cell the keyboard is at, what is known of it.

use leptos::prelude::*;

use crate::{
    puzzle::{
        self, Kind,
        sudoku::{Board, Shape},
    },
    random::Random,
    runtime::protocol::Solutions,
    ui::{board::symbol::blank, history::History},
};

/// The seed of the boards that a first visit meets.
const FIRST_SEED: u64 = 1;
/// Their difficulty.
const FIRST_DIFFICULTY: f64 = 0.7;

/// A puzzle.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its kind.
    pub kind: Kind,
    /// `[S]`.
    pub tokens: Vec<u8>,
}

impl Question {
    /// The board that a first visit to a kind meets.
    pub fn first_of(kind: Kind) -> Self {
        let tokens = kind.generate(&mut Random::new(FIRST_SEED), FIRST_DIFFICULTY).question;
        Self { kind, tokens }
    }

    /// A board of blanks.
    fn blank(kind: Kind) -> Self {
        Self { kind, tokens: vec![blank(kind); kind.seq_len()] }
    }
}

/// State of the board.
#[derive(Clone, Copy)]
pub struct Drawing {
    /// All that was drawn.
    pub history: RwSignal<History<Question>>,
    /// What is drawn.
    pub question: Memo<Question>,
    /// The cell that typing fills.
    pub cursor: RwSignal<usize>,
    /// Steps of difficulty of new puzzles, of [`Rules::levels`].
    pub difficulty: RwSignal<usize>,
    /// How many solutions the puzzle has, once that is known.
    pub solutions: RwSignal<Option<Solutions>>,
    /// What was wrong with a puzzle that was pasted or came with the address.
    pub complaint: RwSignal<Option<String>>,
    /// The task that examines the present puzzle.
    pub examining: StoredValue<Option<u32>>,
    /// The task that draws a new one.
    pub generating: StoredValue<Option<(u32, Kind)>>,
    /// Whether the next address is a place to come back to, rather than a digit more of the present one.
    pub landmark: StoredValue<bool>,
    /// Boards last seen, one of each kind.
    seen: StoredValue<Vec<Question>>,
}

impl Drawing {
    /// The puzzle of the address, or the first one.
    pub fn new(text: Option<&str>) -> Self {
        let read = text.map(read);
        let complaint = read
            .as_ref()
            .and_then(|read| read.as_ref().err())
            .map(|error| format!("The puzzle in the address cannot be read: {error}."));
        let question = read.and_then(Result::ok).unwrap_or_else(|| Question::first_of(Kind::Sudoku(Shape::FOUR)));
        let levels = question.kind.levels();
        let history = RwSignal::new(History::new(question));
        Self {
            history,
            question: Memo::new(move |_| history.with(|history| history.present().clone())),
            cursor: RwSignal::new(0),
            difficulty: RwSignal::new(((levels - 1) as f64 * FIRST_DIFFICULTY).round() as usize),
            solutions: RwSignal::new(None),
            complaint: RwSignal::new(complaint),
            examining: StoredValue::new(None),
            generating: StoredValue::new(None),
            landmark: StoredValue::new(false),
            seen: StoredValue::new(Vec::new()),
        }
    }

    /// Puts another puzzle on the board; the address gets a new entry.
    pub fn replace(self, question: Question) {
        self.landmark.set_value(true);
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
            self.difficulty.update(|level| *level = (*level).min(question.kind.levels() - 1));
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

    /// Reads a puzzle from text onto the board. What is wrong with it is said beside the board, which then stays.
    pub fn read(self, text: &str, landmark: bool) -> bool {
        match read(text) {
            Ok(question) => {
                self.landmark.set_value(landmark);
                self.set(question);
                true
            }
            Err(error) => {
                self.complaint.set(Some(format!("This is no puzzle: {error}.")));
                false
            }
        }
    }

    /// Writes a token into the cell under the cursor.
    pub fn write(self, token: u8) {
        let mut question = self.question.get_untracked();
        let cursor = self.cursor.get_untracked();
        if let Some(cell) = question.tokens.get_mut(cursor)
            && usize::from(token) < question.kind.vocab_size()
        {
            *cell = token;
            self.set(question);
        }
    }

    /// Empties the board.
    pub fn clear(self) {
        self.replace(Question::blank(self.question.with_untracked(|question| question.kind)));
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

/// The kind is told by the number of cells.
fn read(text: &str) -> Result<Question, puzzle::ParseError> {
    let board = Board::parse(text, None)?;
    Ok(Question { kind: Kind::Sudoku(board.shape()), tokens: board.to_tokens() })
}
