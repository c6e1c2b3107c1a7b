//! Puzzles as CSV: a header, then rows of `source,question,answer,rating` as in the official Sudoku-Extreme
//! files. The columns may stand in any order; source and rating may be missing.

use std::{fmt, io};

use csv::{ErrorKind, ReaderBuilder, StringRecord, Writer};

use super::Example;
use crate::puzzle::Kind;

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
    /// The line of the file on which the row begins, from 1.
    pub line: u64,
    /// The column.
    pub column: Column,
    /// What is wrong and what was expected.
    pub message: String,
}

/// A column of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Where a puzzle comes from.
    Source,
    /// The puzzle.
    Question,
    /// Its answer.
    Answer,
    /// How hard it is.
    Rating,
}

impl Column {
    /// Every column, in the order in which they are written.
    const ALL: [Self; 4] = [Self::Source, Self::Question, Self::Answer, Self::Rating];

    fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Question => "question",
            Self::Answer => "answer",
            Self::Rating => "rating",
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}", self.name())
    }
}

/// Why a file cannot be read or written at all.
#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    /// A column that must be there is not.
    #[error("line 1: no {0} among {found:?}, expected the header source,question,answer,rating", found = .1)]
    Header(Column, Vec<String>),
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
    /// The file cannot be read or written, or is no CSV.
    #[error(transparent)]
    Csv(#[from] csv::Error),
}

/// Reads puzzles of `kind`. Rows that do not hold one, and rows whose answer does not solve their question, are
/// left out and reported.
pub fn read(kind: Kind, input: impl io::Read) -> Result<Table, CsvError> {
    // Rows of a wrong number of fields are reported one by one, not as the end of the file.
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(input);
    let columns = Columns::find(reader.headers()?)?;
    let mut table = Table::default();
    for record in reader.records() {
        let (line, row) = match record {
            Ok(record) => (line_of(&record), columns.row(kind, &record)),
            Err(error) => columns.undecodable(error)?,
        };
        match row {
            Ok(row) => table.rows.push(row),
            Err((column, message)) => table.problems.push(Problem { line, column, message }),
        }
    }
    Ok(table)
}

/// The kind of a file's first good row; where there is none, that of the first question which could be one.
///
/// # Errors
/// No row tells a kind, or the file cannot be read.
pub fn kind_of(input: impl io::Read) -> Result<Kind, CsvError> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(input);
    let columns = Columns::find(reader.headers()?)?;
    let (mut likely, mut first) = (None, None);
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let (line, _) = columns.undecodable(error)?;
                first.get_or_insert((line, String::new()));
                continue;
            }
        };
        let text = columns.field(&record, Column::Question).unwrap_or_default();
        if let Some(kind) = Kind::of_question(text) {
            if columns.row(kind, &record).is_ok() {
                return Ok(kind);
            }
            likely.get_or_insert(kind);
        }
        first.get_or_insert_with(|| (line_of(&record), text.into()));
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

fn line_of(record: &StringRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

/// The column a row is wrong in, and what is wrong.
type Fault = (Column, String);

/// Where each column stands.
struct Columns([Option<usize>; 4]);

impl Columns {
    fn find(header: &StringRecord) -> Result<Self, CsvError> {
        let place = |column: Column| header.iter().position(|name| name.trim().eq_ignore_ascii_case(column.name()));
        let columns = Self(Column::ALL.map(place));
        for column in [Column::Question, Column::Answer] {
            if columns.0[column as usize].is_none() {
                return Err(CsvError::Header(column, header.iter().map(Into::into).collect()));
            }
        }
        Ok(columns)
    }

    fn field<'r>(&self, record: &'r StringRecord, column: Column) -> Option<&'r str> {
        self.0[column as usize].and_then(|place| record.get(place))
    }

    /// The line and the problem of a row that is no UTF-8; every other error ends the reading.
    fn undecodable(&self, error: csv::Error) -> Result<(u64, Result<Row, Fault>), csv::Error> {
        let ErrorKind::Utf8 { pos, err } = error.kind() else {
            return Err(error);
        };
        let place = Column::ALL
            .into_iter()
            .find(|&column| self.0[column as usize] == Some(err.field()))
            .unwrap_or(Column::Source);
        let line = pos.as_ref().map_or(0, csv::Position::line);
        Ok((line, Err((place, "found bytes that are no UTF-8 text".into()))))
    }

    fn row(&self, kind: Kind, record: &StringRecord) -> Result<Row, Fault> {
        let tokens = |column| {
            let text = self
                .field(record, column)
                .ok_or_else(|| (column, format!("the row ends after {} fields", record.len())))?;
            kind.encode(text).map_err(|error| (column, error.to_string()))
        };
        let text = |column| self.field(record, column).unwrap_or_default().to_owned();
        let example = Example { question: tokens(Column::Question)?, answer: tokens(Column::Answer)? };
        if let Some(fault) = kind.faults(&example.question).first() {
            return Err((Column::Question, fault.to_string()));
        }
        kind.check(&example.question, &example.answer)
            .map_err(|fault| (Column::Answer, format!("it contradicts the question: {fault}")))?;
        Ok(Row { source: text(Column::Source), example, rating: text(Column::Rating) })
    }
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
            assert_eq!(read(kind, file.as_slice()).unwrap(), Table { rows, problems: Vec::new() });
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
}
