//! The views of the model's inside, by the names that addresses use.

/// One at a time is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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
    /// In the order of the tabs.
    pub const ALL: [Self; 7] = [
        Self::Overview,
        Self::Convergence,
        Self::States,
        Self::Trajectory,
        Self::Answers,
        Self::Attention,
        Self::Experiments,
    ];

    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Convergence => "convergence",
            Self::States => "states",
            Self::Trajectory => "trajectory",
            Self::Answers => "answers",
            Self::Attention => "attention",
            Self::Experiments => "experiments",
        }
    }

    /// Its name on the page.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Convergence => "Convergence",
            Self::States => "States",
            Self::Trajectory => "Trajectory",
            Self::Answers => "Answers",
            Self::Attention => "Attention",
            Self::Experiments => "Experiments",
        }
    }

    /// The view of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.name() == name)
    }

    /// The view so many tabs further, round and round.
    pub fn turned(self, by: isize) -> Self {
        let at = Self::ALL.iter().position(|view| *view == self).unwrap_or(0) as isize;
        Self::ALL[(at + by).rem_euclid(Self::ALL.len() as isize) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_tabs_go_round() {
        for view in View::ALL {
            assert_eq!(View::of_name(view.name()), Some(view));
        }
        assert_eq!(View::of_name("attention-span"), None);
        assert_eq!((View::Overview.turned(-1), View::Experiments.turned(-1)), (View::Experiments, View::Attention));
    }
}
