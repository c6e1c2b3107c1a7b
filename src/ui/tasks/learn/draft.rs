//! What a person sets before a task is learnt.

use hrm_link::learning::{Begin, Budget, Origin, TaskText};

/// Versions, minutes and steps at most.
const MOST_AUGMENTATIONS: u32 = 1000;
const MOST_MINUTES: f64 = 1440.0;
const MOST_STEPS: u32 = 1_000_000;
/// B.
const BATCH: u32 = 16;

/// The settings, as they stand in their fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// What it begins with: nothing for random weights, `gallery:FILE` or `own:NAME`.
    pub from: String,
    /// Whether the embedding alone is trained.
    pub embedding_only: bool,
    /// How long: a number, and whether it counts steps in place of minutes.
    pub length: String,
    /// Whether that counts steps.
    pub by_steps: bool,
    /// Versions beside the task itself.
    pub augmentations: String,
    /// The token grid's side; empty for the smallest that holds the task, or the model's.
    pub side: String,
    /// Whether WebGPU computes.
    pub gpu: bool,
    /// Versions that are asked; empty for as many as some seconds allow.
    pub asked: String,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            from: String::new(),
            embedding_only: false,
            length: "3".into(),
            by_steps: false,
            augmentations: "48".into(),
            side: String::new(),
            gpu: false,
            asked: String::new(),
        }
    }
}

impl Draft {
    /// How long is learnt.
    ///
    /// # Errors
    /// What is expected in the field.
    pub fn budget(&self) -> Result<Budget, String> {
        let text = self.length.trim();
        if self.by_steps {
            let steps = text.parse().ok().filter(|steps| (1..=MOST_STEPS).contains(steps));
            return steps.map(Budget::Steps).ok_or(format!("Steps: expected a whole number from 1 to {MOST_STEPS}."));
        }
        let minutes = text.parse().ok().filter(|minutes: &f64| *minutes > 0.0 && *minutes <= MOST_MINUTES);
        let expected = format!("Minutes: expected a number above 0, at most {MOST_MINUTES}.");
        minutes.map(|minutes| Budget::Seconds(minutes * 60.0)).ok_or(expected)
    }

    /// What is to be learnt; `own` is the JSON beside the weights of the learnt task that it begins with.
    ///
    /// # Errors
    /// What is expected in which field.
    pub fn begin(&self, task: TaskText, own: Option<String>) -> Result<Begin, String> {
        let augmentations = whole(&self.augmentations, 0, MOST_AUGMENTATIONS, "Augmentations")?;
        let side = if self.side.trim().is_empty() { None } else { Some(whole(&self.side, 1, 30, "Token grid")?) };
        let from = match (self.from.strip_prefix("gallery:"), own) {
            (Some(file), _) => Origin::Gallery(file.to_owned()),
            (None, Some(beside)) => Origin::File(beside),
            (None, None) => Origin::Random,
        };
        // Random weights know nothing that the embedding alone could steer.
        let embedding_only = self.embedding_only && from != Origin::Random;
        Ok(Begin { task, from, embedding_only, augmentations, side, batch: BATCH, seed: 0, gpu: self.gpu })
    }

    /// The versions that are asked; `None`: as many as there is time for.
    ///
    /// # Errors
    /// What is expected in the field.
    pub fn asked(&self) -> Result<Option<u32>, String> {
        if self.asked.trim().is_empty() {
            return Ok(None);
        }
        whole(&self.asked, 0, MOST_AUGMENTATIONS, "Augmentations").map(Some)
    }
}

fn whole(text: &str, least: u32, most: u32, name: &str) -> Result<u32, String> {
    let number = text.trim().parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or(format!("{name}: expected a whole number from {least} to {most}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_fields_is_asked_for() {
        let draft = Draft::default();
        let begin = draft.begin(TaskText::default(), None).unwrap();
        assert_eq!((begin.augmentations, begin.side, &begin.from), (48, None, &Origin::Random));
        assert_eq!((draft.budget(), draft.asked()), (Ok(Budget::Seconds(180.0)), Ok(None)));
        let draft = Draft {
            from: "gallery:a.safetensors".into(),
            embedding_only: true,
            length: " 50 ".into(),
            by_steps: true,
            side: "12".into(),
            asked: "7".into(),
            ..draft
        };
        let begin = draft.begin(TaskText::default(), None).unwrap();
        assert_eq!((begin.side, &begin.from), (Some(12), &Origin::Gallery("a.safetensors".into())));
        assert_eq!((draft.budget(), draft.asked()), (Ok(Budget::Steps(50)), Ok(Some(7))));
        assert!(begin.embedding_only);
        let own = Draft { from: "own:b".into(), ..draft };
        assert_eq!(own.begin(TaskText::default(), Some("{}".into())).unwrap().from, Origin::File("{}".into()));
        // Nothing could be learnt by the embedding alone of random weights.
        assert!(!Draft { from: String::new(), ..own }.begin(TaskText::default(), None).unwrap().embedding_only);
    }

    #[test]
    fn what_is_no_number_is_told_with_its_field() {
        for (draft, word) in [
            (Draft { augmentations: "many".into(), ..Draft::default() }, "Augmentations"),
            (Draft { side: "31".into(), ..Draft::default() }, "Token grid"),
        ] {
            let said = draft.begin(TaskText::default(), None).unwrap_err();
            assert!(said.starts_with(word), "{said}");
        }
        for length in ["", "0", "-1", "NaN", "inf", "1e9"] {
            assert!(Draft { length: length.into(), ..Draft::default() }.budget().is_err(), "{length}");
        }
        assert!(Draft { length: "1.5".into(), by_steps: true, ..Draft::default() }.budget().is_err());
        assert!(Draft { asked: "x".into(), ..Draft::default() }.asked().is_err());
    }
}
