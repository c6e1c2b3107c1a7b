//! Sudokus as people paste them: with frames, commas, other signs for a blank, headings, comments and ratings, as JSON or from
//! a spreadsheet, one or several.

use super::{Board, Shape};
use crate::{
    names::is_invisible,
    puzzle::text::{ParseError, undressed},
};

/// Signs that may stand for a blank beside `.` and 0, which go together; of the others a board has one.
const BLANKS: &str = "*_xX-·?•∙□▢☐⬜";
/// Signs that blanks alone may make a board of; a board of others needs a digit.
const PLAIN_BLANKS: &str = ".0_-·";
/// Digits of which a field of JSON alone may be a row.
const NUMBER: usize = 4;
/// Cells in one piece that are told from words and ratings beside them.
const PIECE: usize = 12;

/// A sign of the text that is no frame and no separator.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sign {
    line: usize,
    column: usize,
    found: char,
}

/// What a line holds.
enum Item {
    /// The cells of a row, or of a whole board.
    Row(Vec<Sign>),
    /// Signs that may be a row of blanks or a part of the frame.
    Doubtful(Vec<Sign>),
    /// An empty line: it may separate boards.
    Gap,
    /// A heading: it does separate boards.
    Heading,
}

impl Board {
    /// Reads a board as people write it: digits, `.` or 0 or another sign for a blank, with or without frames, headings and
    /// all else that [`Board::parse_all`] knows. Without a demanded `shape` the number of cells (16, 36 or 81) tells it.
    ///
    /// # Errors
    /// Where the text goes wrong; several boards.
    pub fn parse(text: &str, shape: Option<Shape>) -> Result<Self, ParseError> {
        if let Some(board) = shape.and_then(|shape| Self::plain(text, shape)) {
            return Ok(board);
        }
        match Self::parse_all(text, shape)?.as_slice() {
            [board] => Ok(*board),
            boards => Err(ParseError::Several { found: boards.len() }),
        }
    }

    /// Reads all boards of a text, in their order.
    ///
    /// # Errors
    /// Where the text goes wrong; no board.
    pub fn parse_all(text: &str, shape: Option<Shape>) -> Result<Vec<Self>, ParseError> {
        boards(text, shape)
    }
}

/// All boards of a text, of `shape` where one is demanded, in their order: at least one.
fn boards(text: &str, shape: Option<Shape>) -> Result<Vec<Board>, ParseError> {
    let text = &*undressed(text);
    let items = items(text, shape);
    // Without the doubtful lines, and where that gives no board, with them.
    let frames = assemble(&items, shape, false);
    match frames {
        Err(_) if items.iter().any(|item| matches!(item, Item::Doubtful(_))) => {
            assemble(&items, shape, true).or(frames)
        }
        Err(ParseError::Length { found: 0, expected }) => Err(match first_sign(text) {
            Some(Sign { line, column, found }) => {
                ParseError::Character { line, column, found, expected: format!("the cells of a puzzle: {expected}") }
            }
            None => ParseError::Length { found: 0, expected },
        }),
        read => read,
    }
}

fn sizes(shape: Option<Shape>) -> Vec<Shape> {
    shape.map_or_else(|| Shape::ALL.into_iter().rev().collect(), |shape| vec![shape])
}

fn expected(shape: Option<Shape>) -> String {
    shape.map_or("16 (4x4), 36 (6x6) or 81 (9x9)".into(), |shape| format!("{} for a {shape} board", shape.cells()))
}

/// The lines of a text, ended by LF, CR LF or CR, as signs without those that cannot be seen.
fn located_lines(text: &str) -> Vec<Vec<Sign>> {
    let (mut lines, mut column, mut after_return) = (vec![Vec::new()], 0, false);
    for character in text.chars() {
        match character {
            '\n' if after_return => {}
            '\n' | '\r' => {
                lines.push(Vec::new());
                column = 0;
            }
            _ => {
                column += 1;
                let line = lines.len();
                // Three dots that a word processor made one sign of.
                let times = if character == '…' { 3 } else { 1 };
                if !is_invisible(character)
                    && let Some(signs) = lines.last_mut()
                {
                    signs.extend((0..times).map(|_| Sign { line, column, found: plain(character) }));
                }
            }
        }
        after_return = character == '\r';
    }
    lines
}

