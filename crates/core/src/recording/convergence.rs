//! Whether and how a run settles: each step compared with the one before it and with the last.

use crate::{analysis::Gram, model::Level, recording::Recording};

/// A step of a run, compared with others of its module.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Which module stepped.
    pub level: Level,
    /// RMS of the change from the step before (from the initial state, at the first): the paper's forward residual.
    pub residual: f64,
    /// RMS of the difference to the module's last kept state; 0 at that state, `None` where the state is not kept.
    pub to_final: Option<f64>,
    /// Cosine between this state and the one before; `None` at the first.
    pub cosine: Option<f64>,
}

/// Every step of a recording, in order.
pub fn convergence(recording: &Recording) -> Vec<Point> {
    let (h, l) = (recording.gram(Level::H), recording.gram(Level::L));
    let root = (recording.shapes().state_len().max(1) as f64).sqrt();
    let (mut seen_h, mut seen_l) = (0, 0);
    let point = |step: &super::step_stats::Step| {
        let (gram, seen): (&Gram, &mut usize) = match step.level {
            Level::H => (&h, &mut seen_h),
            Level::L => (&l, &mut seen_l),
        };
        let kept = !step.products.is_empty();
        let to_final = kept.then(|| gram.distance(*seen, gram.len() - 1) / root);
        *seen += usize::from(kept);
        Point { level: step.level, residual: f64::from(step.change), to_final, cosine: step.cosine }
    };
    recording.steps().map(point).collect()
}
