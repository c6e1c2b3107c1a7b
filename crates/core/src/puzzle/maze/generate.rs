//! Random mazes: a spanning tree over rooms, further openings, a start and a goal whose shortest path is unique.

use super::{
    grid::{Cell, Grid},
    search::Distances,
};
use crate::{puzzle::Size, random::Random};

/// How a maze is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Design {
    /// Rows and columns. Rooms lie on odd coordinates; the last of an even number of rows or columns stays walls.
    pub size: Size,
    /// Openings beyond those of the spanning tree: each makes a loop, 0 a perfect maze.
    pub openings: usize,
    /// The fewest steps from start to goal.
    pub min_steps: u32,
}

impl Design {
    /// The mazes that models are trained on: half as many further openings as rows (the mean of rows and columns), and paths
    /// of at least as many steps as rows; difficulty 0 is just that, 1 asks for paths twice as long.
    pub fn standard(size: Size, difficulty: f64) -> Self {
        let both = size.rows() + size.columns();
        let min_steps = (both as f64 / 2.0 * (1.0 + difficulty.clamp(0.0, 1.0))).round() as u32;
        Self { size, openings: both / 4, min_steps }
    }
}

/// Mazes made in vain before the design is relaxed by one opening or, where there is none, one step.
const PATIENCE: usize = 100;

/// A maze of the design and the same maze with its only shortest path marked. What cannot be met (a path longer
/// than the maze holds, a loop that leaves no unique path) is relaxed step by step.
pub fn generate(design: &Design, random: &mut Random) -> (Grid, Grid) {
    let mut design = *design;
    loop {
        for _ in 0..PATIENCE {
            if let Some(found) = place_ends(carve(&design, random), design.min_steps, random) {
                return found;
            }
        }
        if design.openings > 0 {
            design.openings -= 1;
        } else {
            design.min_steps = design.min_steps.saturating_sub(1).max(1);
        }
    }
}

/// Rooms joined by a spanning tree and further openings.
///
/// The tree grows from the newest room or from a random one; how often, is drawn for each maze, so that winding
/// mazes (depth-first) and bushy ones (Prim's) both occur.
fn carve(design: &Design, random: &mut Random) -> Grid {
    let columns = design.size.columns();
    let rooms = Size::new((design.size.rows() - 1) / 2, (columns - 1) / 2);
    let cell_of = |room: usize| (2 * (room / rooms.columns()) + 1) * columns + 2 * (room % rooms.columns()) + 1;
    let mut maze = Grid::walled(design.size);
    let winding = random.unit();
    let first = random.below(rooms.cells());
    let mut growing = vec![first];
    maze.set(cell_of(first), Cell::Open);
    while !growing.is_empty() {
        let chosen = if random.chance(winding) { growing.len() - 1 } else { random.below(growing.len()) };
        let room = growing[chosen];
        let closed: Vec<usize> =
            adjacent(rooms, room).filter(|&next| maze.cells()[cell_of(next)] == Cell::Wall).collect();
        if closed.is_empty() {
            growing.swap_remove(chosen);
            continue;
        }
        let next = closed[random.below(closed.len())];
        maze.set(between(cell_of(room), cell_of(next)), Cell::Open);
        maze.set(cell_of(next), Cell::Open);
        growing.push(next);
    }
    let mut walls: Vec<usize> = (0..rooms.cells())
        .flat_map(|room| adjacent(rooms, room).filter(move |&next| next > room).map(move |next| (room, next)))
        .map(|(room, next)| between(cell_of(room), cell_of(next)))
        .filter(|&wall| maze.cells()[wall] == Cell::Wall)
        .collect();
    random.shuffle(&mut walls);
    walls.into_iter().take(design.openings).for_each(|wall| maze.set(wall, Cell::Open));
    maze
}

/// The rooms beside one, among so many rows and columns of them.
pub(super) fn adjacent(rooms: Size, room: usize) -> impl Iterator<Item = usize> {
    let columns = rooms.columns();
    let (row, column) = (room / columns, room % columns);
    let candidates = [
        (row > 0).then(|| room - columns),
        (column > 0).then(|| room - 1),
        (column + 1 < columns).then_some(room + 1),
        (row + 1 < rooms.rows()).then_some(room + columns),
    ];
    candidates.into_iter().flatten()
}

