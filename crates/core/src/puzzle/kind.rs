//! A game at one board size, by its name: [`Kind`].

use std::{
    fmt,
    hash::{Hash, Hasher},
    ops::Deref,
    str::FromStr,
};

use serde::{Deserialize, Serialize};

use super::{Board, ClassKey, Example, Fault, Form, Game, ParseError, Settings, Size, games, table::named};
use crate::{config::ModelConfig, random::Random, text::excerpt};

/// A kind of puzzle: a game at one board size. A game is added by a folder of this module and a line in its table
/// (docs/add-a-puzzle.md); names, recipes, data sets, the command line and the page follow from that.
///
/// A kind dereferences to its [`Board`]; as text and in serde it is its name.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Kind {
    board: &'static dyn Board,
}

impl Kind {
    /// The kind of a board.
    pub const fn new(board: &'static dyn Board) -> Self {
        Self { board }
    }

    /// Every kind that is offered where one is chosen, in the order in which the page lists them. There may be others
    /// ([`Game::other_sizes`]).
    pub fn all() -> impl Iterator<Item = Self> {
        games().into_iter().flat_map(|game| game.sizes().into_iter().filter_map(move |size| Self::of(game, size)))
    }

    /// A game at a size, if it has boards of it.
    pub fn of(game: &dyn Game, size: Size) -> Option<Self> {
        game.board(size).map(Self::new)
    }

    /// The kind that a model's configuration is for: the one that its `puzzle` names, else the one of its shape.
    ///
    /// # Errors
    /// In words: an unknown name, one of another shape, a shape that none has.
    pub fn of_configuration(json: &serde_json::Value, seq_len: usize, vocab_size: usize) -> Result<Self, String> {
        let shape = format!("seq_len {seq_len} and vocab_size {vocab_size}");
        let name = match json.get("puzzle") {
            None | Some(serde_json::Value::Null) => {
                return Self::of_shape(seq_len, vocab_size).ok_or_else(|| format!("no `puzzle`, and none has {shape}"));
            }
            Some(serde_json::Value::String(name)) => name,
            Some(other) => return Err(format!("puzzle is {}; expected a name", excerpt(&other.to_string()))),
        };
        let kind: Self = name.parse().map_err(|error: UnknownKind| error.to_string())?;
        if (kind.seq_len(), kind.vocab_size()) == (seq_len, vocab_size) {
            Ok(kind)
        } else {
            Err(format!("{shape}; {kind} has {} and {}", kind.seq_len(), kind.vocab_size()))
        }
    }

    /// The same game at another size.
    pub fn resized(self, size: Size) -> Option<Self> {
        self.game().board(size).map(Self::new)
    }

    /// Every size of the same game that there is.
    pub fn every_size(self) -> impl Iterator<Item = Self> {
        let game = self.game();
        let sizes = game.drawn_sizes().map(|(least, most)| {
            let columns = move || least.columns()..=most.columns();
            (least.rows()..=most.rows()).flat_map(move |rows| columns().map(move |columns| Size::new(rows, columns)))
        });
        let offered = if sizes.is_some() { Vec::new() } else { game.sizes() };
        sizes.into_iter().flatten().chain(offered).filter_map(move |size| self.resized(size))
    }

    /// Whether it is of the same game.
    pub fn is_same_game(self, other: Self) -> bool {
        self.game().name() == other.game().name()
    }

    /// Whether its boards and those of `other` are of one game and have the same symbols: then they differ in size alone.
    pub fn differs_in_size_alone(self, other: Self) -> bool {
        self.is_same_game(other) && self.vocab_size() == other.vocab_size()
    }

    /// Whether boards of `other` can be padded to this size.
    pub fn pads(self, other: Self) -> bool {
        self.is_same_game(other) && self.padded(&other.empty(), other.size()).is_some()
    }

    /// The smallest of the `known` kinds to which its boards can be padded; itself where there is none.
    pub fn fitting(self, known: &[Self]) -> Self {
        known.iter().copied().filter(|kind| kind.pads(self)).min_by_key(|kind| kind.seq_len()).unwrap_or(self)
    }

