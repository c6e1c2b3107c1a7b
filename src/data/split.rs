//! Generated training and test puzzles that share no symmetry class.

use std::collections::HashSet;

use super::Example;
use crate::{
    puzzle::{ClassKey, Kind},
    random::Random,
};

/// The share of all classes that belongs to the test side, in every recipe and on the page alike: what one
/// model was trained on is never another split's test puzzle.
pub const TEST_FRACTION: f64 = 0.2;

/// What [`generate_split`] is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitRequest {
    /// Base training puzzles.
    pub training: usize,
    /// Test puzzles.
    pub test: usize,
    /// Seed; the split of the classes does not depend on it.
    pub seed: u64,
}

/// Puzzles of distinct classes, easy and hard ones in turn, so that any first part is a fair sample too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Base training puzzles.
    pub training: Vec<Example>,
    /// Test puzzles: of none of the training puzzles' classes.
    pub test: Vec<Example>,
}

/// Generates a split, each side spread evenly over the kind's levels as far as these have classes enough; where
/// all are used up (there are 4,004 of 4x4 Sudoku) a side has fewer puzzles than asked for.
///
/// `progress` hears, after each puzzle, how many of all there are.
pub fn generate_split(kind: Kind, request: &SplitRequest, mut progress: impl FnMut(usize, usize)) -> Split {
    let mut drawer = Drawer { kind, seed: request.seed, drawn: 0, used: HashSet::new() };
    let total = request.training + request.test;
    let test = drawer.fill(true, request.test, |done| progress(done, total));
    let training = drawer.fill(false, request.training, |done| progress(test.len() + done, total));
    Split { training, test }
}

/// Puzzles drawn in vain, one after another, before a level counts as used up.
const PATIENCE: usize = 1000;

/// Draws puzzles of classes not seen before.
struct Drawer {
    kind: Kind,
    seed: u64,
    drawn: u64,
    used: HashSet<ClassKey>,
}

impl Drawer {
    fn fill(&mut self, test: bool, count: usize, mut progress: impl FnMut(usize)) -> Vec<Example> {
        let mut open: Vec<usize> = (0..self.kind.levels()).collect();
        let mut turn = 0;
        let mut side = Vec::with_capacity(count);
        while side.len() < count && !open.is_empty() {
            turn %= open.len();
            match self.draw(test, open[turn]) {
                Some(example) => {
                    side.push(example);
                    progress(side.len());
                    turn += 1;
                }
                None => drop(open.remove(turn)),
            }
        }
        side
    }

    fn draw(&mut self, test: bool, level: usize) -> Option<Example> {
        (0..PATIENCE).find_map(|_| {
            let mut random = Random::stream(self.seed, self.drawn);
            self.drawn += 1;
            let example = self.kind.generate(&mut random, self.kind.difficulty_of(level));
            let class = self.kind.class_key(&example.question).ok()?;
            (class.is_test(TEST_FRACTION) == test && self.used.insert(class)).then_some(example)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::sudoku::{Board, Shape};

    fn split(shape: Shape, training: usize, test: usize, seed: u64) -> Split {
        generate_split(Kind::Sudoku(shape), &SplitRequest { training, test, seed }, |_, _| {})
    }

    fn classes(shape: Shape, side: &[Example]) -> HashSet<ClassKey> {
        side.iter().map(|example| Kind::Sudoku(shape).class_key(&example.question).unwrap()).collect()
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
    fn another_seed_never_tests_what_was_trained() {
        let (one, other) = (split(Shape::FOUR, 500, 100, 1), split(Shape::FOUR, 500, 100, 2));
        assert_ne!(one, other);
        assert_eq!(one, split(Shape::FOUR, 500, 100, 1));
        assert!(classes(Shape::FOUR, &one.training).is_disjoint(&classes(Shape::FOUR, &other.test)));
    }

    #[test]
    fn a_small_kind_gives_all_the_classes_it_has() {
        let mut last = (0, 0);
        let request = SplitRequest { training: 10_000, test: 10_000, seed: 3 };
        let made = generate_split(Kind::Sudoku(Shape::FOUR), &request, |done, total| last = (done, total));
        let classes = made.training.len() + made.test.len();
        assert!((3900..=4004).contains(&classes), "{classes}");
        assert!((650..950).contains(&made.test.len()), "{}", made.test.len());
        assert_eq!(last, (classes, 20_000));
    }
}
