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

const COLOUR_BLIND: [u32; COLOURS as usize] = USUAL;

/// Relative luminance, 0 to 1.
fn luminance(rgb: [u8; 3]) -> f64 {
    let linear = rgb.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}
