//! A PyTorch file: its directory and its pickle are read when it is opened, elements only when they are asked for.

use std::collections::BTreeMap;

use half::{bf16, f16};

use super::source::{Source, bytes};
use super::state::{self, Layout};
use super::value::Dtype;
use super::zip::{self, Archive, Entry};
use super::{TorchError, legacy, pickle};
use crate::checkpoint::weights_in_file::{self, PUZZLES};
use crate::checkpoint::{CheckpointError, Tensor, Weights, header};

/// A PyTorch file that is open.
pub struct TorchFile<S> {
    source: S,
    storages: BTreeMap<String, Place>,
    tensors: BTreeMap<String, Layout>,
}

/// Where a storage's bytes are.
enum Place {
    /// An entry of the archive.
    Entry(Entry),
    /// Bytes of the file: the first, and how many.
    Span(u64, u64),
}

impl Place {
    /// Its bytes, and whether they are deflated.
    fn size(&self) -> (u64, bool) {
        match self {
            Self::Entry(entry) => (entry.size, entry.deflated),
            Self::Span(_, size) => (*size, false),
        }
    }
}

/// Which rows of the puzzle embedding are read: an ARC model's has 2 GB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PuzzleRows<'a> {
    /// Every row.
    All,
    /// These, in this order.
    Only(&'a [u64]),
}

impl<S: Source> TorchFile<S> {
    /// Reads the directory and the pickle, and checks every tensor against its storage.
    ///
    /// # Errors
    /// Another kind of file, a damaged one, a pickle that does more than to hold tensors, tensors that do not fit their
    /// storages.
    pub fn open(mut source: S) -> Result<Self, TorchError> {
        let length = source.length();
        let head = bytes(&mut source, 0, length.min(512))?;
        let (tensors, storages) = if head.starts_with(b"PK") {
            open_archive(&mut source)?
        } else if head.starts_with(b"\x80") {
            let head = bytes(&mut source, 0, length.min(pickle::MAX_PICKLE))?;
            let (tensors, storages) = legacy::open(&mut source, &head)?;
            (tensors, storages.into_iter().map(|(key, (start, size))| (key, Place::Span(start, size))).collect())
        } else if head.get(257..262) == Some(b"ustar") || head.get(..8).is_some_and(|name| name == b"sys_info") {
            let text =
                "it is a tar archive, which PyTorch wrote before 0.1.10 (2017): load and save it with a newer one";
            return Err(TorchError::Format(text.into()));
        } else {
            let found = header::other_format(&head).unwrap_or("expected a zip archive or a pickle");
            return Err(TorchError::Format(found.into()));
        };
        state::check(&tensors, |key| storages.get(key).map(Place::size))?;
        Ok(Self { source, storages, tensors })
    }

    /// Every tensor by its name in the file.
    pub fn tensors(&self) -> &BTreeMap<String, Layout> {
        &self.tensors
    }

    /// A tensor's elements in the order of its indices, little-endian.
    ///
    /// # Errors
    /// An unknown name; the file's.
    pub fn bytes(&mut self, name: &str) -> Result<Vec<u8>, TorchError> {
        let layout = self.layout(name)?;
        let mut all = Vec::new();
        self.read(&layout, &mut |piece| all.extend_from_slice(piece))?;
        Ok(all)
    }

    /// A tensor as f32.
    ///
    /// # Errors
    /// An unknown name, element types that are no weights, the file's.
    pub fn tensor(&mut self, name: &str) -> Result<Tensor, TorchError> {
        let layout = self.layout(name)?;
        self.floats(name, &layout)
    }

    /// Some rows of a tensor as f32; the others are not read.
    ///
    /// # Errors
    /// As [`TorchFile::tensor`]; a row that there is not.
    pub fn rows(&mut self, name: &str, rows: &[u64]) -> Result<Tensor, TorchError> {
        let layout = self.layout(name)?;
        let fault = |problem: String| TorchError::Tensor { name: name.to_owned(), problem };
        let ([length, shape @ ..], [stride, strides @ ..]) = (&layout.shape[..], &layout.strides[..]) else {
            return Err(fault("it has no rows".into()));
        };
        let mut whole = Tensor { shape: vec![rows.len()], data: Vec::new() };
        whole.shape.extend(shape.iter().map(|&length| length as usize));
        for row in rows {
            if row >= length {
                return Err(fault(format!("row {row} is asked for, it has {length}")));
            }
            let offset = layout.offset + row * stride;
            let row = Layout { shape: shape.to_vec(), strides: strides.to_vec(), offset, ..layout.clone() };
            whole.data.extend(self.floats(name, &row)?.data);
        }
        Ok(whole)
    }

