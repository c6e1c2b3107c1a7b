//! Mazes: walls, a start and a goal; the answer marks the shortest path between them.

mod board;
mod ends;
mod generate;
mod grid;
mod makes;
mod paste;
mod rules;
mod search;

pub use board::MazeBoard;
pub use ends::{Longest, Plan, draw, length_quarter, marked, random_path};
pub use generate::{Design, generate};
pub use grid::{Cell, Grid};
pub use makes::Make;
pub use rules::{Fault, check_answer, faults, marked_path};
pub use search::{Distances, loops, shortest_path};

use super::{Board, ClassKey, Dihedral, Game, ParseError, Size};

/// The fewest rows and columns: four rooms.
pub const MIN: usize = 5;
/// The most, those of the paper's Maze-Hard.
pub const MAX: usize = 30;

/// Whether a maze may have so many rows, or columns.
fn is_side(length: usize) -> bool {
    (MIN..=MAX).contains(&length)
}

/// The game.
pub struct Maze;

const SIDES: usize = MAX - MIN + 1;

/// Every size, row by row.
static BOARDS: [[MazeBoard; SIDES]; SIDES] = boards();

const fn boards() -> [[MazeBoard; SIDES]; SIDES] {
    let mut boards = [const { [const { MazeBoard(Size::square(MIN)) }; SIDES] }; SIDES];
    let mut row = 0;
    while row < SIDES {
        let mut column = 0;
        while column < SIDES {
            boards[row][column] = MazeBoard(Size::new(row + MIN, column + MIN));
            column += 1;
        }
        row += 1;
    }
    boards
}

impl Game for Maze {
    fn name(&self) -> &'static str {
        "maze"
    }

    fn title(&self) -> &'static str {
        "Maze"
    }

    fn plural(&self) -> &'static str {
        "mazes"
    }

    fn sizes(&self) -> Vec<Size> {
        (MIN..=MAX).map(Size::square).collect()
    }

    fn other_sizes(&self) -> Option<&'static str> {
        Some("or maze-ROWSxCOLUMNS, each from 5 to 30")
    }

    fn drawn_sizes(&self) -> Option<(Size, Size)> {
        Some((Size::square(MIN), Size::square(MAX)))
    }

    fn board(&self, size: Size) -> Option<&'static dyn Board> {
        let board = BOARDS.get(size.rows().checked_sub(MIN)?)?.get(size.columns().checked_sub(MIN)?)?;
        Some(board)
    }

    fn read(&self, text: &str) -> Result<(Size, Vec<u8>), ParseError> {
        Grid::parse(text).map(|maze| (maze.size(), maze.to_tokens()))
    }

    fn read_all(&self, text: &str) -> Result<Vec<(Size, Vec<u8>)>, ParseError> {
        Ok(Grid::parse_all(text)?.iter().map(|maze| (maze.size(), maze.to_tokens())).collect())
    }

    fn is_meant_by(&self, text: &str) -> bool {
        text.contains(['#', '█', 'S', 'G'])
    }
}

/// The key that a maze shares with its turned and mirrored forms.
pub fn class_key(maze: &Grid) -> ClassKey {
    let forms = Dihedral::of(maze.size()).map(|map| map.apply(maze.size(), maze.cells()));
    let least = forms.min().unwrap_or_default();
    ClassKey::of_words(least.into_iter().map(|cell| cell as u64))
}

#[cfg(test)]
mod tests {
    use super::{board::TOOLS, *};
    use crate::{
        puzzle::{Example, Kind, Settings},
        random::Random,
    };

    fn kind(name: &str) -> Kind {
        name.parse().unwrap()
    }

    #[test]
    fn turned_and_mirrored_mazes_share_a_key_and_others_do_not() {
        for name in ["maze-9", "maze-11x13"] {
            let (kind, mut keys) = (kind(name), std::collections::HashSet::new());
            for seed in 0..50 {
                let (maze, _) = generate(&Design::standard(kind.size(), 0.0), &mut Random::stream(1, seed));
                for map in Dihedral::of(kind.size()) {
                    let mapped: Vec<u8> = map.apply(kind.size(), &maze.to_tokens());
                    assert_eq!(kind.class_key(&mapped), Ok(class_key(&maze)));
                }
                keys.insert(class_key(&maze));
            }
            assert_eq!(keys.len(), 50);
        }
    }

