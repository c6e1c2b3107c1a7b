//! How much work may go into one submit: a GPU's watchdog kills what takes too long (2 s on Windows).

use std::collections::VecDeque;

/// Seconds that one submit should take at most, by estimate.
const TARGET: f64 = 1.0;

/// The adapter's measured throughput.
pub struct Pace {
    /// Operations per second, as [`crate::plan::Kernel::flops`] counts them.
    throughput: f64,
    /// Recent measurements, newest last.
    seen: VecDeque<f64>,
}

impl Pace {
    /// A cautious guess, until something has run.
    pub fn new(software: bool) -> Self {
        Pace { throughput: if software { 1e9 } else { 50e9 }, seen: VecDeque::new() }
    }

    /// Operations for one submit.
    pub fn budget(&self) -> f64 {
        self.throughput * TARGET
    }

    /// Takes `throughput` for measured.
    #[cfg(feature = "testing")]
    pub fn assume(&mut self, throughput: f64) {
        self.seen.clear();
        self.throughput = throughput;
    }

    /// Takes note that `flops` operations took `seconds`.
    ///
    /// The slowest of the last few counts: another program may share the adapter. Short runs tell of overhead, not of
    /// throughput, so they may only raise the estimate.
    pub fn observe(&mut self, flops: f64, seconds: f64) {
        let measured = flops / seconds.max(1e-4);
        if seconds < 0.05 && measured < self.throughput {
            return;
        }
        self.seen.push_back(measured);
        if self.seen.len() > 8 {
            self.seen.pop_front();
        }
        self.throughput = self.seen.iter().copied().fold(f64::INFINITY, f64::min);
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
        js_sys::Date::now() / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_follows_the_slowest_recent_measurement() {
        let mut pace = Pace::new(true);
        pace.observe(4e9, 1.0);
        assert_eq!(pace.budget(), 4e9 * TARGET);
        pace.observe(2e9, 1.0);
        assert_eq!(pace.budget(), 2e9 * TARGET);
        pace.observe(1e3, 0.001);
        assert_eq!(pace.budget(), 2e9 * TARGET, "a short run tells only of overhead");
        for _ in 0..8 {
            pace.observe(8e9, 1.0);
        }
        assert_eq!(pace.budget(), 8e9 * TARGET);
    }
}
