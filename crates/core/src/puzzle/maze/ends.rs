//! Where S and G stand in a maze, and which shortest path joins them.

use super::{
    Make,
    grid::{Cell, Grid},
    search::{Distances, ends, largest, shortest_path},
};
use crate::{puzzle::Size, random::Random};

/// A maze of a make, with the lengths that its path may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How it is made.
    pub make: Make,
    /// Rows and columns.
    pub size: Size,
    /// Percent of the dead ends that are opened ([`Make::Braided`]), or of the cells that are walls ([`Make::Scattered`]).
    pub percent: usize,
    /// The fewest steps from start to goal, at least 1.
    pub min_steps: u32,
}

/// Mazes made in vain before the one with the longest path is taken.
const PATIENCE: usize = 300;
/// Starts drawn in vain before one is taken from which the asked length is sure to be found.
const STARTS: usize = 16;

/// A maze of the plan and the same maze with its canonical shortest path marked ([`shortest_path`]).
///
/// S and G stand on open cells of the largest region. With L steps of the longest shortest path in it and the plan's least length
/// m, the lengths from m to L are cut into four quarters that differ by one length at most; a quarter is drawn, then a length in
/// it, then a pair of cells so far apart: each quarter of the possible lengths comes up as often as the others, and in it each
/// length. Where L is below m in all of many mazes, the longest is taken.
pub fn draw(plan: &Plan, random: &mut Random) -> (Grid, Grid) {
    let mut best: Option<(Grid, Vec<usize>, Longest)> = None;
    for _ in 0..PATIENCE {
        let maze = plan.make.carve(plan.size, plan.percent, random);
        let cells = largest(&maze);
        let longest = Longest::of(&maze, cells[0]);
        let is_enough = longest.steps >= plan.min_steps;
        if best.as_ref().is_none_or(|(.., best)| longest.steps > best.steps) {
            best = Some((maze, cells, longest));
        }
        if is_enough {
            break;
        }
    }
    // There is at least one maze, of at least two cells beside each other.
    let Some((mut question, cells, longest)) = best else { return (Grid::walled(plan.size), Grid::walled(plan.size)) };
    let steps = length_of(plan.min_steps, longest.steps, random);
    let (start, goal) = pair(&question, &cells, &longest, steps, random);
    question.set(start, Cell::Start);
    question.set(goal, Cell::Goal);
    let path = shortest_path(&question).unwrap_or_default();
    let answer = marked(&question, &path);
    (question, answer)
}

/// A length from `least` to `most`: a quarter of these, then a length in it.
fn length_of(least: u32, most: u32, random: &mut Random) -> u32 {
    let least = least.clamp(1, most.max(1));
    let (first, last) = quarter_of(random.below(4) as u32, most + 1 - least);
    least - 1 + first + random.below((last + 1 - first) as usize) as u32
}

/// The first and the last length of a quarter, 0 to 3, of the lengths 1 to `most`. Of fewer than four lengths some quarters share
/// one.
fn quarter_of(quarter: u32, most: u32) -> (u32, u32) {
    let first = most * quarter / 4 + 1;
    (first, first.max(most * (quarter + 1) / 4))
}

/// The quarter, 0 to 3, of the lengths that are possible in its region to which the shortest path of a maze belongs; `None`
/// without a path.
pub fn length_quarter(maze: &Grid) -> Option<usize> {
    let (start, goal) = ends(maze)?;
    let steps = Distances::from(maze, start).steps_to(goal)?;
    let most = Longest::of(maze, start).steps;
    (0..4).find(|&quarter| steps <= quarter_of(quarter, most).1).map(|quarter| quarter as usize)
}

/// A start and a goal so many steps apart, in random order.
fn pair(maze: &Grid, cells: &[usize], longest: &Longest, steps: u32, random: &mut Random) -> (usize, usize) {
    let random_start = |random: &mut Random| {
        let start = cells[random.below(cells.len())];
        let goals = Distances::from(maze, start).cells_at(steps);
        (!goals.is_empty()).then_some((start, goals))
    };
    let found = (0..STARTS).find_map(|_| random_start(random));
    let (start, goals) = found.unwrap_or_else(|| {
        // On the way from a cell to an end of the longest path there is one at every distance up to that end's.
        let [a, b] = longest.ends.map(|end| Distances::from(maze, end));
        let reaches = |cell: &usize| a.steps_to(*cell).max(b.steps_to(*cell)) >= Some(steps);
        let starts: Vec<usize> = cells.iter().copied().filter(reaches).collect();
        let start = starts[random.below(starts.len())];
        (start, Distances::from(maze, start).cells_at(steps))
    });
    let goal = goals[random.below(goals.len())];
    if random.below(2) == 0 { (start, goal) } else { (goal, start) }
}

/// The longest of the shortest paths between any two cells of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Longest {
    /// Its ends.
    pub ends: [usize; 2],
    /// Its steps.
    pub steps: u32,
}

impl Longest {
    /// That of the region of `cell`, exactly: a long path is found by two searches, and then every cell is tried from which a
    /// longer one could lead, for two cells that are at most so far from its middle are at most twice as far from each other
    /// (Crescenzi et al. 2013, iFUB).
    pub fn of(maze: &Grid, cell: usize) -> Self {
        let first = Distances::from(maze, cell).farthest();
        let from_first = Distances::from(maze, first);
        let second = from_first.farthest();
        let steps = |distances: &Distances, cell: usize| distances.steps_to(cell).unwrap_or(0);
        let mut longest = Self { ends: [first, second], steps: steps(&from_first, second) };
        let path = from_first.path_to(second).unwrap_or_default();
        let from_middle = Distances::from(maze, path.get(path.len() / 2).copied().unwrap_or(cell));
        let mut cells = from_middle.reached();
        cells.sort_by_key(|&cell| std::cmp::Reverse(steps(&from_middle, cell)));
        for cell in cells {
            if 2 * steps(&from_middle, cell) <= longest.steps {
                break;
            }
            let found = Distances::from(maze, cell);
            let far = found.farthest();
            if steps(&found, far) > longest.steps {
                longest = Self { ends: [cell, far], steps: steps(&found, far) };
            }
        }
        longest
    }
}

/// The maze with a path marked, its ends left as they are.
pub fn marked(maze: &Grid, path: &[usize]) -> Grid {
    let mut answer = maze.clone();
    path.iter().skip(1).rev().skip(1).for_each(|&cell| answer.set(cell, Cell::Path));
    answer
}

/// A random one of the shortest paths, each as likely as any other. Both ends are included; `None` without a path.
pub fn random_path(maze: &Grid, random: &mut Random) -> Option<Vec<usize>> {
    let (start, goal) = ends(maze)?;
    Distances::from(maze, start).random_path_to(goal, random)
}
