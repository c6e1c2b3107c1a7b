//! Numbers from the command line, each checked against its range where it is read.

use std::fmt::Display;
use std::num::IntErrorKind;
use std::str::FromStr;

/// Threads of the CPU engine.
pub fn threads(text: &str) -> Result<usize, String> {
    whole(text, 1, 1024)
}

/// Minutes of a training; a year at most.
pub fn minutes(text: &str) -> Result<f64, String> {
    real(text, 0.0, 525_600.0)
}

/// Seconds from one saved state to the next; a year at most.
pub fn seconds(text: &str) -> Result<u64, String> {
    whole(text, 1, 31_536_000)
}

/// Segments for a puzzle.
pub fn segments(text: &str) -> Result<usize, String> {
    whole(text, 1, 10_000)
}

/// Puzzles solved at a time.
pub fn batch(text: &str) -> Result<usize, String> {
    whole(text, 1, 65_536)
}

/// Puzzles of a file.
pub fn puzzles(text: &str) -> Result<usize, String> {
    whole(text, 1, 10_000_000)
}

/// Guesses that a puzzle takes; the hardest known take some hundreds.
pub fn guesses(text: &str) -> Result<u32, String> {
    whole(text, 0, 200)
}

/// Rows or columns of a board.
pub fn side(text: &str) -> Result<usize, String> {
    whole(text, 1, 1000)
}

/// Views of a puzzle.
pub fn views(text: &str) -> Result<usize, String> {
    whole(text, 1, 65_536)
}

/// Steps of a training.
pub fn steps(text: &str) -> Result<u64, String> {
    whole(text, 0, 100_000_000)
}

/// Augmented versions of a task.
pub fn augmentations(text: &str) -> Result<usize, String> {
    whole(text, 0, 10_000)
}

/// Rows and columns of a token grid.
pub fn token_side(text: &str) -> Result<usize, String> {
    whole(text, 1, 30)
}

/// Noise, its RMS over the state's.
pub fn noise(text: &str) -> Result<f32, String> {
    real(text, 0.0, 10.0).map(|noise| noise as f32)
}

/// A seed.
pub fn seed(text: &str) -> Result<u64, String> {
    whole(text, 0, u64::MAX)
}

fn whole<T: FromStr<Err = std::num::ParseIntError> + PartialOrd + Display>(
    text: &str,
    least: T,
    most: T,
) -> Result<T, String> {
    let expected = || format!("expected a whole number from {least} to {most}");
    match text.trim().parse::<T>() {
        Ok(value) if value >= least && value <= most => Ok(value),
        Err(error) if matches!(error.kind(), IntErrorKind::Empty) => Err(format!("it is empty, {}", expected())),
        _ => Err(expected()),
    }
}

fn real(text: &str, least: f64, most: f64) -> Result<f64, String> {
    // A NaN is in no range.
    let value = text.trim().parse().ok().filter(|value| (least..=most).contains(value));
    value.ok_or_else(|| format!("expected a number from {least} to {most}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_in_range_are_read() {
        assert_eq!((threads("1"), threads("1024"), threads(" 8 ")), (Ok(1), Ok(1024), Ok(8)));
        assert_eq!((minutes("0"), minutes("0.5"), minutes("1e2")), (Ok(0.0), Ok(0.5), Ok(100.0)));
        assert_eq!(
            (segments("10000"), batch("65536"), seed("18446744073709551615")),
            (Ok(10_000), Ok(65_536), Ok(u64::MAX))
        );
    }

    #[test]
    fn everything_else_is_refused_with_the_range() {
        for text in ["-1", "nan", "inf", "-inf", "1e300", "1e999", "", "ten", "1,5", "525600.1"] {
            assert_eq!(minutes(text), Err("expected a number from 0 to 525600".into()), "{text}");
        }
        for text in ["0", "-1", "1025", "99999999", "99999999999999999999", "1.0", "two"] {
            assert_eq!(threads(text), Err("expected a whole number from 1 to 1024".into()), "{text}");
        }
        assert_eq!(threads(""), Err("it is empty, expected a whole number from 1 to 1024".into()));
        for (zero, refused) in [("0", true), ("1", false)] {
            assert_eq!(batch(zero).is_err(), refused);
            assert_eq!(segments(zero).is_err(), refused);
            assert_eq!(seconds(zero).is_err(), refused);
            assert_eq!(puzzles(zero).is_err(), refused);
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_is_read_is_in_range(text in ".{0,12}|[-+0-9.eE_naif]{0,24}") {
            if let Ok(minutes) = minutes(&text) {
                // What `Duration` takes without a panic.
                prop_assert!(std::time::Duration::try_from_secs_f64(minutes * 60.0).is_ok());
            }
            prop_assert!(threads(&text).is_ok_and(|threads| (1..=1024).contains(&threads)) || threads(&text).is_err());
            prop_assert!(batch(&text).map_or(true, |batch| (1..=65_536).contains(&batch)));
            prop_assert!(segments(&text).map_or(true, |segments| (1..=10_000).contains(&segments)));
            prop_assert_eq!(seed(&text).is_ok(), text.trim().parse::<u64>().is_ok());
        }

        #[test]
        fn whole_numbers_are_read_exactly_within_their_range(value in any::<i64>()) {
            let text = value.to_string();
            prop_assert_eq!(batch(&text).ok(), usize::try_from(value).ok().filter(|value| (1..=65_536).contains(value)));
        }
    }
}
