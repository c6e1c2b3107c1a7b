//! Puzzles as CSV: rows of `source,question,answer,rating` as in the official Sudoku-Extreme files, and what other files
//! make of that: other names of columns ([`Column`]), no header, semicolons, tabs or bars, a line `sep=;`, UTF-16. The
//! columns may stand in any order; source and rating may be missing.

mod column;
mod columns;
mod error;
mod report;
mod source;

use std::io;

use csv::{ByteRecord, Writer};

use self::{
    columns::{Columns, Found, text_of},
    source::{Quote, Record, Source},
};
use super::Example;
use crate::{
    puzzle::{Kind, ParseError},
    text::{counted, excerpt},
};

pub use column::Column;
pub use error::CsvError;

/// One row of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where the puzzle comes from, as the file says.
    pub source: String,
    /// The puzzle and its answer.
    pub example: Example,
    /// How hard it is, as the file says; files differ in what they count.
    pub rating: String,
}

/// What a file holds: every good row, and what is wrong with each other one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The good rows, in the file's order.
    pub rows: Vec<Row>,
    /// One problem for each row that was left out.
    pub problems: Vec<Problem>,
    /// How the file was understood, where it is not as [`write`] leaves it; one sentence each, without a full stop.
    pub notes: Vec<String>,
    /// The kind that most rows of a wrong size, or with foreign signs, are of.
    pub looks_like: Option<Kind>,
}

/// What a file holds of every size of one game.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfSizes {
    /// The kind by which it is read: that of its first good row.
    pub kind: Kind,
    /// The good rows with their kinds, in the file's order.
    pub rows: Vec<(Kind, Row)>,
    /// The rest, which has no rows of its own.
    pub table: Table,
}

/// Why a row was left out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {column}: {message}")]
pub struct Problem {
    /// The line of the file on which the row begins, or its quote opens, from 1.
    pub line: u64,
    /// Lines that are lost.
    pub lines: u64,
    /// The column.
    pub column: Column,
    /// Its sort.
    pub fault: Fault,
    /// What is wrong and what was expected.
    pub message: String,
}

/// Sorts of problems, as they are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Too few or too many cells.
    Size,
    /// A sign that puzzles of the kind do not have, or bytes that are no text.
    Sign,
    /// A question that breaks a rule.
    Question,
    /// An answer to another question.
    Answer,
    /// Too few fields.
    Fields,
    /// A puzzle that a spreadsheet has written as a number, such as 4.3E+78.
    Number,
    /// A quoted field that takes several lines.
    Quote,
}

/// Rows by whose questions it is told what a file of no good rows looks like.
const SAMPLES: usize = 100;

/// Reads puzzles of `kind`. Rows that do not hold one, and rows whose answer does not solve their question, are
/// left out and reported.
pub fn read(kind: Kind, input: impl io::Read) -> Result<Table, CsvError> {
    let (rows, table) = read_by(&Source::read(input)?, |_| kind)?;
    Ok(Table { rows: rows.into_iter().map(|(_, row)| row).collect(), ..table })
}

/// As [`read_sizes`], of the kind of the first good row; where there is none, of the kind of the first question which could be
/// one, else of the `chosen` kind.
///
/// # Errors
/// No row tells a kind and none is chosen, or the file cannot be read.
pub fn read_any(chosen: Option<Kind>, input: impl io::Read) -> Result<OfSizes, CsvError> {
    let source = Source::read(input)?;
    let kind = match (kind_of(&source), chosen) {
        (Err(CsvError::Kind { .. }), Some(chosen)) => chosen,
        (told, _) => told?,
    };
    let (rows, table) = sizes_of(kind, &source)?;
    Ok(OfSizes { kind, rows, table })
}

/// As [`read`], for a model that serves every size: rows of other sizes of the same game are of that kind, and not padded or
/// refused. The rows come with their kinds, in the file's order; the table has the rest.
pub fn read_sizes(kind: Kind, input: impl io::Read) -> Result<(Vec<(Kind, Row)>, Table), CsvError> {
    sizes_of(kind, &Source::read(input)?)
}

fn sizes_of(kind: Kind, source: &Source) -> Result<(Vec<(Kind, Row)>, Table), CsvError> {
    let natural = |question: &str| {
        let (size, _) = kind.game().read(question).ok()?;
        kind.resized(size).filter(|other| other.vocab_size() == kind.vocab_size())
    };
    read_by(source, |question| natural(question).unwrap_or(kind))
}

