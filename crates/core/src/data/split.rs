//! Generated training and test puzzles that share no symmetry class.

use std::collections::HashSet;

use super::puzzles::{Puzzles, SplitRequest, TEST_FRACTION};
use crate::{
    puzzle::{ClassKey, Example, Kind},
    random::Random,
};

/// Puzzles of distinct classes, easy and hard ones in turn, so that any first part is a fair sample too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Base training puzzles.
    pub training: Vec<Example>,
    /// Test puzzles: of none of the training puzzles' classes.
    pub test: Vec<Example>,
    /// Hard puzzles of both sides that take fewer guesses than asked for: no harder one was found.
    pub too_easy: usize,
}

/// How many puzzles a split has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SplitCounts {
    /// Base training puzzles.
    pub training: usize,
    /// Test puzzles.
    pub test: usize,
    /// Hard puzzles of both sides that take fewer guesses than asked for.
    pub too_easy: usize,
}

impl Split {
    /// How many there are.
    pub fn counts(&self) -> SplitCounts {
        SplitCounts { training: self.training.len(), test: self.test.len(), too_easy: self.too_easy }
    }

    /// Deals examples out: those of test classes to the test side, the others to training, each once, in their order, as
    /// many as are asked for. Questions of no class of the kind are left out.
    pub fn of_examples(kind: Kind, examples: impl IntoIterator<Item = Example>, request: &SplitRequest) -> Self {
        let (mut split, mut used) = (Self::default(), HashSet::new());
        for example in examples {
            let Ok(class) = kind.class_key(&example.question) else { continue };
            let (side, most) = match class.is_test(TEST_FRACTION) {
                true => (&mut split.test, request.test),
                false => (&mut split.training, request.training),
            };
            if side.len() < most && used.insert(class) {
                side.push(example);
            }
        }
        split
    }
}

/// Generates a split, each side spread evenly over the kind's levels as far as these have classes enough; where
/// all are used up (there are 4,004 of 4x4 Sudoku) a side has fewer puzzles than asked for.
///
/// `progress` hears, after each puzzle, how many of all there are.
pub fn generate_split(kind: Kind, request: &SplitRequest, mut progress: impl FnMut(usize, usize)) -> Split {
    let mut splitter = Splitter::new(Puzzles::new(kind, request));
    while splitter.advance() {
        progress(splitter.done(), request.training + request.test);
    }
    splitter.finish()
}

/// Puzzles drawn in vain, one after another, before a level counts as used up.
const PATIENCE: usize = 1000;

/// Generates a split puzzle by puzzle, for those who must look up in between. First the test side, then the training side.
pub struct Splitter {
    puzzles: Puzzles,
    drawn: u64,
    used: HashSet<ClassKey>,
    split: Split,
    /// Whether the test side is being filled.
    test: bool,
    /// Levels whose classes are not used up, and whose turn it is.
    open: Vec<usize>,
    turn: usize,
}

impl Splitter {
    /// Nothing is generated yet.
    pub fn new(puzzles: Puzzles) -> Self {
        let open = puzzles.levels();
        Self { puzzles, drawn: 0, used: HashSet::new(), split: Split::default(), test: true, open, turn: 0 }
    }

    /// Puzzles that there are.
    pub fn done(&self) -> usize {
        self.split.test.len() + self.split.training.len()
    }

    /// Draws one puzzle more; false when there is none to draw.
    pub fn advance(&mut self) -> bool {
        loop {
            let request = self.puzzles.request();
            let (side, most) = match self.test {
                true => (self.split.test.len(), request.test),
                false => (self.split.training.len(), request.training),
            };
            if side >= most || self.open.is_empty() {
                if !self.test {
                    return false;
                }
                self.test = false;
                (self.open, self.turn) = (self.puzzles.levels(), 0);
                continue;
            }
            self.turn %= self.open.len();
            let Some(example) = self.draw(self.open[self.turn]) else {
                self.open.remove(self.turn);
                continue;
            };
            self.turn += 1;
            if self.test { &mut self.split.test } else { &mut self.split.training }.push(example);
            return true;
        }
    }

    /// What was generated.
    pub fn finish(self) -> Split {
        self.split
    }