/// A digit of any script as that of ASCII, and one sign for each of several that look alike.
fn plain(character: char) -> char {
    /// The zeros of the scripts' digits.
    const ZEROS: [char; 11] = [
        '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{be6}', '\u{c66}', '\u{e50}', '\u{ff10}',
        '\u{7c0}',
    ];
    let digit =
        ZEROS.into_iter().find_map(|zero| u32::from(character).checked_sub(u32::from(zero)).filter(|at| *at < 10));
    match (digit, character) {
        (Some(digit), _) => char::from(b'0' + digit as u8),
        (None, '‐'..='―' | '−' | '－') => '-',
        (None, '⋅' | '・' | '･') => '·',
        (None, '…' | '．' | '。') => '.',
        (None, '，' | '、') => ',',
        _ => character,
    }
}

fn first_sign(text: &str) -> Option<Sign> {
    located_lines(text).into_iter().flatten().find(|sign| !sign.found.is_whitespace())
}

fn is_cell(found: char) -> bool {
    found.is_ascii_digit() || found == '.' || BLANKS.contains(found)
}

fn is_separator(found: char) -> bool {
    found.is_whitespace()
        || matches!(found, ',' | ';' | '|' | '!' | ':' | '[' | ']' | '{' | '}' | '"' | '\'' | '\u{2500}'..='\u{257f}')
}

fn items(text: &str, shape: Option<Shape>) -> Vec<Item> {
    let mut items = Vec::new();
    for line in located_lines(text) {
        let written: String = line.iter().map(|sign| sign.found).collect();
        let trimmed = written.trim();
        let is_named = |inner: &str| inner.chars().all(|c| c.is_alphabetic() || c == ' ') && !inner.trim().is_empty();
        if trimmed.is_empty() {
            items.push(Item::Gap);
        } else if trimmed.starts_with('#') || trimmed.starts_with("//") {
            // A comment.
        } else if trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).is_some_and(is_named) {
            items.push(Item::Heading);
        } else {
            // What stands behind is a comment; `]` ends a row of JSON.
            let comment = [written.find('#'), written.find("//")].into_iter().flatten().min();
            let kept = comment.map_or(line.len(), |byte| written[..byte].chars().count());
            let values = without_keys(&line[..kept]);
            if values.as_slice() != &line[..kept] && values.iter().filter(|sign| is_cell(sign.found)).count() < NUMBER {
                // A field of JSON that holds a number.
                continue;
            }
            let line = words_as_blanks(&values);
            items.extend(line.split(|sign| sign.found == ']').filter_map(|part| item(part, shape)));
        }
    }
    items
}

/// The line with spaces in place of the names of JSON's fields: a quoted word and its colon.
fn without_keys(line: &[Sign]) -> Vec<Sign> {
    let mut signs = line.to_vec();
    let mut quotes = line.iter().enumerate().filter(|(_, sign)| sign.found == '"').map(|(at, _)| at);
    while let (Some(from), Some(to)) = (quotes.next(), quotes.next()) {
        let colon = line[to + 1..].iter().position(|sign| !sign.found.is_whitespace()).map(|at| to + 1 + at);
        if let Some(end) = colon.filter(|&at| line[at].found == ':')
            && line[from..to].iter().any(|sign| sign.found.is_alphabetic())
        {
            signs[from..=end].iter_mut().for_each(|sign| sign.found = ' ');
        }
    }
    signs
}

/// The line with a 0 for each `null`, `None`, `nan` and pair of quotes without anything between.
fn words_as_blanks(line: &[Sign]) -> Vec<Sign> {
    const WORDS: [&str; 6] = ["null", "none", "nan", "nil", "\"\"", "''"];
    let mut signs = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.first() {
        let starts = |word: &&&str| {
            rest.len() >= word.len()
                && word.chars().zip(rest).all(|(wanted, sign)| sign.found.to_ascii_lowercase() == wanted)
        };
        let word = WORDS.iter().find(starts);
        signs.push(if word.is_some() { Sign { found: '0', ..*first } } else { *first });
        rest = &rest[word.map_or(1, |word| word.len())..];
    }
    signs
}

