//! The kinds of puzzle, registered in one place: [`Kind`].

use std::{fmt, ops::Deref, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{ClassKey, Example, Fill, Layout, ParseError, maze, sudoku};
use crate::random::Random;

/// What a kind of puzzle must know of itself. S is its sequence length, V its vocabulary.
pub trait Rules {
    /// The name in recipes, model files and links, e.g. `sudoku-4x4`.
    fn name(&self) -> String;
    /// The game that it is a size of, as lists of kinds are headed.
    fn game(&self) -> &'static str;
    /// Tokens of a question and of an answer (S).
    fn seq_len(&self) -> usize;
    /// Different tokens (V): every token is below it, 0 is padding.
    fn vocab_size(&self) -> usize;
    /// How its boards are drawn; S cells.
    fn layout(&self) -> Layout;
    /// What fills a cell that holds a token; what the kind does not have is drawn as its symbol, which is none.
    fn fill(&self, _token: u8) -> Fill {
        Fill::Symbol
    }
    /// Steps of difficulty that a data set is spread over, at least 1.
    fn levels(&self) -> usize;
    /// The difficulty of a level, from 0 for level 0 to 1 for the last one.
    fn difficulty_of(&self, level: usize) -> f64 {
        level as f64 / (self.levels() - 1).max(1) as f64
    }
    /// A random puzzle with one solution; `difficulty` from 0 (easiest) to 1.
    fn generate(&self, random: &mut Random, difficulty: f64) -> Example;
    /// A random smaller puzzle in this kind's form, of difficulty 0: a maze with walls around it. `None` for kinds without.
    fn generate_smaller(&self, _random: &mut Random) -> Option<Example> {
        None
    }
    /// Whether it has puzzles by the guesses that they take.
    fn has_hard(&self) -> bool {
        false
    }
    /// A random puzzle that takes a solver by singles at least so many guesses, or the hardest that was met; none that can spare
    /// a clue. `None` for kinds without.
    fn generate_hard(&self, _random: &mut Random, _guesses: u32) -> Option<Example> {
        None
    }
    /// The example under a random symmetry of its kind.
    ///
    /// # Panics
    /// If question or answer has fewer than S tokens.
    fn augment(&self, random: &mut Random, example: &Example) -> Example;
    /// The key that a question shares with all its symmetric forms.
    fn class_key(&self, question: &[u8]) -> Result<ClassKey, ParseError>;
    /// How hard a question is: the guesses of a Sudoku solver by singles, the steps through a maze; `None`
    /// where it has no solution.
    fn rating(&self, question: &[u8]) -> Option<u32>;
    /// Reads a question or an answer; a maze smaller than S is padded with walls.
    fn encode(&self, text: &str) -> Result<Vec<u8>, ParseError>;
    /// Reads every puzzle of a text, in their order: at least one. Kinds of which a text holds one read that.
    fn encode_all(&self, text: &str) -> Result<Vec<Vec<u8>>, ParseError> {
        Ok(vec![self.encode(text)?])
    }
    /// Writes a question or an answer in one line; a token without a symbol prints as `.`.
    fn decode(&self, tokens: &[u8]) -> String;
    /// Everything that is wrong with a question before anybody tries to answer it.
    fn faults(&self, question: &[u8]) -> Vec<Fault>;
    /// Whether the answer solves the question, by rule; the error names the first violation.
    fn check(&self, question: &[u8], answer: &[u8]) -> Result<(), Fault>;
}

/// A kind of puzzle. To add one, implement [`Rules`] for its parameters and register them here: a variant, its
/// rules, its place in [`Kind::all`]; names, recipes, data sets and the command line follow from that.
///
/// A kind dereferences to its [`Rules`]; as text and in serde it is its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Kind {
    /// Sudoku of a shape.
    Sudoku(sudoku::Shape),
    /// A maze of a side.
    Maze(maze::Side),
}

impl Kind {
    /// Every kind, in the order in which the page lists them.
    pub fn all() -> impl Iterator<Item = Self> {
        sudoku::Shape::ALL.into_iter().map(Self::Sudoku).chain(maze::Side::all().map(Self::Maze))
    }

    /// The kind that a model's configuration is for: the one that its `puzzle` names, else the one of its shape.
    ///
    /// # Errors
    /// In words: an unknown name, one of another shape, a shape that none has.
    pub fn of_configuration(json: &serde_json::Value, seq_len: usize, vocab_size: usize) -> Result<Self, String> {
        let shape = format!("seq_len {seq_len} and vocab_size {vocab_size}");
        let Some(name) = json.get("puzzle").and_then(serde_json::Value::as_str) else {
            return Self::of_shape(seq_len, vocab_size).ok_or_else(|| format!("no `puzzle`, and none has {shape}"));
        };
        let kind: Self = name.parse().map_err(|error: UnknownKind| error.to_string())?;
        if (kind.seq_len(), kind.vocab_size()) == (seq_len, vocab_size) {
            Ok(kind)
        } else {
            Err(format!("{shape}; {kind} has {} and {}", kind.seq_len(), kind.vocab_size()))
        }
    }

