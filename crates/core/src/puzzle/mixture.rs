//! What puzzles of a data set are drawn from: parts with settings of their own, each with its share.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Generator, Setting, Settings};
use crate::random::Random;

/// What is asked of a setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum Asked {
    /// One of its names.
    Name(String),
    /// A value.
    Number(f64),
    /// A whole number from the first to the last, drawn for each puzzle.
    Range(f64, f64),
}

/// What stands where a setting is asked for.
const EXPECTED: &str = "a name, a number, or a range such as [10, 40]";

impl TryFrom<Value> for Asked {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let ends = value.as_array().map(|ends| ends.iter().map(Value::as_f64).collect::<Vec<_>>());
        match (&value, ends.as_deref()) {
            (Value::String(name), _) => Ok(Self::Name(name.clone())),
            (_, Some(&[Some(least), Some(most)])) => Ok(Self::Range(least, most)),
            (value, _) => value.as_f64().map(Self::Number).ok_or_else(|| format!("{value}, expected {EXPECTED}")),
        }
    }
}

impl From<Asked> for Value {
    fn from(asked: Asked) -> Self {
        match asked {
            Asked::Name(name) => name.into(),
            Asked::Number(number) => number.into(),
            Asked::Range(least, most) => vec![least, most].into(),
        }
    }
}

/// The name of a part's share among its settings.
const SHARE: &str = "share";

/// A part of a mixture: what is asked of the generator's settings by their names, and `share`, which is 1 where it is not told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Part(BTreeMap<String, Asked>);

