//! The models: the gallery's list, and the one loader by which a model is opened, from there or from files of the page.

use hrm_core::{
    config::ModelConfig,
    gallery::{Entry, Index},
    model::Weights,
    puzzle::Kind,
    recording::Shapes,
};
use hrm_link::protocol::Event;

use crate::{error::TaskError, global};

/// A loaded model whose weights fit its configuration.
pub struct OpenModel {
    /// Its name.
    pub name: String,
    /// Its configuration.
    pub config: ModelConfig,
    /// Its weights.
    pub weights: Weights,
}

impl OpenModel {
    /// Whether its configuration is that of boards of a kind.
    pub fn takes(&self, board: Kind) -> bool {
        let size = board.size();
        self.config.at_size(size.rows(), size.columns()).is_some_and(|sized| sized == self.config)
    }

    /// That it is open.
    pub fn opened(&self) -> Event {
        Event::Opened { model: Shapes::of(&self.config), digest: self.weights.digest() }
    }

    /// A model of a configuration and the bytes of its weights; `place` is where those come from, for the error.
    ///
    /// # Errors
    /// Weights that cannot be read or are another model's.
    pub fn of_files(name: String, config: ModelConfig, place: &str, bytes: &[u8]) -> Result<Self, TaskError> {
        let invalid = |source| TaskError::Weights { file: place.into(), source };
        let weights = Weights::of_model(bytes, &config).map_err(invalid)?;
        Ok(Self { name, config, weights })
    }
}

/// The gallery's list, fetched when it is first asked for.
#[derive(Default)]
pub struct Gallery {
    entries: Option<Vec<Entry>>,
    /// The texts of their cards.
    cards: Vec<String>,
}

impl Gallery {
    /// Its models.
    ///
    /// # Errors
    /// A file that cannot be fetched or read.
    pub async fn list(&mut self) -> Result<&[Entry], TaskError> {
        if self.entries.is_none() {
            let models = json::<Index>(&address("index.json")).await?.models;
            self.cards.clear();
            for entry in &models {
                self.cards.push(text(&address(&entry.card)).await?);
            }
            self.entries = Some(models);
        }
        Ok(self.entries.as_deref().unwrap_or_default())
    }

    /// That it is listed, with the text of every card.
    ///
    /// # Errors
    /// A file that cannot be fetched or read.
    pub async fn listed(&mut self) -> Result<Event, TaskError> {
        let models = self.list().await?.to_vec();
        Ok(Event::Listed { models, cards: self.cards.clone() })
    }

    /// Fetches a model and checks it; where its weights serve every size it is made for the size of `board`.
    ///
    /// # Errors
    /// A name that the list does not have; files that cannot be fetched, read, or do not fit together.
    pub async fn open(&mut self, name: &str, board: Option<Kind>) -> Result<OpenModel, TaskError> {
        let entry = self.list().await?.iter().find(|entry| entry.name == name);
        let entry = entry.ok_or_else(|| TaskError::UnknownModel(name.into()))?;
        let file = address(&entry.config_file());
        let value = json::<serde_json::Value>(&file).await?;
        let config = ModelConfig::from_json_value(&value).map_err(|source| TaskError::Config { file, source })?;
        let sized = board.and_then(|board| entry.puzzle.configured_for(board, &config));
        let config = sized.unwrap_or(config);
        let file = address(&entry.file);
        let bytes = global::fetch(&file).await?;
        OpenModel::of_files(entry.name.clone(), config, &file, &bytes)
    }
}

/// Address of a gallery file, relative to the page.
fn address(file: &str) -> String {
    format!("gallery/{file}")
}

async fn text(file: &str) -> Result<String, TaskError> {
    let bytes = global::fetch(file).await?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

async fn json<T: serde::de::DeserializeOwned>(file: &str) -> Result<T, TaskError> {
    serde_json::from_str(&text(file).await?).map_err(|source| TaskError::Json { file: file.into(), source })
}
