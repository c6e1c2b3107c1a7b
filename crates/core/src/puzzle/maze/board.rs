//! Mazes of one size: what a maze is to the page, to data sets and to models.

use super::{
    Cell, Design, Distances, Grid, MIN, Make, Maze, check_answer, class_key, faults, marked_path, shortest_path,
};
use crate::{
    puzzle::{
        self, AnswerStyle, Board, ClassKey, Classes, Difficulty, Dihedral, Fill, Form, Game, Generator, Layout,
        ParseError, Rules, Setting, Settings, Size, Symbol, Symmetry, Tool, Tools,
    },
    random::Random,
};

/// Mazes of one size.
pub struct MazeBoard(pub(super) Size);

/// What a stroke over a maze draws.
pub(super) static TOOLS: Tools = Tools {
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

    /// The make that is set.
    fn make(settings: &Settings) -> Make {
        Make::ALL[settings.value_of(&MAKE).round() as usize]
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
            choices: &[],
        }
    }

    fn path(&self, make: Make) -> Setting {
        let setting = |least: f64, most: f64| Setting {
            name: "path",
            label: "Path",
            help: "Steps from S to G at least.",
            unit: "steps",
            least,
            most,
            default: least,
            is_relative: false,
            choices: &[],
        };
        match make {
            Make::GrowingTree => {
                let least = f64::from(Design::standard(self.0, 0.0).min_steps);
                setting(least, 3.0 * least)
            }
            // A corridor that fills the board has about half of its cells.
            _ => setting(1.0, ((self.0.rows() - 2) * (self.0.columns() - 2) / 2) as f64),
        }
    }
}

/// How a maze is made.
static MAKE: Setting = Setting {
    name: "make",
    label: "Make",
    help: "How a maze is made.",
    unit: "",
    least: 0.0,
    most: (Make::ALL.len() - 1) as f64,
    default: 0.0,
    is_relative: false,
    choices: &Make::NAMES,
};

/// Dead ends that a braided maze has not.
static BRAID: Setting = Setting {
    name: "braid",
    label: "Braid",
    help: "Percent of the dead ends that are opened.",
    unit: "%",
    least: 0.0,
    most: 100.0,
    default: 50.0,
    is_relative: false,
    choices: &[],
};

/// Walls of a floor on which they are scattered.
static DENSITY: Setting = Setting {
    name: "density",
    label: "Walls",
    help: "Percent of the cells within the border that are walls.",
    unit: "%",
    least: 0.0,
    most: 80.0,
    default: 30.0,
    is_relative: false,
    choices: &[],
};

/// What [`Board::first`] is for the sizes of the gallery's models.
const FIRST_9: &str = concat!(
    "#########\n",
    "#       #\n",
    "# # # # #\n",
    "# # # # #\n",
    "# # # # #\n",
    "#       #\n",
    "# # ### #\n",
    "# G #  S#\n",
    "#########\n",
);
const FIRST_13: &str = concat!(
    "#############\n",
    "# #         #\n",
    "# ### # # # #\n",
    "# #         #\n",
    "# ### # ### #\n",
    "#         # #\n",
    "# ### ### # #\n",
    "#G# # #     #\n",
    "###S# # # # #\n",
    "#       # # #\n",
    "# ### # ### #\n",
    "# #   #   # #\n",
    "#############\n",
);

impl Board for MazeBoard {
    fn first(&self) -> Option<&'static str> {
        match (self.0.rows(), self.0.columns()) {
            (9, 9) => Some(FIRST_9),
            (13, 13) => Some(FIRST_13),
            _ => None,
        }
    }

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

    #[cfg(feature = "generators")]
    fn classes(&self) -> Option<&dyn Classes> {
        Some(self)
    }

    fn difficulty(&self) -> Option<&dyn Difficulty> {
        Some(self)
    }
}

impl Rules for MazeBoard {
    fn faults(&self, question: &[u8]) -> Vec<puzzle::Fault> {
        match Grid::from_tokens(self.0, question) {
            Ok(maze) => faults(&maze).into_iter().map(Into::into).collect(),
            Err(error) => vec![error.into()],
        }
    }

