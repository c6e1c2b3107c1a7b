//! The views of the model's inside, by the names that addresses use, in the order of their tabs. What each is drawn by is a line of
//! `inspect/views.rs`.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// One at a time is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum View {
    /// States, change and halting at a glance.
    #[default]
    Overview,
    /// Whether and how the states settle.
    Convergence,
    /// The states themselves, value by value.
    States,
    /// Their way through the space of states.
    Trajectory,
    /// What they would answer at each step.
    Answers,
    /// What a cell takes from the others.
    Attention,
    /// What becomes of a thought that is interfered with.
    Experiments,
}

impl View {
    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The view of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// The view so many tabs further, round and round.
    pub fn turned(self, by: isize) -> Self {
        let at = Self::VARIANTS.iter().position(|view| *view == self).unwrap_or(0) as isize;
        Self::VARIANTS[(at + by).rem_euclid(Self::VARIANTS.len() as isize) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_tabs_go_round() {
        for &view in View::VARIANTS {
            assert_eq!(View::of_name(view.name()), Some(view));
        }
        assert_eq!(View::of_name("attention-span"), None);
        assert_eq!((View::Overview.turned(-1), View::Experiments.turned(-1)), (View::Experiments, View::Attention));
    }
}
