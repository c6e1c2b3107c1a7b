//! Symmetry classes, and the split of training from test puzzles by them.

use crate::random::mix64;

/// The key of a puzzle's symmetry class: puzzles that augmentation carries into each other have the same one.
/// Comparable between puzzles of one kind only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassKey(u128);

impl ClassKey {
    pub(super) fn of_number(number: u128) -> Self {
        Self(number)
    }

    /// A key from a sequence of words: a 128-bit hash of it.
    pub(super) fn of_words(words: impl Iterator<Item = u64>) -> Self {
        let (low, high) = words.fold((0_u64, 1_u64), |(low, high), word| {
            (mix64(low ^ word).wrapping_add(high), mix64(high.rotate_left(23).wrapping_add(word)))
        });
        Self(u128::from(high) << 64 | u128::from(low))
    }

    /// Whether the class belongs to the test side, of which `fraction` of all classes is made (0..=1). A hash of
    /// the key alone decides, so that neither seed nor order moves a class to the other side; a larger fraction
    /// keeps the test classes of a smaller one.
    pub fn is_test(self, fraction: f64) -> bool {
        let hash = mix64(mix64(self.0 as u64) ^ (self.0 >> 64) as u64);
        ((hash >> 11) as f64) < fraction * (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fraction_is_met_and_nested() {
        let keys: Vec<ClassKey> = (0..10_000).map(ClassKey::of_number).collect();
        let test = |fraction| keys.iter().filter(|key| key.is_test(fraction)).count();
        assert_eq!((test(0.0), test(1.0)), (0, 10_000));
        assert!((test(0.2) as f64 - 2000.0).abs() < 150.0);
        assert!(keys.iter().all(|key| !key.is_test(0.1) || key.is_test(0.2)));
    }
}
