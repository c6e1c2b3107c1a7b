//! Mazes: walls, a start and a goal; the answer marks the shortest path between them.

mod generate;
mod grid;
mod paste;
mod rules;
mod search;

pub use generate::{Design, generate};
pub use grid::{Cell, Grid};
pub use rules::{Fault, check_answer, faults};
pub use search::{Distances, loops, shortest_path};

use super::{
    AnswerStyle, Board, ClassKey, Classes, Difficulty, Dihedral, Example, Fill, Form, Game, Generator, Known, Layout,
    ParseError, Rules, Setting, Settings, Size, SolutionCount, Symbol, Symmetry, Tool, Tools,
};
use crate::random::Random;

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

/// Mazes of one size.
pub struct MazeBoard(Size);

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

/// What a stroke over a maze draws.
static TOOLS: Tools = Tools {
    label: "What pressing on the maze does",
    tools: &[
        Tool {
            title: "Walls",
            help: "Drag to draw or erase walls, or to move S and G. Keys: # wall, space, S, G.",
            draws: |token| match Cell::of_token(token) {
                // Begun on S or G it carries that along.
                end @ (Cell::Start | Cell::Goal) => end as u8,
                Cell::Wall => Cell::Open as u8,
                _ => Cell::Wall as u8,
            },
        },
        Tool { title: "S", help: "Press where S is to be.", draws: |_| Cell::Start as u8 },
        Tool { title: "G", help: "Press where G is to be.", draws: |_| Cell::Goal as u8 },
    ],
    look: "Point at a cell, or press it to select it. To change the maze, and forget its run: Walls, S or G.",
};

/// Where a path begins or ends.
fn is_end(token: u8) -> bool {
    matches!(Cell::of_token(token), Cell::Start | Cell::Goal)
}

impl MazeBoard {
    /// The maze as tokens, padded with walls.
    fn tokens(&self, maze: &Grid) -> Result<Vec<u8>, ParseError> {
        let padded = maze.padded_to(self.0).ok_or_else(|| ParseError::Length {
            found: maze.size().cells(),
            expected: format!("at most {} for a {} maze", self.0.cells(), self.0),
        })?;
        Ok(padded.to_tokens())
    }

    /// A maze as its design says, and its answer.
    fn drawn(&self, design: &Design, random: &mut Random) -> Example {
        let (maze, answer) = generate(design, random);
        Example { question: maze.to_tokens(), answer: answer.to_tokens() }
    }

    fn loops(&self) -> Setting {
        let most = (self.0.rows() + self.0.columns()) / 2;
        Setting {
            name: "loops",
            label: "Loops",
            help: "Openings beyond those of a spanning tree; 0 makes a perfect maze.",
            unit: "openings",
            least: 0.0,
            most: most as f64,
            default: Design::standard(self.0, 0.0).openings as f64,
            is_relative: false,
        }
    }

    fn path(&self) -> Setting {
        let least = f64::from(Design::standard(self.0, 0.0).min_steps);
        Setting {
            name: "path",
            label: "Path",
            help: "Steps from S to G at least.",
            unit: "steps",
            least,
            most: 3.0 * least,
            default: least,
            is_relative: false,
        }
    }
}

