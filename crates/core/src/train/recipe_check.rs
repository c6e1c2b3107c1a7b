//! Whether a recipe can be followed: whoever reads one asks.

use serde_json::{Map, Value};

use super::{DataRecipe, MOST_WHOLE, OptimizerConfig, Recipe, RecipeError, Schedule, Trained};
use super::{boards, limits, recipe_fields, tasks};
use crate::config::ModelConfig;
use crate::data::Answers;
use crate::names;
use crate::random::Random;

impl Recipe {
    /// Whether a browser's messages can hold its numbers exactly; a native program has no such limit.
    ///
    /// # Errors
    /// The first number that is too large.
    pub fn check_exact(&self) -> Result<(), RecipeError> {
        let Schedule { steps, seed, evaluate_every, .. } = self.training;
        let numbers = [
            ("[training] steps", steps),
            ("[training] seed", seed),
            ("[training] evaluate_every", evaluate_every),
            ("[data] seed", self.data.seed),
            ("[optimizer] warmup_steps", self.optimizer.warmup_steps),
        ];
        match numbers.into_iter().find(|(_, value)| *value > MOST_WHOLE) {
            Some((field, value)) => Err(RecipeError::Inexact { field, value }),
            None => Ok(()),
        }
    }

    /// Whether it can be followed.
    ///
    /// # Errors
    /// The first field that cannot be.
    pub fn check(&self) -> Result<(), RecipeError> {
        names::check(&self.name)?;
        self.model.validate()?;
        let DataRecipe { base_puzzles, test_puzzles, easiest, hardest, smaller, .. } = self.data;
        for (field, zero) in [
            ("[training] batch", self.training.batch == 0),
            ("[training] steps", self.training.steps == 0),
            ("[training] shards", self.training.shards == 0),
            ("[training] evaluate_every", self.training.evaluate_every == 0),
            ("[data] base_puzzles", base_puzzles == 0 && self.data.file.is_some()),
            ("[data] test_puzzles", test_puzzles == 0 && !self.data.is_of_tasks()),
        ] {
            if zero {
                return Err(RecipeError::Zero { field });
            }
        }
        limits::check(self)?;
        let Schedule { batch, shards, .. } = self.training;
        if !batch.is_multiple_of(shards) {
            return Err(RecipeError::Shards { batch, shards });
        }
        if self.training.train_only == Trained::Embedding && self.model.puzzle_emb_ndim == 0 {
            return Err(RecipeError::NoEmbedding);
        }
        tasks::check(self)?;
        if self.puzzle.generator().is_none() && self.data.file.is_none() && !self.data.is_of_tasks() {
            return Err(RecipeError::NoGenerator(self.puzzle));
        }
        boards::check(self)?;
        self.check_answers()?;
        // A NaN is no range either.
        if !(0.0 <= easiest && easiest <= hardest && hardest <= 1.0) {
            return Err(RecipeError::Difficulty { easiest, hardest });
        }
        let shares = [
            ("[data] smaller", smaller, self.puzzle.has_smaller()),
            ("[data] hard", self.data.hard, self.puzzle.has_hard()),
            ("[training] late", self.training.late, true),
        ];
        for (field, share, has_such) in shares {
            if !(0.0..=1.0).contains(&share) {
                return Err(RecipeError::Share { field, share, expected: "a share from 0 to 1".into() });
            }
            if share > 0.0 && !has_such {
                let name = field.trim_start_matches("[data] ");
                let expected = format!("0 for {}, which has no {name} puzzles", self.puzzle);
                return Err(RecipeError::Share { field, share, expected });
            }
        }
        self.check_optimizer()
    }

    fn check_answers(&self) -> Result<(), RecipeError> {
        let DataRecipe { mixture, answers, file, .. } = &self.data;
        if !mixture.is_empty() {
            let generator = self.puzzle.generator().filter(|_| file.is_none());
            let generator = generator.ok_or_else(|| RecipeError::Mixture("expected none beside a file".into()))?;
            mixture.check(generator).map_err(RecipeError::Mixture)?;
        }
        // The page leaves this to the worker that is to train it.
        if cfg!(feature = "generators") && *answers != Answers::Given {
            let example = self.puzzle.generate(&mut Random::new(0), 0.0);
            let other = example.and_then(|example| self.puzzle.rules()?.another_answer(&example.question, None));
            other.ok_or(RecipeError::OneAnswer(self.puzzle))?;
        }
        Ok(())
    }

    fn check_optimizer(&self) -> Result<(), RecipeError> {
        let OptimizerConfig { lr, lr_min_ratio, warmup_steps: _, beta1, beta2, .. } = self.optimizer;
        let OptimizerConfig { weight_decay, puzzle_lr, puzzle_weight_decay, ema, .. } = self.optimizer;
        // The kernels compute in f32: what is more there, or rounds to 1, is outside too. A NaN is in no range.
        let rate = |x: f64| x >= 0.0 && (x as f32).is_finite();
        let share = |x: f64| (0.0..=1.0).contains(&x);
        let mean = |x: f64| x >= 0.0 && (x as f32) < 1.0;
        for (field, value, holds, expected) in [
            ("lr", lr, rate(lr), "a rate of at least 0"),
            ("puzzle_lr", puzzle_lr, rate(puzzle_lr), "a rate of at least 0"),
            ("weight_decay", weight_decay, rate(weight_decay), "a rate of at least 0"),
            ("puzzle_weight_decay", puzzle_weight_decay, rate(puzzle_weight_decay), "a rate of at least 0"),
            ("lr_min_ratio", lr_min_ratio, share(lr_min_ratio), "a share from 0 to 1"),
            ("ema", ema, share(ema), "a share from 0 to 1"),
            // 1 would divide by 0 in the bias correction.
            ("beta1", beta1, mean(beta1), "at least 0, below 1"),
            ("beta2", beta2, mean(beta2), "at least 0, below 1"),
        ] {
            if !holds {
                return Err(RecipeError::Optimizer { field, value, expected });
            }
        }
        Ok(())
    }
}

impl Recipe {
    /// Reads a recipe that a person wrote: as [`Recipe::try_from`] does, but what the puzzle fixes of the model is refused even
    /// where it is right.
    ///
    /// # Errors
    /// The first field that there is not, cannot be read or cannot be followed.
    pub fn of_person(fields: Map<String, Value>) -> Result<Self, RecipeError> {
        recipe_fields::refuse_fixed(&fields)?;
        fields.try_into()
    }
}

impl TryFrom<Map<String, Value>> for Recipe {
    type Error = RecipeError;

    fn try_from(fields: Map<String, Value>) -> Result<Self, RecipeError> {
        let parts = recipe_fields::split(fields)?;
        let recipe = Self {
            name: parts.name,
            puzzle: parts.puzzle,
            data: parts.data,
            model: ModelConfig::from_json_value(&parts.model.into())?,
            optimizer: parts.optimizer,
            training: parts.training,
        };
        recipe.check()?;
        Ok(recipe)
    }
}
