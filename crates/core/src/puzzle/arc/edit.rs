//! Edits of a grid: each takes a grid and gives the edited one, so that undoing is keeping the old one.

use super::{COLOURS, Grid};
use crate::puzzle::{Dihedral, Place, Size};

/// A rectangle of cells within a grid: at least one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The first row and column.
    pub from: Place,
    /// Rows and columns.
    pub size: Size,
}

impl Region {
    /// The rectangle between two corners, in whatever order, both included.
    pub fn between(a: Place, b: Place) -> Self {
        let from = Place { row: a.row.min(b.row), column: a.column.min(b.column) };
        Self { from, size: Size::new(a.row.abs_diff(b.row) + 1, a.column.abs_diff(b.column) + 1) }
    }

    /// All of a grid.
    pub fn whole(grid: &Grid) -> Self {
        Self { from: Place { row: 0, column: 0 }, size: grid.size() }
    }

    /// The last row and column.
    pub fn to(self) -> Place {
        Place { row: self.from.row + self.size.rows() - 1, column: self.from.column + self.size.columns() - 1 }
    }

    /// Whether a cell lies in it.
    pub fn contains(self, at: Place) -> bool {
        let to = self.to();
        (self.from.row..=to.row).contains(&at.row) && (self.from.column..=to.column).contains(&at.column)
    }

    /// The part that lies in a grid; `None` where none does.
    pub fn within(self, grid: &Grid) -> Option<Self> {
        let last = Place { row: grid.rows() - 1, column: grid.columns() - 1 };
        let to = self.to();
        let is_outside = self.from.row > last.row || self.from.column > last.column;
        let to = Place { row: to.row.min(last.row), column: to.column.min(last.column) };
        (!is_outside).then(|| Self::between(self.from, to))
    }
}

/// How a rectangle is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// Every cell.
    Filled,
    /// The cells on its edge.
    Outline,
}

/// A grid of another size with the content that fits kept at its top left; new cells take a colour. Sides over 30 count as 30.
pub fn resized(grid: &Grid, size: Size, colour: u8) -> Grid {
    let fill = colour.min(COLOURS - 1);
    Grid::of_places(size, |at| grid.get(at).unwrap_or(fill))
}

/// One cell in a colour.
pub fn dotted(grid: &Grid, at: Place, colour: u8) -> Grid {
    let mut edited = grid.clone();
    edited.set(at, colour);
    edited
}

/// The cells of a straight line from one cell to another, both included, in their order, one for each step along the longer
/// axis (Bresenham).
pub fn line_cells(from: Place, to: Place) -> Vec<Place> {
    let (rows, columns) = (to.row.abs_diff(from.row), to.column.abs_diff(from.column));
    let steps = rows.max(columns);
    // A coordinate after `step` of the steps, rounded half towards the end.
    let at = |from: usize, to: usize, step: usize| {
        let way = (from.abs_diff(to) * step * 2 + steps) / (steps * 2).max(1);
        if to >= from { from + way } else { from - way }
    };
    (0..=steps)
        .map(|step| Place { row: at(from.row, to.row, step), column: at(from.column, to.column, step) })
        .collect()
}

/// A straight line from one cell to another, both included; cells outside are left out.
pub fn line(grid: &Grid, from: Place, to: Place, colour: u8) -> Grid {
    let mut edited = grid.clone();
    line_cells(from, to).into_iter().for_each(|at| edited.set(at, colour));
    edited
}

/// A rectangle; what lies outside is left out.
pub fn rectangle(grid: &Grid, region: Region, drawn: Drawn, colour: u8) -> Grid {
    let mut edited = grid.clone();
    let to = region.to();
    for place in places(grid).filter(|at| region.contains(*at)) {
        let is_edge =
            [region.from.row, to.row].contains(&place.row) || [region.from.column, to.column].contains(&place.column);
        if is_edge || drawn == Drawn::Filled {
            edited.set(place, colour);
        }
    }
    edited
}

