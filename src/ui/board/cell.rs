//! What each cell of a board shows, and what is said of it.

use hrm_core::{
    model::Answer,
    puzzle::{AnswerStyle, Fill, Kind},
};

use crate::ui::drawing::scale::short;

/// Where a cell's symbol comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Neither the puzzle nor the model has put anything there.
    Blank,
    /// The puzzle.
    Given,
    /// A person who tries it.
    Filled,
    /// The model, where the puzzle is blank.
    Inferred,
    /// The model answers something else than the puzzle says.
    Contradicted,
}

/// The value of a figure that is laid over a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Laid {
    /// The value.
    pub value: f32,
    /// Where it lies between the least and the largest on the board, 0 to 1.
    pub share: f32,
    /// What it is counted in.
    pub unit: &'static str,
}

impl Laid {
    /// The value in words.
    pub fn words(&self) -> String {
        format!("{}{}", short(f64::from(self.value)), self.unit)
    }
}

/// What a cell shows: tokens and figures only, so that whole boards are compared quickly. Symbols and words are made of
/// those cells that changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// The puzzle's token.
    pub asked: u8,
    /// The model's token where it answered, else the puzzle's.
    pub token: u8,
    /// Where that comes from.
    pub source: Source,
    /// How sure the model is, 0 to 1, where it answered.
    pub confidence: Option<f32>,
    /// Whether a fault names it.
    pub faulty: bool,
    /// What is laid over it.
    pub laid: Option<Laid>,
}

impl Cell {
    fn new(kind: Kind, asked: u8, answered: Option<(u8, f32)>) -> Self {
        let given = asked != kind.blank();
        let style = kind.layout().answers;
        let (source, token) = match answered {
            // Where a grid ends in the answer, its cells are blank.
            Some((token, _)) if style == AnswerStyle::Whole && kind.symbol(token).is_none() => (Source::Blank, token),
            Some((token, _)) if style == AnswerStyle::Whole => (Source::Inferred, token),
            None if given => (Source::Given, asked),
            None => (Source::Blank, asked),
            Some((token, _)) if given && token == asked => (Source::Given, asked),
            Some((token, _)) if given => (Source::Contradicted, token),
            // An open cell stays one unless the path leads through it.
            Some((token, _)) if token == asked && is_path(kind) => (Source::Blank, asked),
            // Nor can an answer build where nothing was drawn.
            Some((token, _)) if is_path(kind) && kind.fill(token) != Fill::Path => (Source::Contradicted, token),
            Some((token, _)) => (Source::Inferred, token),
        };
        Self { asked, token, source, confidence: answered.map(|(_, sure)| sure), faulty: false, laid: None }
    }

    /// The token that the board shows: the model's, but a maze stays as it was drawn wherever the model contradicts it.
    pub fn painted(&self, kind: Kind) -> u8 {
        if self.source == Source::Contradicted && is_path(kind) { self.asked } else { self.token }
    }

    /// A symbol, nothing, or `.` where the model answered none.
    pub fn text(&self, kind: Kind) -> String {
        match kind.symbol(self.painted(kind)) {
            Some(symbol) => symbol.text,
            None if self.source == Source::Blank || is_path(kind) => String::new(),
            None => ".".into(),
        }
    }

    /// What was given instead, where the model contradicts it.
    pub fn clue(&self, kind: Kind) -> Option<String> {
        (self.source == Source::Contradicted).then(|| kind.symbol(self.asked))?.map(|symbol| symbol.text)
    }

    /// For screen readers, of the cell with that number: place, source, symbol, confidence, fault, what is laid over it.
    pub fn label(&self, kind: Kind, at: usize) -> String {
        let nothing = if is_path(kind) { "open" } else { "nothing" };
        let name = |token| kind.symbol(token).map_or_else(|| nothing.into(), |symbol| symbol.name);
        let sure = self.confidence.map_or_else(String::new, |sure| format!(", {:.0} % sure", sure * 100.0));
        let says = || format!("the model says {}{sure}", name(self.token));
        let symbol = match self.source {
            Source::Blank => "blank".into(),
            Source::Given => format!("given {}", name(self.token)),
            Source::Filled => format!("you say {}", name(self.token)),
            Source::Inferred => says(),
            Source::Contradicted => format!("given {}, {}", name(self.asked), says()),
        };
        let place = kind.layout().place(at);
        let fault = if self.faulty { ", breaks a rule" } else { "" };
        let laid = self.laid.map_or_else(String::new, |laid| format!(", {}", laid.words()));
        format!("row {} column {}, {symbol}{fault}{laid}", place.row + 1, place.column + 1)
    }
}

/// Whether answers are a path over the board as it was drawn.
fn is_path(kind: Kind) -> bool {
    kind.layout().answers == AnswerStyle::Path
}

/// Every cell of a board as it is shown: with what breaks a rule in the answer, or else in the question.
pub fn shown(kind: Kind, question: &[u8], answer: Option<&Answer>) -> Vec<Cell> {
    let faulty = match answer {
        Some(answer) => kind.rules().map(|rules| rules.contradictions(&answer.tokens)).unwrap_or_default(),
        None => kind.faults(question).iter().flat_map(|fault| fault.cells()).collect(),
    };
    cells(kind, question, answer, &faulty)
}

