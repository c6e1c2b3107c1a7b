//! Which column holds what: by the names that people give it, else by what stands in it.

use csv::ByteRecord;

use super::{Column, CsvError};
use crate::{puzzle::Kind, text::excerpt};

/// Where each column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Columns([Option<usize>; 4]);

/// Names that a message lists at most.
const NAMED: usize = 20;

/// Columns, and how they were found.
pub(super) struct Found {
    pub(super) columns: Columns,
    /// Whether the first record names them; else it is a row.
    pub(super) has_header: bool,
    /// What is not as in the files that this program writes.
    pub(super) notes: Vec<String>,
}

impl Columns {
    /// The columns of a file by its first two records.
    pub(super) fn find(first: Option<(&ByteRecord, u64)>, second: Option<&ByteRecord>) -> Result<Found, CsvError> {
        let names: Vec<String> = first.iter().flat_map(|(record, _)| record.iter()).map(name_of).collect();
        let place = |column: Column| {
            let of = |wanted: &str| names.iter().position(|name| name.trim().eq_ignore_ascii_case(wanted));
            column.names().iter().find_map(|wanted| of(wanted))
        };
        let by_name = Self(Column::ALL.map(place));
        let missing = [Column::Question, Column::Answer].into_iter().find(|&column| by_name.place(column).is_none());
        let Some(missing) = missing else {
            return Ok(Found { columns: by_name, has_header: true, notes: by_name.notes(&names) });
        };
        if let Some(columns) = first.and_then(|(record, _)| Self::by_contents(record)) {
            let [question, answer] = [Column::Question, Column::Answer].map(|column| columns.number(column));
            let notes = vec![format!("no header: column {question} is read as question, column {answer} as answer")];
            return Ok(Found { columns, has_header: false, notes });
        }
        if let Some(Self([_, question, answer, _])) = second.and_then(Self::by_contents) {
            let Self([source, _, _, rating]) = by_name;
            let columns = Self([source, question, answer, rating]);
            let shown = |place: Option<usize>| place.and_then(|place| names.get(place)).map_or("", String::as_str);
            let notes = vec![format!(
                "by what they hold, column {:?} is read as question and column {:?} as answer",
                shown(question),
                shown(answer)
            )];
            return Ok(Found { columns, has_header: true, notes });
        }
        let found = names.into_iter().take(NAMED).collect();
        Err(CsvError::Header { line: first.map_or(1, |(_, line)| line), column: missing, found })
    }

    /// The two fields of a row that hold puzzles of one kind, in their order, or the other way round where only so the second
    /// solves the first.
    fn by_contents(row: &ByteRecord) -> Option<Self> {
        let puzzles: Vec<(usize, Kind, Vec<u8>)> = row
            .iter()
            .enumerate()
            .filter_map(|(place, field)| {
                let text = std::str::from_utf8(field).ok()?;
                let kind = Kind::of_question(text)?;
                Some((place, kind, kind.encode(text).ok()?))
            })
            .collect();
        let [(first, kind, question), (second, other, answer), ..] = puzzles.as_slice() else { return None };
        if kind != other {
            return None;
        }
        let is_turned = kind.check(question, answer).is_err() && kind.check(answer, question).is_ok();
        let (question, answer) = if is_turned { (*second, *first) } else { (*first, *second) };
        Some(Self([None, Some(question), Some(answer), None]))
    }

    fn place(self, column: Column) -> Option<usize> {
        self.0[column as usize]
    }

    /// The column's number, from 1.
    fn number(self, column: Column) -> usize {
        self.place(column).map_or(0, |place| place + 1)
    }

    pub(super) fn field(self, record: &ByteRecord, column: Column) -> Option<&[u8]> {
        self.place(column).and_then(|place| record.get(place))
    }

    /// The columns that go by other names, and those that are not used.
    fn notes(self, names: &[String]) -> Vec<String> {
        let named = |column: Column| {
            let found = names.get(self.place(column)?)?.trim();
            (!found.eq_ignore_ascii_case(column.name())).then(|| format!("{found} is read as {}", column.name()))
        };
        let mut notes: Vec<String> = Column::ALL.into_iter().filter_map(named).collect();
        let unused = (0..names.len()).filter(|place| !self.0.contains(&Some(*place)));
        let unused: Vec<String> = unused
            .map(|place| match names[place].trim() {
                "" => format!("column {}, which has no name", place + 1),
                name => name.to_owned(),
            })
            .collect();
        if !unused.is_empty() {
            notes.push(format!("not used: {}", unused.join(", ")));
        }
        notes
    }
}

/// A field as the name of a column: a longer one than messages show is none that is known.
fn name_of(field: &[u8]) -> String {
    excerpt(&text_of(field))
}

/// A field as text, whatever bytes it has.
pub(super) fn text_of(field: &[u8]) -> String {
    String::from_utf8_lossy(field).into_owned()
}
