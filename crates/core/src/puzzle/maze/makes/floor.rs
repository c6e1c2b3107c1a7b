//! Open floors: with walls scattered over them, with rooms and doors, as caves.

use super::super::{
    grid::{Cell, Grid},
    search::largest,
};
use crate::{puzzle::Size, random::Random};

/// The cells within the border, row by row.
fn inner(size: Size) -> impl Iterator<Item = usize> {
    let columns = size.columns();
    (1..size.rows() - 1).flat_map(move |row| (1..columns - 1).map(move |column| row * columns + column))
}

/// Nothing but the border.
pub fn open(size: Size) -> Grid {
    let mut maze = Grid::walled(size);
    inner(size).for_each(|cell| maze.set(cell, Cell::Open));
    maze
}

/// So many of the inner cells, in percent, are walls, each as likely as any other.
pub fn scattered(size: Size, percent: usize, random: &mut Random) -> Grid {
    let mut maze = open(size);
    let mut cells: Vec<usize> = inner(size).collect();
    random.shuffle(&mut cells);
    let walls = (cells.len() * percent.min(100) + 50) / 100;
    cells.iter().take(walls).for_each(|&cell| maze.set(cell, Cell::Wall));
    joined(maze, random)
}

/// Rounds of the automaton at least.
const ROUNDS: usize = 2;
/// Caves drawn before one is taken that is mostly rock.
const CAVES: usize = 20;

/// Walls at random, then rounds in which a cell becomes what most of its nine neighbours, itself among them, are. In every
/// second one only the largest cave is left.
pub fn caves(size: Size, random: &mut Random) -> Grid {
    let mut maze = Grid::walled(size);
    for _ in 0..CAVES {
        let percent = 40 + random.below(11);
        maze = Grid::walled(size);
        for cell in inner(size) {
            maze.set(cell, if random.below(100) < percent { Cell::Wall } else { Cell::Open });
        }
        for _ in 0..ROUNDS + random.below(3) {
            maze = smoothed(&maze);
        }
        let cave = largest(&maze);
        if random.below(2) == 0 {
            let closed: Vec<usize> =
                maze.places_of(Cell::Open).into_iter().filter(|cell| !cave.contains(cell)).collect();
            closed.into_iter().for_each(|cell| maze.set(cell, Cell::Wall));
        }
        if 4 * cave.len() >= inner(size).count() {
            break;
        }
    }
    joined(maze, random)
}

/// A round of the automaton.
fn smoothed(maze: &Grid) -> Grid {
    let columns = maze.size().columns();
    let mut next = Grid::walled(maze.size());
    for cell in inner(maze.size()) {
        let around = (0..3).flat_map(|row| (0..3).map(move |column| cell + row * columns + column - columns - 1));
        let walls = around.filter(|&near| !maze.cells()[near].is_open()).count();
        next.set(cell, if walls >= 5 { Cell::Wall } else { Cell::Open });
    }
    next
}

/// Opens cells until two open ones lie beside each other, one for S and one for G.
fn joined(mut maze: Grid, random: &mut Random) -> Grid {
    while largest(&maze).len() < 2 {
        let closed: Vec<usize> = inner(maze.size()).filter(|&cell| !maze.cells()[cell].is_open()).collect();
        maze.set(closed[random.below(closed.len())], Cell::Open);
    }
    maze
}

/// How seldom a part that could be divided is left as it is: one of so many.
const LEFT: usize = 7;

/// A floor that is divided by walls with one or two doors, again and again, as long as the parts hold rooms of the least side
/// that is drawn for the maze.
pub fn rooms(size: Size, random: &mut Random) -> Grid {
    let mut maze = open(size);
    let shorter = size.rows().min(size.columns()) - 2;
    let least = 1 + random.below((shorter / 3).clamp(1, 4));
    let mut parts = vec![Part { row: 1, column: 1, rows: size.rows() - 2, columns: size.columns() - 2 }];
    let whole = parts[0];
    while let Some(part) = parts.pop() {
        if part != whole && random.below(LEFT) == 0 {
            continue;
        }
        let across = if part.rows == part.columns { random.below(2) == 0 } else { part.rows > part.columns };
        if let Some(halves) =
            [across, !across].into_iter().find_map(|across| part.divide(&mut maze, across, least, random))
        {
            parts.extend(halves);
        }
    }
    maze
}

/// A part of the floor: its first row and column, its rows and columns.
#[derive(Clone, Copy, PartialEq)]
struct Part {
    row: usize,
    column: usize,
    rows: usize,
    columns: usize,
}

impl Part {
    /// Builds a wall with doors through it, with at least so many cells on both sides; `None` where there is no place for one.
    fn divide(self, maze: &mut Grid, across: bool, least: usize, random: &mut Random) -> Option<[Self; 2]> {
        let columns = maze.size().columns();
        let Self { row, column, rows, columns: own } = self;
        let (split, length) = if across { (rows, own) } else { (own, rows) };
        let cell = |at: usize, along: usize| match across {
            true => (row + at) * columns + column + along,
            false => (row + along) * columns + column + at,
        };
        // A wall that ended at a door would close it.
        let step = if across { 1 } else { columns };
        let meets_door = |at: usize| {
            [cell(at, 0) - step, cell(at, length - 1) + step].iter().any(|&end| maze.cells()[end].is_open())
        };
        let places: Vec<usize> = (least..split.saturating_sub(least)).filter(|&at| !meets_door(at)).collect();
        let at = *places.get(random.below(places.len()))?;
        (0..length).for_each(|along| maze.set(cell(at, along), Cell::Wall));
        for _ in 0..1 + random.below(2) {
            maze.set(cell(at, random.below(length)), Cell::Open);
        }
        Some(match across {
            true => [Self { rows: at, ..self }, Self { row: row + at + 1, rows: rows - at - 1, ..self }],
            false => [Self { columns: at, ..self }, Self { column: column + at + 1, columns: own - at - 1, ..self }],
        })
    }
}
