//! Writes what `torch.load(weights_only=True)` and the official code read: a zip archive of stored entries, a pickle of
//! protocol 2, raw little-endian storages. The same weights give the same bytes.

use std::io::{self, Write};

use half::bf16;

use super::value::Dtype;
use crate::checkpoint::{Tensor, Weights};

/// In front of every name, as the official training writes them: of `torch.compile` and of the loss head. Its own code takes
/// the first one off where it does not compile.
const PREFIX: &str = "_orig_mod.model.inner.";
/// PyTorch maps storages into memory from such places.
const ALIGNMENT: u64 = 64;
/// Values that are encoded at a time.
const PIECE: usize = 1 << 14;

/// How H_init and L_init are written. The official code keeps them in bf16, in which it computes, and everything else in f32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum States {
    /// In bf16 where that changes nothing, else in f32.
    Exact,
    /// In bf16, rounded.
    Rounded,
}

/// Whether H_init and L_init are the same in bf16.
pub fn states_are_bf16(weights: &Weights) -> bool {
    weights.tensors.iter().all(|(name, tensor)| !is_state(name) || fits(tensor))
}

/// The plain names of the states with which a model begins.
pub const STATES: [&str; 2] = ["H_init", "L_init"];

fn is_state(name: &str) -> bool {
    STATES.contains(&name)
}

fn fits(tensor: &Tensor) -> bool {
    tensor.data.iter().all(|&value| bf16::from_f32(value).to_f32() == value)
}

/// Writes `weights` as an archive named `archive`: the file's name without its ending.
///
/// # Errors
/// Of `out`; 4 GiB or more.
pub fn write(weights: &Weights, archive: &str, states: States, out: &mut dyn Write) -> io::Result<()> {
    let tensors: Vec<Named> = weights
        .tensors
        .iter()
        .map(|(name, tensor)| {
            let is_bf16 = is_state(name) && (states == States::Rounded || fits(tensor));
            Named { name, tensor, dtype: if is_bf16 { Dtype::Bf16 } else { Dtype::F32 } }
        })
        .collect();
    let pickle = pickle(&tensors);
    let mut zip = Zip { out, written: 0, directory: Vec::new(), count: 0 };
    let text = |bytes: &'static [u8]| move |take: &mut Take<'_>| take(bytes);
    zip.entry(&format!("{archive}/data.pkl"), &|take| take(&pickle))?;
    zip.entry(&format!("{archive}/byteorder"), &text(b"little"))?;
    for (index, tensor) in tensors.iter().enumerate() {
        zip.entry(&format!("{archive}/data/{index}"), &|take| tensor.encode(take))?;
    }
    zip.entry(&format!("{archive}/version"), &text(b"3\n"))?;
    zip.finish()
}

struct Named<'w> {
    name: &'w str,
    tensor: &'w Tensor,
    dtype: Dtype,
}

/// Takes bytes, piece by piece.
type Take<'t> = dyn FnMut(&[u8]) -> io::Result<()> + 't;

impl Named<'_> {
    fn encode(&self, take: &mut Take<'_>) -> io::Result<()> {
        self.tensor.data.chunks(PIECE).try_for_each(|piece| {
            let bytes: Vec<u8> = match self.dtype {
                Dtype::Bf16 => piece.iter().flat_map(|&value| bf16::from_f32(value).to_le_bytes()).collect(),
                _ => piece.iter().flat_map(|value| value.to_le_bytes()).collect(),
            };
            take(&bytes)
        })
    }
}

/// The pickle of an OrderedDict of tensors.
fn pickle(tensors: &[Named]) -> Vec<u8> {
    let mut bytes = b"\x80\x02ccollections\nOrderedDict\n)R(".to_vec();
    for (index, Named { name, tensor, dtype }) in tensors.iter().enumerate() {
        text(&mut bytes, &format!("{PREFIX}{name}"));
        bytes.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        text(&mut bytes, "storage");
        bytes.extend(format!("ctorch\n{}\n", dtype.storage()).bytes());
        text(&mut bytes, &index.to_string());
        text(&mut bytes, "cpu");
        number(&mut bytes, tensor.data.len());
        // The storage, and the tensor's offset in it.
        bytes.extend(b"tQK\0(");
        tensor.shape.iter().for_each(|&length| number(&mut bytes, length));
        bytes.extend(b"t(");
        for dimension in 0..tensor.shape.len() {
            number(&mut bytes, tensor.shape[dimension + 1..].iter().product());
        }
        // Needs no gradient, has no hooks.
        bytes.extend(b"t\x89ccollections\nOrderedDict\n)RtR");
    }
    bytes.extend(b"u.");
    bytes
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(b'X');
    bytes.extend((text.len() as u32).to_le_bytes());
    bytes.extend(text.bytes());
}

