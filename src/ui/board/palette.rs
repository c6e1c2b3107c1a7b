//! The colours and the font of boards, read once for each theme from the page's custom properties.

use crate::ui::browser::Tokens;

/// A colour of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Around a picture.
    Page,
    /// Strong lines, and symbols under a figure.
    Text,
    /// Lines between cells.
    Line,
    /// Ground of what is given.
    Surface,
    /// Ground of what is blank.
    Raised,
    /// Given symbols.
    Given,
    /// The model's symbols and path.
    Inferred,
    /// Ground where the model is sure.
    InferredCell,
    /// Ground where it is not.
    DoubtCell,
    /// What contradicts the puzzle or breaks a rule.
    Wrong,
    /// Its ground.
    WrongCell,
    /// Walls.
    Wall,
    /// The largest value of a figure.
    Magnitude,
}

/// The custom properties, in the order of [`Ink`]; the font is the last.
const NAMES: [&str; 14] = [
    "--page",
    "--text",
    "--line",
    "--surface",
    "--raised",
    "--given",
    "--inferred",
    "--inferred-cell",
    "--doubt-cell",
    "--wrong",
    "--wrong-cell",
    "--wall",
    "--magnitude",
    "--font",
];

/// What a theme paints boards with.
pub struct Palette([String; NAMES.len()]);

impl Palette {
    /// Of the present theme.
    pub fn now() -> Self {
        let tokens = Tokens::now();
        Self(NAMES.map(|name| tokens.get(name)))
    }

    /// A colour, as CSS has it.
    pub fn get(&self, ink: Ink) -> &str {
        &self.0[ink as usize]
    }

    /// The families of the font.
    pub fn font(&self) -> &str {
        &self.0[NAMES.len() - 1]
    }
}
