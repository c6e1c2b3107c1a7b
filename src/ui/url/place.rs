//! The places of the page, by the names that addresses use. One is shown; the others keep their state.

/// One at a time is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Place {
    /// A puzzle is drawn, and the model watched solving it.
    #[default]
    Solve,
    /// A model learns.
    Train,
    /// Tasks of grids are drawn, collected and played.
    Tasks,
    /// The model explained.
    HowItWorks,
}

impl Place {
    /// In the order of the navigation.
    pub const ALL: [Self; 4] = [Self::Solve, Self::Train, Self::Tasks, Self::HowItWorks];

    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Solve => "solve",
            Self::Train => "train",
            Self::Tasks => "arc",
            Self::HowItWorks => "how-it-works",
        }
    }

    /// Its name on the page.
    pub fn title(self) -> &'static str {
        match self {
            Self::Solve => "Solve",
            Self::Train => "Train",
            Self::Tasks => "ARC",
            Self::HowItWorks => "How it works",
        }
    }

    /// The place of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for place in Place::ALL {
            assert_eq!(Place::of_name(place.name()), Some(place));
        }
        assert_eq!(Place::of_name("anywhere"), None);
    }
}