    /// The configuration by which a model of this kind runs on boards of `other`: its own where that is the same kind, that of its
    /// size where the model's weights serve every size of the game; else `None`.
    pub fn configured_for(self, other: Self, config: &ModelConfig) -> Option<ModelConfig> {
        let size = other.size();
        if self == other {
            Some(config.clone())
        } else {
            config.at_size(size.rows(), size.columns()).filter(|_| self.differs_in_size_alone(other))
        }
    }

    /// The kind of so many cells and tokens.
    pub fn of_shape(seq_len: usize, vocab_size: usize) -> Option<Self> {
        // Those that are never offered are square.
        let side = seq_len.isqrt();
        let others = named().into_iter().filter_map(|game| game.board(Size::square(side)).map(Self::new));
        Self::all().chain(others).find(|kind| (kind.seq_len(), kind.vocab_size()) == (seq_len, vocab_size))
    }

    /// The kind that a question looks like, by its length and symbols.
    pub fn of_question(text: &str) -> Option<Self> {
        games().into_iter().find_map(|game| game.board(game.read(text).ok()?.0)).map(Self::new)
    }

    /// Whether its generator has smaller puzzles, to be set into boards of this size.
    pub fn has_smaller(self) -> bool {
        self.generator().is_some_and(|generator| generator.has_smaller())
    }

    /// Whether its generator has puzzles by the guesses that they take.
    pub fn has_hard(self) -> bool {
        self.generator().is_some_and(|generator| generator.has_hard())
    }

    /// Everything that is wrong with a question by the rules, where there are rules.
    pub fn faults(self, question: &[u8]) -> Vec<Fault> {
        self.rules().map(|rules| rules.faults(question)).unwrap_or_default()
    }

    /// Whether the answer solves the question, by rule.
    ///
    /// # Errors
    /// The first violation; that there are no rules.
    pub fn check(self, question: &[u8], answer: &[u8]) -> Result<(), Fault> {
        self.rules().ok_or(Fault::NoRules)?.check(question, answer)
    }

    /// How hard a question is ([`Rules::rating`](super::Rules::rating)); `None` without rules or without a solution.
    pub fn rating(self, question: &[u8]) -> Option<u32> {
        self.rules()?.rating(question)
    }

    /// Whether more than one answer to the question is right by rule. False for what is no question, and without rules.
    pub fn has_several_answers(self, question: &[u8]) -> bool {
        self.rules().is_some_and(|rules| rules.has_several_answers(question))
    }

    /// A random puzzle of a difficulty from 0 (easiest) to 1, which a game without such steps passes over; `None` without a
    /// generator.
    pub fn generate(self, random: &mut Random, difficulty: f64) -> Option<Example> {
        let settings = self.difficulty().map(|steps| steps.settings(difficulty)).unwrap_or_default();
        self.generate_with(random, &settings)
    }

    /// [`Generator::generate`](super::Generator::generate); `None` without a generator.
    #[cfg(feature = "generators")]
    pub fn generate_with(self, random: &mut Random, settings: &Settings) -> Option<Example> {
        Some(self.generator()?.generate(random, settings))
    }

    /// [`Generator::generate_smaller`](super::Generator::generate_smaller).
    #[cfg(feature = "generators")]
    pub fn generate_smaller(self, random: &mut Random) -> Option<Example> {
        self.generator()?.generate_smaller(random)
    }

    /// [`Generator::generate_hard`](super::Generator::generate_hard).
    #[cfg(feature = "generators")]
    pub fn generate_hard(self, random: &mut Random, guesses: u32, tries: usize) -> Option<Example> {
        self.generator()?.generate_hard(random, guesses, tries)
    }

    /// Nothing is drawn without the feature `generators`.
    #[cfg(not(feature = "generators"))]
    pub fn generate_with(self, _: &mut Random, _: &Settings) -> Option<Example> {
        None
    }

    /// Nothing is drawn without the feature `generators`.
    #[cfg(not(feature = "generators"))]
    pub fn generate_smaller(self, _: &mut Random) -> Option<Example> {
        None
    }

    /// Nothing is drawn without the feature `generators`.
    #[cfg(not(feature = "generators"))]
    pub fn generate_hard(self, _: &mut Random, _guesses: u32, _tries: usize) -> Option<Example> {
        None
    }

    /// Steps of difficulty that a data set is spread over, at least 1.
    pub fn levels(self) -> usize {
        self.difficulty().map_or(1, |steps| steps.levels().max(1))
    }

