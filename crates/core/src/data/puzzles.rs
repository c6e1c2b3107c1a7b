//! Puzzles of a kind as a recipe asks for them, drawn one by one.

use crate::{
    puzzle::{Example, Kind, Mixture},
    random::Random,
};

/// The share of all classes that belongs to the test side, in every recipe and on the page alike: what one
/// model was trained on is never another split's test puzzle.
pub const TEST_FRACTION: f64 = 0.2;

/// What [`super::generate_split`] is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitRequest {
    /// Base training puzzles.
    pub training: usize,
    /// Test puzzles.
    pub test: usize,
    /// Seed; the split of the classes does not depend on it.
    pub seed: u64,
    /// Least and greatest difficulty, 0 to 1.
    pub difficulty: (f64, f64),
    /// How often a training puzzle is drawn from the smaller ones ([`crate::puzzle::Generator::generate_smaller`]), 0 to 1;
    /// fewer are kept where their classes run out.
    pub smaller: f64,
    /// Puzzles that singles do not solve, among those of both sides.
    pub hard: Hard,
}

/// Which of the generated puzzles are hard ones ([`crate::puzzle::Generator::generate_hard`]).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hard {
    /// How often one is drawn, 0 to 1.
    pub share: f64,
    /// Guesses that it takes at least.
    pub guesses: u32,
    /// Where this is more, what each takes at least is drawn between the two, evenly by its logarithm.
    pub guesses_to: u32,
}

impl Hard {
    /// What one puzzle takes at least. Nothing is drawn where it is the same for all: a seed gives the puzzles that it gave
    /// before there were two limits.
    fn floor(&self, random: &mut Random) -> u32 {
        if self.guesses_to <= self.guesses {
            return self.guesses;
        }
        let (least, most) = (f64::from(self.guesses.max(1)), f64::from(self.guesses_to));
        (least * (most / least).powf(random.unit())).round() as u32
    }
}

/// Boards that are searched for one hard puzzle: seconds at most.
const TRIES: usize = 1000;
/// Puzzles of test classes drawn one after another before no other is looked for.
const PATIENCE: usize = 1000;

/// What puzzles are drawn from.
#[derive(Clone, Debug)]
pub struct Puzzles {
    kind: Kind,
    request: SplitRequest,
    mixture: Mixture,
}

impl Puzzles {
    /// Those that a request asks for.
    pub fn new(kind: Kind, request: &SplitRequest) -> Self {
        Self { kind, request: *request, mixture: Mixture::default() }
    }

    /// The same, each of one of a mixture's parts.
    #[must_use]
    pub fn of_mixture(self, mixture: Mixture) -> Self {
        Self { mixture, ..self }
    }

    /// The kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How many are asked for, and of what.
    pub fn request(&self) -> &SplitRequest {
        &self.request
    }

    /// All levels of the difficulty asked for, or the one nearest to it.
    pub fn levels(&self) -> Vec<usize> {
        let (least, greatest) = self.request.difficulty;
        let difficulty = |level: &usize| self.kind.difficulty_of(*level);
        let within = |level: &usize| (least..=greatest).contains(&difficulty(level));
        let mut levels: Vec<usize> = (0..self.kind.levels()).filter(within).collect();
        if levels.is_empty() {
            let distance = |level: &usize| (difficulty(level) - (least + greatest) / 2.0).abs();
            levels.extend((0..self.kind.levels()).min_by(|a, b| distance(a).total_cmp(&distance(b))));
        }
        levels
    }

    /// An example of a level, and whether it was to be harder; `None` where the kind has no generator.
    pub(super) fn draw(&self, random: &mut Random, level: usize, test: bool) -> Option<(Example, bool)> {
        let generator = self.kind.generator()?;
        // Without smaller ones nothing is drawn for them: a seed gives the puzzles that it always gave.
        let wants_smaller = !test && self.request.smaller > 0.0 && random.chance(self.request.smaller);
        let asked = self.request.hard;
        let wants_hard = !wants_smaller && asked.share > 0.0 && random.chance(asked.share);
        let guesses = if wants_hard { asked.floor(random) } else { 0 };
        if wants_hard && let Some(hard) = self.kind.generate_hard(random, guesses, TRIES) {
            let too_easy = self.kind.rating(&hard.question).is_none_or(|rating| rating < guesses);
            return Some((hard, too_easy));
        }
        let smaller = if wants_smaller { self.kind.generate_smaller(random) } else { None };
        let of_full_size = |random: &mut Random| match self.mixture.draw(random) {
            Some(part) => {
                let settings = part.settings(generator, random);
                self.kind.generate_with(random, &settings)
            }
            None => self.kind.generate(random, self.kind.difficulty_of(level)),
        };
        Some((smaller.or_else(|| of_full_size(random))?, false))
    }

    /// A new example to train on, of a random level and of none of the test classes; `None` where none was found.
    pub(super) fn fresh(&self, random: &mut Random) -> Option<Example> {
        let levels = self.levels();
        (0..PATIENCE).find_map(|_| {
            let level = if levels.len() > 1 { levels[random.below(levels.len())] } else { *levels.first()? };
            let (example, _) = self.draw(random, level, false)?;
            let class = self.kind.class_key(&example.question).ok()?;
            (!class.is_test(TEST_FRACTION)).then_some(example)
        })
    }
}
