//! What a search is asked: how many views, how they differ, when it stops, which answer is taken.

use serde::{Deserialize, Serialize};

/// When a search stops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Until {
    /// At the first answer that holds by rule ([`super::holds`]).
    #[default]
    Rules,
    /// At the first view that halts by its Q-head.
    Halt,
    /// When every view has had all its segments.
    Budget,
}

/// Which answer is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choose {
    /// The earliest one that holds by rule; where none does, that of the best q_halt.
    #[default]
    Rules,
    /// That of the view with the greatest q_halt.
    Q,
    /// That of the view whose state changed least in its last segment.
    Residual,
    /// The one that most views give; of equals that of the best q_halt.
    Vote,
}

impl Choose {
    /// Every way, in the order of the tables.
    pub const ALL: [Self; 4] = [Self::Rules, Self::Q, Self::Residual, Self::Vote];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Q => "q",
            Self::Residual => "residual",
            Self::Vote => "vote",
        }
    }
}

/// In which forms the views see the puzzle. View 0 always sees it as it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Forms {
    /// Each in a random symmetric form ([`crate::puzzle::Form`]).
    #[default]
    Symmetric,
    /// All as it stands.
    Identical,
}

/// From which states the views begin. View 0 always begins from the model's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// H_init and L_init.
    #[default]
    Model,
    /// States drawn at random.
    Random,
}

/// The settings of a search. What a view does follows from `seed` and its number alone, so views can be computed in any
/// order, in batches of any size and by several workers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// K, views at most.
    pub views: usize,
    /// N, segments of a view at most.
    pub segments: usize,
    /// When to stop.
    pub until: Until,
    /// Which answer to take.
    pub choose: Choose,
    /// In which forms the puzzle is seen.
    pub forms: Forms,
    /// Which states the views begin from.
    pub start: Start,
    /// RMS of the Gaussian noise that is added to z_H and z_L before each segment, over the state's own; view 0 has none.
    pub noise: f32,
    /// Whether the rows are branches: the surest cells become clues of the next pass ([`super::Branch`]).
    pub branch: bool,
    /// The same seed gives the same views.
    pub seed: u64,
    /// Segments after which every view's answer is noted beside its last one, for tables; ascending.
    pub milestones: Vec<usize>,
    /// Whether all views are run as far as one of the milestones depends on them, rather than to the first right answer.
    pub table: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            views: 16,
            segments: 16,
            until: Until::default(),
            choose: Choose::default(),
            forms: Forms::default(),
            start: Start::default(),
            noise: 0.0,
            branch: false,
            seed: 0,
            milestones: Vec::new(),
            table: false,
        }
    }
}
