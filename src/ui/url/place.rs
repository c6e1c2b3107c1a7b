//! The places of the page, by the names that addresses use, in the order of the navigation. One is shown; the others keep their
//! state.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// One at a time is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Place {
    /// A puzzle is drawn, and the model watched solving it.
    #[default]
    Solve,
    /// A model learns.
    Train,
    /// Tasks of grids are drawn, collected and played.
    #[strum(serialize = "arc")]
    Tasks,
    /// The model explained.
    HowItWorks,
}

impl Place {
    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        self.into()
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
        name.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for &place in Place::VARIANTS {
            assert_eq!(Place::of_name(place.name()), Some(place));
        }
        let names: Vec<_> = Place::VARIANTS.iter().map(|place| place.name()).collect();
        assert_eq!(names, ["solve", "train", "arc", "how-it-works"]);
        assert_eq!(Place::of_name("anywhere"), None);
    }
}
