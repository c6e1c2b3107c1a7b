//! What is fuzzed: a reader, files that it reads well, words of its format, and what it may allocate.

mod checkpoints;
mod runs;
mod tables;
mod tasks;
mod texts;

use std::{fs, path::Path};

pub use checkpoints::{archive, pickle, read_torch, safetensors, torch_zip, yaml};
pub use runs::{recording, training_state};
pub use tables::csv;
pub use tasks::{task_files, task_link};
pub use texts::{link_address, puzzle_text};

/// Bytes that a reader may hold at once for every byte that it reads, unpacked where that is deflated.
pub const MULTIPLE: usize = 64;

/// Bytes that a reader may hold in any case.
pub const FREE: usize = 4 << 20;

/// A reader under test.
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// Files that it reads.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Words of the format.
    pub words: &'static [&'static [u8]],
    /// Reads; what is said of a file that cannot be read, empty for one that was.
    pub read: fn(&[u8]) -> String,
    /// Bytes that may be held at once for every byte that is read.
    pub multiple: usize,
    /// Bytes that may be held in any case.
    pub free: usize,
}

/// The files of a folder of the tests' data whose names end so.
fn files(folder: &str, endings: &[&str]) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| endings.iter().any(|ending| path.to_str().unwrap().ends_with(ending)));
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn said<T, E: ToString>(result: Result<T, E>) -> String {
    result.err().map_or_else(String::new, |error| error.to_string())
}
