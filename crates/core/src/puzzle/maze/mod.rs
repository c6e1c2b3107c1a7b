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

use std::fmt;

use super::{AnswerStyle, ClassKey, Dihedral, Example, Fill, Layout, ParseError, Rules};
use crate::random::Random;

/// Rows and columns of a maze, from [`Side::MIN`] to [`Side::MAX`]; the parameter of its [`Rules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Side(u8);

impl Side {
    /// The smallest maze: four rooms.
    pub const MIN: usize = 5;
    /// The largest, that of the paper's Maze-Hard.
    pub const MAX: usize = 30;

    /// A side, if it is in range.
    pub fn new(side: usize) -> Option<Self> {
        (Self::MIN..=Self::MAX).contains(&side).then_some(Self(side as u8))
    }

    /// Every side, smallest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (Self::MIN..=Self::MAX).filter_map(Self::new)
    }

    /// Rows, and columns.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }

    /// Cells: the model's sequence length S.
    pub fn cells(self) -> usize {
        self.get() * self.get()
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{0}x{0}", self.0)
    }
}

/// The key that a maze shares with its turned and mirrored forms.
pub fn class_key(maze: &Grid) -> ClassKey {
    let forms = Dihedral::all().map(|map| map.apply(maze.side().get(), maze.cells()));
    let least = forms.min().unwrap_or_default();
    ClassKey::of_words(least.into_iter().map(|cell| cell as u64))
}

impl Side {
    /// The maze as tokens, padded with walls.
    fn tokens(self, maze: &Grid) -> Result<Vec<u8>, ParseError> {
        let padded = maze.padded_to(self).ok_or_else(|| ParseError::Length {
            found: maze.side().cells(),
            expected: format!("at most {} for a {self} maze", self.cells()),
        })?;
        Ok(padded.to_tokens())
    }
}

impl Rules for Side {
    fn name(&self) -> String {
        format!("maze-{}", self.0)
    }

    fn game(&self) -> &'static str {
        "Maze"
    }

    fn seq_len(&self) -> usize {
        self.cells()
    }

    fn vocab_size(&self) -> usize {
        Cell::ALPHABET.len() + 1
    }

    fn layout(&self) -> Layout {
        let side = self.get();
        Layout { rows: side, columns: side, box_rows: side, box_columns: side, answers: AnswerStyle::Path }
    }

    fn fill(&self, token: u8) -> Fill {
        match Cell::of_token(token) {
            Cell::Wall => Fill::Wall,
            Cell::Path => Fill::Path,
            Cell::Pad | Cell::Open | Cell::Start | Cell::Goal => Fill::Symbol,
        }
    }

    fn levels(&self) -> usize {
        1
    }

    fn generate(&self, random: &mut Random, difficulty: f64) -> Example {
        let (maze, answer) = generate(&Design::standard(*self, difficulty), random);
        Example { question: maze.to_tokens(), answer: answer.to_tokens() }
    }

    fn generate_smaller(&self, random: &mut Random) -> Option<Example> {
        let sides: Vec<Self> = Self::all().filter(|side| side < self && !side.get().is_multiple_of(2)).collect();
        let side = *sides.get(random.below(sides.len().max(1)))?;
        let (maze, answer) = generate(&Design::standard(side, 0.0), random);
        // By whole rooms, so that these stay on odd coordinates.
        let places = (self.get() - side.get()) / 2 + 1;
        let [row, column] = [(); 2].map(|()| 2 * random.below(places));
        let [question, answer] = [maze, answer].map(|grid| Some(grid.placed_in(*self, row, column)?.to_tokens()));
        Some(Example { question: question?, answer: answer? })
    }

    fn augment(&self, random: &mut Random, example: &Example) -> Example {
        let map = Dihedral::random(random);
        Example { question: map.apply(self.get(), &example.question), answer: map.apply(self.get(), &example.answer) }
    }

    fn class_key(&self, question: &[u8]) -> Result<ClassKey, ParseError> {
        Grid::from_tokens(*self, question).map(|maze| class_key(&maze))
    }

    fn rating(&self, question: &[u8]) -> Option<u32> {
        let maze = Grid::from_tokens(*self, question).ok()?;
        shortest_path(&maze).map(|path| path.len() as u32 - 1)
    }

    fn encode(&self, text: &str) -> Result<Vec<u8>, ParseError> {
        Self::tokens(*self, &Grid::parse(text)?)
    }

    fn encode_all(&self, text: &str) -> Result<Vec<Vec<u8>>, ParseError> {
        Grid::parse_all(text)?.iter().map(|maze| Self::tokens(*self, maze)).collect()
    }

    fn decode(&self, tokens: &[u8]) -> String {
        tokens.iter().map(|&token| Cell::of_token(token).character()).collect()
    }

    fn faults(&self, question: &[u8]) -> Vec<super::Fault> {
        match Grid::from_tokens(*self, question) {
            Ok(maze) => faults(&maze).into_iter().map(Into::into).collect(),
            Err(error) => vec![error.into()],
        }
    }

    fn check(&self, question: &[u8], answer: &[u8]) -> Result<(), super::Fault> {
        let maze = Grid::from_tokens(*self, question)?;
        let answer = Grid::from_tokens(*self, answer)?;
        Ok(check_answer(&maze, &answer)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turned_and_mirrored_mazes_share_a_key_and_others_do_not() {
        let side = Side::new(9).unwrap();
        let mut keys = std::collections::HashSet::new();
        for seed in 0..50 {
            let (maze, _) = generate(&Design::standard(side, 0.0), &mut Random::stream(1, seed));
            for map in Dihedral::all() {
                let mapped: Vec<u8> = map.apply(9, &maze.to_tokens());
                assert_eq!(Rules::class_key(&side, &mapped), Ok(class_key(&maze)));
            }
            keys.insert(class_key(&maze));
        }
        assert_eq!(keys.len(), 50);
    }

    #[test]
    fn smaller_mazes_are_padded_and_larger_ones_refused() {
        let text = "#####\n#S  #\n# # #\n#  G#\n#####";
        let side = Side::new(6).unwrap();
        let tokens = side.encode(text).unwrap();
        assert_eq!(side.decode(&tokens), "#######S  ### # ###  G##############");
        assert_eq!(Rules::faults(&side, &tokens), []);
        let larger = format!("{}\n", "#######\n".repeat(7).trim_end());
        let error = side.encode(&larger).unwrap_err().to_string();
        assert_eq!(error, "found 49 cells, expected at most 36 for a 6x6 maze");
    }
}
