//! The ten colours.

/// Colours: a cell is below this.
pub const COLOURS: u8 = 10;

/// Names of the colours 0 to 9, as the ARC testing interface shows them.
const NAMES: [&str; COLOURS as usize] =
    ["black", "blue", "red", "green", "yellow", "grey", "magenta", "orange", "azure", "maroon"];

/// How the ten colours are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Palette {
    /// The colours that everybody knows from the ARC testing interface.
    #[default]
    Usual,
    /// Colours that people with a colour vision deficiency tell apart: they differ in lightness too.
    ColourBlind,
}

impl Palette {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Usual, Self::ColourBlind];

    /// The colour's name, lower case. For a number over 9 the name of 9.
    pub fn name(self, colour: u8) -> &'static str {
        let _ = self;
        NAMES[usize::from(colour.min(COLOURS - 1))]
    }

    /// Red, green and blue, 0 to 255. For a number over 9 those of 9.
    pub fn rgb(self, colour: u8) -> [u8; 3] {
        let table = match self {
            Self::Usual => &USUAL,
            Self::ColourBlind => &COLOUR_BLIND,
        };
        let number = table[usize::from(colour.min(COLOURS - 1))];
        [(number >> 16) as u8, (number >> 8) as u8, number as u8]
    }

    /// As CSS and SVG write it: `#0074D9`.
    pub fn hex(self, colour: u8) -> String {
        let [red, green, blue] = self.rgb(colour);
        format!("#{red:02X}{green:02X}{blue:02X}")
    }

    /// Whether a digit in the cell is readable in black (else in white): by the relative luminance of WCAG 2.
    pub fn is_light(self, colour: u8) -> bool {
        luminance(self.rgb(colour)) > 0.179
    }
}

const USUAL: [u32; COLOURS as usize] =
    [0x00_0000, 0x00_74D9, 0xFF_4136, 0x2E_CC40, 0xFF_DC00, 0xAA_AAAA, 0xF0_12BE, 0xFF_851B, 0x7F_DBFF, 0x87_0C25];

/// Found by a search among colours of the same names for the largest least difference under the three deficiencies that the
/// tests simulate and without any.
const COLOUR_BLIND: [u32; COLOURS as usize] =
    [0x00_0000, 0x00_10FC, 0xD0_3F04, 0x47_E69C, 0xFF_FF00, 0x87_8787, 0xDD_2DE1, 0xFF_C054, 0xB5_D9F8, 0x79_0D04];

/// The parts of a colour of sRGB as amounts of light, 0 to 1.
fn linear(rgb: [u8; 3]) -> [f64; 3] {
    rgb.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

/// Relative luminance, 0 to 1.
fn luminance(rgb: [u8; 3]) -> f64 {
    let linear = linear(rgb);
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is seen without a deficiency, and with each of the three at its full extent, of linear sRGB: Machado, Oliveira &
    /// Fernandes 2009, "A physiologically-based model for simulation of color vision deficiency", table of the appendix.
    const SEEN: [[[f64; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ];

    /// CIELAB of linear sRGB.
    fn lab([red, green, blue]: [f64; 3]) -> [f64; 3] {
        let root = |t: f64| if t > 0.008856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
        let x = root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047);
        let y = root(0.2126 * red + 0.7152 * green + 0.0722 * blue);
        let z = root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// The least difference between two colours of a palette, whoever looks at it.
    fn least_difference(palette: Palette) -> f64 {
        let mut least = f64::INFINITY;
        for matrix in SEEN {
            let seen: Vec<[f64; 3]> = (0..COLOURS)
                .map(|colour| {
                    let light = linear(palette.rgb(colour));
                    lab(matrix.map(|row| (0..3).map(|at| row[at] * light[at]).sum::<f64>().clamp(0.0, 1.0)))
                })
                .collect();
            for (number, one) in seen.iter().enumerate() {
                for other in &seen[..number] {
                    least = least.min((0..3).map(|at| (one[at] - other[at]).powi(2)).sum::<f64>().sqrt());
                }
            }
        }
        least
    }

    #[test]
    fn colour_blind_people_tell_the_colours_of_their_palette_apart() {
        let (usual, colour_blind) = (least_difference(Palette::Usual), least_difference(Palette::ColourBlind));
        assert!(colour_blind > 30.0 && usual < 9.0, "{colour_blind:.1}, {usual:.1}");
    }

    #[test]
    fn colours_are_those_that_everybody_knows() {
        let shown: Vec<String> =
            (0..COLOURS).map(|c| format!("{} {}", Palette::Usual.name(c), Palette::Usual.hex(c))).collect();
        let expected = "black #000000, blue #0074D9, red #FF4136, green #2ECC40, yellow #FFDC00, grey #AAAAAA, magenta #F012BE, \
                        orange #FF851B, azure #7FDBFF, maroon #870C25";
        assert_eq!(shown.join(", "), expected);
        let light: Vec<u8> = (0..COLOURS).filter(|&colour| Palette::Usual.is_light(colour)).collect();
        assert_eq!(light, [2, 3, 4, 5, 6, 7, 8]);
    }
}
