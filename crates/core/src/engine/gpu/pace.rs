//! How much work may go into one submit.
//!
//! A GPU that computes shows no frame of the desktop meanwhile, and a watchdog kills what takes too long (2 s on Windows). So a
//! submit should not take longer than a frame; a processor that plays the GPU has no desktop to hold up, and pays more for every
//! dispatch.

use std::collections::VecDeque;

/// Seconds that one submit should take at most, by estimate: of a GPU, and of a processor that plays one.
const FRAME: f64 = 0.012;
const SOFTWARE: f64 = 1.0;
/// Operations per second before anything was measured: an old integrated GPU's, and SwiftShader's on an old processor.
const FIRST: f64 = 50e9;
const FIRST_SOFTWARE: f64 = 1e9;
/// Runs that are shorter tell of overhead and of the clock, not of throughput.
const SHORTEST: f64 = 0.005;
/// A measurement raises the estimate to its double at most: a clock that stood still, or a run that the driver had done before,
/// must not let a second's work into one submit.
const GROWTH: f64 = 2.0;
/// Measurements of which the slowest counts.
const REMEMBERED: usize = 8;

/// The adapter's measured throughput.
pub struct Pace {
    /// Operations per second, as [`crate::plan::Kernel::flops`] counts them.
    throughput: f64,
    /// Seconds for one submit.
    target: f64,
    /// Recent measurements, newest last.
    seen: VecDeque<f64>,
}

impl Pace {
    /// A cautious guess, until something has run.
    pub fn new(software: bool) -> Self {
        let (throughput, target) = if software { (FIRST_SOFTWARE, SOFTWARE) } else { (FIRST, FRAME) };
        Pace { throughput, target, seen: VecDeque::new() }
    }

    /// Operations for one submit.
    pub fn budget(&self) -> f64 {
        self.throughput * self.target
    }

    /// Takes `throughput` for measured.
    #[cfg(feature = "testing")]
    pub fn assume(&mut self, throughput: f64) {
        self.seen.clear();
        self.throughput = throughput;
    }

    /// Takes note that `flops` operations took `seconds`.
    ///
    /// The slowest of the last few counts: another program may share the adapter.
    pub fn observe(&mut self, flops: f64, seconds: f64) {
        if seconds.is_nan() || seconds < SHORTEST {
            return;
        }
        self.seen.push_back(flops / seconds);
        if self.seen.len() > REMEMBERED {
            self.seen.pop_front();
        }
        self.throughput = self.seen.iter().copied().fold(self.throughput * GROWTH, f64::min);
    }
}

/// Seconds since some moment in the past.
pub fn now() -> f64 {
    #[cfg(not(target_arch = "wasm32"))]
    {
        use std::sync::OnceLock;
        use std::time::Instant;
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed().as_secs_f64()
    }
    #[cfg(target_arch = "wasm32")]
    {
        super::web::now() / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_follows_the_slowest_recent_measurement() {
        let mut pace = Pace::new(true);
        pace.observe(2e9, 1.0);
        assert_eq!(pace.budget(), 2e9 * SOFTWARE);
        pace.observe(1e9, 1.0);
        assert_eq!(pace.budget(), 1e9 * SOFTWARE);
        for _ in 0..REMEMBERED {
            pace.observe(2e9, 1.0);
        }
        assert_eq!(pace.budget(), 2e9 * SOFTWARE);
    }

    #[test]
    fn a_run_too_short_to_measure_changes_nothing() {
        let mut pace = Pace::new(false);
        for (flops, seconds) in [(1e12, 0.0), (1e3, 0.001), (1e12, 0.004), (1e12, -1.0), (1e12, f64::NAN)] {
            pace.observe(flops, seconds);
            assert_eq!(pace.budget(), FIRST * FRAME, "{seconds} s");
        }
    }

    #[test]
    fn the_budget_of_a_fast_gpu_grows_by_doubling() {
        let mut pace = Pace::new(false);
        let mut last = pace.budget();
        // 6 TFLOP/s, in ever longer runs.
        for _ in 0..16 {
            pace.observe(6e12, 1.0);
            assert!(pace.budget() <= GROWTH * last, "{} after {last}", pace.budget());
            last = pace.budget();
        }
        assert_eq!(last, 6e12 * FRAME);
        // One slow run is heard at once.
        pace.observe(1e12, 1.0);
        assert_eq!(pace.budget(), 1e12 * FRAME);
    }
}