fn read_by(source: &Source, kind_of_row: impl Fn(&str) -> Kind) -> Result<(Vec<(Kind, Row)>, Table), CsvError> {
    let mut rows = Vec::new();
    let (found, delimiter) = found_in(source)?;
    let mut table = Table { notes: notes_of(source, delimiter, &found), ..Table::default() };
    let (mut padded, mut samples) = (0_usize, Vec::new());
    let mut records = source.records(delimiter);
    if found.has_header {
        records.next();
    }
    while let Some(record) = records.next() {
        let record = record?;
        let question = found.columns.field(&record.fields, Column::Question).map(text_of).unwrap_or_default();
        let kind = kind_of_row(&question);
        match row(kind, found.columns, &record.fields) {
            Ok((good, was_padded)) => {
                rows.push((kind, good));
                padded += usize::from(was_padded);
                // The row itself is whole; what its quote has taken may not be.
                if let Some(quote) = record.quote {
                    let is_row = |fields: &ByteRecord| row(kind, found.columns, fields).is_ok();
                    let lost = if quote.is_closed { records.count_within(&quote, is_row) } else { 0 };
                    table.problems.extend(Problem::of_quote(&quote, lost));
                }
            }
            Err(problem) => {
                if matches!(problem.fault, Fault::Size | Fault::Sign) && samples.len() < SAMPLES {
                    samples.push(question);
                }
                table.problems.push(problem.on(&record));
            }
        }
    }
    if padded > 0 {
        table.notes.push(format!(
            "a spreadsheet has taken the zeros from the start of {}; they are put back, as the answers confirm",
            counted(padded, "question", "questions")
        ));
    }
    table.looks_like = most_common(samples.iter().filter_map(|text| Kind::of_question(text)), samples.len());
    Ok((rows, table))
}

/// The kind of the first good row; where there is none, that of the first question which could be one.
fn kind_of(source: &Source) -> Result<Kind, CsvError> {
    let (found, delimiter) = found_in(source)?;
    let (mut likely, mut first) = (None, None);
    for record in source.records(delimiter).skip(usize::from(found.has_header)) {
        let record = record?;
        let text = |column| found.columns.field(&record.fields, column).map(text_of).unwrap_or_default();
        let question = text(Column::Question);
        // Where a spreadsheet has taken zeros from the question, the answer still has its size.
        let by_answer = || Kind::of_question(&text(Column::Answer)).filter(|_| is_number(&question));
        if let Some(kind) = Kind::of_question(&question).or_else(by_answer) {
            if row(kind, found.columns, &record.fields).is_ok() {
                return Ok(kind);
            }
            likely.get_or_insert(kind);
        }
        first.get_or_insert((record.line, question));
    }
    let (line, text) = first.ok_or(CsvError::Empty)?;
    likely.ok_or_else(|| CsvError::Kind { line, text: excerpt(&text) })
}

/// Writes rows under a header; a blank is the kind's own symbol.
pub fn write<'a>(kind: Kind, rows: impl IntoIterator<Item = &'a Row>, output: impl io::Write) -> Result<(), CsvError> {
    let mut writer = Writer::from_writer(output);
    writer.write_record(Column::ALL.map(Column::name))?;
    for Row { source, example, rating } in rows {
        let (question, answer) = (kind.decode(&example.question), kind.decode(&example.answer));
        writer.write_record([source, &question, &answer, rating])?;
    }
    writer.flush().map_err(csv::Error::from)?;
    Ok(())
}

fn found_in(source: &Source) -> Result<(Found, u8), CsvError> {
    let delimiter = source.delimiter();
    let mut records = source.records(delimiter);
    let (first, second) = (records.next().transpose()?, records.next().transpose()?);
    let first = first.as_ref().map(|record| (&record.fields, record.line));
    Ok((Columns::find(first, second.as_ref().map(|record| &record.fields))?, delimiter))
}

fn notes_of(source: &Source, delimiter: u8, found: &Found) -> Vec<String> {
    let mut notes = Vec::new();
    if source.was_utf16 {
        notes.push("the file is UTF-16".into());
    }
    match delimiter {
        b';' => notes.push("fields are separated by semicolons".into()),
        b'\t' => notes.push("fields are separated by tabs".into()),
        b'|' => notes.push("fields are separated by bars".into()),
        _ => {}
    }
    notes.extend(found.notes.iter().cloned());
    notes
}

