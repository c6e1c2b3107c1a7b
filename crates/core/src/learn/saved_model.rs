//! A model that learnt a task as its two files: weights, and the configuration with the names of its identifiers.

use serde_json::{Value, json};

use super::{answerer::Question, known::Known, learner::Base};
use crate::{
    checkpoint::CheckpointError,
    config::ConfigError,
    model::Weights,
    puzzle::arc::{
        Task,
        codec::{TokenGrid, TooLarge, VOCABULARY},
    },
};

/// The field of the configuration's file with the names of the identifiers, from that of no task on.
const IDENTIFIERS: &str = "identifiers";
/// The field with the name of the token grid as a board.
const BOARD: &str = "puzzle";

/// Why two files are no model that learnt tasks.
#[derive(Debug, thiserror::Error)]
pub enum SavedModelError {
    /// The configuration is no JSON.
    #[error("the configuration: {0}")]
    Json(#[from] serde_json::Error),
    /// A field of the configuration.
    #[error("the configuration: {0}")]
    Config(#[from] ConfigError),
    /// The weights.
    #[error("the weights: {0}")]
    Weights(#[from] CheckpointError),
    /// A model of something else.
    #[error(
        "the model has {vocab_size} tokens and a puzzle embedding of width {width}, expected one that learnt tasks: {VOCABULARY} tokens and an embedding"
    )]
    Foreign {
        /// V.
        vocab_size: usize,
        /// Of the embedding; 0: none.
        width: usize,
    },
    /// Nothing tells which tasks it learnt.
    #[error("the configuration has no list \"identifiers\": it does not tell which tasks the model learnt")]
    NoIdentifiers,
}

/// A model with the tasks that it knows.
#[derive(Clone, Debug)]
pub struct SavedModel {
    /// Configuration and weights.
    pub base: Base,
    /// Its token grid.
    pub side: TokenGrid,
    /// The names of its identifiers, from that of no task on.
    pub names: Vec<String>,
}

impl SavedModel {
    /// Reads the two files.
    ///
    /// # Errors
    /// What is wrong with one of them; a model of something else.
    pub fn read(config: &str, weights: &[u8]) -> Result<Self, SavedModelError> {
        let value = crate::json::parse(config)?;
        let config = crate::config::ModelConfig::from_json_value(&value)?;
        let (vocab_size, width) = (config.vocab_size, config.puzzle_emb_ndim);
        let foreign = SavedModelError::Foreign { vocab_size, width };
        let side = TokenGrid::of_model(config.seq_len, vocab_size).filter(|_| width > 0).ok_or(foreign)?;
        let names = value.get(IDENTIFIERS).and_then(Value::as_array).ok_or(SavedModelError::NoIdentifiers)?;
        let names = names.iter().map(|name| name.as_str().unwrap_or_default().to_owned()).collect();
        let weights = Weights::of_model(weights, &config)?;
        Ok(Self { base: Base { config, weights }, side, names })
    }

    /// The configuration's file.
    pub fn config_text(&self) -> String {
        // A configuration is numbers and names: it has a form in JSON.
        let mut json = serde_json::to_value(&self.base.config).unwrap_or_else(|_| json!({}));
        json[BOARD] = self.side.kind().name().into();
        json[IDENTIFIERS] = self.names.clone().into();
        format!("{json:#}\n")
    }

    /// A task's tests under the versions that the model knows, at most so many beside the task itself; each test as it is
    /// first, and tests by turns, so that all of them grow alike. `id` is what the task was called when it was learnt.
    ///
    /// # Errors
    /// An input that does not lie within the token grid.
    pub fn questions(&self, id: &str, task: &Task, augmentations: usize) -> Result<Vec<Question>, TooLarge> {
        let known = Known::of_names(self.names.iter().map(String::as_str));
        let task = Task::new(id, Vec::new(), task.test.clone());
        let questions = known.questions(&task, 0, self.side, augmentations)?;
        let mut asked = vec![0; task.test.len()];
        let mut numbered: Vec<(usize, Question)> = Vec::with_capacity(questions.len());
        for question in questions {
            let number = &mut asked[question.test];
            numbered.push((*number, question));
            *number += 1;
        }
        numbered.sort_by_key(|(number, question)| (*number, question.test));
        Ok(numbered.into_iter().map(|(_, question)| question).collect())
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::{
        engine::cpu,
        learn::{LearnSettings, Learner, names_of},
        puzzle::arc::{Augmentation, Grid, Pair},
    };

    fn task() -> Task {
        let pair = |colour: u8| {
            let grid = |row: [u8; 2]| Grid::of_rows(&[row]).unwrap();
            Pair::new(grid([0, colour]), Some(grid([colour, 0])))
        };
        Task::new("mirror", vec![pair(1), pair(2)], vec![pair(3), pair(4)])
    }

    fn model() -> SavedModel {
        let settings = LearnSettings { augmentations: 3, ..LearnSettings::default() };
        let learner = pollster::block_on(Learner::begin(cpu::Engine::new(), &task(), None, &settings)).unwrap();
        let base = Base { config: learner.config().clone(), weights: learner.kept().1.clone() };
        SavedModel { base, side: learner.set().side(), names: names_of(learner.set(), &["mirror"]) }
    }

    #[test]
    fn a_model_is_read_as_it_was_written() {
        let model = model();
        let (config, weights) = (model.config_text(), model.base.weights.to_safetensors().unwrap());
        let read = SavedModel::read(&config, &weights).unwrap();
        assert_eq!((read.names.len(), &read.names[..2]), (5, &["<blank>".to_owned(), "mirror".to_owned()][..]));
        assert_eq!(
            (read.side, &read.base.config, &read.base.weights),
            (model.side, &model.base.config, &model.base.weights)
        );
        assert!(config.contains("\"puzzle\": \"arc-4\""), "{config}");

        let fault = |config: &str, weights: &[u8]| SavedModel::read(config, weights).unwrap_err().to_string();
        assert!(fault("{", &weights).starts_with("the configuration: "));
        assert!(fault("{}", &weights).starts_with("the configuration: "));
        assert!(fault(&config, &weights[..100]).starts_with("the weights: "));
        assert!(fault(&config.replace("identifiers\"", "names\""), &weights).contains("\"identifiers\""));
        assert!(fault(&config.replace("\"vocab_size\": 12", "\"vocab_size\": 11"), &weights).contains("11 tokens"));
    }

    #[test]
    fn tests_are_asked_by_turns_and_as_they_are_first() {
        let model = model();
        let asked = model.questions("mirror", &task(), 2).unwrap();
        let order: Vec<(usize, u32)> = asked.iter().map(|question| (question.test, question.identifier)).collect();
        assert_eq!(order, [(0, 1), (1, 1), (0, 2), (1, 2), (0, 3), (1, 3)]);
        assert!(asked[..2].iter().all(|question| question.augmentation == Augmentation::identity()));
        // A task that it does not know is asked as it is.
        assert_eq!(model.questions("other", &task(), 2).unwrap().len(), 2);
    }

    #[test]
    fn what_learning_takes_is_known_before_it_begins() {
        let (engine, settings) = (cpu::Engine::new(), LearnSettings { augmentations: 3, ..LearnSettings::default() });
        let found = Learner::predicted(&engine, &task(), None, &settings).unwrap();
        let learner = pollster::block_on(Learner::begin(engine, &task(), None, &settings)).unwrap();
        assert_eq!((found.side.side(), found.versions, found.demonstrations), (4, 4, 2));
        assert_eq!(found.bytes, learner.bytes());
        assert_eq!(found.parameters, learner.kept().1.count());
    }
}