    /// The games, each once, in the page's order.
    pub fn games() -> Vec<&'static str> {
        let mut games: Vec<_> = Self::all().map(|kind| kind.game()).collect();
        games.dedup();
        games
    }

    /// Whether it has smaller puzzles ([`Rules::generate_smaller`]).
    pub fn has_smaller(self) -> bool {
        self.generate_smaller(&mut Random::new(0)).is_some()
    }

    /// The kind of so many cells and tokens.
    pub fn of_shape(seq_len: usize, vocab_size: usize) -> Option<Self> {
        Self::all().find(|kind| (kind.seq_len(), kind.vocab_size()) == (seq_len, vocab_size))
    }

    /// The kind that a question looks like, by its length and symbols.
    pub fn of_question(text: &str) -> Option<Self> {
        Self::all().find(|kind| kind.encode(text).is_ok())
    }
}

impl Deref for Kind {
    type Target = dyn Rules;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Sudoku(shape) => shape,
            Self::Maze(side) => side,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// A name that no kind has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown puzzle {name:?}, expected one of {}", known_names())]
pub struct UnknownKind {
    /// The name.
    pub name: String,
}

fn known_names() -> String {
    Kind::all().map(|kind| kind.name()).collect::<Vec<_>>().join(", ")
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::all().find(|kind| kind.name() == name).ok_or_else(|| UnknownKind { name: name.into() })
    }
}

impl TryFrom<String> for Kind {
    type Error = UnknownKind;

    fn try_from(name: String) -> Result<Self, UnknownKind> {
        name.parse()
    }
}

impl From<Kind> for String {
    fn from(kind: Kind) -> Self {
        kind.name()
    }
}

/// What is wrong with a question or an answer, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The tokens are not those of a puzzle of this kind.
    #[error(transparent)]
    Form(#[from] ParseError),
    /// A rule of Sudoku is broken.
    #[error(transparent)]
    Sudoku(#[from] sudoku::Fault),
    /// A rule of mazes is broken.
    #[error(transparent)]
    Maze(#[from] maze::Fault),
}

impl Fault {
    /// The cells the fault is about, for marking them.
    pub fn cells(&self) -> Vec<usize> {
        match self {
            Self::Form(_) => Vec::new(),
            Self::Sudoku(fault) => fault.cells(),
            Self::Maze(fault) => fault.cells(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for kind in Kind::all() {
            assert_eq!(kind.name().parse(), Ok(kind));
            let text = serde_json::to_string(&kind).unwrap();
            assert_eq!(serde_json::from_str::<Kind>(&text).unwrap(), kind);
        }
        let message = "sudoku-5x5".parse::<Kind>().unwrap_err().to_string();
        assert!(message.contains("sudoku-5x5") && message.contains("sudoku-4x4"), "{message}");
    }

    #[test]
    fn smaller_mazes_have_the_form_of_their_kind_and_sudokus_have_none() {
        let mut random = Random::new(22);
        for kind in Kind::all() {
            let Some(Example { question, answer }) = kind.generate_smaller(&mut random) else {
                assert!(matches!(kind, Kind::Sudoku(_)) || kind.seq_len() <= 36, "{kind}");
                continue;
            };
            assert_eq!((question.len(), answer.len()), (kind.seq_len(), kind.seq_len()));
            assert_eq!(kind.faults(&question), []);
            assert_eq!(kind.check(&question, &answer), Ok(()));
        }
        assert_eq!(Kind::Sudoku(sudoku::Shape::NINE).generate_smaller(&mut random), None);
    }

    #[test]
    fn every_kind_generates_augments_and_checks() {
        for kind in Kind::all() {
            let mut random = Random::new(21);
            for difficulty in [0.0, 0.5, 1.0] {
                let example = kind.generate(&mut random, difficulty);
                let augmented = kind.augment(&mut random, &example);
                assert_eq!(kind.class_key(&example.question), kind.class_key(&augmented.question));
                for Example { question, answer } in [example, augmented] {
                    assert_eq!((question.len(), answer.len()), (kind.seq_len(), kind.seq_len()));
                    assert!(question.iter().chain(&answer).all(|&token| usize::from(token) < kind.vocab_size()));
                    assert_eq!(kind.faults(&question), []);
                    assert_eq!(kind.check(&question, &answer), Ok(()));
                    assert!(kind.check(&question, &question).is_err());
                    assert!(kind.check(&question, &answer[1..]).is_err());
                    assert_eq!(kind.encode(&kind.decode(&question)), Ok(question.clone()));
                    assert!(kind.rating(&question).is_some());
                    assert_eq!(Kind::of_question(&kind.decode(&question)), Some(kind));
                }
            }
        }
    }
}
