//! Rooms in every second row and column with walls between them, and the spanning trees that join them.

use super::super::{
    generate::{adjacent, between},
    grid::{Cell, Grid},
};
use crate::{puzzle::Size, random::Random};

/// Where the rooms of a board lie. An even side has one row or column too many: it stays walls, at either end.
#[derive(Clone, Copy, Debug)]
pub struct Lattice {
    size: Size,
    rooms: Size,
    row: usize,
    column: usize,
}

impl Lattice {
    /// That of a board.
    pub fn of(size: Size, random: &mut Random) -> Self {
        let mut first = |length: usize| if length.is_multiple_of(2) { 1 + random.below(2) } else { 1 };
        let (row, column) = (first(size.rows()), first(size.columns()));
        Self { size, rooms: Size::new((size.rows() - 1) / 2, (size.columns() - 1) / 2), row, column }
    }

    /// The cell of the room in a row and column of rooms.
    pub fn cell_at(&self, row: usize, column: usize) -> usize {
        (self.row + 2 * row) * self.size.columns() + self.column + 2 * column
    }

    /// The cell of a room, counted row by row.
    pub fn cell(&self, room: usize) -> usize {
        self.cell_at(room / self.rooms.columns(), room % self.rooms.columns())
    }

    /// The rooms beside one.
    pub fn beside(&self, room: usize) -> impl Iterator<Item = usize> {
        adjacent(self.rooms, room)
    }

    /// The cell between two rooms that lie beside each other.
    pub fn wall(&self, room: usize, next: usize) -> usize {
        between(self.cell(room), self.cell(next))
    }

    /// Whether one can walk from a room into the one beside it.
    fn joins(&self, maze: &Grid, room: usize, next: usize) -> bool {
        maze.cells()[self.wall(room, next)].is_open()
    }

    fn join(&self, maze: &mut Grid, room: usize, next: usize) {
        [self.cell(room), self.wall(room, next), self.cell(next)]
            .into_iter()
            .for_each(|cell| maze.set(cell, Cell::Open));
    }

    fn is_closed(&self, maze: &Grid, room: usize) -> bool {
        !maze.cells()[self.cell(room)].is_open()
    }
}

/// From the newest room on as far as it goes, then back to where another way is left: long winding corridors.
pub fn depth_first(lattice: &Lattice, random: &mut Random) -> Grid {
    let mut maze = Grid::walled(lattice.size);
    let mut way = vec![random.below(lattice.rooms.cells())];
    while let Some(&room) = way.last() {
        let closed: Vec<usize> = lattice.beside(room).filter(|&next| lattice.is_closed(&maze, next)).collect();
        if closed.is_empty() {
            way.pop();
            continue;
        }
        let next = closed[random.below(closed.len())];
        lattice.join(&mut maze, room, next);
        way.push(next);
    }
    maze
}

/// Through a random one of all walls between what is joined and what is not: many short dead ends.
pub fn prim(lattice: &Lattice, random: &mut Random) -> Grid {
    let mut maze = Grid::walled(lattice.size);
    let first = random.below(lattice.rooms.cells());
    let mut walls: Vec<(usize, usize)> = lattice.beside(first).map(|next| (first, next)).collect();
    while !walls.is_empty() {
        let (room, next) = walls.swap_remove(random.below(walls.len()));
        if next != first && lattice.is_closed(&maze, next) {
            lattice.join(&mut maze, room, next);
            walls.extend(lattice.beside(next).map(|beyond| (next, beyond)));
        }
    }
    maze
}

/// Through all walls in random order wherever what lies on both sides is not joined yet (Kruskal 1956).
pub fn kruskal(lattice: &Lattice, random: &mut Random) -> Grid {
    let mut maze = Grid::walled(lattice.size);
    let mut walls = walls(lattice);
    random.shuffle(&mut walls);
    let mut parents: Vec<usize> = (0..lattice.rooms.cells()).collect();
    let root = |parents: &mut [usize], mut room: usize| {
        while parents[room] != room {
            parents[room] = parents[parents[room]];
            room = parents[room];
        }
        room
    };
    for (room, next) in walls {
        let (a, b) = (root(&mut parents, room), root(&mut parents, next));
        if a != b {
            parents[a] = b;
            lattice.join(&mut maze, room, next);
        }
    }
    maze
}

/// A tree of one of the three kinds of which so many dead ends, 0 to 100 %, are opened into the room behind one of their walls.
pub fn braided(lattice: &Lattice, percent: usize, random: &mut Random) -> Grid {
    let tree = [depth_first, prim, kruskal][random.below(3)];
    let mut maze = tree(lattice, random);
    let is_dead_end =
        |maze: &Grid, room: usize| lattice.beside(room).filter(|&next| lattice.joins(maze, room, next)).count() == 1;
    let mut ends: Vec<usize> = (0..lattice.rooms.cells()).filter(|&room| is_dead_end(&maze, room)).collect();
    random.shuffle(&mut ends);
    ends.truncate((ends.len() * percent.min(100) + 50) / 100);
    for room in ends {
        // The opening of another one may have opened it.
        if is_dead_end(&maze, room) {
            let walls: Vec<usize> = lattice.beside(room).filter(|&next| !lattice.joins(&maze, room, next)).collect();
            lattice.join(&mut maze, room, walls[random.below(walls.len())]);
        }
    }
    maze
}

/// An open floor that is divided by a wall with one door, and each part again, until all are corridors.
pub fn division(lattice: &Lattice, random: &mut Random) -> Grid {
    let (mut maze, size) = (Grid::walled(lattice.size), lattice.size);
    let last = lattice.cell(lattice.rooms.cells() - 1);
    for row in lattice.row..=last / size.columns() {
        (lattice.column..=last % size.columns()).for_each(|column| maze.set(row * size.columns() + column, Cell::Open));
    }
    // First row and column of rooms, rows and columns.
    let mut parts = vec![(0, 0, lattice.rooms.rows(), lattice.rooms.columns())];
    while let Some((row, column, rows, columns)) = parts.pop() {
        if rows < 2 || columns < 2 {
            continue;
        }
        let across = if rows == columns { random.below(2) == 0 } else { rows > columns };
        let (split, length) = if across { (rows, columns) } else { (columns, rows) };
        let (before, door) = (1 + random.below(split - 1), random.below(length));
        // The wall lies one cell before the first room behind it.
        let (from, step) = match across {
            true => (lattice.cell_at(row + before, column) - size.columns(), 1),
            false => (lattice.cell_at(row, column + before) - 1, size.columns()),
        };
        let wall = (0..2 * length - 1).filter(|along| *along != 2 * door);
        wall.for_each(|along| maze.set(from + along * step, Cell::Wall));
        parts.extend(match across {
            true => [(row, column, before, columns), (row + before, column, rows - before, columns)],
            false => [(row, column, rows, before), (row, column + before, rows, columns - before)],
        });
    }
    maze
}

/// Every pair of rooms that lie beside each other, once.
fn walls(lattice: &Lattice) -> Vec<(usize, usize)> {
    let behind = |room: usize| lattice.beside(room).filter(move |&next| next > room).map(move |next| (room, next));
    (0..lattice.rooms.cells()).flat_map(behind).collect()
}