impl Board for MazeBoard {
    fn game(&self) -> &'static dyn Game {
        &Maze
    }

    fn size(&self) -> Size {
        self.0
    }

    fn name(&self) -> String {
        if self.0.is_square() { format!("maze-{}", self.0.rows()) } else { format!("maze-{}", self.0) }
    }

    fn vocab_size(&self) -> usize {
        Cell::ALPHABET.len() + 1
    }

    fn layout(&self) -> Layout {
        let (rows, columns) = (self.0.rows(), self.0.columns());
        Layout { rows, columns, box_rows: rows, box_columns: columns, answers: AnswerStyle::Path }
    }

    fn fill(&self, token: u8) -> Fill {
        match Cell::of_token(token) {
            Cell::Wall => Fill::Wall,
            Cell::Path => Fill::Path,
            Cell::Start | Cell::Goal => Fill::End,
            Cell::Pad | Cell::Open => Fill::Symbol,
        }
    }

    fn symbol(&self, token: u8) -> Option<Symbol> {
        let (text, name, class) = match Cell::of_token(token) {
            Cell::Pad | Cell::Open => return None,
            Cell::Wall => ("", "wall", "wall"),
            Cell::Start => ("S", "start", "start"),
            Cell::Goal => ("G", "goal", "goal"),
            Cell::Path => ("o", "path", "path"),
        };
        Some(Symbol { text: text.into(), name: name.into(), class })
    }

    fn blank(&self) -> u8 {
        Cell::Open as u8
    }

    fn question_tokens(&self) -> Vec<u8> {
        [Cell::Wall, Cell::Open, Cell::Start, Cell::Goal].map(|cell| cell as u8).to_vec()
    }

    fn token_of_key(&self, key: char) -> Option<u8> {
        match Cell::of_character(key.to_ascii_uppercase())? {
            Cell::Path | Cell::Pad => None,
            cell => Some(cell as u8),
        }
    }

    fn tools(&self) -> Option<&'static Tools> {
        Some(&TOOLS)
    }

    /// A room between walls with S and G in its corners.
    fn empty(&self) -> Vec<u8> {
        let (rows, columns) = (self.0.rows(), self.0.columns());
        let cell = |at: usize| match (at / columns, at % columns) {
            (1, 1) => Cell::Start,
            (row, column) if (row, column) == (rows - 2, columns - 2) => Cell::Goal,
            (row, column) if [0, rows - 1].contains(&row) || [0, columns - 1].contains(&column) => Cell::Wall,
            _ => Cell::Open,
        };
        (0..self.0.cells()).map(|at| cell(at) as u8).collect()
    }

    /// A maze keeps one start and one goal: a new one takes the other's place.
    fn written(&self, tokens: &[u8], cell: usize, token: u8) -> Vec<u8> {
        let mut written = tokens.to_vec();
        if is_end(token) {
            written.iter_mut().filter(|other| **other == token).for_each(|other| *other = Cell::Open as u8);
        }
        if let Some(place) = written.get_mut(cell).filter(|_| usize::from(token) < self.vocab_size()) {
            *place = token;
        }
        written
    }

    /// S and G are carried over the maze and leave no trace; walls and openings leave them where they are.
    fn stroked(&self, before: &[u8], now: &[u8], cell: usize, token: u8) -> Vec<u8> {
        if is_end(token) {
            return self.written(before, cell, token);
        }
        let mut painted = now.to_vec();
        if let Some(place) = painted.get_mut(cell).filter(|place| !is_end(**place)) {
            *place = token;
        }
        painted
    }

    fn text_hint(&self) -> &'static str {
        "The maze as text, row by row: # wall, space, S and G"
    }

    fn is_one_line(&self) -> bool {
        false
    }

    fn encode(&self, text: &str) -> Result<Vec<u8>, ParseError> {
        self.tokens(&Grid::parse(text)?)
    }

    fn encode_all(&self, text: &str) -> Result<Vec<Vec<u8>>, ParseError> {
        Grid::parse_all(text)?.iter().map(|maze| self.tokens(maze)).collect()
    }

    /// A square in one line; of other boards each row in a line of its own, for one line does not tell their shape.
    fn decode(&self, tokens: &[u8]) -> String {
        let row = |row: &[u8]| row.iter().map(|&token| Cell::of_token(token).character()).collect::<String>();
        let width = if self.0.is_square() { tokens.len() } else { self.0.columns() };
        tokens.chunks(width.max(1)).map(row).collect::<Vec<_>>().join("\n")
    }

    fn padded(&self, tokens: &[u8], of: Size) -> Option<Vec<u8>> {
        Some(Grid::from_tokens(of, tokens).ok()?.padded_to(self.0)?.to_tokens())
    }

    fn without_marks(&self, tokens: &[u8]) -> Vec<u8> {
        let unmarked = |token: &u8| if *token == Cell::Path as u8 { Cell::Open as u8 } else { *token };
        tokens.iter().map(unmarked).collect()
    }

    fn rules(&self) -> Option<&dyn Rules> {
        Some(self)
    }

    fn generator(&self) -> Option<&dyn Generator> {
        Some(self)
    }

    fn symmetry(&self) -> Option<&dyn Symmetry> {
        Some(self)
    }

    fn classes(&self) -> Option<&dyn Classes> {
        Some(self)
    }

    fn difficulty(&self) -> Option<&dyn Difficulty> {
        Some(self)
    }
}

impl Rules for MazeBoard {
    fn faults(&self, question: &[u8]) -> Vec<super::Fault> {
        match Grid::from_tokens(self.0, question) {
            Ok(maze) => faults(&maze).into_iter().map(Into::into).collect(),
            Err(error) => vec![error.into()],
        }
    }

    fn check(&self, question: &[u8], answer: &[u8]) -> Result<(), super::Fault> {
        let maze = Grid::from_tokens(self.0, question)?;
        let answer = Grid::from_tokens(self.0, answer)?;
        Ok(check_answer(&maze, &answer)?)
    }