impl Part {
    /// Asks for a setting in words: a name, a number, or two numbers with `..` between.
    pub fn ask(&mut self, setting: &str, words: &str) {
        let range = words.split_once("..").and_then(|(least, most)| Some((least.parse().ok()?, most.parse().ok()?)));
        let asked = match (range, words.parse()) {
            (Some((least, most)), _) => Asked::Range(least, most),
            (None, Ok(number)) => Asked::Number(number),
            (None, Err(_)) => Asked::Name(words.into()),
        };
        self.0.insert(setting.into(), asked);
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The name that is asked for of a setting.
    pub fn name_of(&self, setting: &str) -> Option<&str> {
        match self.0.get(setting) {
            Some(Asked::Name(name)) => Some(name),
            _ => None,
        }
    }

    /// How much of the mixture it is, beside the shares of the others.
    pub fn share(&self) -> f64 {
        match self.0.get(SHARE) {
            Some(Asked::Number(share)) => *share,
            _ => 1.0,
        }
    }

    /// The generator's settings; what is asked for as a range is drawn.
    pub fn settings(&self, generator: &dyn Generator, random: &mut Random) -> Settings {
        self.with(generator, |least, most| least + random.below((most - least).max(0.0) as usize + 1) as f64)
    }

    /// The generator's settings; names first, for they tell what else there is.
    fn with(&self, generator: &dyn Generator, mut choose: impl FnMut(f64, f64) -> f64) -> Settings {
        let mut settings = Settings::default();
        for (setting, asked) in self.asked() {
            if let Asked::Name(name) = asked
                && let Some(value) = known(generator, &settings, setting).and_then(|setting| setting.of_name(name))
            {
                settings.set(setting, value);
            }
        }
        for (setting, asked) in self.asked() {
            match *asked {
                Asked::Name(_) => {}
                Asked::Number(number) => settings.set(setting, number),
                Asked::Range(least, most) => settings.set(setting, choose(least, most)),
            }
        }
        settings
    }

    /// Whether a generator takes all that is asked for.
    ///
    /// # Errors
    /// In words: the first that it does not take.
    pub fn check(&self, generator: &dyn Generator) -> Result<(), String> {
        match self.0.get(SHARE) {
            None => {}
            Some(Asked::Number(share)) if *share > 0.0 && share.is_finite() => {}
            Some(other) => return Err(format!("share is {}, expected a number above 0", Value::from(other.clone()))),
        }
        let settings = self.with(generator, |least, _| least);
        for (name, asked) in self.asked() {
            let Some(setting) = known(generator, &settings, name) else { continue };
            match asked {
                Asked::Name(word) if setting.of_name(word).is_none() => {
                    let expected = match setting.choices {
                        [] => "a number".into(),
                        choices => format!("one of {}", choices.join(", ")),
                    };
                    return Err(format!("{name} is {word:?}, expected {expected}"));
                }
                Asked::Range(least, most) if least > most => {
                    return Err(format!("{name} is from {least} to {most}, expected the lesser number first"));
                }
                _ => {}
            }
        }
        if let Some((name, _)) =
            self.asked().find(|(name, asked)| matches!(asked, Asked::Name(_)) && settings.get(name).is_none())
        {
            // Refused as a setting that there is not.
            settings
                .clone()
                .with(name, 0.0)
                .check(&generator.settings(&settings))
                .map_err(|error| error.to_string())?;
        }
        for settings in [settings, self.with(generator, |_, most| most)] {
            settings.check(&generator.settings(&settings)).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn asked(&self) -> impl Iterator<Item = (&String, &Asked)> {
        self.0.iter().filter(|(name, _)| *name != SHARE)
    }
}

/// A setting of a generator.
fn known(generator: &dyn Generator, set: &Settings, name: &str) -> Option<Setting> {
    generator.settings(set).into_iter().find(|setting| setting.name == name)
}

/// Parts of which each puzzle is drawn from one; none where puzzles are as the generator has them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mixture(Vec<Part>);

impl Mixture {
    /// Of these parts.
    pub fn new(parts: Vec<Part>) -> Self {
        Self(parts)
    }

    /// Its parts.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A random part, each as often as its share says.
    pub fn draw(&self, random: &mut Random) -> Option<&Part> {
        let total: f64 = self.0.iter().map(Part::share).sum();
        let mut left = if self.0.len() > 1 { random.unit() * total } else { 0.0 };
        let chosen = self.0.iter().find(|part| {
            left -= part.share();
            left < 0.0
        });
        chosen.or(self.0.last())
    }

    /// The part whose turn it is after so many puzzles of each: the one that is farthest behind its share.
    pub fn next(&self, counts: &[usize]) -> Option<usize> {
        let total: f64 = self.0.iter().map(Part::share).sum();
        let done = counts.iter().sum::<usize>() + 1;
        let behind = |&part: &usize| {
            self.0[part].share() / total * done as f64 - counts.get(part).copied().unwrap_or_default() as f64
        };
        // The first of several: the last maximum, from behind.
        (0..self.0.len()).rev().max_by(|a, b| behind(a).total_cmp(&behind(b)))
    }

    /// Whether a generator takes all parts.
    ///
    /// # Errors
    /// In words: the first that it does not take, by its number from 1.
    pub fn check(&self, generator: &dyn Generator) -> Result<(), String> {
        (1..).zip(&self.0).try_for_each(|(number, part)| {
            part.check(generator)
                .map_err(|error| if self.0.len() > 1 { format!("part {number}: {error}") } else { error })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::Kind;

    fn mixture(json: &str) -> Mixture {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn parts_come_up_as_their_shares_say_and_ranges_are_drawn() {
        let kind: Kind = "maze-9".parse().unwrap();
        let generator = kind.generator().unwrap();
        let mixed = mixture(r#"[{"make":"prim","share":3},{"make":"scattered","density":[10,12]}]"#);
        mixed.check(generator).unwrap();
        assert_eq!(mixture(&serde_json::to_string(&mixed).unwrap()), mixed);
        let (mut random, mut scattered, mut densities) = (Random::new(1), 0, [0; 3]);
        for _ in 0..1000 {
            let settings = mixed.draw(&mut random).unwrap().settings(generator, &mut random);
            if let Some(density) = settings.get("density") {
                scattered += 1;
                densities[density as usize - 10] += 1;
            }
        }
        assert!((200..300).contains(&scattered), "{scattered}");
        assert!(densities.iter().all(|&count| count > 50), "{densities:?}");
        let mut counts = [0; 2];
        for _ in 0..8 {
            counts[mixed.next(&counts).unwrap()] += 1;
        }
        assert_eq!(counts, [6, 2]);
        assert_eq!(Mixture::default().draw(&mut random), None);
    }

    #[test]
    fn what_a_generator_does_not_take_is_named() {
        let kind: Kind = "maze-9".parse().unwrap();
        let refusal = |json: &str| mixture(json).check(kind.generator().unwrap()).unwrap_err();
        for (json, words) in [
            (r#"[{"make":"prim"},{"make":"hedge"}]"#, "part 2: make is \"hedge\", expected one of growing-tree, "),
            (r#"[{"make":"prim","density":10}]"#, "\"density\" is no setting here; expected one of make, path"),
            (r#"[{"make":"scattered","density":[10,99]}]"#, "density is 99, expected 0 to 80"),
            (r#"[{"make":"scattered","density":[30,10]}]"#, "density is from 30 to 10, expected the lesser"),
            (r#"[{"make":"scattered","density":"few"}]"#, "density is \"few\", expected a number"),
            (r#"[{"make":"prim","share":0}]"#, "share is 0.0, expected a number above 0"),
            (r#"[{"wood":"oak"}]"#, "\"wood\" is no setting here; expected one of make, loops, path"),
        ] {
            let said = refusal(json);
            assert!(said.starts_with(words), "{json}: {said}");
        }
        let error = serde_json::from_str::<Mixture>(r#"[{"density":[1,2,3]}]"#).unwrap_err().to_string();
        assert!(error.contains("[1,2,3], expected a name, a number, or a range such as [10, 40]"), "{error}");
    }

    #[test]
    fn words_ask_for_names_numbers_and_ranges() {
        let mut part = Part::default();
        for (setting, words) in [("make", "braided"), ("braid", "0..100"), ("path", "4")] {
            part.ask(setting, words);
        }
        assert_eq!(mixture(r#"[{"make":"braided","braid":[0,100],"path":4}]"#), Mixture::new(vec![part]));
    }
}