/// What a line, or a part of one in JSON, holds; nothing where it is but a frame.
fn item(part: &[Sign], shape: Option<Shape>) -> Option<Item> {
    let pieces: Vec<&[Sign]> = part.split(|sign| is_separator(sign.found)).filter(|piece| !piece.is_empty()).collect();
    let cells_alone = |piece: &&&[Sign]| piece.iter().all(|sign| is_cell(sign.found));
    let has_digit = |piece: &[Sign]| piece.iter().any(|sign| sign.found.is_ascii_digit() || sign.found == '.');
    // A whole board in one piece, whatever stands beside it: a rating, a name, its solution.
    let whole = |piece: &&&[Sign]| sizes(shape).iter().any(|shape| shape.cells() == piece.len()) && has_digit(piece);
    if let Some(piece) = pieces.iter().filter(cells_alone).find(whole) {
        return Some(Item::Row(piece.to_vec()));
    }
    if let Some(row) = spreadsheet_row(part, shape) {
        return Some(Item::Row(row));
    }
    let signs: Vec<Sign> = pieces.concat();
    let is_word = |piece: &[Sign]| {
        piece
            .split(|sign| !sign.found.is_alphabetic())
            .any(|word| word.len() >= 3 && word.iter().any(|sign| !matches!(sign.found, 'x' | 'X')))
    };
    if signs.iter().any(|sign| sign.found.is_alphabetic() && !matches!(sign.found, 'x' | 'X')) {
        if let Some(piece) = pieces.iter().filter(cells_alone).find(|piece| piece.len() >= PIECE) {
            return Some(Item::Row(piece.to_vec()));
        }
        if pieces.iter().any(|piece| is_word(piece)) {
            return Some(Item::Heading);
        }
    }
    if signs.is_empty() {
        return None;
    }
    // HoDoKu's frame: dashes between dots, colons or apostrophes.
    let is_dashes = signs.windows(3).any(|three| three.iter().all(|sign| sign.found == '-'));
    if is_dashes
        && signs.iter().all(|sign| matches!(sign.found, '-' | '.' | '+'))
        && signs.iter().any(|sign| sign.found != '-')
    {
        return None;
    }
    // Without a digit it may be a part of the frame: surely so with + or =, or with two signs of blanks.
    if signs.iter().all(|sign| matches!(sign.found, '-' | '*' | '_' | '+' | '=')) {
        let first = signs[0].found;
        let is_plain = signs.iter().all(|sign| sign.found == first) && !matches!(first, '+' | '=');
        return is_plain.then_some(Item::Doubtful(signs));
    }
    Some(Item::Row(signs))
}

/// The row of a spreadsheet or a table, in which nothing stands for a blank.
fn spreadsheet_row(part: &[Sign], shape: Option<Shape>) -> Option<Vec<Sign>> {
    let delimiter = ['\t', ';', ','].into_iter().find(|sign| part.iter().any(|other| other.found == *sign))?;
    let fields: Vec<&[Sign]> = part.split(|sign| sign.found == delimiter).collect();
    if !sizes(shape).iter().any(|shape| shape.side() == fields.len()) {
        return None;
    }
    let (mut row, mut at) = (Vec::new(), *part.first()?);
    for field in fields {
        let signs: Vec<Sign> = field.iter().copied().filter(|sign| !is_separator(sign.found)).collect();
        at = field.last().copied().unwrap_or(at);
        row.push(match signs.as_slice() {
            [] => Sign { found: '0', ..at },
            [sign] if is_cell(sign.found) => *sign,
            _ => return None,
        });
    }
    row.iter().any(|sign| sign.found != '0').then_some(row)
}

fn assemble(items: &[Item], shape: Option<Shape>, with_doubtful: bool) -> Result<Vec<Board>, ParseError> {
    let mut boards = Vec::new();
    let mut first_error = None;
    for segment in items.split(|item| matches!(item, Item::Heading)) {
        let blocks: Vec<Vec<&[Sign]>> = segment
            .split(|item| matches!(item, Item::Gap))
            .map(|block| {
                block
                    .iter()
                    .filter_map(|item| match item {
                        Item::Row(row) => Some(row.as_slice()),
                        Item::Doubtful(row) if with_doubtful => Some(row.as_slice()),
                        _ => None,
                    })
                    .collect::<Vec<&[Sign]>>()
            })
            .filter(|block| !block.is_empty())
            .collect();
        if blocks.is_empty() {
            continue;
        }
        match boards_of(&blocks, shape) {
            Ok(found) => boards.extend(found),
            Err(error) => {
                first_error.get_or_insert(error);
            }
        }
    }
    match first_error {
        Some(error) => Err(error),
        None if boards.is_empty() => Err(ParseError::Length { found: 0, expected: expected(shape) }),
        None => Ok(boards),
    }
}

