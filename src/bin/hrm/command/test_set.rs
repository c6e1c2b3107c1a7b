//! A test set as a file defines it: several lists of puzzles, each of a kind, a number, a seed and a mixture. The same definition
//! gives the same puzzles, so that what a model is tested on can be fixed before it is trained.

use std::path::Path;

use hrm_core::puzzle::{Kind, Mixture};
use serde::Deserialize;

use super::{Failure, at, files};

/// A test set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestSet {
    /// Its name, for cards.
    pub name: String,
    /// Its lists, each a file.
    pub list: Vec<List>,
}

/// Puzzles of one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// Name of its file, without `.csv`.
    pub name: String,
    /// The kind.
    pub puzzle: Kind,
    /// How many.
    pub count: usize,
    /// The seed.
    pub seed: u64,
    /// What they are drawn from, in turns by the shares.
    pub mixture: Mixture,
    /// The least rating of a puzzle; the generator gives less where what its settings ask for is not found soon.
    #[serde(default)]
    pub least_rating: u32,
    /// XXH3 (64 bits) of the file's bytes with all its puzzles, in hexadecimal: it says that the generator is still the same.
    #[serde(default)]
    pub xxh3: Option<String>,
}

impl TestSet {
    /// Reads a definition.
    ///
    /// # Errors
    /// No TOML, an unknown field, a name that no file can have, a mixture that the generator does not take.
    pub fn read(file: &Path) -> Result<Self, Failure> {
        let text = files::read_text(file)?;
        let set: Self = toml::from_str(&text).map_err(|e| {
            let line = text[..e.span().map_or(0, |span| span.start.min(text.len()))].lines().count().max(1);
            format!("{}: line {line}: {}", file.display(), e.message().replace('\n', ", "))
        })?;
        for (number, List { name, puzzle, mixture, count, .. }) in set.list.iter().enumerate() {
            let place = format!("{}: list {name:?}", file.display());
            hrm_core::names::check(name).map_err(|e| at(&place)(&e))?;
            if set.list[..number].iter().any(|other| other.name == *name) {
                return Err(format!("{place}: there are two of that name").into());
            }
            if *count == 0 {
                return Err(format!("{place}: count is 0, expected at least 1").into());
            }
            let generator = puzzle.generator().ok_or_else(|| format!("{place}: {puzzle} are not generated"))?;
            mixture.check(generator).map_err(|e| format!("{place}: mixture: {e}"))?;
        }
        Ok(set)
    }
}
