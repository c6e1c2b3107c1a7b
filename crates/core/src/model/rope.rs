//! Rotary tables, computed in f64 on the CPU: WGSL's own sine and cosine are too coarse at large angles.

use crate::config::{Mixer, ModelConfig, Positions};

/// Cosines and sines [T, d], the d/2 angles pos · θ^(-2i/d) repeated in both halves; `None` where nothing rotates.
pub fn tables(config: &ModelConfig) -> Option<(Vec<f32>, Vec<f32>)> {
    if config.positions != Positions::Rope || config.mixer != Mixer::Attention {
        return None;
    }
    let d = config.head_dim();
    let angle = |i: usize| {
        let (position, pair) = (i / d, i % d % (d / 2));
        position as f64 * config.rope_theta.powf(-2.0 * pair as f64 / d as f64)
    };
    let table = |f: fn(f64) -> f64| (0..config.tokens() * d).map(|i| f(angle(i)) as f32).collect();
    Some((table(f64::cos), table(f64::sin)))
}
