//! What the pointer and the keyboard do to a grid.

/// What pressing and dragging do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tool {
    /// Draws cell by cell.
    #[default]
    Pencil,
    /// Draws straight lines.
    Line,
    /// Draws filled rectangles.
    Rectangle,
    /// Draws their edges.
    Outline,
    /// Fills cells of one colour that hang together.
    Fill,
    /// Gives every cell of one colour another one.
    Recolour,
    /// Chooses a rectangle of cells, and moves it.
    Select,
}

impl Tool {
    /// In the order of the buttons.
    pub const ALL: [Self; 7] =
        [Self::Pencil, Self::Line, Self::Rectangle, Self::Outline, Self::Fill, Self::Recolour, Self::Select];

    /// Its name on the page, and its key.
    pub fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Pencil => ("Pencil", "p"),
            Self::Line => ("Line", "l"),
            Self::Rectangle => ("Rectangle", "r"),
            Self::Outline => ("Outline", "o"),
            Self::Fill => ("Fill", "f"),
            Self::Recolour => ("Recolour", "c"),
            Self::Select => ("Select", "s"),
        }
    }
}

/// What is done to the present grid, or to the chosen part of it, at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Takes the last change back.
    Undo,
    /// Makes it again.
    Redo,
    /// Keeps the cells for pasting.
    Copy,
    /// Lets the kept cells float over the grid until they are put down.
    Paste,
    /// Lifts the chosen cells off the grid, to be put down elsewhere.
    Move,
    /// Makes them black.
    Clear,
    /// A quarter turn clockwise.
    Rotate,
    /// Left and right exchanged.
    FlipAcross,
    /// Top and bottom exchanged.
    FlipDown,
    /// Rows and columns exchanged.
    Transpose,
    /// The chosen part becomes the whole grid.
    Crop,
    /// The pair's input becomes its output, or the answer.
    CopyInput,
}

impl Act {
    /// In the order of the buttons.
    pub const ALL: [Self; 12] = [
        Self::Undo,
        Self::Redo,
        Self::Copy,
        Self::Paste,
        Self::Move,
        Self::Clear,
        Self::Rotate,
        Self::FlipAcross,
        Self::FlipDown,
        Self::Transpose,
        Self::Crop,
        Self::CopyInput,
    ];

    /// Its name on the page, its word in test ids, and its key.
    pub fn name(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Undo => ("Undo", "undo", "Ctrl+Z"),
            Self::Redo => ("Redo", "redo", "Ctrl+Y"),
            Self::Copy => ("Copy", "copy", "Ctrl+C"),
            Self::Paste => ("Paste", "paste", "Ctrl+V"),
            Self::Move => ("Move", "move", "m"),
            Self::Clear => ("Clear", "clear", "Del"),
            Self::Rotate => ("Rotate", "rotate", "q"),
            Self::FlipAcross => ("Flip ↔", "flip-across", "h"),
            Self::FlipDown => ("Flip ↕", "flip-down", "v"),
            Self::Transpose => ("Transpose", "transpose", "t"),
            Self::Crop => ("Crop", "crop", "k"),
            Self::CopyInput => ("Copy input", "copy-input", "i"),
        }
    }
}

/// What a key stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A colour to draw with.
    Colour(u8),
    /// A tool.
    Tool(Tool),
    /// Something that is done at once.
    Act(Act),
}

impl Key {
    /// Of a key without Ctrl or Alt.
    pub fn plain(key: &str) -> Option<Self> {
        let lower = key.to_ascii_lowercase();
        if let [digit @ b'0'..=b'9'] = key.as_bytes() {
            return Some(Self::Colour(digit - b'0'));
        }
        if matches!(key, "Delete" | "Backspace") {
            return Some(Self::Act(Act::Clear));
        }
        let tool = Tool::ALL.into_iter().find(|tool| tool.name().1 == lower).map(Self::Tool);
        tool.or_else(|| Act::ALL.into_iter().find(|act| act.name().2 == lower).map(Self::Act))
    }

    /// Of a key with Ctrl (or Command); pasting comes as an event of its own.
    pub fn command(key: &str, shift: bool) -> Option<Act> {
        match key {
            "z" | "Z" if shift => Some(Act::Redo),
            "z" => Some(Act::Undo),
            "y" => Some(Act::Redo),
            "c" => Some(Act::Copy),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_one_thing() {
        let mut keys: Vec<_> = Tool::ALL.map(|tool| tool.name().1).into();
        keys.extend(Act::ALL.map(|act| act.name().2));
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count, "two things have one key");
        assert_eq!(Key::plain("7"), Some(Key::Colour(7)));
        assert_eq!(Key::plain("F"), Some(Key::Tool(Tool::Fill)));
        assert_eq!((Key::plain("F4"), Key::plain("x"), Key::plain("10")), (None, None, None));
        assert_eq!(Key::plain("Backspace"), Some(Key::Act(Act::Clear)));
        assert_eq!((Key::command("z", true), Key::command("z", false)), (Some(Act::Redo), Some(Act::Undo)));
    }
}
