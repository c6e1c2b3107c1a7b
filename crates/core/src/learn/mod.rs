//! A task is learnt and answered: a model that knows it, or learns it here, is asked its tests under many augmentations, and the
//! answers vote. hrm.md, "ARC".

mod answerer;
mod known;
mod learner;
mod saved_model;
mod watched;

pub use crate::puzzle::arc::training::BLANK;
pub use answerer::{Answerer, Question, TestAnswer};
pub use known::{BLANK_NAME, Known, names_of};
pub use learner::{Base, HeldOut, LearnError, LearnSettings, Learner, Prediction, token_grid_for};
pub use saved_model::{SavedModel, SavedModelError};
pub use watched::{Watched, watch};
