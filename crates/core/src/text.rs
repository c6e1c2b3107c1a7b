//! Text files as people's programs write them: UTF-8 with or without a byte order mark, and UTF-16.

use std::borrow::Cow;

/// Why bytes are no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Bytes that are no UTF-8, in a file that is no UTF-16 either.
    #[error("line {line}, byte {offset}: found bytes that are no UTF-8 text; save the file as UTF-8")]
    Utf8 {
        /// The line, from 1.
        line: usize,
        /// Bytes before them.
        offset: usize,
    },
    /// UTF-16 with half a pair of surrogates, or half a character at its end.
    #[error("line {line}: the file is UTF-16 and has half a character there; save it as UTF-8")]
    Utf16 {
        /// The line, from 1.
        line: usize,
    },
    /// An encoding that is not read.
    #[error("the file is UTF-32; save it as UTF-8")]
    Utf32,
    /// A file of another form, and what to do about it.
    #[error("{0}")]
    Other(&'static str),
}

/// How the characters of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, or anything that is not told from it by its first bytes.
    Utf8,
    /// UTF-16, the low byte of each unit first.
    Utf16Le,
    /// UTF-16, the high byte of each unit first.
    Utf16Be,
    /// UTF-32, which is not read.
    Utf32,
}

impl Encoding {
    /// The encoding of a file, by its byte order mark or, without one, by where zeros stand in its first characters.
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Self::Utf32,
            [0xff, 0xfe, ..] => Self::Utf16Le,
            [0xfe, 0xff, ..] => Self::Utf16Be,
            // A plain ASCII character with a zero beside it, twice: no text in UTF-8 holds zeros.
            [1..=0x7f, 0, 1..=0x7f, 0, ..] => Self::Utf16Le,
            [0, 1..=0x7f, 0, 1..=0x7f, ..] => Self::Utf16Be,
            _ => Self::Utf8,
        }
    }
}

/// The text of a file, without its byte order mark.
///
/// # Errors
/// Where it is no text.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, TextError> {
    if let Some(found) = other_format(bytes) {
        return Err(TextError::Other(found));
    }
    match Encoding::of(bytes) {
        Encoding::Utf8 => {
            let text = std::str::from_utf8(bytes).map_err(|error| {
                let offset = error.valid_up_to();
                TextError::Utf8 { line: line_of(bytes[..offset].iter().copied()), offset }
            })?;
            Ok(Cow::Borrowed(without_mark(text)))
        }
        Encoding::Utf16Le => utf16(bytes, u16::from_le_bytes).map(Cow::Owned),
        Encoding::Utf16Be => utf16(bytes, u16::from_be_bytes).map(Cow::Owned),
        Encoding::Utf32 => Err(TextError::Utf32),
    }
}

/// What a file is in place of the one that was asked for, where its first bytes tell.
pub fn other_format(bytes: &[u8]) -> Option<&'static str> {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let begins = |signs: &[&[u8]]| signs.iter().any(|sign| start.starts_with(sign));
    Some(match () {
        () if begins(&[b"version https://git-lfs"]) => {
            "it is a Git LFS pointer, not the file that it stands for: fetch that with `git lfs pull`"
        }
        () if begins(&[b"<"]) => {
            "it is a web page (HTML or XML), not the file that was asked for: download it again, signed in if need be"
        }
        () if begins(&[b"PK\x03\x04"]) => {
            "it is a zip archive, or a file of that form such as a spreadsheet's .xlsx: unpack it, or export it as CSV"
        }
        () if begins(&[b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"7z\xbc\xaf", b"\xfd7zXZ"]) => {
            "it is a compressed file: unpack it first"
        }
        () if begins(&[b"\x93NUMPY"]) => "it is a NumPy array",
        () if begins(&[b"GGUF"]) => "it is a GGUF file, which holds other models",
        () if begins(&[b"\x89HDF"]) => "it is an HDF5 file",
        () if begins(&[b"%PDF"]) => "it is a PDF document",
        () if begins(&[b"\x89PNG", b"\xff\xd8\xff", b"GIF8"]) => "it is a picture",
        () if begins(&[b"PAR1"]) => "it is a Parquet file: export it as CSV",
        () => return None,
    })
}

/// A text without the byte order mark that some programs put in front.
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, TextError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len());
    for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match character {
            Ok(character) => text.push(character),
            Err(_) => return Err(TextError::Utf16 { line: line_of(text.bytes()) }),
        }
    }
    if !rest.is_empty() {
        return Err(TextError::Utf16 { line: line_of(text.bytes()) });
    }
    Ok(without_mark(&text).to_owned())
}

fn line_of(before: impl Iterator<Item = u8>) -> usize {
    before.filter(|&byte| byte == b'\n').count() + 1
}

/// A number with its noun: "1 row", "2 rows".
pub fn counted(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// Characters of a text from a file that a message shows at most.
const EXCERPT: usize = 60;

/// A text, or its beginning and an ellipsis where it is too long for a message.
pub fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_of(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "{\"name\": \"ü 模 😀\"}\r\n";
        assert_eq!(decode(text.as_bytes()).unwrap(), text);
        let marked = format!("\u{feff}{text}");
        assert_eq!(decode(marked.as_bytes()).unwrap(), text);
        for (plain, mark) in [(text, false), (&marked, true)] {
            assert_eq!(decode(&utf16_of(plain, u16::to_le_bytes)).unwrap(), text, "mark {mark}");
            assert_eq!(decode(&utf16_of(plain, u16::to_be_bytes)).unwrap(), text, "mark {mark}");
        }
        assert_eq!(decode(b"").unwrap(), "");
        assert_eq!(decode(b"a").unwrap(), "a");
    }

    #[test]
    fn bytes_that_are_no_text_are_told_with_their_place() {
        let said = |bytes: &[u8]| decode(bytes).unwrap_err().to_string();
        assert!(said(b"ab\nc\xfc\n").starts_with("line 2, byte 4: found bytes that are no UTF-8"));
        assert!(said(b"\xff\xfea\0\n\0b").starts_with("line 2: the file is UTF-16 and has half a character"));
        assert!(said(b"\xff\xfe\x00\xd8a\0").contains("half a character"));
        assert_eq!(said(b"\xff\xfe\0\0a\0\0\0"), "the file is UTF-32; save it as UTF-8");
    }

    #[test]
    fn files_of_other_forms_are_named() {
        let said = |bytes: &[u8]| decode(bytes).unwrap_err().to_string();
        assert!(said(b"<!doctype html>\n<html>").contains("web page"));
        assert!(said(b"\xef\xbb\xbf\n <html>").contains("web page"));
        assert!(said(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n").contains("git lfs pull"));
        assert!(said(b"PK\x03\x04\x14\0xl/workbook.xml").contains(".xlsx"));
        assert!(said(b"\x1f\x8b\x08\0").contains("compressed"));
        assert!(said(b"PAR1\x15\0").contains("Parquet"));
        assert_eq!(decode(b"source,question\n").unwrap(), "source,question\n");
    }

    #[test]
    fn excerpts_end_between_characters() {
        assert_eq!(excerpt("ä".repeat(60).as_str()), "ä".repeat(60));
        assert_eq!(excerpt("ä".repeat(61).as_str()), "ä".repeat(60) + "…");
    }
}
