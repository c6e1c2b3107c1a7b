//! What a game's tokens look like, and what pressing on its boards draws.

/// What stands for a token on the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Shown in the cell.
    pub text: String,
    /// Said of it.
    pub name: String,
    /// For styles.
    pub class: &'static str,
}

/// What pressing on a board can draw.
#[derive(Debug)]
pub struct Tools {
    /// What they are for, as a group's label.
    pub label: &'static str,
    /// In the order in which they are offered; the first is taken up at first.
    pub tools: &'static [Tool],
    /// What is said of only looking at cells.
    pub look: &'static str,
}

/// One of them.
#[derive(Debug)]
pub struct Tool {
    /// Its name on the page.
    pub title: &'static str,
    /// What dragging with it does.
    pub help: &'static str,
    /// The token that a stroke draws which begins on a cell with the given token.
    pub draws: fn(u8) -> u8,
}