    /// The marks join S and G, whether or not on a shortest path.
    fn holds(&self, question: &[u8], answer: &[u8]) -> bool {
        let grids = Grid::from_tokens(self.0, question).and_then(|maze| Ok((maze, Grid::from_tokens(self.0, answer)?)));
        grids.is_ok_and(|(maze, answer)| matches!(check_answer(&maze, &answer), Ok(()) | Err(Fault::Detour { .. })))
    }

    fn fits(&self, asked: u8, answered: u8) -> bool {
        answered == asked || (asked, answered) == (Cell::Open as u8, Cell::Path as u8)
    }

    fn rating(&self, question: &[u8]) -> Option<u32> {
        let maze = Grid::from_tokens(self.0, question).ok()?;
        shortest_path(&maze).map(|path| path.len() as u32 - 1)
    }

    fn rating_unit(&self) -> &'static str {
        "steps of a shortest path"
    }

    fn has_several_answers(&self, question: &[u8]) -> bool {
        Grid::from_tokens(self.0, question).is_ok_and(|maze| {
            let first = |cell| maze.places_of(cell).first().copied();
            first(Cell::Start).zip(first(Cell::Goal)).is_some_and(|(start, goal)| {
                let distances = Distances::from(&maze, start);
                distances.steps_to(goal).is_some() && !distances.is_unique(goal)
            })
        })
    }

    /// One where there is a path: shortest ones of the same length count as one.
    fn count_solutions(&self, question: &[u8]) -> Box<dyn SolutionCount> {
        Box::new(Known(usize::from(self.rating(question).is_some())))
    }
}

impl Generator for MazeBoard {
    fn settings(&self) -> Vec<Setting> {
        vec![self.loops(), self.path()]
    }

    fn words(&self, setting: &str, value: f64) -> String {
        match setting {
            "loops" if value == 0.0 => "perfect".into(),
            "loops" => format!("{value} loops"),
            _ => format!("≥ {value} steps"),
        }
    }

    fn generate(&self, random: &mut Random, settings: &Settings) -> Example {
        let [openings, min_steps] = [self.loops(), self.path()].map(|setting| settings.value_of(&setting).round());
        self.drawn(&Design { size: self.0, openings: openings as usize, min_steps: min_steps as u32 }, random)
    }

    fn generate_smaller(&self, random: &mut Random) -> Option<Example> {
        let shorter = self.0.rows().min(self.0.columns());
        let sides: Vec<usize> = (MIN..shorter).filter(|side| !side.is_multiple_of(2)).collect();
        let side = Size::square(*sides.get(random.below(sides.len().max(1)))?);
        let (maze, answer) = generate(&Design::standard(side, 0.0), random);
        // By whole rooms, so that these stay on odd coordinates.
        let mut offset = |length: usize| 2 * random.below((length - side.rows()) / 2 + 1);
        let (row, column) = (offset(self.0.rows()), offset(self.0.columns()));
        let [question, answer] = [maze, answer].map(|grid| Some(grid.placed_in(self.0, row, column)?.to_tokens()));
        Some(Example { question: question?, answer: answer? })
    }
}

impl Difficulty for MazeBoard {
    /// Training sets are all of the standard design.
    fn levels(&self) -> usize {
        1
    }

    fn settings(&self, difficulty: f64) -> Settings {
        Settings::default().with("path", Design::standard(self.0, difficulty).min_steps.into())
    }
}

impl Symmetry for MazeBoard {
    fn form(&self, random: &mut Random) -> Form {
        let cells: Vec<usize> = (0..self.0.cells()).collect();
        let tokens = (0..self.vocab_size()).map(|token| token as u8).collect();
        Form::new(Dihedral::random(self.0, random).apply(self.0, &cells), tokens)
    }
}

impl Classes for MazeBoard {
    fn class_key(&self, question: &[u8]) -> Result<ClassKey, ParseError> {
        Grid::from_tokens(self.0, question).map(|maze| class_key(&maze))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::Kind;

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
        settings.check(&generator.settings()).unwrap();
        let example = generator.generate(&mut Random::new(2), &settings);
        assert_eq!(loops(&Grid::from_tokens(thirteen.size(), &example.question).unwrap()), Some(0));
        assert!(thirteen.rating(&example.question) >= Some(26));
        assert_eq!(generator.words("loops", 0.0), "perfect");
        // What nobody sets is as models are trained on.
        let by_default = generator.generate(&mut Random::new(2), &Settings::default());
        assert_eq!(Some(by_default), thirteen.generate(&mut Random::new(2), 0.0));
    }
}
