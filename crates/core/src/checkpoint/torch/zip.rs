//! The directory of a zip archive, as far as PyTorch writes such: entries stored or deflated, with or without the fields of
//! zip64. Nothing is unpacked to disk; names only find entries.

use std::collections::{BTreeMap, HashSet};

use super::source::{PIECE, Source, bytes};
use super::{TorchError, inflate};

/// Bytes of a directory at most: 100,000 entries have about 10 MB.
const MAX_DIRECTORY: u64 = 1 << 24;
/// All deflated entries together may be this many times the file's size, and [`FREE_INFLATED`].
const MAX_RATIO: u64 = 16;
/// Bytes that a small file may deflate to in any case.
const FREE_INFLATED: u64 = 1 << 24;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END64_LOCATOR: u32 = 0x0706_4b50;
const END64: u32 = 0x0606_4b50;

/// One entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Of its local header.
    header: u64,
    /// Where the next entry, or the directory, begins.
    limit: u64,
    /// Bytes in the archive.
    packed: u64,
    /// Bytes unpacked.
    pub size: u64,
    /// Or stored.
    pub deflated: bool,
}

/// The entries of an archive by name.
#[derive(Debug)]
pub struct Archive {
    entries: BTreeMap<String, Entry>,
}

fn fault(offset: u64, problem: impl Into<String>) -> TorchError {
    TorchError::Zip { offset, problem: problem.into() }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|word| u16::from_le_bytes(*word).into())
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_le_bytes(*word).into())
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|word| u64::from_le_bytes(*word))
}

impl Archive {
    /// Reads the directory.
    ///
    /// # Errors
    /// No directory (a file cut short), one that contradicts itself or the file's size, entries that overlap, are encrypted,
    /// of one name, or named out of their folder, and deflated ones that would grow beyond the stated limit.
    pub fn open<S: Source>(source: &mut S) -> Result<Self, TorchError> {
        let end = End::find(source)?;
        let directory = bytes(source, end.start, end.length)?;
        let mut entries = Vec::new();
        let mut names = HashSet::new();
        let mut at = 0;
        for _ in 0..end.count {
            let offset = end.start + at as u64;
            let (name, entry, length) = central(directory.get(at..).unwrap_or_default(), offset)?;
            if !names.insert(name.clone()) {
                return Err(fault(offset, format!("a second entry named {name}")));
            }
            entries.push((name, entry));
            at += length;
        }
        let file_length = source.length();
        let deflated = entries.iter().filter(|(_, entry)| entry.deflated);
        let inflated = deflated.fold(0_u64, |sum, (_, entry)| sum.saturating_add(entry.size));
        let most = file_length.saturating_mul(MAX_RATIO).saturating_add(FREE_INFLATED);
        if inflated > most {
            let problem = format!(
                "its entries would unpack to {inflated} bytes, expected at most {most} from a file of {file_length}"
            );
            return Err(fault(end.start, problem));
        }
        // By place: what one entry holds must end before the next begins.
        entries.sort_by_key(|(_, entry)| entry.header);
        let starts: Vec<u64> = entries.iter().skip(1).map(|(_, entry)| entry.header).chain([end.start]).collect();
        for ((name, entry), limit) in entries.iter_mut().zip(starts) {
            entry.limit = limit;
            let least = entry.header.saturating_add(30 + name.len() as u64).saturating_add(entry.packed);
            if least > limit {
                return Err(fault(entry.header, format!("the entry {name} overlaps what follows at byte {limit}")));
            }
        }
        Ok(Self { entries: entries.into_iter().collect() })
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The entry of a name.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }
}

impl Entry {
    /// Where its bytes begin, by its local header.
    fn data<S: Source>(&self, source: &mut S) -> Result<u64, TorchError> {
        let header = bytes(source, self.header, 30)?;
        if u32_at(&header, 0) != Some(LOCAL.into()) {
            return Err(fault(self.header, "expected the header of an entry"));
        }
        let [name, extra] = [26, 28].map(|at| u16_at(&header, at).unwrap_or_default());
        let data = self.header + 30 + name + extra;
        if data.checked_add(self.packed).is_none_or(|end| end > self.limit) {
            return Err(fault(self.header, format!("the entry overlaps what follows at byte {}", self.limit)));
        }
        Ok(data)
    }

