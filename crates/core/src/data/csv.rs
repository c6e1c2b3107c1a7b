//! Puzzles as CSV: rows of `source,question,answer,rating` as in the official Sudoku-Extreme files, and what other files
//! make of that: other names of columns ([`Column`]), no header, semicolons or tabs, UTF-16. The columns may stand in any
//! order; source and rating may be missing.

mod columns;
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
    text::TextError,
};

pub use columns::Column;

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
    /// The kind that most rows of a wrong size are of.
    pub looks_like: Option<Kind>,
}

impl Table {
    /// The good rows' examples.
    pub fn into_examples(self) -> Vec<Example> {
        self.rows.into_iter().map(|row| row.example).collect()
    }
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

/// Why a file cannot be read or written at all.
#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    /// A column that must be there is not.
    #[error(
        "line {line}: no {column} among {found:?}; rename the columns of puzzles and of solutions to question and answer \
         (puzzle, quizzes, board and solution, solutions, solved are read too)"
    )]
    Header {
        /// The line of the header.
        line: u64,
        /// What is missing.
        column: Column,
        /// The names that there are.
        found: Vec<String>,
    },
    /// No question is of a known kind.
    #[error("line {line}, column question: {text:?} is no puzzle of a known kind, nor is any in the rows below it")]
    Kind {
        /// The line of the first row.
        line: u64,
        /// Its question.
        text: String,
    },
    /// There is no row to tell the kind by.
    #[error("line 2: the file ends, expected a puzzle")]
    Empty,
    /// The file is no text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The file cannot be read or written, or is no CSV.
    #[error(transparent)]
    Csv(#[from] csv::Error),
}

/// Rows by whose questions it is told what a file of no good rows looks like.
const SAMPLES: usize = 100;

/// Reads puzzles of `kind`. Rows that do not hold one, and rows whose answer does not solve their question, are
/// left out and reported.
pub fn read(kind: Kind, input: impl io::Read) -> Result<Table, CsvError> {
    let source = Source::read(input)?;
    let (found, delimiter) = found_in(&source)?;
    let mut table = Table { notes: notes_of(&source, delimiter, &found), ..Table::default() };
    let (mut padded, mut samples) = (0_usize, Vec::new());
    for record in source.records(delimiter).skip(usize::from(found.has_header)) {
        let record = record?;
        match row(kind, found.columns, &record.fields) {
            Ok((row, was_padded)) => {
                table.rows.push(row);
                padded += usize::from(was_padded);
            }
            Err(problem) => {
                if problem.fault == Fault::Size && samples.len() < SAMPLES {
                    samples
                        .push(found.columns.field(&record.fields, Column::Question).map(text_of).unwrap_or_default());
                }
                table.problems.push(problem.on(&record));
            }
        }
    }
    if padded > 0 {
        table.notes.push(format!(
            "a spreadsheet has taken the zeros from the start of {padded} questions; they are put back, as the answers confirm"
        ));
    }
    table.looks_like = most_common(samples.iter().filter_map(|text| Kind::of_question(text)), samples.len());
    Ok(table)
}

/// The kind of a file's first good row; where there is none, that of the first question which could be one.
///
/// # Errors
/// No row tells a kind, or the file cannot be read.
pub fn kind_of(input: impl io::Read) -> Result<Kind, CsvError> {
    let source = Source::read(input)?;
    let (found, delimiter) = found_in(&source)?;
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
    likely.ok_or(CsvError::Kind { line, text })
}

/// Writes rows under a header; a blank is the kind's own symbol (`.` in Sudoku).
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
        let Some(Quote { line, lines, is_closed }) = record.quote.filter(|quote| !quote.is_closed || quote.lines > 1)
        else {
            return Problem { line: record.line, lines: 1, column, fault, message };
        };
        let message = match is_closed {
            false => format!("a quote opens here and is not closed: it takes {lines} lines, to the end of the file"),
            true => format!("a quote opens here and takes {lines} lines; within it, {message}"),
        };
        Problem { line, lines, column, fault: Fault::Quote, message }
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
    kind.check(&example.question, &example.answer)
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