    /// The difficulty of a level, from 0 for level 0 to 1 for the last one.
    pub fn difficulty_of(self, level: usize) -> f64 {
        level as f64 / (self.levels() - 1).max(1) as f64
    }

    /// A random symmetric form; the puzzle as it stands where the game has no symmetries.
    pub fn form(self, random: &mut Random) -> Form {
        self.symmetry().map_or_else(|| Form::identity(self), |symmetry| symmetry.form(random))
    }

    /// The example under a random symmetry.
    ///
    /// # Panics
    /// If question or answer has fewer than S tokens.
    pub fn augment(self, random: &mut Random, example: &Example) -> Example {
        let form = self.form(random);
        Example { question: form.apply(&example.question), answer: form.apply(&example.answer) }
    }

    /// The key that a question shares with all its symmetric forms; in a game without classes, with itself alone.
    ///
    /// # Errors
    /// What is no question.
    pub fn class_key(self, question: &[u8]) -> Result<ClassKey, ParseError> {
        match self.classes() {
            Some(classes) => classes.class_key(question),
            None => Ok(ClassKey::of_words(question.iter().map(|&token| token.into()))),
        }
    }
}

impl Form {
    /// The puzzle as it stands.
    pub fn identity(kind: Kind) -> Self {
        Self::new((0..kind.seq_len()).collect(), (0..kind.vocab_size()).map(|token| token as u8).collect())
    }
}

impl Deref for Kind {
    type Target = dyn Board;

    fn deref(&self) -> &Self::Target {
        self.board
    }
}

/// A game has one board of a size.
impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.size() == other.size() && self.is_same_game(*other)
    }
}

impl Eq for Kind {}

impl Hash for Kind {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.game().name(), self.size()).hash(state);
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kind({self})")
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// A name that no kind has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown puzzle {name:?}, expected {}", Self::expected())]
pub struct UnknownKind {
    /// The name.
    pub name: String,
}

impl UnknownKind {
    /// The names that there are, in words.
    pub fn expected() -> String {
        let names: Vec<String> = Kind::all().map(|kind| kind.name()).collect();
        let others: String =
            games().iter().filter_map(|game| game.other_sizes()).map(|others| format!(", {others}")).collect();
        format!("one of {}{others}", names.join(", "))
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        let of = |game: &'static dyn Game| {
            let size = name.strip_prefix(game.name())?.strip_prefix('-')?;
            // A kind has one name.
            Self::of(game, size.parse().ok()?).filter(|kind| kind.name() == name)
        };
        named().into_iter().find_map(of).ok_or_else(|| UnknownKind { name: name.into() })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::{FIRST_BOARD, sudoku};

    #[test]
    fn first_boards_are_the_generators() {
        // The seed by which every model of the gallery solves the board of its kind; tests/gallery.rs holds it to that.
        const SEED: u64 = 1;
        let mut stored = 0;
        for kind in Kind::all() {
            let Some(first) = kind.first() else { continue };
            let seed = if kind == FIRST_BOARD.0 { FIRST_BOARD.1 } else { SEED };
            let drawn = kind.generate_with(&mut Random::new(seed), &Settings::default()).unwrap();
            assert_eq!(kind.encode(first), Ok(drawn.question.clone()), "{}", kind.decode(&drawn.question));
            stored += 1;
        }
        assert_eq!(stored, 5);
    }

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
            let Some(Example { question, answer }) = kind.generator().unwrap().generate_smaller(&mut random) else {
                assert!(kind.game().name() == "sudoku" || kind.seq_len() <= 36, "{kind}");
                continue;
            };
            assert_eq!((question.len(), answer.len()), (kind.seq_len(), kind.seq_len()));
            assert_eq!(kind.faults(&question), []);
            assert_eq!(kind.check(&question, &answer), Ok(()));
        }
        let nine = Kind::new(&sudoku::Shape::NINE);
        assert_eq!(nine.generator().unwrap().generate_smaller(&mut random), None);
    }

    #[test]
    fn every_kind_generates_augments_and_checks() {
        for kind in Kind::all() {
            let mut random = Random::new(21);
            for difficulty in [0.0, 0.5, 1.0] {
                let example = kind.generate(&mut random, difficulty).unwrap();
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
