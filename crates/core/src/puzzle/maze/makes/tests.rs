//! What each make promises, on small, long, large and even boards.

use super::super::{
    Cell, Distances, Grid, Longest, Make, Plan, check_answer, draw, faults, length_quarter, loops, random_path,
    search::largest, shortest_path,
};
use crate::{
    puzzle::{ClassKey, Size},
    random::Random,
};

const SIZES: [Size; 8] = [
    Size::square(5),
    Size::square(6),
    Size::square(9),
    Size::new(8, 13),
    Size::new(5, 30),
    Size::new(30, 6),
    Size::new(20, 30),
    Size::square(30),
];

/// All but the one that [`super::super::generate`] makes.
fn makes() -> impl Iterator<Item = Make> {
    Make::ALL.into_iter().filter(|make| *make != Make::GrowingTree)
}

fn plan(make: Make, size: Size) -> Plan {
    Plan { make, size, percent: 30, min_steps: 1 }
}

fn drawn(plan: &Plan, seed: u64) -> (Grid, Grid) {
    draw(plan, &mut Random::stream(7, seed))
}

fn steps(maze: &Grid) -> u32 {
    shortest_path(maze).unwrap().len() as u32 - 1
}

#[test]
fn names_are_those_of_the_makes_and_are_told_apart() {
    assert_eq!(Make::ALL.len(), Make::NAMES.len());
    for (make, name) in Make::ALL.into_iter().zip(Make::NAMES) {
        let spelt: String = format!("{make:?}").chars().fold(String::new(), |text, letter| {
            let dash = if letter.is_uppercase() && !text.is_empty() { "-" } else { "" };
            text + dash + &letter.to_lowercase().to_string()
        });
        assert_eq!(spelt, name);
    }
}

#[test]
fn every_make_gives_well_formed_mazes_with_a_shortest_path_on_every_board() {
    for make in makes() {
        for size in SIZES {
            for seed in 0..8 {
                for percent in [0, 35, 100] {
                    let (maze, answer) = drawn(&Plan { percent, ..plan(make, size) }, seed);
                    assert_eq!((maze.size(), faults(&maze)), (size, Vec::new()), "{make:?} {maze:?}");
                    assert_eq!(check_answer(&maze, &answer), Ok(()), "{make:?}");
                    assert_eq!(answer.without_path(), maze);
                    assert!(length_quarter(&maze).is_some());
                }
            }
        }
    }
}

/// A hash of some mazes of a make.
fn hash(make: Make) -> u64 {
    let words = SIZES.into_iter().flat_map(|size| {
        (0..3).flat_map(move |seed| {
            let (maze, answer) = drawn(&plan(make, size), seed);
            [maze, answer].into_iter().flat_map(|grid| grid.to_tokens()).map(u64::from).collect::<Vec<_>>()
        })
    });
    words.fold(0, |hash, word| crate::random::mix64(hash ^ word).wrapping_add(word))
}

#[test]
fn a_seed_gives_the_same_maze_on_every_machine_and_in_every_version() {
    let found: Vec<(Make, String)> = makes().map(|make| (make, format!("{:016x}", hash(make)))).collect();
    let stored = [
        (Make::DepthFirst, "0e077d47038e44ac"),
        (Make::Prim, "f74ca81d544c6abe"),
        (Make::Kruskal, "fe70b87536fb91bb"),
        (Make::Division, "0741732d91742861"),
        (Make::Braided, "2c90d255f58c58ed"),
        (Make::Scattered, "a5eb5f66e40a5e67"),
        (Make::Rooms, "487a253a5938dd86"),
        (Make::Caves, "8d41b4548546c937"),
        (Make::Open, "7dcc982dace51b74"),
    ];
    assert_eq!(found, stored.map(|(make, hash)| (make, hash.to_owned())));
}

#[test]
fn trees_join_all_rooms_without_a_loop() {
    for make in [Make::DepthFirst, Make::Prim, Make::Kruskal, Make::Division] {
        for size in SIZES {
            for seed in 0..5 {
                let (maze, _) = drawn(&plan(make, size), seed);
                let rooms = ((size.rows() - 1) / 2) * ((size.columns() - 1) / 2);
                let open = maze.cells().iter().filter(|cell| cell.is_open()).count();
                assert_eq!((open, loops(&maze)), (2 * rooms - 1, Some(0)), "{make:?} {maze:?}");
            }
        }
    }
}

/// Open cells with one open cell beside them.
fn dead_ends(maze: &Grid) -> usize {
    let columns = maze.size().columns();
    let is_open = |cell: usize| maze.cells()[cell].is_open();
    let ways =
        |cell: usize| [cell - columns, cell - 1, cell + 1, cell + columns].into_iter().filter(|&c| is_open(c)).count();
    (0..maze.cells().len()).filter(|&cell| is_open(cell) && ways(cell) == 1).count()
}

#[test]
fn so_many_dead_ends_of_a_braided_maze_are_opened() {
    let ends = |percent| -> usize {
        (0..20).map(|seed| dead_ends(&drawn(&Plan { percent, ..plan(Make::Braided, Size::square(21)) }, seed).0)).sum()
    };
    let [none, half, all] = [0, 50, 100].map(ends);
    assert!(none > 20 * 8 && all == 0, "{none} {all}");
    // An opening may open a second one.
    assert!((none / 4..=none / 2 + 20).contains(&half), "{half} of {none}");
    for size in SIZES {
        let (maze, _) = drawn(&Plan { percent: 100, ..plan(Make::Braided, size) }, 1);
        assert_eq!(dead_ends(&maze), 0, "{maze:?}");
        assert!(loops(&maze) > Some(0));
    }
}

