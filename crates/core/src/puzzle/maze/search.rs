//! Breadth-first search.

use std::collections::VecDeque;

use super::grid::{Cell, Grid};
use crate::{puzzle::Size, random::Random};

/// What a breadth-first search from one cell finds, for every cell.
#[derive(Clone, Debug)]
pub struct Distances {
    size: Size,
    steps: Vec<Option<u32>>,
    unique: Vec<bool>,
}

impl Distances {
    /// Searches the open cells of `grid` from the cell `from`; marks of a path count as open.
    pub fn from(grid: &Grid, from: usize) -> Self {
        Self::within(grid, from, Cell::is_open)
    }

    /// Searches the cells that are `passable`.
    pub(super) fn within(grid: &Grid, from: usize, passable: fn(Cell) -> bool) -> Self {
        let cells = grid.cells();
        let size = grid.size();
        let mut found = Self { size, steps: vec![None; cells.len()], unique: vec![true; cells.len()] };
        found.steps[from] = Some(0);
        let mut waiting = VecDeque::from([(from, 0)]);
        while let Some((cell, steps)) = waiting.pop_front() {
            for next in neighbours(size, cell).filter(|&next| passable(cells[next])) {
                match found.steps[next] {
                    None => {
                        found.steps[next] = Some(steps + 1);
                        found.unique[next] = found.unique[cell];
                        waiting.push_back((next, steps + 1));
                    }
                    Some(known) if known == steps + 1 => found.unique[next] = false,
                    Some(_) => {}
                }
            }
        }
        found
    }

    /// Steps of a shortest path to `cell`, `None` if there is no path.
    pub fn steps_to(&self, cell: usize) -> Option<u32> {
        self.steps[cell]
    }

    /// Whether there is a path to `cell` and just one shortest one.
    pub fn is_unique(&self, cell: usize) -> bool {
        self.steps[cell].is_some() && self.unique[cell]
    }

    /// A shortest path to `cell`, both ends included.
    pub fn path_to(&self, cell: usize) -> Option<Vec<usize>> {
        let mut path = vec![cell];
        let (mut here, mut steps) = (cell, self.steps[cell]?);
        while steps > 0 {
            here = neighbours(self.size, here).find(|&next| self.steps[next] == Some(steps - 1))?;
            path.push(here);
            steps -= 1;
        }
        path.reverse();
        Some(path)
    }

    /// A random one of the shortest paths to `cell`, each as likely as any other, both ends included.
    pub fn random_path_to(&self, cell: usize, random: &mut Random) -> Option<Vec<usize>> {
        let last = self.steps[cell]?;
        let before = |cell: usize| {
            let steps = self.steps[cell].and_then(|steps| steps.checked_sub(1));
            neighbours(self.size, cell).filter(move |&next| steps.is_some() && self.steps[next] == steps)
        };
        // Paths to each cell: sums alone, which are the same on every platform; far from the largest f64.
        let mut order: Vec<usize> = self.reached().into_iter().filter(|&cell| self.steps[cell] <= Some(last)).collect();
        order.sort_by_key(|&cell| self.steps[cell]);
        let mut paths = vec![0.0; self.steps.len()];
        for &cell in &order {
            let ways: f64 = before(cell).map(|next| paths[next]).sum();
            paths[cell] = if self.steps[cell] == Some(0) { 1.0 } else { ways };
        }
        let mut path = vec![cell];
        let mut here = cell;
        while self.steps[here] != Some(0) {
            let mut left = if before(here).nth(1).is_some() { random.unit() * paths[here] } else { 0.0 };
            let chosen = before(here).find(|&next| {
                left -= paths[next];
                left < 0.0
            });
            here = chosen.or_else(|| before(here).last())?;
            path.push(here);
        }
        path.reverse();
        Some(path)
    }

    /// Every reached cell, in their order.
    pub(super) fn reached(&self) -> Vec<usize> {
        (0..self.steps.len()).filter(|&cell| self.steps[cell].is_some()).collect()
    }

