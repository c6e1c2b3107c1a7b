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
        let within = |at: usize, from: isize| usize::try_from((at as isize).checked_sub(from)?).ok();
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A grid of lines of digits.
    fn grid(lines: &str) -> Grid {
        let rows: Vec<Vec<u8>> =
            lines.split('/').map(|line| line.bytes().map(|digit| digit - b'0').collect()).collect();
        Grid::of_rows(&rows).unwrap()
    }

    fn at(row: usize, column: usize) -> Place {
        Place { row, column }
    }

    #[test]
    fn a_resized_grid_keeps_what_fits() {
        let before = grid("123/456");
        assert_eq!(resized(&before, Size::new(3, 2), 7), grid("12/45/77"));
        assert_eq!(resized(&before, Size::new(1, 5), 0), grid("12300"));
        assert_eq!(resized(&before, Size::new(2, 3), 9), before);
        assert_eq!(resized(&before, Size::new(40, 1), 0).size(), Size::new(30, 1));
    }

    #[test]
    fn a_line_has_a_cell_for_every_step_of_its_longer_side() {
        let black = Grid::black(Size::new(4, 5));
        assert_eq!(line(&black, at(0, 0), at(3, 3), 2), grid("20000/02000/00200/00020"));
        assert_eq!(line(&black, at(2, 4), at(2, 1), 3), grid("00000/00000/03333/00000"));
        assert_eq!(line(&black, at(3, 2), at(0, 2), 4), grid("00400/00400/00400/00400"));
        assert_eq!(line(&black, at(0, 0), at(1, 4), 5), grid("55000/00555/00000/00000"));
        assert_eq!(line(&black, at(1, 4), at(0, 0), 5).cells().iter().filter(|cell| **cell == 5).count(), 5);
        assert_eq!(line(&black, at(1, 1), at(1, 1), 6), grid("00000/06000/00000/00000"));
        // What lies outside is left out.
        assert_eq!(line(&black, at(0, 3), at(0, 9), 1), grid("00011/00000/00000/00000"));
        assert_eq!(line_cells(at(2, 0), at(0, 1)), [at(2, 0), at(1, 1), at(0, 1)]);
    }

    #[test]
    fn rectangles_are_filled_or_outlined() {
        let black = Grid::black(Size::new(4, 5));
        let region = Region::between(at(3, 3), at(1, 0));
        assert_eq!(rectangle(&black, region, Drawn::Filled, 2), grid("00000/22220/22220/22220"));
        assert_eq!(rectangle(&black, region, Drawn::Outline, 2), grid("00000/22220/20020/22220"));
        let over = Region::between(at(2, 3), at(9, 9));
        assert_eq!(rectangle(&black, over, Drawn::Outline, 1), grid("00000/00000/00011/00010"));
        assert_eq!(rectangle(&black, over, Drawn::Filled, 10), black, "no colour");
    }

    #[test]
    fn a_flood_spreads_by_the_sides_of_cells() {
        let before = grid("0010/0100/1000");
        assert_eq!(flood_filled(&before, at(0, 0), 3), grid("3310/3100/1000"));
        assert_eq!(flood_filled(&before, at(2, 3), 3), grid("0013/0133/1333"));
        assert_eq!(flood_filled(&before, at(1, 1), 3), grid("0010/0300/1000"));
        for (place, colour) in [(at(0, 0), 0), (at(0, 0), 10), (at(3, 0), 4)] {
            assert_eq!(flood_filled(&before, place, colour), before);
        }
        let large = Grid::black(Size::square(30));
        assert_eq!(flood_filled(&large, at(29, 29), 8), Grid::filled(Size::square(30), 8));
    }

    #[test]
    fn regions_are_copied_and_pasted() {
        let before = grid("123/456/789");
        let region = Region::between(at(2, 2), at(1, 1));
        let patch = copied(&before, region).unwrap();
        assert_eq!(patch, grid("56/89"));
        assert_eq!(copied(&before, Region::between(at(2, 1), at(7, 7))), Some(grid("89")));
        assert_eq!(copied(&before, Region::between(at(3, 0), at(7, 7))), None);
        assert_eq!(copied(&before, Region::whole(&before)).as_ref(), Some(&before));
        assert_eq!(pasted(&before, &patch, 0, 0), grid("563/896/789"));
        assert_eq!(pasted(&before, &patch, -1, -1), grid("923/456/789"));
        assert_eq!(pasted(&before, &patch, 2, 1), grid("123/456/756"));
        assert_eq!(pasted(&before, &patch, 3, -5), before);
        assert_eq!(pasted(&before, &patch, isize::MAX, isize::MIN), before);
    }

    #[test]
    fn a_moved_region_leaves_a_colour_behind() {
        let before = grid("123/456/789");
        let region = Region::between(at(0, 0), at(1, 1));
        assert_eq!(moved(&before, region, 1, 1, 0), grid("003/012/745"));
        assert_eq!(moved(&before, region, 0, 0, 0), before);
        assert_eq!(moved(&before, region, -1, 2, 9), grid("994/996/789"));
        assert_eq!(moved(&before, Region::between(at(5, 5), at(6, 6)), 0, 0, 0), before);
    }

    #[test]
    fn grids_are_turned_and_flipped() {
        let before = grid("123/456");
        assert_eq!(mapped(&before, Dihedral::LEFT), grid("36/25/14"));
        assert_eq!(rotated_right(&before), grid("41/52/63"));
        assert_eq!(flipped_left_right(&before), grid("321/654"));
        assert_eq!(flipped_up_down(&before), grid("456/123"));
        assert_eq!(transposed(&before), grid("14/25/36"));
    }

    #[test]
    fn one_colour_becomes_another() {
        let before = grid("121/212");
        assert_eq!(recoloured(&before, 1, 5), grid("525/252"));
        assert_eq!(recoloured(&before, 1, 2), grid("222/222"));
        assert_eq!(recoloured(&before, 7, 2), before);
        assert_eq!(recoloured(&before, 70, 2), before);
        assert_eq!(dotted(&before, at(1, 2), 0), grid("121/210"));
        assert_eq!(dotted(&before, at(2, 0), 0), before);
    }
}