/// A Sudoku of digits alone that is too short, with the zeros in front that a spreadsheet takes from a number.
fn zeros_put_back(kind: Kind, text: &str) -> Option<String> {
    let cells = kind.seq_len();
    let is_short = matches!(kind, Kind::Sudoku(_)) && is_number(text) && text.len() < cells;
    is_short.then(|| format!("{text:0>cells$}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{puzzle::sudoku::Shape, random::Random};

    const KIND: Kind = Kind::Sudoku(Shape::FOUR);

    #[test]
    fn rows_are_read_back() {
        for kind in Kind::all() {
            let rows: Vec<Row> = (0..5)
                .map(|index| Row {
                    source: format!("set \"{index}\", part 1"),
                    example: kind.generate(&mut Random::stream(1, index), 0.5),
                    rating: index.to_string(),
                })
                .collect();
            let mut file = Vec::new();
            write(kind, &rows, &mut file).unwrap();
            assert!(file.starts_with(b"source,question,answer,rating\n"));
            assert_eq!(kind_of(file.as_slice()).unwrap(), kind);
            assert_eq!(read(kind, file.as_slice()).unwrap(), Table { rows, ..Table::default() });
        }
    }

    #[test]
    fn every_spelling_of_a_file_is_read() {
        let file =
            "\u{feff}Answer,question\r\n1234341221434321,1000001001000001\r\n\"1234341221434321\",1.....1..1.....1";
        let table = read(KIND, file.as_bytes()).unwrap();
        assert_eq!(table.problems, []);
        assert_eq!(table.rows.len(), 2);
        assert_eq!(table.rows[0], table.rows[1]);
        assert_eq!(table.rows[0].source, "");
    }

    #[test]
    fn bad_rows_are_named_and_good_ones_kept() {
        let file = "source,question,answer,rating\n\
            a,1.....1..1.....1,1234341221434321,0\n\
            b,1.....1..1....,1234341221434321,0\n\
            c,1.....1..1..x..1,1234341221434321,0\n\
            d,1.....1..1.....1,2143341212344321,0\n\
            e,1.....1..1.....1,12343412214343.1,0\n\
            f,11..............,1234341221434321,0\n\
            g,1.....1..1.....1\n\
            h,1.....1..1.....1,1234341221434321,0\n";
        let table = read(KIND, file.as_bytes()).unwrap();
        let sources: Vec<&str> = table.rows.iter().map(|row| row.source.as_str()).collect();
        assert_eq!(sources, ["a", "h"]);
        let problems: Vec<String> = table.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "line 3, column question: found 14 cells, expected 16 for a 4x4 board",
                "line 4, column question: line 1, column 13: found 'x', expected a digit from 1 to 4, or . or 0 for a blank",
                "line 5, column answer: it contradicts the question: row 1, column 1: the clue is 1, the answer has 2",
                "line 6, column answer: it contradicts the question: row 4, column 3 has no digit (1 cells have none)",
                "line 7, column question: 1 stands twice in row 1: at row 1, column 1 and at row 1, column 2",
                "line 8, column answer: the row ends after 2 fields",
            ]
        );
    }

    #[test]
    fn the_kind_is_that_of_the_first_good_row() {
        let good = "1.....1..1.....1,1234341221434321\n";
        let six = format!("{},{}\n", ".".repeat(36), "1".repeat(36));
        for bad in ["abc,abc\n", ",\n", &six] {
            let file = format!("question,answer\n{bad}{good}");
            assert_eq!(kind_of(file.as_bytes()).unwrap(), KIND, "{bad}");
            let table = read(KIND, file.as_bytes()).unwrap();
            assert_eq!((table.rows.len(), table.problems.len()), (1, 1), "{bad}");
            assert_eq!((table.problems[0].line, table.problems[0].column), (2, Column::Question), "{bad}");
        }
        let mut foreign = b"question,answer\n\xff,1\n".to_vec();
        foreign.extend_from_slice(good.as_bytes());
        assert_eq!(kind_of(foreign.as_slice()).unwrap(), KIND);
        // No row is good, but one is of a kind.
        assert_eq!(kind_of(format!("question,answer\nabc,abc\n{six}").as_bytes()).unwrap(), Kind::Sudoku(Shape::SIX));
    }

    #[test]
    fn a_row_of_foreign_bytes_is_one_problem() {
        let mut file = b"question,answer\n\xff\xfe,1\n".to_vec();
        file.extend_from_slice(b"1.....1..1.....1,1234341221434321\n");
        let table = read(KIND, file.as_slice()).unwrap();
        assert_eq!(table.rows.len(), 1);
        let problem = table.problems[0].to_string();
        assert_eq!(problem, "line 2, column question: found bytes that are no UTF-8 text");
    }

    #[test]
    fn a_file_of_another_form_is_refused() {
        let refusal = |file: &str| read(KIND, file.as_bytes()).unwrap_err().to_string();
        assert!(refusal("a,b\n1,2\n").contains("no column question among [\"a\", \"b\"]"));
        assert!(refusal("").contains("no column question"));
        assert!(kind_of("question,answer\n".as_bytes()).unwrap_err().to_string().contains("the file ends"));
        let foreign = kind_of("question,answer\nabc,abc\n".as_bytes()).unwrap_err().to_string();
        assert!(foreign.starts_with("line 2, column question: \"abc\""), "{foreign}");
    }

    fn lines(file: &[u8]) -> Vec<(u64, u64)> {
        read(KIND, file).unwrap().problems.iter().map(|problem| (problem.line, problem.lines)).collect()
    }

    const GOOD: &str = "1.....1..1.....1,1234341221434321";
    const BAD: &str = "1.....1..1..,1234341221434321";

    #[test]
    fn lines_are_those_of_an_editor() {
        for end in ["\n", "\r\n", "\r"] {
            let file = ["question,answer", GOOD, BAD, "", GOOD, "", "", BAD, GOOD, BAD].join(end);
            assert_eq!(lines(file.as_bytes()), [(3, 1), (8, 1), (10, 1)], "{end:?}");
            // A line end within quotes counts, and blank lines before the header do.
            let quoted = format!("\"1...\n..1.\n.1..\n...1\",1234341221434321");
            let file = ["", "question,answer", &quoted, BAD, GOOD, BAD].join(end);
            let table = read(KIND, file.as_bytes()).unwrap();
            assert_eq!(table.rows.len(), 2, "{end:?}");
            assert_eq!(lines(file.as_bytes()), [(7, 1), (9, 1)], "{end:?}");
        }
    }

    #[test]
    fn an_unclosed_quote_is_told_with_all_that_it_takes() {
        let mut rows = vec![GOOD; 20];
        let open = format!("\"{GOOD}");
        rows[3] = &open;
        let file = format!("question,answer\r\n{}\r\n", rows.join("\r\n"));
        let table = read(KIND, file.as_bytes()).unwrap();
        assert_eq!((table.rows.len(), table.problems.len(), table.left_out()), (3, 1, 17));
        assert_eq!(
            table.problems[0].to_string(),
            "line 5, column answer: a quote opens here and is not closed: it takes 17 lines, to the end of the file"
        );
        // Closed by the next one, it takes a few rows.
        rows[7] = &open;
        let file = format!("question,answer\n{}\n", rows.join("\n"));
        let table = read(KIND, file.as_bytes()).unwrap();
        assert_eq!((table.rows.len() as u64 + table.left_out(), table.problems[0].line), (20, 5));
        assert!(table.problems[0].message.starts_with("a quote opens here and takes 5 lines"), "{}", table.problems[0]);
    }

    #[test]
    fn many_bad_rows_are_told_in_a_few_lines() {
        let nine = "4276385..63.5.9..85194..694..638.1.6...19.2...9..763..76.8519.38519..7.194276.8";
        let mut file = "question,answer\n".to_owned();
        file.extend((0..3000).map(|_| format!(".{nine},{}\n", "1".repeat(81))));
        let table = read(KIND, file.as_bytes()).unwrap();
        let report = table.report(KIND);
        assert_eq!(report.len(), 7, "{report:?}");
        assert_eq!(report[5], "and 2995 more rows: 2995 of another size");
        assert_eq!(report[6], "these look like sudoku-9x9, expected sudoku-4x4");
        let few = read(KIND, format!("question,answer\n{BAD}\n{GOOD}").as_bytes()).unwrap();
        assert_eq!(few.report(KIND).len(), 1);
    }

    fn understood(file: &[u8]) -> (usize, String) {
        let table = read(KIND, file).unwrap();
        assert_eq!(table.problems, []);
        assert_eq!(kind_of(file).unwrap(), KIND);
        (table.rows.len(), table.notes.join("; "))
    }

    #[test]
    fn the_forms_that_people_have_are_read_and_told() {
        let zeros = "1000001001000001,1234341221434321";
        let said = |file: String| understood(file.as_bytes());
        assert_eq!(said(format!("source,question,answer,rating\na,{GOOD},0")), (1, String::new()));
        assert_eq!(
            said(format!("quizzes,solutions\n{zeros}\n")),
            (1, "quizzes is read as question; solutions is read as answer".into())
        );
        assert_eq!(
            said(format!("Puzzle,Solution\n{zeros}\n")),
            (1, "Puzzle is read as question; Solution is read as answer".into())
        );
        assert!(said(format!(",puzzle,solution\n0,{zeros}\n")).1.ends_with("not used: column 1, which has no name"));
        let kaggle = said(format!("id,puzzle,solution,clues,difficulty\n1,{GOOD},4,2.2\n"));
        assert!(kaggle.1.contains("difficulty is read as rating; not used: id, clues"), "{kaggle:?}");
        for (sign, word) in [(";", "semicolons"), ("\t", "tabs")] {
            let file = format!("source,question,answer,rating\na,{GOOD},0\n").replace(',', sign);
            assert_eq!(said(file), (1, format!("fields are separated by {word}")));
        }
        let none = said(format!("{GOOD}\n{GOOD}\n"));
        assert_eq!(none, (2, "no header: column 1 is read as question, column 2 as answer".into()));
        let turned = said("1234341221434321,1.....1..1.....1\n".into());
        assert_eq!(turned, (1, "no header: column 2 is read as question, column 1 as answer".into()));
        let foreign = said(format!("left,right\n{GOOD}\n"));
        assert!(foreign.1.contains("\"left\" is read as question and column \"right\" as answer"), "{foreign:?}");
        let wide: Vec<u8> = format!("\u{feff}source\tquestion\tanswer\na\t{}", GOOD.replace(',', "\t"))
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(understood(&wide), (1, "the file is UTF-16; fields are separated by tabs".into()));
    }

    #[test]
    fn zeros_that_a_spreadsheet_took_are_put_back_and_its_numbers_named() {
        let file = "question,answer\n30041221434321,1234341221434321\n4.3002E+14,1234341221434321\n";
        let table = read(KIND, file.as_bytes()).unwrap();
        assert_eq!(table.rows[0].example.question[..4], [1, 1, 4, 1]);
        assert!(table.notes[0].contains("the zeros from the start of 1 questions"), "{:?}", table.notes);
        assert_eq!(table.problems[0].fault, Fault::Number);
        assert!(table.problems[0].message.contains("into the number 4.3002E+14"), "{}", table.problems[0]);
        // Not where the answer does not confirm it.
        let other = "question,answer\n20041221434321,1234341221434321\n";
        assert_eq!(read(KIND, other.as_bytes()).unwrap().rows, []);
        assert_eq!(kind_of("question,answer\n30041221434321,1234341221434321\n".as_bytes()).unwrap(), KIND);
    }
}
