//! Fewer puzzles than were asked for: how many there are, why, and what to do.

use std::fmt;

use super::{Split, SplitRequest};
use crate::puzzle::Kind;

/// A side of a split that has fewer puzzles than were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortfall {
    kind: Kind,
    /// Whether it is the side of unseen puzzles.
    is_test: bool,
    found: usize,
    asked: usize,
    /// Whether the puzzles come from a file instead of a generator.
    from_file: bool,
}

impl Shortfall {
    /// The sides of a split that have fewer puzzles than the request asks for.
    pub fn of(kind: Kind, split: &Split, request: &SplitRequest, from_file: bool) -> Vec<Self> {
        let side = |is_test, found, asked| Self { kind, is_test, found, asked, from_file };
        let sides = [side(false, split.training.len(), request.training), side(true, split.test.len(), request.test)];
        sides.into_iter().filter(|side| side.found < side.asked).collect()
    }
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, is_test, found, asked, from_file } = *self;
        let (what, share) = if is_test { ("unseen", "a fifth") } else { ("base", "four fifths") };
        write!(f, "{found} {what} puzzles of the {asked} asked for: ")?;
        if from_file {
            write!(f, "the file has no more of different symmetry classes, of which {share} are for {what} puzzles")?;
            return f.write_str("; add puzzles, or ask for fewer");
        }
        write!(
            f,
            "no more were found of different symmetry classes of {kind}, of which {share} are for {what} puzzles"
        )?;
        f.write_str("; ask for fewer, for a wider range of difficulty, or for a larger kind")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::generate_split;

    #[test]
    fn the_side_that_falls_short_is_told_with_the_reason() {
        let kind: Kind = "maze-5".parse().unwrap();
        let request = SplitRequest { training: 1, test: 1000, seed: 1, difficulty: (0.0, 1.0), smaller: 0.0 };
        let split = generate_split(kind, &request, |_, _| {});
        let told: Vec<String> = Shortfall::of(kind, &split, &request, false).iter().map(ToString::to_string).collect();
        let start = format!("{} unseen puzzles of the 1000 asked for: no more were found", split.test.len());
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with(&start) && told[0].contains("maze-5"), "{told:?}");
        let of_file = Shortfall::of(kind, &split, &SplitRequest { training: 9, test: 0, ..request }, true);
        assert!(of_file[0].to_string().starts_with("1 base puzzles of the 9 asked for: the file has no more"));
        let enough = SplitRequest { training: 1, test: split.test.len(), ..request };
        assert_eq!(Shortfall::of(kind, &split, &enough, false), []);
    }
}
