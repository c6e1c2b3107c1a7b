//! A model's token grid as a board: what a model that learns tasks is given and answers, so that its runs are recorded, watched
//! and saved as those of any other model.
//!
//! It is never offered where a game is chosen: a task is drawn and edited by what is its own.

use super::{
    COLOURS, Grid, Palette,
    codec::{BLACK, END, PAD, TokenGrid, VOCABULARY},
};
use crate::puzzle::{AnswerStyle, Board, Fill, Game, Layout, ParseError, Place, Size, Symbol};

/// The token grids of all sides.
pub struct TokenGrids;

/// One for each side, from 1 to 30.
pub(super) static BOARDS: [TokenGrid; Grid::MOST] = boards();

const fn boards() -> [TokenGrid; Grid::MOST] {
    let mut boards = [TokenGrid::OFFICIAL; Grid::MOST];
    let mut side = 1;
    while side < Grid::MOST {
        boards[side - 1] = TokenGrid::of_side(side);
        side += 1;
    }
    boards
}

impl Game for TokenGrids {
    fn name(&self) -> &'static str {
        "arc"
    }

    fn title(&self) -> &'static str {
        "ARC"
    }

    fn plural(&self) -> &'static str {
        "token grids of ARC tasks"
    }

    /// None: what people choose are tasks.
    fn sizes(&self) -> Vec<Size> {
        Vec::new()
    }

    fn board(&self, size: Size) -> Option<&'static dyn Board> {
        let board = BOARDS.get(size.rows().checked_sub(1)?).filter(|_| size.is_square())?;
        Some(board)
    }

    fn read(&self, text: &str) -> Result<(Size, Vec<u8>), ParseError> {
        let grid = grid(text)?;
        let side = TokenGrid::holding(grid.size(), 0);
        Ok((side.size(), side.tokens_of(&grid)))
    }
}

impl Board for TokenGrid {
    fn game(&self) -> &'static dyn Game {
        &TokenGrids
    }

    fn size(&self) -> Size {
        Size::square(self.side())
    }

    fn name(&self) -> String {
        format!("arc-{}", self.side())
    }

    fn vocab_size(&self) -> usize {
        VOCABULARY
    }

    fn layout(&self) -> Layout {
        let side = self.side();
        Layout { rows: side, columns: side, box_rows: side, box_columns: side, answers: AnswerStyle::Whole }
    }

    fn symbol(&self, token: u8) -> Option<Symbol> {
        let colour = token.checked_sub(BLACK).filter(|&colour| colour < COLOURS)?;
        let name = Palette::Usual.name(colour).to_owned();
        Some(Symbol { text: colour.to_string(), name, class: "digit" })
    }

    fn fill(&self, token: u8) -> Fill {
        match token.checked_sub(BLACK).filter(|&colour| colour < COLOURS) {
            Some(colour) => Fill::Colour(Palette::Usual.rgb(colour)),
            None => Fill::Symbol,
        }
    }

    fn blank(&self) -> u8 {
        PAD
    }

    fn question_tokens(&self) -> Vec<u8> {
        (PAD..VOCABULARY as u8).collect()
    }

    fn token_of_key(&self, key: char) -> Option<u8> {
        key.to_digit(10).map(|colour| colour as u8 + BLACK)
    }

    fn text_hint(&self) -> &'static str {
        "The grid as text, a line of digits for each row"
    }

    fn is_one_line(&self) -> bool {
        false
    }

    fn encode(&self, text: &str) -> Result<Vec<u8>, ParseError> {
        let grid = grid(text)?;
        if self.holds(grid.size()) {
            return Ok(self.tokens_of(&grid));
        }
        let (found, expected) = (grid.size().cells(), format!("a grid within {0}x{0}", self.side()));
        Err(ParseError::Length { found, expected })
    }

    fn decode(&self, tokens: &[u8]) -> String {
        TokenGrid::decode(*self, tokens).map_or_else(String::new, |grid| grid.to_string())
    }

    fn learns(&self, token: u8) -> bool {
        token != PAD
    }

    fn is_alike(&self, given: &[u8], answer: &[u8]) -> bool {
        let given = TokenGrid::decode(*self, given);
        given.is_some() && given == TokenGrid::decode(*self, answer)
    }
}

impl TokenGrid {
    /// The token grid of a model of S tokens and V symbols; `None` where it has none.
    pub fn of_model(seq_len: usize, vocab_size: usize) -> Option<Self> {
        Self::new(seq_len.isqrt()).filter(|side| side.tokens() == seq_len && vocab_size == VOCABULARY)
    }