/// The kind of at least half of `of`.
fn most_common(kinds: impl Iterator<Item = Kind>, of: usize) -> Option<Kind> {
    let mut counts: Vec<(Kind, usize)> = Vec::new();
    for kind in kinds {
        match counts.iter_mut().find(|(other, _)| *other == kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((kind, 1)),
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).filter(|(_, count)| 2 * count >= of).map(|(kind, _)| kind)
}

/// What is wrong with a row, before it is known where it stands.
struct Wrong {
    column: Column,
    fault: Fault,
    message: String,
}

impl Wrong {
    fn new(column: Column, fault: Fault, message: impl Into<String>) -> Self {
        Self { column, fault, message: message.into() }
    }

    /// The problem of a record. A quote over several lines is the better explanation of whatever is wrong.
    fn on(self, record: &Record) -> Problem {
        let Self { column, fault, message } = self;
        let Some(Quote { line, lines, is_closed, .. }) =
            record.quote.filter(|quote| !quote.is_closed || quote.lines > 1)
        else {
            return Problem { line: record.line, lines: record.lines, column, fault, message };
        };
        let message = match is_closed {
            false => unclosed(lines),
            true => format!("a quote opens here and takes {lines} lines; within it, {message}"),
        };
        Problem { line, lines: record.lines, column, fault: Fault::Quote, message }
    }
}

fn unclosed(lines: u64) -> String {
    let lines = counted(lines as usize, "line", "lines");
    format!("a quote opens here and is not closed: it takes {lines}, to the end of the file")
}

impl Problem {
    /// The quote of a row that reads well: where it is not closed, or has taken lines that read as rows themselves, its place is
    /// the likelier mistake.
    fn of_quote(quote: &Quote, lost: usize) -> Option<Self> {
        let &Quote { line, lines, is_closed, .. } = quote;
        let message = match (is_closed, lost) {
            (false, _) => unclosed(lines),
            (true, 0) => return None,
            (true, _) => format!(
                "a quote opens here and takes {lines} lines, with {} that could be read; is the one that closes it missing?",
                counted(lost, "row", "rows")
            ),
        };
        // The row's own line is not lost.
        Some(Self { line, lines: lines - 1, column: Column::Source, fault: Fault::Quote, message })
    }
}

/// A record's row, and whether zeros were put back in front of its question.
fn row(kind: Kind, columns: Columns, record: &ByteRecord) -> Result<(Row, bool), Wrong> {
    let field = |column| {
        let missing = || Wrong::new(column, Fault::Fields, format!("the row ends after {} fields", record.len()));
        let bytes = columns.field(record, column).ok_or_else(missing)?;
        std::str::from_utf8(bytes).map_err(|_| Wrong::new(column, Fault::Sign, "found bytes that are no UTF-8 text"))
    };
    let tokens = |column, text: &str| {
        kind.encode(text).map_err(|error| {
            if is_in_powers_of_ten(text) {
                let message =
                    format!("a spreadsheet has turned it into the number {text}; write the column as text there");
                return Wrong::new(column, Fault::Number, message);
            }
            let fault = if matches!(error, ParseError::Character { .. }) { Fault::Sign } else { Fault::Size };
            Wrong::new(column, fault, error.to_string())
        })
    };
    let question = field(Column::Question)?;
    let (question, was_padded) = match (tokens(Column::Question, question), zeros_put_back(kind, question)) {
        (Err(wrong), Some(whole)) => (tokens(Column::Question, &whole).map_err(|_| wrong)?, true),
        (read, _) => (read?, false),
    };
    let answer = tokens(Column::Answer, field(Column::Answer)?)?;
    let example = Example { question, answer };
    if let Some(fault) = kind.faults(&example.question).first() {
        return Err(Wrong::new(Column::Question, Fault::Question, fault.to_string()));
    }
    kind.rules()
        .map_or(Ok(()), |rules| rules.check(&example.question, &example.answer))
        .map_err(|fault| Wrong::new(Column::Answer, Fault::Answer, format!("it contradicts the question: {fault}")))?;
    let text = |column| columns.field(record, column).map(text_of).unwrap_or_default();
    Ok((Row { source: text(Column::Source), example, rating: text(Column::Rating) }, was_padded))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is a number as spreadsheets write large ones: `4.3002E+78`.
fn is_in_powers_of_ten(text: &str) -> bool {
    let parts = text.trim().split_once(['e', 'E']);
    parts.is_some_and(|(number, power)| {
        number.replacen(['.', ','], "", 1).bytes().all(|byte| byte.is_ascii_digit())
            && !number.is_empty()
            && is_number(power.trim_start_matches('+'))
    })
}

/// A board of digits alone that is too short, with the zeros in front that a spreadsheet takes from a number.
fn zeros_put_back(kind: Kind, text: &str) -> Option<String> {
    let cells = kind.seq_len();
    let is_short = kind.is_numeric() && is_number(text) && text.len() < cells;
    is_short.then(|| format!("{text:0>cells$}"))
}

#[cfg(test)]
mod tests;
