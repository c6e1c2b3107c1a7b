//! What stands in the JSON file beside the weights of a learnt task.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::learner::LearnSettings;
use crate::{
    config::{ConfigError, ModelConfig},
    puzzle::arc::codec::TokenGrid,
    train::Trained,
};

/// The field that holds how a task was learnt.
const COURSE: &str = "learnt";

/// How a task was learnt, so that it can be learnt further.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// The task, as its file has it.
    pub task: String,
    /// Its id, by which the names of identifiers begin.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Versions beside itself, at most.
    pub augmentations: usize,
    /// Of the versions and samples.
    pub seed: u64,
    /// B.
    pub batch: usize,
    /// What was trained.
    #[serde(default)]
    pub trained: Trained,
    /// Steps done, all sittings together.
    pub steps: u64,
    /// Seconds of learning, all sittings together.
    pub seconds: f64,
    /// Whether the demonstration that was held out is answered; `None` where there was none, or it was not tried.
    #[serde(default)]
    pub held_out: Option<bool>,
}

impl Course {
    /// The settings that give the same versions again.
    pub fn settings(&self, side: Option<TokenGrid>) -> LearnSettings {
        let Self { augmentations, seed, batch, trained, .. } = *self;
        LearnSettings { augmentations, seed, batch, shards: 1, side, trained }
    }
}

/// The configuration of a model that learnt tasks, with the names of its identifiers.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    /// The configuration.
    pub config: ModelConfig,
    /// A name for each row of the puzzle embedding; empty where the file has none.
    pub identifiers: Vec<String>,
    /// How its task was learnt, where the file says.
    pub course: Option<Course>,
}

/// A file that says nothing of the kind.
#[derive(Debug, thiserror::Error)]
pub enum BesideError {
    /// No JSON.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// No configuration.
    #[error("{0}")]
    Config(#[from] ConfigError),
}

impl Beside {
    /// The file's text.
    ///
    /// # Errors
    /// None that is known of: a configuration is plain data.
    pub fn text(&self) -> Result<String, BesideError> {
        let mut json = serde_json::to_value(&self.config)?;
        if let Some(side) = TokenGrid::of_model(self.config.seq_len, self.config.vocab_size) {
            json["puzzle"] = side.kind().name().into();
        }
        json["identifiers"] = self.identifiers.clone().into();
        if let Some(course) = &self.course {
            json[COURSE] = serde_json::to_value(course)?;
        }
        Ok(serde_json::to_string_pretty(&json)? + "\n")
    }

    /// Reads a file's text. A course that cannot be read is as if there were none: the model answers all the same.
    ///
    /// # Errors
    /// No JSON, no configuration.
    pub fn read(text: &str) -> Result<Self, BesideError> {
        let json: Value = serde_json::from_str(text)?;
        let config = ModelConfig::from_json_value(&json)?;
        let names = json.get("identifiers").and_then(Value::as_array);
        let identifiers = names.into_iter().flatten().map(|name| name.as_str().unwrap_or_default().to_owned());
        let course = json.get(COURSE).and_then(|course| Course::deserialize(course).ok());
        Ok(Self { identifiers: identifiers.collect(), config, course })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        learn::{Base, Prospect, file, names_of},
        puzzle::arc::{Grid, Pair, Task},
    };

    fn task() -> Task {
        let grid = |rows: &[&[u8]]| Grid::of_rows(rows).unwrap();
        let pair = |colour: u8| Pair::new(grid(&[&[0, colour]]), Some(grid(&[&[colour, 0]])));
        Task::new("a", vec![pair(1), pair(2)], vec![pair(3)])
    }

    #[test]
    fn a_learnt_task_is_read_as_it_was_written_and_goes_on() {
        let task = task();
        let settings = LearnSettings { augmentations: 5, seed: 7, batch: 2, ..LearnSettings::default() };
        let begun = Prospect::new(&task, None, &settings).unwrap();
        let course = Course {
            task: file::write(&task),
            id: task.id.clone(),
            title: "a".into(),
            augmentations: 5,
            seed: 7,
            batch: 2,
            trained: Trained::Everything,
            steps: 3,
            seconds: 1.5,
            held_out: Some(false),
        };
        let config = begun.config().clone();
        let identifiers = names_of(begun.set(), &["a"]);
        let beside = Beside { config: config.clone(), identifiers: identifiers.clone(), course: Some(course) };
        let text = beside.text().unwrap();
        assert!(text.contains("\"puzzle\": \"arc-4\""), "{text}");
        let read = Beside::read(&text).unwrap();
        assert_eq!(read, beside);
        let again = read.course.unwrap().settings(None);
        let base = || Base { config: config.clone(), weights: begun.weights().clone() };
        let further = Prospect::again(&task, base(), &identifiers, &again).unwrap();
        assert_eq!((further.config(), further.weights()), (&config, begun.weights()));
        assert_eq!(further.set().side(), begun.set().side());
        // Versions of another seed are other versions.
        let other = LearnSettings { seed: 8, ..again };
        assert!(Prospect::again(&task, base(), &identifiers, &other).is_err());
        // What the command writes has no course.
        let plain = Beside { course: None, ..beside };
        assert_eq!(Beside::read(&plain.text().unwrap()).unwrap(), plain);
        assert!(Beside::read("{}").is_err() && Beside::read("[").is_err());
    }
}