    /// The cells that are so many steps away, in their order.
    pub(super) fn cells_at(&self, steps: u32) -> Vec<usize> {
        (0..self.steps.len()).filter(|&cell| self.steps[cell] == Some(steps)).collect()
    }

    /// The reached cell that is the most steps away.
    pub(super) fn farthest(&self) -> usize {
        (0..self.steps.len()).max_by_key(|&cell| self.steps[cell]).unwrap_or(0)
    }
}

/// The largest region of open cells, in their order; the first of several.
pub(super) fn largest(maze: &Grid) -> Vec<usize> {
    let mut seen = vec![false; maze.cells().len()];
    let mut best = Vec::new();
    for cell in 0..seen.len() {
        if seen[cell] || !maze.cells()[cell].is_open() {
            continue;
        }
        let region = Distances::from(maze, cell).reached();
        region.iter().for_each(|&cell| seen[cell] = true);
        if region.len() > best.len() {
            best = region;
        }
    }
    best
}

/// Where start and goal stand; `None` if there is not one of each.
pub(super) fn ends(grid: &Grid) -> Option<(usize, usize)> {
    match (grid.places_of(Cell::Start).as_slice(), grid.places_of(Cell::Goal).as_slice()) {
        (&[start], &[goal]) => Some((start, goal)),
        _ => None,
    }
}

/// The canonical shortest path from start to goal, both included: from the goal back, each step is the first of above, left, right
/// and below that is nearer to the start. `None` if there is not one start and one goal, or no path.
pub fn shortest_path(grid: &Grid) -> Option<Vec<usize>> {
    let (start, goal) = ends(grid)?;
    Distances::from(grid, start).path_to(goal)
}

/// The cells above, left, right and below.
fn neighbours(size: Size, cell: usize) -> impl Iterator<Item = usize> {
    let columns = size.columns();
    let (row, column) = (cell / columns, cell % columns);
    let within = [row > 0, column > 0, column + 1 < columns, row + 1 < size.rows()];
    let cells = [cell.wrapping_sub(columns), cell.wrapping_sub(1), cell + 1, cell + columns];
    within.into_iter().zip(cells).filter_map(|(within, cell)| within.then_some(cell))
}

/// Loops among the cells that can be reached from S: 0 in a perfect maze. `None` without a start.
pub fn loops(grid: &Grid) -> Option<usize> {
    let found = Distances::from(grid, *grid.places_of(Cell::Start).first()?);
    let is_reached = |cell: &usize| found.steps[*cell].is_some();
    let reached: Vec<usize> = (0..grid.cells().len()).filter(is_reached).collect();
    // Every passage is seen from both of its ends. A tree has one less than it has cells.
    let ends: usize = reached.iter().map(|&cell| neighbours(found.size, cell).filter(is_reached).count()).sum();
    Some(ends / 2 + 1 - reached.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_shortest_paths_and_whether_they_are_unique() {
        let grid = Grid::parse("#####\n#S  #\n# # #\n#  G#\n#####").unwrap();
        let found = Distances::from(&grid, 6);
        assert_eq!((found.steps_to(18), found.is_unique(18)), (Some(4), false));
        assert_eq!((found.steps_to(8), found.is_unique(8)), (Some(2), true));
        assert_eq!((found.steps_to(0), found.is_unique(0)), (None, false));
        assert_eq!(shortest_path(&grid).unwrap().len(), 5);
        assert_eq!(loops(&grid), Some(1));
        assert_eq!(found.path_to(8), Some(vec![6, 7, 8]));
        assert_eq!(found.path_to(0), None);
    }

    #[test]
    fn does_not_step_over_the_edge() {
        let grid = Grid::parse("S    \n#### \n     \n ####\n    G").unwrap();
        assert_eq!(shortest_path(&grid).unwrap().len(), 17);
        let cut = Grid::parse("S    \n#####\n     \n ####\n    G").unwrap();
        assert_eq!(shortest_path(&cut), None);
    }
}
