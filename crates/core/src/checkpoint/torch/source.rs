//! What a file is read from: memory, a file on disk, and in a worker a `Blob`, of which slices are read.

use std::io::{self, Read, Seek, SeekFrom};

use super::TorchError;

/// Bytes that are read from a source at a time.
pub(super) const PIECE: u64 = 1 << 20;

/// Bytes at random places.
pub trait Source {
    /// Number of bytes.
    fn length(&self) -> u64;

    /// Fills `into` with the bytes from `offset`.
    ///
    /// # Errors
    /// The system's; an end before `into` is full.
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> io::Result<()>;
}

impl Source for &[u8] {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).ok();
        let found = start.and_then(|start| self.get(start..start.checked_add(into.len())?));
        into.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

impl<S: Source + ?Sized> Source for Box<S> {
    fn length(&self) -> u64 {
        (**self).length()
    }

    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        (**self).read_at(offset, into)
    }
}

/// A file, or anything else with a position.
pub struct Seekable<R> {
    inner: R,
    length: u64,
}

impl<R: Read + Seek> Seekable<R> {
    /// Asks `inner` for its length.
    ///
    /// # Errors
    /// The system's.
    pub fn new(mut inner: R) -> io::Result<Self> {
        let length = inner.seek(SeekFrom::End(0))?;
        Ok(Self { inner, length })
    }
}

impl<R: Read + Seek> Source for Seekable<R> {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.inner.seek(SeekFrom::Start(offset))?;
        self.inner.read_exact(into)
    }
}

/// `length` bytes from `offset`; nothing is allocated unless the file has them.
///
/// # Errors
/// The file is shorter, or cannot be read.
pub(super) fn bytes<S: Source>(source: &mut S, offset: u64, length: u64) -> Result<Vec<u8>, TorchError> {
    let fits = offset.checked_add(length).is_some_and(|end| end <= source.length());
    let Some(length) = usize::try_from(length).ok().filter(|_| fits) else {
        let problem = format!("{length} bytes are expected here, but the file ends at byte {}", source.length());
        return Err(TorchError::Read { offset, problem });
    };
    let mut bytes = vec![0; length];
    source.read_at(offset, &mut bytes).map_err(|error| TorchError::Read { offset, problem: error.to_string() })?;
    Ok(bytes)
}
