//! What can be set of a generator, as data: sliders, the command line and help are made from it.

use serde::{Deserialize, Serialize};

/// A number that a generator takes, or one of several names.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Its name on the command line and in messages.
    pub name: &'static str,
    /// Its name on the page.
    pub label: &'static str,
    /// What it does, as a sentence.
    pub help: &'static str,
    /// What it counts.
    pub unit: &'static str,
    /// The least value.
    pub least: f64,
    /// The greatest value.
    pub most: f64,
    /// What it is where nobody sets it.
    pub default: f64,
    /// Whether its place between least and most means the same on boards of every size, and is kept when the size changes.
    pub is_relative: bool,
    /// The names to choose from, of which the value is the place in this list; empty where it is a number.
    pub choices: &'static [&'static str],
}

impl Setting {
    /// The value of one of its names.
    pub fn of_name(&self, name: &str) -> Option<f64> {
        self.choices.iter().position(|choice| *choice == name).map(|place| place as f64)
    }

    /// A value within its range; one that is no number is the default.
    pub fn clamp(&self, value: f64) -> f64 {
        if value.is_nan() { self.default } else { value.clamp(self.least, self.most) }
    }
}

/// Values of settings by their names; what is not there has its default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Settings(Vec<(String, f64)>);

/// A setting that a generator does not have, or a value outside its range.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SettingError {
    /// No such setting.
    #[error("{name:?} is no setting here; expected {expected}")]
    Unknown {
        /// The name.
        name: String,
        /// Those that there are.
        expected: String,
    },
    /// Outside the range.
    #[error("{name} is {value}, expected {least} to {most}")]
    Range {
        /// Its name.
        name: &'static str,
        /// What it was.
        value: f64,
        /// The least value.
        least: f64,
        /// The greatest value.
        most: f64,
    },
}

impl Settings {
    /// The value of a setting.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|(set, _)| set == name).map(|(_, value)| *value)
    }

    /// The value of a setting within its range, or its default.
    pub fn value_of(&self, setting: &Setting) -> f64 {
        self.get(setting.name).map_or(setting.default, |value| setting.clamp(value))
    }

    /// Sets a value.
    pub fn set(&mut self, name: &str, value: f64) {
        match self.0.iter_mut().find(|(set, _)| set == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.into(), value)),
        }
    }

    /// These settings with one more.
    #[must_use]
    pub fn with(mut self, name: &str, value: f64) -> Self {
        self.set(name, value);
        self
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a generator with these settings takes all that is set.
    ///
    /// # Errors
    /// The first that it does not take.
    pub fn check(&self, known: &[Setting]) -> Result<(), SettingError> {
        for (name, value) in &self.0 {
            let Some(setting) = known.iter().find(|setting| setting.name == name) else {
                let names: Vec<&str> = known.iter().map(|setting| setting.name).collect();
                let expected = if names.is_empty() { "none".into() } else { format!("one of {}", names.join(", ")) };
                return Err(SettingError::Unknown { name: name.clone(), expected });
            };
            let &Setting { name, least, most, .. } = setting;
            if !(least..=most).contains(value) {
                return Err(SettingError::Range { name, value: *value, least, most });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOPS: Setting = Setting {
        name: "loops",
        label: "Loops",
        help: "Openings beyond a tree's.",
        unit: "",
        least: 0.0,
        most: 9.0,
        default: 4.0,
        is_relative: false,
        choices: &[],
    };

    #[test]
    fn what_is_not_set_has_its_default_and_what_is_outside_is_refused() {
        let mut settings = Settings::default();
        assert!(settings.is_empty());
        assert_eq!(settings.value_of(&LOOPS), 4.0);
        settings.set("loops", 2.0);
        settings.set("loops", 3.0);
        assert_eq!((settings.value_of(&LOOPS), settings.check(&[LOOPS])), (3.0, Ok(())));
        assert_eq!(settings.check(&[]).unwrap_err().to_string(), "\"loops\" is no setting here; expected none");
        for value in [10.0, -1.0, f64::NAN] {
            let error = Settings::default().with("loops", value).check(&[LOOPS]).unwrap_err().to_string();
            assert_eq!(error, format!("loops is {value}, expected 0 to 9"));
        }
        assert_eq!(Settings::default().with("loops", f64::NAN).value_of(&LOOPS), 4.0);
    }
}