/// Every cell of a board that a person fills in, with what breaks a rule in it.
pub fn filled(kind: Kind, question: &[u8], filled: &[u8]) -> Vec<Cell> {
    let faulty = kind.rules().map(|rules| rules.contradictions(filled)).unwrap_or_default();
    let mut cells = cells(kind, filled, None, &faulty);
    for (cell, asked) in cells.iter_mut().zip(question) {
        if cell.asked != *asked {
            cell.source = Source::Filled;
        }
    }
    cells
}

/// Every cell of a board: the question, the model's answer where there is one (as it is, also in the place of what was
/// given), and the cells that `faults` are about.
fn cells(kind: Kind, question: &[u8], answer: Option<&Answer>, faults: &[usize]) -> Vec<Cell> {
    let answered = |at: usize| answer.and_then(|answer| Some((*answer.tokens.get(at)?, *answer.confidence.get(at)?)));
    let mut cells: Vec<Cell> =
        question.iter().enumerate().map(|(at, &asked)| Cell::new(kind, asked, answered(at))).collect();
    for &at in faults {
        if let Some(cell) = cells.get_mut(at) {
            cell.faulty = true;
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use hrm_core::puzzle::{Fill, sudoku::Shape};

    const FOUR: Kind = Kind::new(&Shape::FOUR);

    #[test]
    fn what_a_person_fills_in_is_told_from_clues() {
        let mut question = [1; 16];
        question[0] = 2;
        let mut filled = question;
        (filled[1], filled[2]) = (3, 2);
        let cells = super::filled(FOUR, &question, &filled);
        assert_eq!(
            cells[..4].iter().map(|cell| cell.source).collect::<Vec<_>>(),
            [Source::Given, Source::Filled, Source::Filled, Source::Blank]
        );
        assert_eq!(cells[..4].iter().map(|cell| cell.faulty).collect::<Vec<_>>(), [true, false, true, false]);
        assert_eq!(cells[2].label(FOUR, 2), "row 1 column 3, you say 1, breaks a rule");
        assert_eq!(cells[1].text(FOUR), "2");
    }

    fn answer<const N: usize>(tokens: [u8; N]) -> Answer {
        Answer { tokens: tokens.to_vec(), confidence: vec![0.875; N] }
    }

    #[test]
    fn a_drawn_board_shows_its_clues() {
        let mut question = [1; 16];
        question[1] = 4;
        let cells = cells(FOUR, &question, None, &[1]);
        assert_eq!((cells[1].text(FOUR).as_str(), cells[1].source, cells[1].faulty), ("3", Source::Given, true));
        assert_eq!(cells[1].label(FOUR, 1), "row 1 column 2, given 3, breaks a rule");
        assert_eq!(cells[4].text(FOUR), "");
        assert_eq!(cells[4].label(FOUR, 4), "row 2 column 1, blank");
    }

    #[test]
    fn an_answer_is_shown_as_it_is_even_over_a_clue() {
        let (mut question, mut tokens) = ([1; 16], [2; 16]);
        (question[0], question[1]) = (2, 4);
        tokens[2] = 0;
        let cells = cells(FOUR, &question, Some(&answer(tokens)), &[]);
        assert_eq!(cells[0].source, Source::Given);
        assert_eq!((cells[1].text(FOUR).as_str(), cells[1].source), ("1", Source::Contradicted));
        assert_eq!(cells[1].clue(FOUR).as_deref(), Some("3"));
        assert_eq!(cells[0].clue(FOUR), None);
        assert_eq!(cells[1].label(FOUR, 1), "row 1 column 2, given 3, the model says 1, 88 % sure");
        assert_eq!((cells[2].text(FOUR).as_str(), cells[2].source), (".", Source::Inferred));
        assert_eq!(cells[2].label(FOUR, 2), "row 1 column 3, the model says nothing, 88 % sure");
        assert_eq!(cells[3].label(FOUR, 3), "row 1 column 4, the model says 1, 88 % sure");
    }

    #[test]
    fn what_is_laid_over_a_cell_is_said_last() {
        let mut cell = Cell::new(FOUR, 4, None);
        cell.laid = Some(Laid { value: 0.5, share: 1.0, unit: " bits" });
        assert_eq!(cell.label(FOUR, 0), "row 1 column 1, given 3, 0.500 bits");
    }

    #[test]
    fn a_path_is_inferred_and_open_cells_stay_open() {
        let kind: Kind = "maze-5".parse().unwrap();
        let mut question = [1; 25];
        (question[6], question[7], question[8]) = (2, 2, 3);
        let mut tokens = question;
        tokens[6] = 5;
        tokens[0] = 2;
        question[18] = 2;
        let cells = cells(kind, &question, Some(&answer(tokens)), &[]);
        assert_eq!((cells[6].source, kind.fill(cells[6].token)), (Source::Inferred, Fill::Path));
        assert_eq!((cells[7].source, cells[8].text(kind).as_str()), (Source::Blank, "S"));
        // What was drawn stays: a wall that the answer opens, and open floor on which it builds.
        for (at, drawn) in [(0, Fill::Wall), (18, Fill::Symbol)] {
            assert_eq!((cells[at].source, kind.fill(cells[at].painted(kind))), (Source::Contradicted, drawn));
        }
        assert_eq!(cells[18].label(kind, 18), "row 4 column 4, given open, the model says wall, 88 % sure");
    }
}
