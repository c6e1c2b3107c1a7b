//! Grids in words, for screen readers.

use hrm_core::puzzle::{
    Place,
    arc::{Grid, Palette},
};

/// A row in words, equal neighbours together: `row 1: 2 black, 1 blue`.
pub fn row(row: usize, cells: &[u8]) -> String {
    let runs = cells.chunk_by(|a, b| a == b);
    let runs: Vec<_> = runs.map(|run| format!("{} {}", run.len(), colour(run[0]))).collect();
    format!("row {}: {}", row + 1, runs.join(", "))
}

/// A cell in words: `row 1 column 2, blue`.
pub fn cell(at: Place, of: u8) -> String {
    format!("row {} column {}, {}", at.row + 1, at.column + 1, colour(of))
}

/// Its size in words: `3 by 4`.
pub fn size(grid: &Grid) -> String {
    format!("{} by {}", grid.rows(), grid.columns())
}

/// A colour's name.
pub fn colour(of: u8) -> &'static str {
    Palette::Usual.name(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_are_said_together() {
        assert_eq!(row(1, &[0, 0, 1, 0]), "row 2: 2 black, 1 blue, 1 black");
        assert_eq!(cell(Place { row: 0, column: 4 }, 9), "row 1 column 5, maroon");
    }
}
