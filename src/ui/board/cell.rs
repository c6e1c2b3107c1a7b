//! What each cell of a board shows, and what is said of it.

use hrm_core::{model::Answer, puzzle::Kind};

use crate::ui::board::{
    symbol::{Symbol, blank, place},
    wrong::repeated,
};

/// Where a cell's symbol comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Neither the puzzle nor the model has put anything there.
    Blank,
    /// The puzzle.
    Given,
    /// The model, where the puzzle is blank.
    Inferred,
    /// The model answers something else than the puzzle says.
    Contradicted,
}

/// What a cell shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// A symbol, nothing, or `.` where the model answered none.
    pub text: String,
    /// Where it comes from.
    pub source: Source,
    /// What the symbol is, for styles.
    pub symbol: &'static str,
    /// What was given instead, where the model contradicts it.
    pub clue: Option<String>,
    /// How sure the model is, 0 to 1, where it answered.
    pub confidence: Option<f32>,
    /// Whether a fault names it.
    pub faulty: bool,
    /// For screen readers: place, source, symbol, confidence.
    pub label: String,
}

impl Cell {
    /// Names for styles.
    pub fn class(&self) -> String {
        let source = match self.source {
            Source::Blank => "blank",
            Source::Given => "given",
            Source::Inferred => "inferred",
            Source::Contradicted => "contradicted",
        };
        format!("{source} {}{}", self.symbol, if self.faulty { " faulty" } else { "" })
    }
}

/// Every cell of a board as it is shown: with what breaks a rule in the answer, or else in the question.
pub fn shown(kind: Kind, question: &[u8], answer: Option<&Answer>) -> Vec<Cell> {
    let faulty = match (answer, kind) {
        (Some(answer), Kind::Sudoku(shape)) => repeated(shape, &answer.tokens),
        (Some(_), Kind::Maze(_)) => Vec::new(),
        (None, _) => kind.faults(question).iter().flat_map(|fault| fault.cells()).collect(),
    };
    cells(kind, question, answer, &faulty)
}

/// Every cell of a board: the question, the model's answer where there is one (as it is, also in the place of what was
/// given), and the cells that `faults` are about.
fn cells(kind: Kind, question: &[u8], answer: Option<&Answer>, faults: &[usize]) -> Vec<Cell> {
    question
        .iter()
        .enumerate()
        .map(|(at, &asked)| {
            let answered = answer.and_then(|answer| Some((*answer.tokens.get(at)?, *answer.confidence.get(at)?)));
            let mut cell = cell(kind, asked, answered);
            cell.faulty = faults.contains(&at);
            let position = place(kind, at);
            let fault = if cell.faulty { ", breaks a rule" } else { "" };
            cell.label = format!("row {} column {}, {}{fault}", position.row + 1, position.column + 1, cell.label);
            cell
        })
        .collect()
}

fn cell(kind: Kind, asked: u8, answered: Option<(u8, f32)>) -> Cell {
    let given = asked != blank(kind);
    let (source, token) = match answered {
        None if given => (Source::Given, asked),
        None => (Source::Blank, asked),
        Some((token, _)) if given && token == asked => (Source::Given, asked),
        Some((token, _)) if given => (Source::Contradicted, token),
        // An open cell of a maze stays one unless the path leads through it.
        Some((token, _)) if token == asked && matches!(kind, Kind::Maze(_)) => (Source::Blank, asked),
        Some((token, _)) => (Source::Inferred, token),
    };
    let symbol = Symbol::of(kind, token);
    let name = symbol.as_ref().map_or("nothing", |symbol| &symbol.name);
    let confidence = answered.map(|(_, confidence)| confidence);
    let sure = confidence.map_or_else(String::new, |sure| format!(", {:.0} % sure", sure * 100.0));
    let label = match source {
        Source::Blank => "blank".into(),
        Source::Given => format!("given {name}"),
        Source::Inferred => format!("the model says {name}{sure}"),
        Source::Contradicted => {
            let clue = Symbol::of(kind, asked);
            let clue = clue.as_ref().map_or("nothing", |symbol| &symbol.name);
            format!("given {clue}, the model says {name}{sure}")
        }
    };
    let contradicted = source == Source::Contradicted;
    let clue = Symbol::of(kind, asked).filter(|_| contradicted).map(|symbol| symbol.name);
    let (text, class) = match symbol {
        Some(symbol) => (symbol.text, symbol.class),
        None if source == Source::Blank => (String::new(), "empty"),
        None => (".".into(), "empty"),
    };
    Cell { text, source, symbol: class, clue, confidence, faulty: false, label }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hrm_core::puzzle::{maze::Side, sudoku::Shape};

    const FOUR: Kind = Kind::Sudoku(Shape::FOUR);

    fn answer<const N: usize>(tokens: [u8; N]) -> Answer {
        Answer { tokens: tokens.to_vec(), confidence: vec![0.875; N] }
    }

    #[test]
    fn a_drawn_board_shows_its_clues() {
        let mut question = [1; 16];
        question[1] = 4;
        let cells = cells(FOUR, &question, None, &[1]);
        assert_eq!((cells[1].text.as_str(), cells[1].class().as_str()), ("3", "given digit faulty"));
        assert_eq!(cells[1].label, "row 1 column 2, given 3, breaks a rule");
        assert_eq!((cells[4].text.as_str(), cells[4].label.as_str()), ("", "row 2 column 1, blank"));
    }

    #[test]
    fn an_answer_is_shown_as_it_is_even_over_a_clue() {
        let (mut question, mut tokens) = ([1; 16], [2; 16]);
        (question[0], question[1]) = (2, 4);
        tokens[2] = 0;
        let cells = cells(FOUR, &question, Some(&answer(tokens)), &[]);
        assert_eq!(cells[0].source, Source::Given);
        assert_eq!((cells[1].text.as_str(), cells[1].source), ("1", Source::Contradicted));
        assert_eq!(cells[1].clue.as_deref(), Some("3"));
        assert_eq!(cells[1].label, "row 1 column 2, given 3, the model says 1, 88 % sure");
        assert_eq!((cells[2].text.as_str(), cells[2].source), (".", Source::Inferred));
        assert_eq!(cells[3].label, "row 1 column 4, the model says 1, 88 % sure");
    }

    #[test]
    fn a_path_is_inferred_and_open_cells_stay_open() {
        let mut question = [1; 25];
        (question[6], question[7], question[8]) = (2, 2, 3);
        let mut tokens = question;
        tokens[6] = 5;
        tokens[0] = 2;
        let cells = cells(Kind::Maze(Side::new(5).unwrap()), &question, Some(&answer(tokens)), &[]);
        assert_eq!((cells[6].source, cells[6].symbol), (Source::Inferred, "path"));
        assert_eq!((cells[7].source, cells[8].text.as_str()), (Source::Blank, "S"));
        assert_eq!(cells[0].source, Source::Contradicted);
    }
}