    /// Gives its bytes from `start` to `end`, which must not be beyond [`Entry::size`], to `take`, piece by piece.
    ///
    /// # Errors
    /// The file's; damaged deflated data.
    pub fn read<S: Source>(
        &self,
        source: &mut S,
        (start, end): (u64, u64),
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<(), TorchError> {
        let data = self.data(source)?;
        if self.deflated {
            return inflate::read(source, (data, self.packed), self.size, (start, end), take);
        }
        copy(source, (data + start, data + end), take)
    }

    /// All of its bytes, which must not be more than `most`.
    ///
    /// # Errors
    /// As [`Entry::read`]; a larger entry.
    pub fn whole<S: Source>(&self, source: &mut S, most: u64) -> Result<Vec<u8>, TorchError> {
        if self.size > most {
            return Err(fault(self.header, format!("the entry has {} bytes, expected at most {most}", self.size)));
        }
        let mut whole = Vec::new();
        self.read(source, (0, self.size), &mut |piece| whole.extend_from_slice(piece))?;
        Ok(whole)
    }
}

/// Gives the bytes from `start` to `end` to `take`, piece by piece.
pub(super) fn copy<S: Source>(
    source: &mut S,
    (start, end): (u64, u64),
    take: &mut dyn FnMut(&[u8]),
) -> Result<(), TorchError> {
    let mut at = start;
    while at < end {
        let piece = bytes(source, at, PIECE.min(end - at))?;
        take(&piece);
        at += piece.len() as u64;
    }
    Ok(())
}

/// Where the directory is.
struct End {
    start: u64,
    length: u64,
    count: u64,
}

impl End {
    fn find<S: Source>(source: &mut S) -> Result<Self, TorchError> {
        let file = source.length();
        // The record has 22 bytes and a comment of at most 65,535.
        let tail_at = file.saturating_sub(22 + 0xffff);
        let tail = bytes(source, tail_at, file - tail_at)?;
        let found = (0..tail.len().saturating_sub(21)).rev().find(|&at| {
            let comment = u16_at(&tail, at + 20);
            u32_at(&tail, at) == Some(END.into())
                && comment.is_some_and(|length| at as u64 + 22 + length == tail.len() as u64)
        });
        let Some(at) = found else {
            return Err(fault(file, "the archive has no directory at its end: the file is cut short"));
        };
        let offset = tail_at + at as u64;
        let damaged = || fault(offset, "the archive's end is damaged");
        let word = |place| u16_at(&tail, at + place);
        if word(4) != Some(0) && word(4) != Some(0xffff) {
            return Err(fault(offset, "the archive is one part of several"));
        }
        let mut end = Self {
            count: word(10).ok_or_else(damaged)?,
            length: u32_at(&tail, at + 12).ok_or_else(damaged)?,
            start: u32_at(&tail, at + 16).ok_or_else(damaged)?,
        };
        let mut before = offset;
        if end.count == 0xffff || end.length == 0xffff_ffff || end.start == 0xffff_ffff {
            let locator = bytes(source, offset.checked_sub(20).ok_or_else(damaged)?, 20)?;
            if u32_at(&locator, 0) != Some(END64_LOCATOR.into()) {
                return Err(damaged());
            }
            before = u64_at(&locator, 8).ok_or_else(damaged)?;
            let record = bytes(source, before, 56)?;
            if u32_at(&record, 0) != Some(END64.into()) {
                return Err(fault(before, "the archive's end is damaged"));
            }
            let field = |place| u64_at(&record, place).ok_or_else(damaged);
            end = Self { count: field(32)?, length: field(40)?, start: field(48)? };
        }
        if end.start.checked_add(end.length).is_none_or(|stop| stop > before) {
            return Err(fault(offset, "the archive's directory is not where its end says: the file is damaged"));
        }
        // An entry of the directory has at least 46 bytes.
        if end.length > MAX_DIRECTORY || end.count > end.length / 46 {
            let problem =
                format!("a directory of {} entries in {} bytes, at most {MAX_DIRECTORY}", end.count, end.length);
            return Err(fault(offset, problem));
        }
        Ok(end)
    }
}

/// One entry of the directory, and how many bytes it has there.
fn central(record: &[u8], offset: u64) -> Result<(String, Entry, usize), TorchError> {
    let damaged = || fault(offset, "the archive's directory is damaged");
    if u32_at(record, 0) != Some(CENTRAL.into()) {
        return Err(damaged());
    }
    let word = |at| u16_at(record, at).ok_or_else(damaged);
    let long = |at| u32_at(record, at).ok_or_else(damaged);
    let (flags, method) = (word(8)?, word(10)?);
    let [name_length, extra_length, comment_length] = [word(28)? as usize, word(30)? as usize, word(32)? as usize];
    let name = record.get(46..46 + name_length).ok_or_else(damaged)?;
    let name = std::str::from_utf8(name).map_err(|_| fault(offset, "an entry's name is not UTF-8"))?.to_owned();
    let extra = record.get(46 + name_length..46 + name_length + extra_length).ok_or_else(damaged)?;
    if name.starts_with('/') || name.contains('\\') || name.split('/').any(|part| part == "..") {
        return Err(fault(offset, format!("the entry {name:?} is named out of its folder")));
    }
    if flags & 1 != 0 {
        return Err(fault(offset, format!("the entry {name} is encrypted")));
    }
    let deflated = match method {
        0 => false,
        8 => true,
        other => return Err(fault(offset, format!("the entry {name} is packed by method {other}, expected 0 or 8"))),
    };
    let (mut packed, mut size, mut header) = (long(20)?, long(24)?, long(42)?);
    // The extra field of zip64 holds, in this order, what has no room above.
    let mut rest = extra;
    while let (Some(tag), Some(length)) = (u16_at(rest, 0), u16_at(rest, 2)) {
        let body = rest.get(4..4 + length as usize).ok_or_else(damaged)?;
        if tag == 1 {
            let mut at = 0;
            for field in [&mut size, &mut packed, &mut header] {
                if *field == 0xffff_ffff {
                    *field = u64_at(body, at).ok_or_else(damaged)?;
                    at += 8;
                }
            }
        }
        rest = &rest[4 + length as usize..];
    }
    if !deflated && packed != size {
        return Err(fault(offset, format!("the entry {name} is stored in {packed} bytes and has {size}")));
    }
    let entry = Entry { header, limit: 0, packed, size, deflated };
    Ok((name, entry, 46 + name_length + extra_length + comment_length))
}
