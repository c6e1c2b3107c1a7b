//! A direction from which points in space are looked at.

use std::f64::consts::{FRAC_PI_2, TAU};

/// How far away the eye is, in radii of what it looks at.
const DISTANCE: f64 = 4.0;

/// Two angles, radians.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// About the upright axis.
    yaw: f64,
    /// Of the eye above the horizon; never past the zenith.
    pitch: f64,
}

impl Default for Turn {
    /// A little from the side and from above, so that no axis hides another one.
    fn default() -> Self {
        Self { yaw: 0.5, pitch: 0.4 }
    }
}

impl Turn {
    /// Further about the upright axis, what is in front rightwards, and above the horizon.
    pub fn by(self, yaw: f64, pitch: f64) -> Self {
        Self { yaw: (self.yaw + yaw) % TAU, pitch: (self.pitch + pitch).clamp(-FRAC_PI_2, FRAC_PI_2) }
    }

    /// Where a point appears: rightwards and upwards, what is near larger than what is far. Points lie within `radius`
    /// of the middle.
    pub fn see(self, [x, y, z]: [f64; 3], radius: f64) -> (f64, f64) {
        let (sin, cos) = self.yaw.sin_cos();
        let (right, back) = (cos * x + sin * z, cos * z - sin * x);
        let (sin, cos) = self.pitch.sin_cos();
        let (up, nearness) = (cos * y - sin * back, sin * y + cos * back);
        let size = if radius > 0.0 { DISTANCE / (DISTANCE - nearness / radius) } else { 1.0 };
        (right * size, up * size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRONT: Turn = Turn { yaw: 0.0, pitch: 0.0 };

    fn close(found: (f64, f64), expected: (f64, f64)) {
        assert!((found.0 - expected.0).hypot(found.1 - expected.1) < 1e-9, "{found:?} {expected:?}");
    }

    #[test]
    fn from_the_front_the_first_two_axes_are_the_page() {
        close(FRONT.see([1.0, 0.0, 0.0], 1.0), (1.0, 0.0));
        close(FRONT.see([0.0, 1.0, 0.0], 1.0), (0.0, 1.0));
        // What is nearer looks larger.
        close(FRONT.see([0.3, 0.3, 1.0], 1.0), (0.4, 0.4));
        close(FRONT.see([1.0, 1.0, 0.0], 0.0), (1.0, 1.0));
    }

    #[test]
    fn a_quarter_turn_exchanges_axes() {
        close(FRONT.by(FRAC_PI_2, 0.0).see([0.0, 0.0, 1.0], 1.0), (1.0, 0.0));
        close(FRONT.by(0.0, FRAC_PI_2).see([0.0, 0.0, 1.0], 1.0), (0.0, -1.0));
    }

    #[test]
    fn a_whole_turn_is_none_and_the_zenith_is_the_end() {
        let turn = Turn::default();
        close(turn.by(TAU, 0.0).see([0.2, 0.5, -0.7], 1.0), turn.see([0.2, 0.5, -0.7], 1.0));
        assert_eq!(turn.by(0.0, 9.0).pitch, FRAC_PI_2);
    }
}