    fn draw(&mut self, level: usize) -> Option<Example> {
        (0..PATIENCE).find_map(|_| {
            let mut random = Random::stream(self.puzzles.request().seed, self.drawn);
            self.drawn += 1;
            let (example, too_easy) = self.puzzles.draw(&mut random, level, self.test)?;
            let class = self.puzzles.kind().class_key(&example.question).ok()?;
            let is_new = class.is_test(TEST_FRACTION) == self.test && self.used.insert(class);
            self.split.too_easy += usize::from(is_new && too_easy);
            is_new.then_some(example)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Hard;
    use crate::puzzle::sudoku::{Board, Shape};

    fn kind_of(shape: Shape) -> Kind {
        format!("sudoku-{shape}").parse().unwrap()
    }

    fn split(shape: Shape, training: usize, test: usize, seed: u64) -> Split {
        generate_split(
            kind_of(shape),
            &SplitRequest { training, test, seed, difficulty: (0.0, 1.0), smaller: 0.0, hard: Hard::default() },
            |_, _| {},
        )
    }

    fn classes(shape: Shape, side: &[Example]) -> HashSet<ClassKey> {
        side.iter().map(|example| kind_of(shape).class_key(&example.question).unwrap()).collect()
    }

    #[test]
    fn sides_are_disjoint_even_and_of_distinct_classes() {
        for (shape, training, test) in [(Shape::FOUR, 700, 140), (Shape::SIX, 130, 39), (Shape::NINE, 84, 42)] {
            let made = split(shape, training, test, 1);
            assert_eq!((made.training.len(), made.test.len()), (training, test));
            let (seen, unseen) = (classes(shape, &made.training), classes(shape, &made.test));
            assert_eq!((seen.len(), unseen.len()), (training, test));
            assert!(seen.is_disjoint(&unseen));
        }
        let made = split(Shape::SIX, 130, 39, 2);
        for (side, each) in [(&made.training, 10), (&made.test, 3)] {
            for clues in 8..=20 {
                let has =
                    |example: &&Example| Board::from_tokens(Shape::SIX, &example.question).unwrap().clues() == clues;
                assert_eq!(side.iter().filter(has).count(), each, "{clues} clues");
            }
        }
    }

    #[test]
    fn smaller_puzzles_are_for_training_alone() {
        let kind: Kind = "maze-13".parse().unwrap();
        let made = |smaller| {
            let request = SplitRequest {
                training: 200,
                test: 20,
                seed: 5,
                difficulty: (0.0, 1.0),
                smaller,
                hard: Hard::default(),
            };
            generate_split(kind, &request, |_, _| {})
        };
        // A full maze has a room in each of its corners.
        let is_full = |example: &&Example| [14, 24, 144, 154].iter().all(|&corner| example.question[corner] != 1);
        let (mixed, full) = (made(0.5), made(0.0));
        assert_eq!(mixed.test, full.test);
        assert_eq!(full.training.iter().filter(is_full).count(), 200);
        let share = mixed.training.iter().filter(is_full).count();
        assert!((75..=125).contains(&share), "{share} of 200 are of full size");
    }

    #[test]
    fn hard_puzzles_are_of_both_sides_and_told_where_they_are_too_easy() {
        let kind = Kind::new(&Shape::NINE);
        let made = |hard| {
            let request = SplitRequest { training: 40, test: 20, seed: 6, difficulty: (0.0, 1.0), smaller: 0.0, hard };
            generate_split(kind, &request, |_, _| {})
        };
        let mixed = made(Hard { share: 0.5, guesses: 3, guesses_to: 0 });
        for side in [&mixed.training, &mixed.test] {
            let hard = side.iter().filter(|example| kind.rating(&example.question) >= Some(3)).count();
            let easy = side.iter().filter(|example| kind.rating(&example.question) == Some(0)).count();
            assert_eq!(hard + easy, side.len());
            assert!(4 * hard > side.len() && 4 * easy > side.len(), "{hard} hard ones of {}", side.len());
        }
        assert_eq!(mixed.too_easy, 0);
        // Between two limits there are puzzles of every part of the range.
        let between = made(Hard { share: 1.0, guesses: 1, guesses_to: 12 });
        let ratings: Vec<u32> = between.training.iter().filter_map(|example| kind.rating(&example.question)).collect();
        assert!(ratings.iter().any(|rating| *rating >= 8) && ratings.iter().any(|rating| *rating <= 3), "{ratings:?}");
        // Without any, the puzzles are those that a seed always gave.
        let none = made(Hard { share: 0.0, guesses: 50, guesses_to: 90 });
        assert_eq!(none, made(Hard::default()));
        assert!(none.training.iter().all(|example| kind.rating(&example.question) == Some(0)));
    }

    #[test]
    fn another_seed_never_tests_what_was_trained() {
        let (one, other) = (split(Shape::FOUR, 500, 100, 1), split(Shape::FOUR, 500, 100, 2));
        assert_ne!(one, other);
        assert_eq!(one, split(Shape::FOUR, 500, 100, 1));
        assert!(classes(Shape::FOUR, &one.training).is_disjoint(&classes(Shape::FOUR, &other.test)));
    }

    #[test]
    fn a_small_kind_gives_all_the_classes_it_has() {
        let mut last = (0, 0);
        let request = SplitRequest {
            training: 10_000,
            test: 10_000,
            seed: 3,
            difficulty: (0.0, 1.0),
            smaller: 0.0,
            hard: Hard::default(),
        };
        let made = generate_split(Kind::new(&Shape::FOUR), &request, |done, total| last = (done, total));
        let classes = made.training.len() + made.test.len();
        assert!((3900..=4004).contains(&classes), "{classes}");
        assert!((650..950).contains(&made.test.len()), "{}", made.test.len());
        assert_eq!(last, (classes, 20_000));
    }

    #[test]
    fn difficulty_chooses_the_levels() {
        let clues = |difficulty| {
            let request =
                SplitRequest { training: 20, test: 4, seed: 1, difficulty, smaller: 0.0, hard: Hard::default() };
            let made = generate_split(Kind::new(&Shape::SIX), &request, |_, _| {});
            let count = |example: &Example| Board::from_tokens(Shape::SIX, &example.question).unwrap().clues();
            made.training.iter().map(count).collect::<HashSet<_>>()
        };
        assert_eq!(clues((0.0, 0.17)), HashSet::from([20, 19, 18]));
        assert_eq!(clues((0.99, 0.995)), HashSet::from([8]));
    }

    #[test]
    fn given_examples_are_dealt_out_by_class_each_once() {
        let kind = Kind::new(&Shape::FOUR);
        let made = split(Shape::FOUR, 60, 15, 4);
        let again = made.test.iter().chain(&made.training).chain(&made.training).cloned();
        let request = SplitRequest {
            training: 50,
            test: 100,
            seed: 0,
            difficulty: (0.0, 1.0),
            smaller: 0.0,
            hard: Hard::default(),
        };
        let dealt = Split::of_examples(kind, again, &request);
        assert_eq!((&dealt.training[..], &dealt.test[..]), (&made.training[..50], &made.test[..]));
    }
}