    /// All weights under their plain names. A puzzle embedding without elements is none.
    ///
    /// # Errors
    /// As [`TorchFile::tensor`]; values that are not finite, two tensors under one plain name.
    pub fn weights(&mut self, puzzles: PuzzleRows<'_>) -> Result<Weights, TorchError> {
        weights_in_file::weights(self.weight_names()?, |plain, name| self.weight(plain, name, puzzles))
    }

    /// The plain name of every weight, with its name in the file. A puzzle embedding without elements is none.
    ///
    /// # Errors
    /// Two tensors under one plain name.
    pub fn weight_names(&self) -> Result<BTreeMap<String, String>, TorchError> {
        let tensors = self.tensors.iter().map(|(name, layout)| (name, layout.count() == 0));
        Ok(weights_in_file::weight_names(tensors)?)
    }

    /// One of [`TorchFile::weight_names`].
    ///
    /// # Errors
    /// As [`TorchFile::tensor`]; values that are not finite.
    pub fn weight(&mut self, plain: &str, name: &str, puzzles: PuzzleRows<'_>) -> Result<Tensor, TorchError> {
        let tensor = match puzzles {
            PuzzleRows::Only(rows) if plain.starts_with(PUZZLES) => self.rows(name, rows)?,
            _ => self.tensor(name)?,
        };
        Ok(weights_in_file::finite(name, tensor)?)
    }

    /// The shape of every weight by its plain name, of which no element is read.
    ///
    /// # Errors
    /// As [`TorchFile::weight_names`].
    pub fn shapes(&self) -> Result<BTreeMap<String, Vec<usize>>, TorchError> {
        let shape = |name: &String| self.tensors[name].shape.iter().map(|&length| length as usize).collect();
        Ok(self.weight_names()?.into_iter().map(|(plain, name)| (plain, shape(&name))).collect())
    }

    fn layout(&self, name: &str) -> Result<Layout, TorchError> {
        let problem = || TorchError::Tensor { name: name.to_owned(), problem: "the file has none of this name".into() };
        self.tensors.get(name).cloned().ok_or_else(problem)
    }

    fn floats(&mut self, name: &str, layout: &Layout) -> Result<Tensor, TorchError> {
        let mut decoder = Decoder::new(layout.dtype, layout.count()).ok_or_else(|| {
            let dtype = layout.dtype.storage().to_owned();
            TorchError::Weights(CheckpointError::Dtype { name: name.to_owned(), dtype })
        })?;
        self.read(layout, &mut |piece| decoder.take(piece))?;
        Ok(Tensor { shape: layout.shape.iter().map(|&length| length as usize).collect(), data: decoder.data })
    }

    /// Gives a tensor's elements to `take`, piece by piece.
    fn read(&mut self, layout: &Layout, take: &mut dyn FnMut(&[u8])) -> Result<(), TorchError> {
        let size = layout.dtype.size();
        let start = layout.offset * size;
        let span = (start, start + layout.span() * size);
        if layout.is_contiguous() {
            return self.read_span(&layout.key, span, take);
        }
        let mut elements = Vec::new();
        self.read_span(&layout.key, span, &mut |piece| elements.extend_from_slice(piece))?;
        let mut index = vec![0_u64; layout.shape.len()];
        for _ in 0..layout.count() {
            let at: u64 = index.iter().zip(&layout.strides).map(|(index, stride)| index * stride).sum();
            let at = (at * size) as usize;
            take(&elements[at..at + size as usize]);
            // Counts up, the last index first.
            for (index, &length) in index.iter_mut().zip(&layout.shape).rev() {
                *index += 1;
                if *index < length {
                    break;
                }
                *index = 0;
            }
        }
        Ok(())
    }

