//! Colours of signed values: blue through the background to orange, told apart by every common colour vision.

/// Red, green, blue.
pub type Rgb = [u8; 3];

/// Colours from the most negative to the most positive value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diverging {
    table: [Rgb; 256],
}

impl Diverging {
    /// From `low` through `middle` to `high`.
    pub fn new(low: Rgb, middle: Rgb, high: Rgb) -> Self {
        let table = std::array::from_fn(|index| {
            let t = index as f32 / 127.5 - 1.0;
            let end = if t < 0.0 { low } else { high };
            std::array::from_fn(|c| {
                let (from, to) = (f32::from(middle[c]), f32::from(end[c]));
                (from + (to - from) * t.abs()).round() as u8
            })
        });
        Self { table }
    }

    /// The colour of `value` where `scale` is the largest that is told apart; what lies beyond is clamped.
    pub fn of(&self, value: f32, scale: f32) -> Rgb {
        let t = if scale > 0.0 { value / scale } else { 0.0 };
        // A NaN becomes 0 here, but no state with one is ever recorded.
        self.table[((t.clamp(-1.0, 1.0) + 1.0) * 127.5).round() as usize]
    }

    /// Opaque pixels of `values`, four bytes each.
    pub fn pixels(&self, values: &[f32], scale: f32) -> Vec<u8> {
        let mut pixels = Vec::with_capacity(values.len() * 4);
        for &value in values {
            let [r, g, b] = self.of(value, scale);
            pixels.extend_from_slice(&[r, g, b, 255]);
        }
        pixels
    }
}

/// Reads `#rrggbb`.
pub fn parse_hex(text: &str) -> Option<Rgb> {
    let digits = text.trim().strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOW: Rgb = [0, 0, 200];
    const MIDDLE: Rgb = [255, 255, 255];
    const HIGH: Rgb = [200, 100, 0];

    #[test]
    fn ends_and_middle_are_as_given() {
        let map = Diverging::new(LOW, MIDDLE, HIGH);
        assert_eq!((map.of(-2.0, 2.0), map.of(5.0, 2.0)), (LOW, HIGH));
        let [r, g, b] = map.of(0.0, 2.0);
        assert!(r >= 254 && g >= 254 && b >= 254);
        assert_eq!(map.of(1.0, 0.0), map.of(0.0, 1.0));
    }

    #[test]
    fn pixels_are_opaque() {
        let pixels = Diverging::new(LOW, MIDDLE, HIGH).pixels(&[-1.0, 1.0], 1.0);
        assert_eq!(pixels, [0, 0, 200, 255, 200, 100, 0, 255]);
    }

    #[test]
    fn hex_colours_are_read() {
        assert_eq!(parse_hex(" #1a2B3c "), Some([0x1a, 0x2b, 0x3c]));
        assert_eq!(parse_hex("#12345"), None);
        assert_eq!(parse_hex("red"), None);
    }
}
