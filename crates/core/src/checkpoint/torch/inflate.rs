//! Deflated entries, unpacked piece by piece in 32 KiB of memory.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

use super::TorchError;
use super::source::{PIECE, Source, bytes};

/// What deflate looks back to.
const WINDOW: usize = 1 << 15;

/// Unpacks the entry whose `packed` bytes begin at `data`, and gives its bytes from `start` to `end` to `take`. It has `size`
/// bytes unpacked, by the directory; where `end` is the last of them, so is it of the data.
///
/// # Errors
/// The file's; damaged data, data that ends before `end`, or after `size`.
pub fn read<S: Source>(
    source: &mut S,
    (data, packed): (u64, u64),
    size: u64,
    (start, end): (u64, u64),
    take: &mut dyn FnMut(&[u8]),
) -> Result<(), TorchError> {
    let mut machine = Box::<DecompressorOxide>::default();
    let mut window = vec![0; WINDOW];
    let (mut read, mut written) = (0_u64, 0_u64);
    let mut input: Vec<u8> = Vec::new();
    let mut used = 0;
    let mut is_done = false;
    while written < end || end == size && !is_done {
        if used == input.len() && read < packed {
            input = bytes(source, data + read, PIECE.min(packed - read))?;
            read += input.len() as u64;
            used = 0;
        }
        let more = if read < packed { inflate_flags::TINFL_FLAG_HAS_MORE_INPUT } else { 0 };
        let place = (written % WINDOW as u64) as usize;
        let (status, consumed, produced) = decompress(&mut machine, &input[used..], &mut window, place, more);
        used += consumed;
        // What of [start, end) lies in the piece.
        let [from, to] = [start, end].map(|at| at.clamp(written, written + produced as u64) - written);
        take(&window[place + from as usize..place + to as usize]);
        written += produced as u64;
        let fault = |problem| Err(TorchError::Zip { offset: data, problem });
        if written > size {
            return fault(format!("the entry unpacks to more than the {size} bytes that the directory says"));
        }
        match status {
            TINFLStatus::HasMoreOutput => {}
            TINFLStatus::NeedsMoreInput if used == input.len() && read < packed => {}
            TINFLStatus::Done if written >= end => is_done = true,
            _ => return fault(format!("deflated data is damaged after {written} of {end} bytes")),
        }
    }
    Ok(())
}