    fn read_span(&mut self, key: &str, span: (u64, u64), take: &mut dyn FnMut(&[u8])) -> Result<(), TorchError> {
        match self.storages.get(key) {
            Some(Place::Entry(entry)) => entry.read(&mut self.source, span, take),
            Some(Place::Span(start, _)) => zip::copy(&mut self.source, (start + span.0, start + span.1), take),
            // Every tensor's was seen when the file was opened.
            None => Ok(()),
        }
    }
}

type Opened = (BTreeMap<String, Layout>, BTreeMap<String, Place>);

fn open_archive<S: Source>(source: &mut S) -> Result<Opened, TorchError> {
    let archive = Archive::open(source)?;
    let pickles: Vec<&str> = archive.names().filter(|name| name.rsplit('/').next() == Some("data.pkl")).collect();
    let found = match pickles[..] {
        [name] => archive.get(name).map(|entry| (name, entry)),
        _ => None,
    };
    let Some((name, entry)) = found else {
        let text = format!("it is a zip archive with {} entries data.pkl, expected one", pickles.len());
        return Err(TorchError::Format(text));
    };
    let folder = name.strip_suffix("data.pkl").unwrap_or_default();
    if archive.get(&format!("{folder}constants.pkl")).is_some() {
        let text = "it is a TorchScript program (torch.jit.save): save the state dict of its model with torch.save";
        return Err(TorchError::Format(text.into()));
    }
    if let Some(order) = archive.get(&format!("{folder}byteorder")) {
        let order = order.whole(source, 64)?;
        if order != b"little" {
            let order = String::from_utf8_lossy(&order).escape_debug().to_string();
            return Err(TorchError::Format(format!("its numbers are {order}-endian, expected little-endian")));
        }
    }
    let bytes = entry.whole(source, pickle::MAX_PICKLE)?;
    let tensors = state::tensors(&pickle::run(&bytes, 0)?)?;
    let mut storages = BTreeMap::new();
    for layout in tensors.values() {
        if let Some(entry) = archive.get(&format!("{folder}data/{}", layout.key)) {
            storages.insert(layout.key.clone(), Place::Entry(entry.clone()));
        }
    }
    Ok((tensors, storages))
}

/// Elements of weights as f32, from bytes that come in pieces.
struct Decoder {
    dtype: Dtype,
    /// The beginning of an element whose end is in the next piece.
    partial: Vec<u8>,
    data: Vec<f32>,
}

impl Decoder {
    /// `None` for an element type that weights do not have.
    fn new(dtype: Dtype, count: u64) -> Option<Self> {
        let is_float = matches!(dtype, Dtype::F64 | Dtype::F32 | Dtype::F16 | Dtype::Bf16);
        is_float.then(|| Self { dtype, partial: Vec::new(), data: Vec::with_capacity(count as usize) })
    }

    fn take(&mut self, mut piece: &[u8]) {
        let size = self.dtype.size() as usize;
        if !self.partial.is_empty() {
            let (head, rest) = piece.split_at(piece.len().min(size - self.partial.len()));
            self.partial.extend_from_slice(head);
            piece = rest;
            if self.partial.len() == size {
                let element = std::mem::take(&mut self.partial);
                self.decode(&element);
            }
        }
        let whole = piece.len() - piece.len() % size;
        self.decode(&piece[..whole]);
        self.partial.extend_from_slice(&piece[whole..]);
    }

    fn decode(&mut self, bytes: &[u8]) {
        match self.dtype {
            Dtype::F64 => self.data.extend(bytes.as_chunks().0.iter().map(|word| f64::from_le_bytes(*word) as f32)),
            Dtype::F16 => self.data.extend(bytes.as_chunks().0.iter().map(|word| f16::from_le_bytes(*word).to_f32())),
            Dtype::Bf16 => self.data.extend(bytes.as_chunks().0.iter().map(|word| bf16::from_le_bytes(*word).to_f32())),
            _ => self.data.extend(bytes.as_chunks().0.iter().map(|word| f32::from_le_bytes(*word))),
        }
    }
}