/// The cell between two rooms two steps apart.
pub(super) fn between(a: usize, b: usize) -> usize {
    usize::midpoint(a, b)
}

/// Starts tried in one maze.
const STARTS: usize = 4;

/// Puts start and goal on two random open cells with a unique shortest path of at least `min_steps` between.
fn place_ends(maze: Grid, min_steps: u32, random: &mut Random) -> Option<(Grid, Grid)> {
    let open = maze.places_of(Cell::Open);
    for _ in 0..STARTS {
        let start = open[random.below(open.len())];
        let distances = Distances::from(&maze, start);
        let is_goal = |&cell: &usize| {
            distances.is_unique(cell) && distances.steps_to(cell).is_some_and(|steps| steps >= min_steps)
        };
        let goals: Vec<usize> = open.iter().copied().filter(is_goal).collect();
        if goals.is_empty() {
            continue;
        }
        let goal = goals[random.below(goals.len())];
        let path = distances.path_to(goal)?;
        let mut question = maze;
        question.set(start, Cell::Start);
        question.set(goal, Cell::Goal);
        let mut answer = question.clone();
        path[1..path.len() - 1].iter().for_each(|&cell| answer.set(cell, Cell::Path));
        return Some((question, answer));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::maze::{check_answer, faults, shortest_path};

    fn side(side: usize) -> Size {
        Size::square(side)
    }

    #[test]
    fn standard_mazes_keep_their_promises() {
        for size in [7, 9, 10, 13, 30] {
            let design = Design::standard(side(size), 0.0);
            for seed in 0..20 {
                let (maze, answer) = generate(&design, &mut Random::stream(1, seed));
                assert_eq!(faults(&maze), []);
                assert_eq!(check_answer(&maze, &answer), Ok(()));
                assert_eq!(answer.without_path(), maze);
                let [start, goal] = [Cell::Start, Cell::Goal].map(|cell| maze.places_of(cell)[0]);
                let distances = Distances::from(&maze, start);
                assert!(distances.is_unique(goal));
                assert!(distances.steps_to(goal).unwrap() >= size as u32);
                let rooms = (size - 1) / 2;
                let open = maze.cells().iter().filter(|cell| cell.is_open()).count();
                let tree = rooms * rooms + rooms * rooms - 1;
                assert!((tree..=tree + size / 2).contains(&open));
                assert!(size == 7 || open == tree + size / 2, "{open} {maze:?}");
            }
        }
    }

    #[test]
    fn perfect_mazes_have_no_loop_and_long_paths_are_found() {
        let design = Design { size: side(13), openings: 0, min_steps: 26 };
        let (maze, _) = generate(&design, &mut Random::new(2));
        assert_eq!(maze.cells().iter().filter(|cell| cell.is_open()).count(), 2 * 36 - 1);
        assert!(shortest_path(&maze).unwrap().len() > 26);
    }

    #[test]
    fn impossible_designs_are_relaxed() {
        let design = Design { size: side(5), openings: 9, min_steps: 1000 };
        let (maze, answer) = generate(&design, &mut Random::new(3));
        assert_eq!(check_answer(&maze, &answer), Ok(()));
        assert_eq!(shortest_path(&maze).unwrap().len(), 7);
    }

    #[test]
    fn a_seed_tells_the_maze() {
        let maze = || generate(&Design::standard(side(9), 0.0), &mut Random::new(4));
        assert_eq!(maze(), maze());
    }

    #[test]
    fn mazes_that_are_no_squares_keep_the_same_promises() {
        for (rows, columns) in [(5, 30), (7, 9), (30, 6), (8, 5)] {
            let size = Size::new(rows, columns);
            for seed in 0..10 {
                let (maze, answer) = generate(&Design::standard(size, 0.0), &mut Random::stream(1, seed));
                assert_eq!((maze.size(), faults(&maze)), (size, Vec::new()));
                assert_eq!(check_answer(&maze, &answer), Ok(()));
                let open = maze.cells().iter().filter(|cell| cell.is_open()).count();
                assert!(open >= 2 * ((rows - 1) / 2) * ((columns - 1) / 2) - 1, "{maze:?}");
            }
        }
    }
}
