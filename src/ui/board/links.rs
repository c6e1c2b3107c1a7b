//! An answer as a path: which marked cells join, and how sure the model is of each joint.

/// A joint of two cells beside or above one another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// The left or upper cell.
    pub from: usize,
    /// The other one.
    pub to: usize,
    /// The smaller of the two confidences, 0 to 1.
    pub confidence: f32,
}

/// Every joint between cells of the path, its ends included: those whose token `is_path`. `tokens` and `confidence` are
/// `[rows, columns]`.
pub fn links(columns: usize, tokens: &[u8], confidence: &[f32], is_path: impl Fn(u8) -> bool) -> Vec<Link> {
    let sure = |cell: usize| is_path(*tokens.get(cell)?).then(|| confidence.get(cell).copied()).flatten();
    let link = |from: usize, to: usize| Some(Link { from, to, confidence: sure(from)?.min(sure(to)?) });
    let right = |cell: usize| (cell % columns + 1 < columns).then(|| link(cell, cell + 1)).flatten();
    (0..tokens.len()).flat_map(|cell| [right(cell), link(cell, cell + columns)]).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_on_the_path_are_joined() {
        let (wall, path) = (1, 5);
        let tokens = [3, path, path, wall, wall, path, path, wall, 4];
        let confidence = [1.0, 0.5, 0.75, 1.0, 1.0, 0.25, 1.0, 1.0, 1.0];
        let found: Vec<_> =
            links(3, &tokens, &confidence, |token| token > 2).iter().map(|l| (l.from, l.to, l.confidence)).collect();
        // Cell 2 ends its row: it is not beside cell 3, nor cell 5 beside cell 6.
        assert_eq!(found, [(0, 1, 0.5), (1, 2, 0.5), (2, 5, 0.25), (5, 8, 0.25)]);
    }
}