/// The boards between two headings, by the blocks of rows that empty lines make.
fn boards_of(blocks: &[Vec<&[Sign]>], shape: Option<Shape>) -> Result<Vec<Board>, ParseError> {
    let rows = blocks.concat();
    let all: Vec<Sign> = rows.concat();
    // A foreign character is the better message than the length it spoils.
    check_signs(&all, shape.map_or(9, Shape::side))?;
    let sizes = sizes(shape);
    let of_cells = |cells: usize| sizes.iter().copied().find(|shape| shape.cells() == cells);
    let width = rows[0].len();
    let is_even = rows.iter().all(|row| row.len() == width);
    if let Some(shape) = of_cells(all.len()) {
        let side = shape.side();
        // Four rows of nine are no 6x6 board.
        if rows.len() == 1 || !is_even || width.is_multiple_of(side) || side.is_multiple_of(width) {
            return Ok(vec![board(shape, &all)?]);
        }
    }
    if is_even && let Some(shape) = of_cells(width) {
        return rows.iter().map(|row| board(shape, row)).collect();
    }
    let by_block: Option<Vec<_>> = blocks
        .iter()
        .map(|block| {
            let cells = block.concat();
            Some((of_cells(cells.len())?, cells))
        })
        .collect();
    if let Some(by_block) = by_block.filter(|boards| boards.len() > 1) {
        return by_block.iter().map(|(shape, cells)| board(*shape, cells)).collect();
    }
    if is_even
        && let Some(shape) = sizes.iter().copied().find(|shape| shape.side() == width)
        && rows.len().is_multiple_of(width)
    {
        return rows.chunks(width).map(|rows| board(shape, &rows.concat())).collect();
    }
    // One row that is too short or too long among others is told with its line.
    let side = sizes
        .iter()
        .map(|shape| shape.side())
        .find(|side| rows.len() == *side && rows.iter().filter(|row| row.len() == *side).count() + 1 == rows.len());
    if let Some((side, row)) = side.and_then(|side| Some((side, rows.iter().find(|row| row.len() != side)?))) {
        return Err(ParseError::Line { line: row[0].line, found: row.len(), expected: side });
    }
    Err(ParseError::Length { found: all.len(), expected: expected(shape) })
}

/// Whether all signs are digits up to `side`, or blanks of one sort.
fn check_signs(signs: &[Sign], side: usize) -> Result<(), ParseError> {
    let usual = signs.iter().any(|sign| matches!(sign.found, '.' | '0'));
    let other = signs.iter().map(|sign| sign.found.to_ascii_lowercase()).find(|found| BLANKS.contains(*found));
    for &Sign { line, column, found } in signs {
        let is_right = match found.to_digit(10) {
            Some(digit) => digit as usize <= side,
            None if usual => found == '.',
            None => other == Some(found.to_ascii_lowercase()),
        };
        if !is_right {
            let blank = match other.filter(|_| !usual) {
                Some(blank) => format!("{blank} for a blank"),
                None => ". or 0 for a blank".into(),
            };
            let expected = format!("a digit from 1 to {side}, or {blank}");
            return Err(ParseError::Character { line, column, found, expected });
        }
    }
    let is_plain = |sign: &&Sign| sign.found.is_ascii_digit() || PLAIN_BLANKS.contains(sign.found);
    match signs.iter().find(|sign| !is_plain(sign)).filter(|_| !signs.iter().any(|sign| sign.found.is_ascii_digit())) {
        Some(&Sign { line, column, found }) => {
            let expected = "a digit somewhere among the blanks".into();
            Err(ParseError::Character { line, column, found, expected })
        }
        None => Ok(()),
    }
}

fn board(shape: Shape, signs: &[Sign]) -> Result<Board, ParseError> {
    check_signs(signs, shape.side())?;
    let mut board = Board::empty(shape);
    for (cell, sign) in signs.iter().enumerate() {
        board.set(cell, sign.found.to_digit(10).unwrap_or(0) as u8);
    }
    Ok(board)
}

#[cfg(test)]
mod tests;
