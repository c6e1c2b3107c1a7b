//! Why a recipe cannot be followed.

use super::recipe::MOST_WHOLE;
use super::recipe_fields::FieldProblem;
use super::task_problem::TaskProblem;
use crate::config::ConfigError;
use crate::names::NameError;
use crate::puzzle::Kind;

/// A recipe that cannot be followed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RecipeError {
    /// The model.
    #[error("[model] {0}")]
    Model(#[from] ConfigError),
    /// A name that no file can have.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A field that there is not, or of another type.
    #[error(transparent)]
    Field(#[from] FieldProblem),
    /// A number that must be larger.
    #[error("{field} is 0, expected at least 1")]
    Zero {
        /// Section and name.
        field: &'static str,
    },
    /// A number that must be smaller.
    #[error("{field} is {value}, expected at most {most}")]
    TooLarge {
        /// Section and name.
        field: &'static str,
        /// What it is.
        value: u64,
        /// What it may be at most.
        most: u64,
    },
    /// A number that a browser cannot hold exactly.
    #[error("{field} is {value}, expected at most {MOST_WHOLE} in a browser")]
    Inexact {
        /// Section and name.
        field: &'static str,
        /// What it is.
        value: u64,
    },
    /// Parts of a batch that are not equal.
    #[error("[training] shards is {shards}, which does not divide the batch of {batch}")]
    Shards {
        /// B.
        batch: usize,
        /// Parts.
        shards: usize,
    },
    /// The training of an embedding that there is not.
    #[error("[training] train_only is \"embedding\", expected \"everything\" for a model whose puzzle_emb_ndim is 0")]
    NoEmbedding,
    /// Tasks that cannot be learnt as the recipe says.
    #[error(transparent)]
    Tasks(#[from] TaskProblem),
    /// Puzzles of a game that has no generator, without a file of them.
    #[error("puzzles of {0} are not generated: expected [data] file")]
    NoGenerator(Kind),
    /// Further sizes of board that cannot be.
    #[error("[data] boards: {0}")]
    Boards(String),
    /// A mixture that the generator does not take.
    #[error("[data] mixture: {0}")]
    Mixture(String),
    /// Other answers than the given ones where there are none.
    #[error("[data] answers is not \"given\", expected that for {0}, whose questions have one answer")]
    OneAnswer(Kind),
    /// Difficulties that are no range.
    #[error("[data] easiest is {easiest} and hardest {hardest}, expected 0 ≤ easiest ≤ hardest ≤ 1")]
    Difficulty {
        /// Lower end.
        easiest: f64,
        /// Upper end.
        hardest: f64,
    },
    /// A setting of the optimizers outside its range.
    #[error("[optimizer] {field} is {value}, expected {expected}")]
    Optimizer {
        /// Its name.
        field: &'static str,
        /// What it is.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// A share outside 0 to 1, or above 0 for a kind that has no such puzzles.
    #[error("{field} is {share}, expected {expected}")]
    Share {
        /// Section and name.
        field: &'static str,
        /// The share.
        share: f64,
        /// What it may be.
        expected: String,
    },
}

impl RecipeError {
    /// The name of the field that it is about, without its section; `None` where it is about no single one that a form has.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Model(ConfigError::Field { field, .. }) => Some(field),
            Self::Name(_) => Some("name"),
            Self::Zero { field }
            | Self::TooLarge { field, .. }
            | Self::Inexact { field, .. }
            | Self::Optimizer { field, .. }
            | Self::Share { field, .. } => field.split(' ').next_back(),
            Self::Shards { .. } => Some("shards"),
            Self::NoEmbedding => Some("train_only"),
            Self::OneAnswer(_) => Some("answers"),
            Self::Difficulty { .. } => Some("easiest"),
            Self::Tasks(TaskProblem::Field { place, .. }) => place.split(' ').next_back(),
            Self::Model(_)
            | Self::Field(_)
            | Self::Tasks(_)
            | Self::NoGenerator(_)
            | Self::Boards(_)
            | Self::Mixture(_) => None,
        }
    }
}