fn number(bytes: &mut Vec<u8>, number: usize) {
    match i32::try_from(number) {
        Ok(small @ 0..=0xff) => bytes.extend([b'K', small as u8]),
        Ok(small @ 0..=0xffff) => {
            bytes.push(b'M');
            bytes.extend((small as u16).to_le_bytes());
        }
        Ok(small) => {
            bytes.push(b'J');
            bytes.extend(small.to_le_bytes());
        }
        Err(_) => {
            // With a byte of zeros above: it is not negative.
            bytes.extend([0x8a, 9]);
            bytes.extend((number as u64).to_le_bytes());
            bytes.push(0);
        }
    }
}

/// An archive of stored entries.
struct Zip<'o> {
    out: &'o mut dyn Write,
    written: u64,
    directory: Vec<u8>,
    count: u16,
}

impl Zip<'_> {
    /// Writes an entry; `encode` is called twice, for the checksum and for the bytes.
    fn entry(&mut self, name: &str, encode: &dyn Fn(&mut Take<'_>) -> io::Result<()>) -> io::Result<()> {
        let (mut checksum, mut size) = (crc32fast::Hasher::new(), 0_u64);
        encode(&mut |piece| {
            checksum.update(piece);
            size += piece.len() as u64;
            Ok(())
        })?;
        let [header, size] = [u32_of(self.written)?, u32_of(size)?];
        let unpadded = self.written + 30 + name.len() as u64 + 4;
        let padding = (unpadded.next_multiple_of(ALIGNMENT) - unpadded) as u16;
        // Version, UTF-8 names, stored, no time, 1 January 1980.
        let mut common = Vec::new();
        [20_u16, 0x0800, 0, 0, 0x21].iter().for_each(|word| common.extend(word.to_le_bytes()));
        [checksum.finalize(), size, size].iter().for_each(|word| common.extend(word.to_le_bytes()));
        common.extend((name.len() as u16).to_le_bytes());
        let mut local = b"PK\x03\x04".to_vec();
        local.extend(&common);
        local.extend((padding + 4).to_le_bytes());
        local.extend(name.bytes());
        local.extend(b"FB");
        local.extend(padding.to_le_bytes());
        local.extend(std::iter::repeat_n(b'Z', padding.into()));
        self.directory.extend(b"PK\x01\x02\x14\0");
        self.directory.extend(&common);
        // No extra field, no comment, first part, no attributes.
        self.directory.extend([0; 12]);
        self.directory.extend(header.to_le_bytes());
        self.directory.extend(name.bytes());
        self.count = self.count.checked_add(1).ok_or_else(too_large)?;
        self.out.write_all(&local)?;
        let out = &mut *self.out;
        encode(&mut |piece| out.write_all(piece))?;
        self.written += local.len() as u64 + u64::from(size);
        Ok(())
    }

    fn finish(self) -> io::Result<()> {
        let (start, length) = (u32_of(self.written)?, u32_of(self.directory.len() as u64)?);
        let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
        [self.count, self.count].iter().for_each(|word| end.extend(word.to_le_bytes()));
        [length, start].iter().for_each(|word| end.extend(word.to_le_bytes()));
        end.extend([0; 2]);
        self.out.write_all(&self.directory)?;
        self.out.write_all(&end)
    }
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "more than 4 GiB or 65,535 tensors, which this form has no room for")
}

fn u32_of(number: u64) -> io::Result<u32> {
    // The largest one stands for "see the fields of zip64".
    u32::try_from(number).ok().filter(|&number| number != u32::MAX).ok_or_else(too_large)
}
