//! A task is learnt and answered: a model that knows it, or learns it here, is asked its tests under many augmentations, and the
//! answers vote. hrm.md, "ARC".

mod answerer;
mod beside;
mod known;
mod learner;

pub use crate::puzzle::arc::{Candidate, Grid, Task, codec, file, training, training::BLANK};
pub use answerer::{Answerer, Question, TestAnswer, forms};
pub use beside::{Beside, BesideError, Course};
pub use known::{BLANK_NAME, Known, names_of};
pub use learner::{Base, HeldOut, LearnError, LearnSettings, Learner, Prospect, smallest_side};