    fn check(&self, question: &[u8], answer: &[u8]) -> Result<(), puzzle::Fault> {
        let maze = Grid::from_tokens(self.0, question)?;
        let answer = Grid::from_tokens(self.0, answer)?;
        Ok(check_answer(&maze, &answer)?)
    }

    /// The marks join S and G, whether or not on a shortest path.
    fn holds(&self, question: &[u8], answer: &[u8]) -> bool {
        let grids = Grid::from_tokens(self.0, question).and_then(|maze| Ok((maze, Grid::from_tokens(self.0, answer)?)));
        grids.is_ok_and(|(maze, answer)| marked_path(&maze, &answer).is_ok())
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

    #[cfg(feature = "generators")]
    fn another_answer(&self, question: &[u8], random: Option<&mut Random>) -> Option<Vec<u8>> {
        let maze = Grid::from_tokens(self.0, question).ok()?;
        let path = match random {
            Some(random) => super::random_path(&maze, random),
            None => shortest_path(&maze),
        };
        Some(super::marked(&maze, &path?).to_tokens())
    }

    #[cfg(feature = "generators")]
    fn rating_quarter(&self, question: &[u8]) -> Option<usize> {
        super::length_quarter(&Grid::from_tokens(self.0, question).ok()?)
    }

    /// One where there is a path: shortest ones of the same length count as one.
    #[cfg(feature = "generators")]
    fn count_solutions(&self, question: &[u8]) -> Box<dyn crate::puzzle::SolutionCount> {
        Box::new(crate::puzzle::Known(usize::from(self.rating(question).is_some())))
    }
}

impl Generator for MazeBoard {
    fn settings(&self, set: &Settings) -> Vec<Setting> {
        let make = Self::make(set);
        let own = match make {
            Make::GrowingTree => Some(self.loops()),
            Make::Braided => Some(BRAID.clone()),
            Make::Scattered => Some(DENSITY.clone()),
            _ => None,
        };
        [Some(MAKE.clone()), own, Some(self.path(make))].into_iter().flatten().collect()
    }

    fn words(&self, setting: &str, value: f64) -> String {
        match setting {
            "make" => MAKE.choices.get(value as usize).copied().unwrap_or_default().into(),
            "loops" if value == 0.0 => "perfect".into(),
            "loops" => format!("{value} loops"),
            "braid" => format!("{value} % of dead ends opened"),
            "density" => format!("{value} % of cells"),
            "path" if value <= 1.0 => "any length".into(),
            _ => format!("≥ {value} steps"),
        }
    }

    fn has_smaller(&self) -> bool {
        self.0.rows().min(self.0.columns()) > MIN
    }

    #[cfg(feature = "generators")]
    fn generate(&self, random: &mut Random, settings: &Settings) -> crate::puzzle::Example {
        let make = Self::make(settings);
        let value = |setting: &Setting| settings.value_of(setting).round();
        let min_steps = value(&self.path(make)) as u32;
        let (maze, answer) = match make {
            Make::GrowingTree => {
                let openings = value(&self.loops()) as usize;
                super::generate(&Design { size: self.0, openings, min_steps }, random)
            }
            _ => {
                let percent = value(if make == Make::Braided { &BRAID } else { &DENSITY }) as usize;
                super::draw(&super::Plan { make, size: self.0, percent, min_steps }, random)
            }
        };
        crate::puzzle::Example { question: maze.to_tokens(), answer: answer.to_tokens() }
    }

    #[cfg(feature = "generators")]
    fn generate_smaller(&self, random: &mut Random) -> Option<crate::puzzle::Example> {
        let shorter = self.0.rows().min(self.0.columns());
        let sides: Vec<usize> = (MIN..shorter).filter(|side| !side.is_multiple_of(2)).collect();
        let side = Size::square(*sides.get(random.below(sides.len().max(1)))?);
        let (maze, answer) = super::generate(&Design::standard(side, 0.0), random);
        // By whole rooms, so that these stay on odd coordinates.
        let mut offset = |length: usize| 2 * random.below((length - side.rows()) / 2 + 1);
        let (row, column) = (offset(self.0.rows()), offset(self.0.columns()));
        let [question, answer] = [maze, answer].map(|grid| Some(grid.placed_in(self.0, row, column)?.to_tokens()));
        Some(crate::puzzle::Example { question: question?, answer: answer? })
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
