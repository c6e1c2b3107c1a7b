//! Files of `torch.save`, which the official training writes: read without running anything of them, and written.
//!
//! A pickle is a program. The machine here ([`pickle`]) knows the instructions and the few names that weights need, and
//! refuses every other one with its place. Nothing is allocated by a length that was not checked against the file. Limits:
//! 16 MiB for the pickle and for the archive's directory, 2²⁰ instructions, 1000 marks within each other, 20,000 tensors;
//! deflated entries may unpack to 16 times the file and 16 MiB, tensors may have twice the bytes of their storages, and reading
//! them one by one may take 4 times these and 16 MiB.
//! Checksums (CRC-32) are not looked at: PyTorch itself writes files without right ones when it is told to.

mod error;
mod file;
mod inflate;
mod legacy;
mod pickle;
mod source;
mod state;
mod value;
mod write;
mod zip;

pub use error::TorchError;
pub use file::{PuzzleRows, TorchFile};
pub use source::{Seekable, Source};
pub use state::Layout;
pub use value::Dtype;
pub use write::{STATES, States, states_are_bf16, write};

/// Whether a file begins as those of `torch.save` do: as a zip archive, or as a pickle.
pub fn is_torch(beginning: &[u8]) -> bool {
    beginning.starts_with(b"PK\x03\x04") || matches!(beginning, [0x80, 2..=5, ..])
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