#[test]
fn so_many_cells_are_walls_as_the_density_says() {
    for (percent, walls) in [(0, 0), (25, 30), (40, 48)] {
        let (maze, _) = drawn(&Plan { percent, ..plan(Make::Scattered, Size::new(12, 14)) }, 3);
        let open = maze.cells().iter().filter(|cell| cell.is_open()).count();
        assert_eq!(open, 120 - walls, "{maze:?}");
    }
    // Of a board that would be full, two cells are opened.
    let (maze, _) = drawn(&Plan { percent: 100, ..plan(Make::Scattered, Size::square(5)) }, 3);
    assert!(steps(&maze) >= 1 && maze.cells().iter().filter(|cell| cell.is_open()).count() <= 9);
}

#[test]
fn rooms_are_joined_by_doors() {
    let mut walls = 0;
    for size in SIZES {
        for seed in 0..20 {
            let (maze, _) = drawn(&plan(Make::Rooms, size), seed);
            let open = maze.cells().iter().filter(|cell| cell.is_open()).count();
            assert_eq!(largest(&maze).len(), open, "{maze:?}");
            walls += (size.rows() - 2) * (size.columns() - 2) - open;
        }
    }
    assert!(walls > 0);
}

#[test]
fn caves_are_wide_and_open_floors_have_no_wall() {
    let size = Size::square(30);
    for seed in 0..10 {
        let (cave, _) = drawn(&plan(Make::Caves, size), seed);
        // A tree of rooms has 391 open cells here, and no two by two of them.
        let is_wide = |&cell: &usize| {
            [0, 1, 30, 31].iter().all(|step| cave.cells().get(cell + step).is_some_and(|cell| cell.is_open()))
        };
        assert!((0..900).filter(is_wide).count() > 100, "{cave:?}");
        assert!(largest(&cave).len() >= 784 / 4);
        let (open, _) = drawn(&plan(Make::Open, size), seed);
        assert_eq!(open.places_of(Cell::Wall).len(), 900 - 28 * 28);
    }
}

#[test]
fn mazes_differ_from_seed_to_seed() {
    for make in makes() {
        let keys: std::collections::HashSet<ClassKey> =
            (0..50).map(|seed| super::super::class_key(&drawn(&plan(make, Size::square(13)), seed).0)).collect();
        // Open floors differ in S and G alone.
        assert!(keys.len() >= if make == Make::Open { 40 } else { 48 }, "{make:?}: {}", keys.len());
    }
}

#[test]
fn lengths_are_spread_over_the_quarters_of_the_possible_ones() {
    for make in makes() {
        for size in [Size::square(9), Size::new(13, 20)] {
            let mut quarters = [0; 4];
            let (mut shortest, mut longest) = (u32::MAX, false);
            for seed in 0..200 {
                let (maze, _) = drawn(&plan(make, size), seed);
                quarters[length_quarter(&maze).unwrap()] += 1;
                let start = maze.places_of(Cell::Start)[0];
                shortest = shortest.min(steps(&maze));
                longest |= steps(&maze) == Longest::of(&maze, start).steps;
            }
            assert!(quarters.iter().all(|count| (30..=72).contains(count)), "{make:?} {size}: {quarters:?}");
            assert!(shortest <= 2 && longest, "{make:?} {size}: {shortest}");
        }
    }
}

#[test]
fn a_least_length_is_kept_where_there_is_one_and_else_the_longest_is_taken() {
    for make in [Make::DepthFirst, Make::Kruskal, Make::Division, Make::Braided, Make::Scattered] {
        let plan = Plan { make, size: Size::square(30), percent: 38, min_steps: 80 };
        for seed in 0..3 {
            let (maze, _) = drawn(&plan, seed);
            assert!(steps(&maze) >= 80, "{make:?}: {}", steps(&maze));
        }
    }
    let (maze, _) = drawn(&Plan { min_steps: 1000, ..plan(Make::Open, Size::square(9)) }, 1);
    assert_eq!(steps(&maze), 12);
}

#[test]
fn the_longest_path_is_that_of_all_pairs() {
    for make in makes() {
        for size in [Size::square(7), Size::new(9, 14)] {
            for seed in 0..10 {
                let (maze, _) = drawn(&plan(make, size), seed);
                let cells = largest(&maze);
                let farthest = |&cell: &usize| {
                    let distances = Distances::from(&maze, cell);
                    cells.iter().filter_map(|&other| distances.steps_to(other)).max().unwrap()
                };
                let longest = Longest::of(&maze, cells[0]);
                assert_eq!(cells.iter().map(farthest).max(), Some(longest.steps), "{make:?} {maze:?}");
                let [a, b] = longest.ends;
                assert_eq!(Distances::from(&maze, a).steps_to(b), Some(longest.steps));
            }
        }
    }
}

#[test]
fn random_paths_are_shortest_ones_and_each_comes_up_as_often() {
    let maze = Grid::parse("######\n#S   #\n#    #\n#   G#\n######\n######").unwrap();
    let mut random = Random::new(1);
    let mut found = std::collections::HashMap::new();
    for _ in 0..1000 {
        let path = random_path(&maze, &mut random).unwrap();
        assert_eq!(check_answer(&maze, &super::super::marked(&maze, &path)), Ok(()));
        *found.entry(path).or_insert(0) += 1;
    }
    // Of three steps to the right and two down there are ten orders.
    assert_eq!(found.len(), 10);
    assert!(found.values().all(|count| (60..150).contains(count)), "{found:?}");
    // The canonical one goes up from G as far as it can.
    let canonical = shortest_path(&maze).unwrap();
    assert_eq!(canonical, [7, 8, 9, 10, 16, 22]);
    assert!(found.contains_key(&canonical));
}