/// The cells of one colour that hang together with a cell by their sides, in a colour.
pub fn flood_filled(grid: &Grid, at: Place, colour: u8) -> Grid {
    let mut edited = grid.clone();
    let Some(old) = grid.get(at).filter(|old| *old != colour && colour < COLOURS) else { return edited };
    let mut open = vec![at];
    while let Some(at) = open.pop() {
        if edited.get(at) != Some(old) {
            continue;
        }
        edited.set(at, colour);
        let Place { row, column } = at;
        open.extend([Place { row: row + 1, column }, Place { row, column: column + 1 }]);
        open.extend(row.checked_sub(1).map(|row| Place { row, column }));
        open.extend(column.checked_sub(1).map(|column| Place { row, column }));
    }
    edited
}

/// The cells of a region as a grid of their own: for the clipboard, or to crop to a selection. `None` where none of it lies in
/// the grid; only the part that does is taken.
pub fn copied(grid: &Grid, region: Region) -> Option<Grid> {
    let Region { from, size } = region.within(grid)?;
    let source = |at: Place| Place { row: from.row + at.row, column: from.column + at.column };
    Some(Grid::of_places(size, |at| grid.get(source(at)).unwrap_or(0)))
}

/// Another grid laid over this one with its first cell at a row and column, which may be negative; what lies outside is left
/// out.
pub fn pasted(grid: &Grid, patch: &Grid, row: isize, column: isize) -> Grid {
    Grid::of_places(grid.size(), |at| {
        let within = |at: usize, from: isize| usize::try_from(at as isize - from).ok();
        let source = within(at.row, row).zip(within(at.column, column));
        let over = source.and_then(|(row, column)| patch.get(Place { row, column }));
        over.or_else(|| grid.get(at)).unwrap_or(0)
    })
}

/// A region moved so that its first cell is at a row and column; where it was takes a colour.
pub fn moved(grid: &Grid, region: Region, row: isize, column: isize, left_behind: u8) -> Grid {
    let Some((region, patch)) = region.within(grid).zip(copied(grid, region)) else { return grid.clone() };
    pasted(&rectangle(grid, region, Drawn::Filled, left_behind), &patch, row, column)
}

/// A grid under one of the eight maps; rows and columns change places where the map transposes.
pub fn mapped(grid: &Grid, map: Dihedral) -> Grid {
    let (size, cells) = map.map(grid.size(), grid.cells());
    Grid::of_places(size, |at| cells[at.row * size.columns() + at.column])
}

/// A quarter turn counter-clockwise.
pub fn rotated_left(grid: &Grid) -> Grid {
    mapped(grid, Dihedral::LEFT)
}

/// A quarter turn clockwise.
pub fn rotated_right(grid: &Grid) -> Grid {
    mapped(grid, Dihedral::RIGHT)
}

/// Left and right exchanged.
pub fn flipped_left_right(grid: &Grid) -> Grid {
    mapped(grid, Dihedral::LEFT_RIGHT)
}

/// Top and bottom exchanged.
pub fn flipped_up_down(grid: &Grid) -> Grid {
    mapped(grid, Dihedral::UP_DOWN)
}

/// Rows and columns exchanged.
pub fn transposed(grid: &Grid) -> Grid {
    mapped(grid, Dihedral::TRANSPOSE)
}

/// Every cell of one colour in another one.
pub fn recoloured(grid: &Grid, from: u8, to: u8) -> Grid {
    let mut table = std::array::from_fn(|colour| colour as u8);
    if let Some(entry) = table.get_mut(usize::from(from)) {
        *entry = to.min(COLOURS - 1);
    }
    grid.recoloured(&table)
}

fn places(grid: &Grid) -> impl Iterator<Item = Place> + use<> {
    let columns = grid.columns();
    (0..grid.size().cells()).map(move |at| Place::of(at, columns))
}