    /// The tokens of a grid at its first cell, `[S]`; `None` where it does not lie within.
    pub fn at_origin(self, grid: &Grid) -> Option<Vec<u8>> {
        TokenGrid::encode(self, grid, Place::ORIGIN).ok()
    }

    /// As [`TokenGrid::at_origin`], of a grid that lies within.
    fn tokens_of(self, grid: &Grid) -> Vec<u8> {
        self.at_origin(grid).unwrap_or_else(|| vec![PAD; self.tokens()])
    }
}

/// A grid of a line of digits for each row.
fn grid(text: &str) -> Result<Grid, ParseError> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut rows: Vec<Vec<u8>> = Vec::new();
    for (line, text) in (1..).zip(lines) {
        let cell = |(column, found): (usize, char)| {
            let expected = "a colour, 0 to 9".to_owned();
            let error = ParseError::Character { line, column: column + 1, found, expected };
            found.to_digit(10).map(|colour| colour as u8).ok_or(error)
        };
        let row: Vec<u8> = text.chars().enumerate().map(cell).collect::<Result<_, _>>()?;
        if let Some(first) = rows.first().filter(|first| first.len() != row.len()) {
            return Err(ParseError::Line { line, found: row.len(), expected: first.len() });
        }
        rows.push(row);
    }
    let found = rows.iter().map(Vec::len).sum();
    Grid::of_rows(&rows).map_err(|_| ParseError::Length { found, expected: "1x1 to 30x30".to_owned() })
}

/// An end is drawn as nothing: it is no part of a grid.
const _: () = assert!(END < BLACK);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::Kind;

    #[test]
    fn token_grids_have_names_and_are_not_offered() {
        for side in [1, 11, 30] {
            let kind: Kind = format!("arc-{side}").parse().unwrap();
            assert_eq!((kind.seq_len(), kind.vocab_size(), kind.size()), (side * side, 12, Size::square(side)));
            assert_eq!(kind.name(), format!("arc-{side}"));
            assert_eq!(kind.resized(Size::square(5)).map(|kind| kind.name()), Some("arc-5".into()));
        }
        for name in ["arc", "arc-0", "arc-31", "arc-5x6", "arc-5x5"] {
            assert!(name.parse::<Kind>().is_err(), "{name}");
        }
        assert!(Kind::all().all(|kind| kind.game().name() != "arc"));
        // A text of digits is no task.
        assert_ne!(Kind::of_question("12\n34").map(|kind| kind.name()), Some("arc-3".into()));
    }

    #[test]
    fn a_grid_is_read_from_lines_of_digits_and_written_so() {
        let kind: Kind = "arc-3".parse().unwrap();
        let tokens = kind.encode("01\n95\n").unwrap();
        assert_eq!(tokens, [2, 3, 1, 11, 7, 1, 1, 1, 0]);
        assert_eq!(kind.decode(&tokens), "01\n95");
        assert_eq!(kind.symbol(11).unwrap().text, "9");
        assert_eq!((kind.symbol(1), kind.symbol(12), kind.token_of_key('4')), (None, None, Some(6)));
        let said = |text: &str| kind.encode(text).unwrap_err().to_string();
        assert_eq!(said("01\n9x"), "line 2, column 2: found 'x', expected a colour, 0 to 9");
        assert_eq!(said("01\n9"), "line 2: found 1 cells, expected 2");
        assert_eq!(said("0123"), "found 4 cells, expected a grid within 3x3");
        assert_eq!(said(""), "found 0 cells, expected 1x1 to 30x30");
    }

    #[test]
    fn an_answer_counts_by_its_grid_and_padding_is_not_learnt() {
        let kind: Kind = "arc-3".parse().unwrap();
        let given = kind.encode("01\n95").unwrap();
        let mut answer = given.clone();
        answer[8] = 5;
        assert!(kind.is_alike(&given, &answer), "what lies beyond the ends is no part of the grid");
        answer[2] = 4;
        assert!(kind.is_alike(&given, &answer), "2x2 is as large as 1x3, and 2x3 has a hole");
        answer[4] = 2;
        assert!(!kind.is_alike(&given, &answer));
        assert!(!kind.is_alike(&[0; 9], &[0; 9]), "no grid is no answer");
        assert_eq!([0, 1, 2].map(|token| kind.learns(token)), [false, true, true]);
    }
}
