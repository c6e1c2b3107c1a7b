//! Generations of a run's state: each save is a new file whose name holds its number and the hash of its contents, so that a
//! file is whole exactly if its name is right. The last two whole ones are kept.

use std::fmt;

use xxhash_rust::xxh3::xxh3_128;

/// A saved state's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation {
    /// Counted up from save to save.
    pub number: u64,
    /// XXH3 of the contents, 128 bits.
    pub hash: u128,
}

const SUFFIX: &str = ".safetensors";

impl Generation {
    /// The name of a file with these contents.
    pub fn of(number: u64, contents: &[u8]) -> Self {
        Self { number, hash: xxh3_128(contents) }
    }

    /// Reads a file's name.
    pub fn parse(name: &str) -> Option<Self> {
        let (number, hash) = name.strip_suffix(SUFFIX)?.split_once('-')?;
        let generation = Self { number: number.parse().ok()?, hash: u128::from_str_radix(hash, 16).ok()? };
        // One file, one name: a leading zero or an upper-case digit is not ours.
        (generation.to_string() == name).then_some(generation)
    }

    /// Whether these are the contents that were meant to be written.
    pub fn holds(&self, contents: &[u8]) -> bool {
        xxh3_128(contents) == self.hash
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:032x}{SUFFIX}", self.number, self.hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_whether_its_file_is_whole() {
        let contents = b"weights, moments and carry";
        let generation = Generation::of(12, contents);
        let name = generation.to_string();
        assert_eq!(Generation::parse(&name), Some(generation));
        assert!(generation.holds(contents));
        assert!(!generation.holds(&contents[..contents.len() - 1]));
        assert!(Generation::of(13, contents) > generation);
    }

    #[test]
    fn foreign_names_are_passed_over() {
        let hash = "0".repeat(32);
        for name in ["lock", "name.txt", "1.safetensors", "x-1.safetensors", &format!("01-{hash}.safetensors")] {
            assert_eq!(Generation::parse(name), None, "{name}");
        }
    }
}
