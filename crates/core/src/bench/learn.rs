//! How long a preset takes from random weights to solving puzzles that it has not seen.

use std::ops::{ControlFlow, RangeInclusive};

use crate::checkpoint::Weights;
use crate::data::{Dataset, Example, Hard, SplitRequest, generate_split};
use crate::engine::Engine;
use crate::model::{Solver, Taps};
use crate::puzzle::{FIRST_KIND, Kind};
use crate::random::Random;
use crate::train::{Preset, StepReport, TrainError, Trainer, evaluate};

/// What is learnt.
const PUZZLE: Kind = FIRST_KIND;
/// Base puzzles, before augmentation: the page's default.
const BASE_PUZZLES: usize = 1000;
/// Unseen puzzles, spread evenly over these clues.
const TEST_PUZZLES: usize = 500;
/// Clues of the unseen puzzles.
const CLUES: RangeInclusive<usize> = 5..=10;
/// Steps from one look at the unseen puzzles to the next.
const LOOK_EVERY: u64 = 25;
/// Exact accuracy on the training rows, since the last look, below which a look is not worth its time.
const WORTH_A_LOOK: f64 = 0.5;

/// A run of 4x4 Sudoku by the default preset.
pub struct LearnBench<E: Engine> {
    engine: E,
    trainer: Trainer<E::Session>,
    data: Dataset,
    test: Vec<Example>,
}

impl<E: Engine> LearnBench<E> {
    /// Generates the puzzles and prepares the run; the seed is that of both and of the weights.
    ///
    /// # Errors
    /// The engine's.
    pub async fn new(engine: E, seed: u64) -> Result<Self, TrainError> {
        let request = SplitRequest {
            training: BASE_PUZZLES,
            test: TEST_PUZZLES,
            seed,
            difficulty: (0.0, 1.0),
            smaller: 0.0,
            hard: Hard::default(),
        };
        let split = generate_split(PUZZLE, &request, |_, _| {});
        let test = even(PUZZLE, &split.test, seed);
        let data = Dataset::augmented(PUZZLE, split.training, seed).map_err(|e| TrainError::State(e.to_string()))?;
        let [preset, ..] = Preset::all(PUZZLE);
        let setup = preset.setup(seed);
        let trainer = Trainer::new(&engine, setup.clone(), &Weights::init(&setup.model, seed)).await?;
        Ok(LearnBench { engine, trainer, data, test })
    }

    /// Trains until the next look at the unseen puzzles; returns the steps so far and the share of these puzzles that the
    /// averaged weights solve exactly, 0 while few training rows are right.
    ///
    /// # Errors
    /// The engine's; a loss that is not finite.
    pub async fn advance(&mut self) -> Result<(u64, f64), TrainError> {
        let mut reports: Vec<StepReport> = Vec::new();
        for _ in 0..LOOK_EVERY {
            let batch = self.data.batch(self.trainer.steps_done(), self.trainer.setup().batch);
            reports.extend(self.trainer.advance(&batch).await?);
        }
        reports.extend(self.trainer.settle().await?);
        let halted: f64 = reports.iter().map(|r| r.halted).sum();
        let exact: f64 = reports.iter().map(|r| r.exact_accuracy * r.halted).sum();
        let look = exact > WORTH_A_LOOK * halted.max(1.0);
        Ok((self.trainer.steps_done(), if look { self.exact_accuracy().await? } else { 0.0 }))
    }

    async fn exact_accuracy(&mut self) -> Result<f64, TrainError> {
        let weights = self.trainer.weights(true).await?;
        let config = &self.trainer.setup().model;
        let mut solver = Solver::new(&self.engine, config, &weights, 100, Taps::None).await?;
        let go_on = async |_| ControlFlow::Continue(());
        let found = evaluate(&mut solver, PUZZLE, &self.test, config.halt_max_steps, go_on).await?;
        Ok(found.map_or(0.0, |trial| trial.result().exact_accuracy))
    }

    /// Unseen puzzles in the test.
    pub fn test_puzzles(&self) -> usize {
        self.test.len()
    }
}

/// As many of `unseen` of each number of clues. Of the fewest clues there are few classes: their puzzles come back under
/// other symmetries.
fn even(puzzle: Kind, unseen: &[Example], seed: u64) -> Vec<Example> {
    let mut random = Random::new(seed);
    let of = |count| unseen.iter().filter(|example| clues(example) == count).collect();
    let levels: Vec<Vec<&Example>> = CLUES.map(of).filter(|level: &Vec<_>| !level.is_empty()).collect();
    let turns = levels.iter().cycle().enumerate().take(TEST_PUZZLES);
    turns.map(|(turn, level)| puzzle.augment(&mut random, level[turn / levels.len() % level.len()])).collect()
}

/// Cells that are given: token 0 is padding, 1 a blank.
fn clues(example: &Example) -> usize {
    example.question.iter().filter(|&&token| token > 1).count()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::engine::cpu;

    #[test]
    fn the_test_is_even_over_the_clues() {
        let bench = pollster::block_on(LearnBench::new(cpu::Engine::new(), 1)).unwrap();
        assert_eq!(bench.test_puzzles(), TEST_PUZZLES);
        for expected in CLUES {
            let found = bench.test.iter().filter(|example| clues(example) == expected).count();
            assert!((83..=84).contains(&found), "{found} puzzles of {expected} clues");
        }
    }
}
