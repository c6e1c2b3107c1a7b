//! A puzzle, and what new ones are to be like.

use hrm_core::puzzle::{Kind, Setting, Settings, Size};

use crate::ui::board::starter::first_question;

/// A puzzle.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its kind.
    pub kind: Kind,
    /// `[S]`.
    pub tokens: Vec<u8>,
}

impl Question {
    /// The board that a first visit to a kind meets.
    pub fn first_of(kind: Kind) -> Self {
        Self { kind, tokens: first_question(kind) }
    }
}

/// What new puzzles are to be like.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Rows and columns.
    pub size: Size,
    /// What is set of the generator's settings; the rest is as it is by default.
    settings: Settings,
    /// Of settings that mean the same on every board, how far they are between the least and the greatest, 0 to 1.
    shares: Settings,
}

impl Wish {
    /// Like the puzzles that a visit to a kind meets first.
    pub(super) fn of(kind: Kind) -> Self {
        Self { size: kind.size(), settings: Settings::default(), shares: Settings::default() }
    }

    /// Of another kind: what means the same there stays.
    pub(super) fn for_kind(self, kind: Kind) -> Self {
        Self { shares: self.shares, ..Self::of(kind) }
    }

    /// The board that is wished for, of the game of `kind`.
    pub fn board(&self, kind: Kind) -> Kind {
        kind.resized(self.size).unwrap_or(kind)
    }

    /// Its generator's settings, where so much is set already.
    fn offered(&self, kind: Kind) -> Vec<Setting> {
        self.board(kind).generator().map(|generator| generator.settings(&self.settings)).unwrap_or_default()
    }

    /// The names of its generator's settings.
    pub fn names(&self, kind: Kind) -> Vec<&'static str> {
        self.offered(kind).iter().map(|setting| setting.name).collect()
    }

    /// One of its generator's settings.
    pub fn setting(&self, kind: Kind, name: &str) -> Option<Setting> {
        self.offered(kind).into_iter().find(|setting| setting.name == name)
    }

    /// What a setting is.
    pub fn value(&self, setting: &Setting) -> f64 {
        match self.shares.get(setting.name).filter(|_| setting.is_relative) {
            Some(share) => (setting.least + share * (setting.most - setting.least)).round(),
            None => self.settings.value_of(setting),
        }
    }

    /// Sets a setting.
    pub fn set(&mut self, setting: &Setting, value: f64) {
        if setting.is_relative {
            let span = (setting.most - setting.least).max(f64::MIN_POSITIVE);
            self.shares.set(setting.name, (value - setting.least) / span);
        } else {
            self.settings.set(setting.name, value);
        }
    }

    /// All settings, for a board of the game of `kind`.
    pub fn settings(&self, kind: Kind) -> Settings {
        self.offered(kind).iter().fold(Settings::default(), |all, setting| all.with(setting.name, self.value(setting)))
    }
}
