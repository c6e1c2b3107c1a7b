//! What is wrong with a question or an answer.

use std::{fmt, sync::Arc};

use super::ParseError;

/// A rule that a board breaks, as its own game says it.
pub trait RuleFault: fmt::Display + fmt::Debug + Send + Sync {
    /// The cells that it is about, for marking them.
    fn cells(&self) -> Vec<usize>;
    /// Whether what has this fault is no question at all. Else it is one that has no right answer, or an odd one: a model may be
    /// asked, and its answer be judged.
    fn is_of_form(&self) -> bool {
        true
    }
}

/// What is wrong with a question or an answer, in words.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Fault {
    /// The tokens are not those of a board of this kind.
    #[error(transparent)]
    Form(#[from] ParseError),
    /// A rule of the game is broken.
    #[error("{0}")]
    Rule(Arc<dyn RuleFault>),
    /// The game has no rules by which an answer could be checked.
    #[error("this game has no rules that tell whether an answer is right")]
    NoRules,
}

impl Fault {
    /// A broken rule.
    pub fn of_rule(fault: impl RuleFault + 'static) -> Self {
        Self::Rule(Arc::new(fault))
    }

    /// Whether what has this fault is no question at all ([`RuleFault::is_of_form`]).
    pub fn is_of_form(&self) -> bool {
        match self {
            Self::Form(_) | Self::NoRules => true,
            Self::Rule(fault) => fault.is_of_form(),
        }
    }

    /// The cells the fault is about, for marking them.
    pub fn cells(&self) -> Vec<usize> {
        match self {
            Self::Form(_) | Self::NoRules => Vec::new(),
            Self::Rule(fault) => fault.cells(),
        }
    }
}

/// Two faults are the same where they say the same of the same cells.
impl PartialEq for Fault {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Form(a), Self::Form(b)) => a == b,
            (Self::Rule(a), Self::Rule(b)) => a.cells() == b.cells() && a.to_string() == b.to_string(),
            (Self::NoRules, Self::NoRules) => true,
            _ => false,
        }
    }
}

impl Eq for Fault {}