    #[test]
    fn smaller_mazes_are_padded_and_larger_ones_refused() {
        let text = "#####\n#S  #\n# # #\n#  G#\n#####";
        let six = kind("maze-6");
        let tokens = six.encode(text).unwrap();
        assert_eq!(six.decode(&tokens), "#######S  ### # ###  G##############");
        assert_eq!(six.faults(&tokens), []);
        let larger = format!("{}\n", "#######\n".repeat(7).trim_end());
        let error = six.encode(&larger).unwrap_err().to_string();
        assert_eq!(error, "found 49 cells, expected at most 36 for a 6x6 maze");
    }

    #[test]
    fn mazes_that_are_no_squares_are_kinds_of_their_own() {
        for name in ["maze-5x30", "maze-7x9", "maze-30x6", "maze-8x5"] {
            let kind = kind(name);
            assert_eq!(kind.to_string(), name);
            let mut random = Random::new(3);
            for example in [kind.generate(&mut random, 0.0).unwrap(), kind.generate(&mut random, 1.0).unwrap()] {
                let augmented = kind.augment(&mut random, &example);
                assert_eq!(kind.class_key(&example.question), kind.class_key(&augmented.question));
                for Example { question, answer } in [example, augmented] {
                    assert_eq!(kind.faults(&question), []);
                    assert_eq!(kind.check(&question, &answer), Ok(()));
                    let text = kind.decode(&question);
                    assert_eq!(kind.encode(&text), Ok(question.clone()));
                    assert_eq!(Kind::of_question(&text), Some(kind), "{text}");
                }
            }
            assert_eq!(kind.faults(&kind.empty()), []);
        }
        for name in ["maze-9x9", "maze-4x9", "maze-7x31", "maze-07x9", "maze-", "maze-7x"] {
            assert!(name.parse::<Kind>().is_err(), "{name}");
        }
        assert!(kind("maze-9x11").pads(kind("maze-7x9")) && !kind("maze-9x11").pads(kind("maze-13")));
    }

    #[test]
    fn a_second_shortest_path_is_found_and_none_invented() {
        let several = |text: &str| {
            let five = kind("maze-5");
            five.rules().unwrap().has_several_answers(&five.encode(text).unwrap())
        };
        assert!(several("######S  ## # ##  G######"));
        assert!(!several("######S  ## ####  G######"));
        assert!(!several("######S#G################"));
        assert!(!kind("maze-5").rules().unwrap().has_several_answers(&[1; 3]));
    }

    #[test]
    fn a_maze_has_one_start_however_often_it_is_placed() {
        let five = kind("maze-5");
        let maze = five.empty();
        assert!(five.faults(&maze).is_empty());
        let moved = five.written(&maze, 8, Cell::Start as u8);
        assert_eq!((moved[6], moved[8]), (Cell::Open as u8, Cell::Start as u8));
        assert!(five.faults(&moved).is_empty());
        assert_eq!(five.written(&maze, 99, Cell::Wall as u8), maze);
    }

    #[test]
    fn strokes_do_the_opposite_of_what_they_begin_on() {
        let [walls, start, _] = TOOLS.tools else { panic!("there are three tools") };
        assert_eq!((walls.draws)(Cell::Wall as u8), Cell::Open as u8);
        assert_eq!((walls.draws)(Cell::Open as u8), Cell::Wall as u8);
        assert_eq!((walls.draws)(Cell::Goal as u8), Cell::Goal as u8);
        assert_eq!((start.draws)(Cell::Wall as u8), Cell::Start as u8);
        let five = kind("maze-5");
        let maze = five.empty();
        assert_eq!(five.stroked(&maze, &maze, 6, Cell::Wall as u8), maze);
        assert_eq!(five.stroked(&maze, &maze, 7, Cell::Wall as u8)[7], Cell::Wall as u8);
    }

    #[test]
    fn keys_are_tokens() {
        let nine = kind("maze-9");
        assert_eq!([nine.token_of_key('#'), nine.token_of_key('s'), nine.token_of_key('o')], [Some(1), Some(3), None]);
    }

    #[test]
    fn settings_make_the_maze() {
        let thirteen = kind("maze-13");
        let settings = Settings::default().with("loops", 0.0).with("path", 26.0);
        let generator = thirteen.generator().unwrap();
        settings.check(&generator.settings(&settings)).unwrap();
        let example = generator.generate(&mut Random::new(2), &settings);
        assert_eq!(loops(&Grid::from_tokens(thirteen.size(), &example.question).unwrap()), Some(0));
        assert!(thirteen.rating(&example.question) >= Some(26));
        assert_eq!(generator.words("loops", 0.0), "perfect");
        // What nobody sets is as models are trained on.
        let by_default = generator.generate(&mut Random::new(2), &Settings::default());
        assert_eq!(Some(by_default), thirteen.generate(&mut Random::new(2), 0.0));
    }
}
