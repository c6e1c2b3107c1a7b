//! The one source of chance on the host: a small counter-based generator.
//!
//! SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators"): the n-th output is
//! a mixing function of `start + n·gamma`. Integers only, so the bits are the same on every platform, and the
//! whole state is two `u64`s.

use serde::{Deserialize, Serialize};

const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// A seeded random generator whose state can be saved and restored exactly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Random {
    position: u64,
    gamma: u64,
}

impl Random {
    /// The generator of `seed`; the same as stream 0 of it.
    pub fn new(seed: u64) -> Self {
        Self::stream(seed, 0)
    }

    /// Stream `index` of `seed`: generators of different (seed, index) pairs are independent of each other, so
    /// that item `index` of a sequence can be drawn without drawing those before it.
    pub fn stream(seed: u64, index: u64) -> Self {
        let position = mix64(mix64(seed ^ GOLDEN_GAMMA).wrapping_add(index.wrapping_mul(GOLDEN_GAMMA)));
        // An odd step visits all 2^64 counter values; one of its own keeps streams from running into each other.
        Self { position, gamma: mix64(position ^ seed) | 1 }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.position = self.position.wrapping_add(self.gamma);
        mix64(self.position)
    }

    /// Uniform in `0..n` without bias (Lemire 2019); 0 for `n` = 0.
    pub fn below(&mut self, n: usize) -> usize {
        let n = n as u64;
        loop {
            let product = u128::from(self.bits()) * u128::from(n);
            // Low words under 2^64 mod n would favour some values.
            if n == 0 || product as u64 >= n.wrapping_neg() % n {
                return (product >> 64) as usize;
            }
        }
    }

    /// Uniform in `[0, 1)`, a multiple of 2^-53.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normally distributed, mean 0, variance 1 (Box and Muller 1958, one of the pair).
    pub fn normal(&mut self) -> f64 {
        // 1 - unit is never 0.
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Puts `items` into uniformly random order (Fisher-Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// The numbers `0..n` in random order.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.shuffle(&mut order);
        order
    }
}

/// A bijection of 64-bit words that spreads every input bit over the whole word (SplitMix64's finaliser).
pub(crate) fn mix64(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_do_not_change_between_versions() {
        let mut random = Random::stream(42, 7);
        // Computed in Python.
        for bits in [0xCF37_90CC_02CE_5FE5, 0x5E1D_07F4_311C_5CCE, 0x49C3_6EA9_9E1A_75A0] {
            assert_eq!(random.bits(), bits);
        }
    }

    #[test]
    fn a_restored_state_continues_exactly() {
        let mut random = Random::new(1);
        random.bits();
        let text = serde_json::to_string(&random).unwrap();
        let mut restored: Random = serde_json::from_str(&text).unwrap();
        assert_eq!(random, restored);
        assert_eq!(random.bits(), restored.bits());
    }

    #[test]
    fn below_is_uniform() {
        let mut random = Random::new(2);
        for n in [1, 2, 3, 7, 10] {
            let mut counts = vec![0_i32; n];
            for _ in 0..10_000 {
                counts[random.below(n)] += 1;
            }
            let expected = 10_000 / n as i32;
            assert!(counts.iter().all(|count| (count - expected).abs() < 400), "{n}: {counts:?}");
        }
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn unit_covers_its_interval() {
        let mut random = Random::new(3);
        let draws: Vec<f64> = (0..10_000).map(|_| random.unit()).collect();
        assert!(draws.iter().all(|x| (0.0..1.0).contains(x)));
        assert!((draws.iter().sum::<f64>() / 10_000.0 - 0.5).abs() < 0.02);
    }

    #[test]
    fn normal_has_the_moments_of_its_name() {
        let mut random = Random::new(5);
        let draws: Vec<f64> = (0..20_000).map(|_| random.normal()).collect();
        let moment = |power| draws.iter().map(|x| x.powi(power)).sum::<f64>() / 20_000.0;
        assert!(moment(1).abs() < 0.03 && (moment(2) - 1.0).abs() < 0.04 && (moment(4) - 3.0).abs() < 0.3);
    }

    #[test]
    fn neighbouring_streams_are_uncorrelated() {
        let agreement: u32 = (0..1000)
            .map(|index| (Random::stream(9, index).bits() ^ Random::stream(9, index + 1).bits()).count_zeros())
            .sum();
        assert!((agreement as f64 / 32_000.0 - 1.0).abs() < 0.02, "{agreement}");
    }

    #[test]
    fn a_permutation_holds_every_number_once() {
        let mut order = Random::new(4).permutation(100);
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }
}
