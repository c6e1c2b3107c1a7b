//! A CSV file as records, each with the line that an editor shows: with any line ends, after blank lines, in UTF-16.

use std::io::Read;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::CsvError;
use crate::text::{self, Encoding, TextError};

/// A file's bytes as UTF-8, without a byte order mark.
pub(super) struct Source {
    bytes: Vec<u8>,
    /// Whether it was UTF-16.
    pub(super) was_utf16: bool,
}

/// A record and where it stands.
pub(super) struct Record {
    pub(super) fields: ByteRecord,
    /// The line that it begins on, from 1.
    pub(super) line: u64,
    /// Lines that it takes.
    pub(super) lines: u64,
    /// A quoted field of it that takes several lines, or the rest of the file.
    pub(super) quote: Option<Quote>,
}

/// A quoted field of several lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quote {
    /// The line on which it opens, from 1.
    pub(super) line: u64,
    /// Lines that it takes.
    pub(super) lines: u64,
    /// Whether it is closed before the file ends.
    pub(super) is_closed: bool,
    /// Its first byte and the one behind its last, in the file.
    place: (usize, usize),
}

impl Source {
    pub(super) fn read(mut input: impl Read) -> Result<Self, CsvError> {
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes).map_err(csv::Error::from)?;
        if let Some(found) = text::other_format(&bytes) {
            return Err(TextError::Other(found).into());
        }
        let was_utf16 = match Encoding::of(&bytes) {
            // Bytes that are no UTF-8 are told of their row; the others are read.
            Encoding::Utf8 => false,
            _ => {
                bytes = text::decode(&bytes)?.into_owned().into_bytes();
                true
            }
        };
        // Wherever they stand, and in whichever encoding: what was read can be written, and read again.
        if bytes.contains(&0) {
            let found = "it holds bytes of zero, so it is no text: expected a table (CSV)";
            return Err(TextError::Other(found).into());
        }
        if bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        Ok(Self { bytes, was_utf16 })
    }

    /// The sign between two fields: that of a spreadsheet's line `sep=`, else of comma, semicolon, tab and bar the one that
    /// stands most often in the first line.
    pub(super) fn delimiter(&self) -> u8 {
        if let Some((sign, _)) = self.named_delimiter() {
            return sign;
        }
        let first = self.bytes.split(|byte| matches!(byte, b'\n' | b'\r')).find(|line| !line.trim_ascii().is_empty());
        let mut in_quotes = false;
        let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
        for &byte in first.unwrap_or_default() {
            in_quotes ^= byte == b'"';
            counts.iter_mut().filter(|(sign, _)| *sign == byte && !in_quotes).for_each(|(_, count)| *count += 1);
        }
        // The first of equals, so that it is the comma where there is none.
        counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(sign, _)| sign)
    }

    /// The sign that the first line names, as spreadsheets do (`sep=;`), and the bytes of that line.
    fn named_delimiter(&self) -> Option<(u8, usize)> {
        let line = self.bytes.split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
        let &[b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', sign @ (b',' | b';' | b'\t' | b'|')] = line else {
            return None;
        };
        Some((sign, line.len()))
    }

    pub(super) fn records(&self, delimiter: u8) -> Records<'_> {
        let start = self.named_delimiter().map_or(0, |(_, length)| length);
        // Rows of a wrong number of fields are reported one by one, not as the end of the file.
        let reader = ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .delimiter(delimiter)
            .from_reader(&self.bytes[start..]);
        Records { bytes: &self.bytes, start, reader, delimiter, at: 0, line: 1 }
    }
}

/// The records of a file but for blank lines.
pub(super) struct Records<'a> {
    bytes: &'a [u8],
    /// The byte at which the reader began.
    start: usize,
    reader: Reader<&'a [u8]>,
    delimiter: u8,
    /// The byte up to which lines are counted, and its line from 1.
    at: usize,
    line: u64,
}

impl Records<'_> {
    /// Counts the lines up to a byte, that is the first of one or within one.
    fn advance_to(&mut self, to: usize) -> u64 {
        self.line += line_ends(&self.bytes[self.at..to]);
        self.at = to;
        self.line
    }

    /// The record's first quoted field of several lines, or the one that is not closed. A quote opens a field only where the
    /// field begins; two in a row within it are one of its signs.
    fn quote_in(&self, start: usize, end: usize, line: u64) -> Option<Quote> {
        let slice = &self.bytes[start..end];
        let (mut opened, mut begins, mut at) = (None, true, 0);
        let mut found = None;
        while let Some(&byte) = slice.get(at) {
            match opened {
                None if byte == b'"' && begins => opened = Some(at),
                None => begins = byte == self.delimiter || matches!(byte, b'\n' | b'\r'),
                Some(_) if byte == b'"' && slice.get(at + 1) == Some(&b'"') => at += 1,
                Some(from) if byte == b'"' => {
                    if line_ends(&slice[from..at]) > 0 && found.is_none() {
                        found = Some((from, at, true));
                    }
                    (opened, begins) = (None, false);
                }
                Some(_) => {}
            }
            at += 1;
        }
        let (from, to, is_closed) = opened.map(|from| (from, slice.len(), false)).or(found)?;
        let within = &slice[from..to];
        // An open one reaches to the end of the file, whose last line end begins no line.
        let lines = line_ends(if is_closed { within } else { within.trim_ascii_end() }) + 1;
        Some(Quote { line: line + line_ends(&slice[..from]), lines, is_closed, place: (start + from, start + to) })
    }

    /// How many lines within a closed quoted field, but for its first and last, are records of a sort.
    pub(super) fn count_within(&self, quote: &Quote, is_of_sort: impl Fn(&ByteRecord) -> bool) -> usize {
        let (from, to) = quote.place;
        let lines = self.bytes[from..to].split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_empty());
        let is_record = |line: &[u8]| {
            let mut fields = ByteRecord::new();
            let mut reader = ReaderBuilder::new().has_headers(false).delimiter(self.delimiter).from_reader(line);
            reader.read_byte_record(&mut fields).is_ok() && is_of_sort(&fields)
        };
        let count = lines.clone().count();
        lines.take(count.saturating_sub(1)).skip(1).filter(|line| is_record(line)).count()
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, csv::Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let before = self.start + self.reader.position().byte() as usize;
            let mut fields = ByteRecord::new();
            match self.reader.read_byte_record(&mut fields) {
                Err(error) => return Some(Err(error)),
                Ok(false) => return None,
                Ok(true) => {}
            }
            let end = self.start + self.reader.position().byte() as usize;
            // The reader passes blank lines, and of CR LF it takes each with another record.
            let blank = self.bytes[before..end].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            let start = before + blank;
            let line = self.advance_to(start);
            if fields.len() == 1 && fields[0].trim_ascii().is_empty() {
                continue;
            }
            let quote = self.quote_in(start, end, line);
            let lines = line_ends(self.bytes[start..end].trim_ascii_end()) + 1;
            return Some(Ok(Record { fields, line, lines, quote }));
        }
    }
}

/// Line ends: LF, CR LF, or CR alone.
fn line_ends(bytes: &[u8]) -> u64 {
    let returns = |at: usize| bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    (0..bytes.len()).filter(|&at| bytes[at] == b'\n' || returns(at)).count() as u64
}
