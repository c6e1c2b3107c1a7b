//! The puzzle as it is drawn: its history, the cell the keyboard is at, what is known of it.

use hrm_core::puzzle::{
    Kind,
    maze::{Design, Grid, Side},
    sudoku::Shape,
};
use hrm_link::protocol::Solutions;
use leptos::prelude::*;

use crate::ui::board::{
    edit::{Brush, empty, written},
    history::History,
    reading::{fitted, kind_for, read, read_all},
    starter::{self, first_question},
};

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
        Self { kind, tokens: first_question(kind) }
    }
}

/// What new mazes are to be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MazeWish {
    /// Rows and columns.
    pub size: usize,
    /// Openings beyond a spanning tree's.
    pub openings: usize,
    /// Steps from start to goal at least.
    pub min_steps: usize,
}

impl MazeWish {
    /// The same wishes of a maze of another size, as far as that can hold them.
    pub fn resized(self, size: usize) -> Self {
        Self { size, openings: self.openings.min(size), min_steps: self.min_steps.clamp(size, 3 * size) }
    }

    /// Like those that models of a size are trained on; `None` for other kinds.
    fn standard(kind: Kind) -> Option<Self> {
        let Kind::Maze(side) = kind else { return None };
        let Design { openings, min_steps, .. } = Design::standard(side, 0.0);
        Some(Self { size: side.get(), openings, min_steps: min_steps as usize })
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
    /// Difficulty of new puzzles, from 0 to 1: it means the same for every kind, however many levels that has.
    pub difficulty: RwSignal<f64>,
    /// What new mazes are to be like.
    pub wish: RwSignal<MazeWish>,
    /// What strokes over a maze draw.
    pub brush: RwSignal<Brush>,
    /// How many solutions the puzzle has, once that is known.
    pub solutions: RwSignal<Option<Solutions>>,
    /// What was wrong with a puzzle that was pasted or came with the address.
    pub complaint: RwSignal<Option<String>>,
    /// Puzzles that were pasted with the one on the board, still to be shown.
    pub others: RwSignal<Vec<Question>>,
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
        let (question, complaint) = match text.map(|text| read(text, &[])) {
            Some(Ok((kind, tokens))) => (Some(Question { kind, tokens }), None),
            Some(Err(error)) => (None, Some(format!("In the address: {error}"))),
            None => (None, None),
        };
        let question = question.unwrap_or_else(|| Question::first_of(Kind::Sudoku(Shape::FOUR)));
        let wish = MazeWish::standard(question.kind).unwrap_or(MazeWish { size: 9, openings: 4, min_steps: 9 });
        let history = RwSignal::new(History::new(question));
        Self {
            history,
            question: Memo::new(move |_| history.with(|history| history.present().clone())),
            cursor: RwSignal::new(0),
            difficulty: RwSignal::new(starter::DIFFICULTY),
            wish: RwSignal::new(wish),
            brush: RwSignal::new(Brush::default()),
            solutions: RwSignal::new(None),
            complaint: RwSignal::new(complaint),
            others: RwSignal::new(Vec::new()),
            examining: StoredValue::new(None),
            generating: StoredValue::new(None),
            landmark: StoredValue::new(false),
            seen: StoredValue::new(Vec::new()),
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
            if let Some(wish) = MazeWish::standard(question.kind) {
                self.wish.set(wish);
            }
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
        match read_all(text, known) {
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
        self.set(Question { kind, tokens: written(kind, &tokens, self.cursor.get_untracked(), token) });
    }

    /// A stroke changed the board; with `begun` it goes on, and is taken back as one.
    pub fn stroke(self, question: Question, begun: bool) {
        if begun {
            self.history.update(|history| history.amend(question));
        } else {
            self.set(question);
        }
    }

    /// Empties the board; a maze becomes a room of the size that is wished for, for one of the `known` kinds.
    pub fn clear(self, known: &[Kind]) {
        let kind = self.question.with_untracked(|question| question.kind);
        let (kind, tokens) = match (kind, Side::new(self.wish.get_untracked().size)) {
            (Kind::Maze(_), Some(side)) => {
                let room = empty(Kind::Maze(side));
                Grid::from_tokens(side, &room).map_or((Kind::Maze(side), room), |room| fitted(&room, known))
            }
            _ => (kind, empty(kind)),
        };
        self.replace_as_wished(Question { kind, tokens });
    }

    /// Puts a puzzle on the board that was made as wished: the wishes stay, whatever size it has become.
    pub fn replace_as_wished(self, question: Question) {
        let wish = self.wish.get_untracked();
        self.replace(question);
        self.wish.set(wish);
    }

    /// The kind of maze that a wished for maze becomes.
    pub fn wished_kind(self, known: &[Kind]) -> Option<Kind> {
        Some(Kind::Maze(kind_for(Side::new(self.wish.get_untracked().size)?, known)))
    }

    /// Now that the kinds of the gallery's models are known, a maze from the address is padded for one of them.
    pub fn fit(self, known: &[Kind]) {
        let Question { kind, tokens } = self.question.get_untracked();
        let Kind::Maze(side) = kind else { return };
        let maze = Grid::from_tokens(side, &tokens).map(|maze| maze.without_path());
        if let Ok(maze) = maze
            && !known.contains(&kind)
        {
            let (kind, tokens) = fitted(&maze, known);
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
