//! The models that come with the page: `gallery/index.json`, and for each its weights, configuration and card.

use serde::{Deserialize, Serialize};

use crate::{config::ModelConfig, puzzle};

/// The file that lists the gallery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Index {
    /// In the order in which they are offered.
    pub models: Vec<Entry>,
}

/// A model of the gallery. File names are relative to the index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name, in addresses and on the command line.
    pub name: String,
    /// What it solves; of a model of every size, the size that its configuration names.
    pub puzzle: puzzle::Kind,
    /// Whether its weights serve every size of the game ([`crate::config::ModelConfig::serves_every_size`]).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub every_size: bool,
    /// Further sizes that are offered where one is chosen, of a model of every size.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offered: Vec<puzzle::Kind>,
    /// The weights, a safetensors file; the configuration is the `.json` of the same stem.
    pub file: String,
    /// The card's file.
    pub card: String,
    /// What the card says, once it is read. It travels as the file's text, so that one module reads it and no other.
    #[serde(skip)]
    pub facts: Option<Card>,
}

impl Entry {
    /// Whether it runs on boards of a kind.
    pub fn serves(&self, kind: puzzle::Kind) -> bool {
        self.puzzle == kind || self.every_size && self.puzzle.differs_in_size_alone(kind)
    }

    /// Of a model that no file of the gallery holds.
    pub fn of_own(name: String, puzzle: puzzle::Kind, config: &ModelConfig, facts: Card) -> Self {
        let every_size = config.serves_every_size();
        let (file, card) = Default::default();
        Self { name, puzzle, every_size, offered: Vec::new(), file, card, facts: Some(facts) }
    }

    /// The configuration's file: the weights' name with `.json`.
    pub fn config_file(&self) -> String {
        let stem = self.file.strip_suffix(".safetensors").unwrap_or(&self.file);
        format!("{stem}.json")
    }
}

/// The figures of a model's card that the page quotes; a card may say more. What is absent was not measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// Trained parameters.
    pub parameters: Option<u64>,
    /// Share of unseen puzzles whose whole answer was right, 0 to 1.
    pub exact_accuracy: Option<f64>,
    /// Share of unseen puzzles whose answer was right by rule, the given one or another, 0 to 1.
    pub valid_accuracy: Option<f64>,
    /// Share of unseen positions that were right, 0 to 1.
    pub accuracy: Option<f64>,
    /// Unseen puzzles that were tried.
    pub count: Option<u64>,
    /// Puzzles it was trained on, before augmentation.
    pub base_puzzles: Option<u64>,
    /// Optimizer steps.
    pub steps: Option<u64>,
    /// What thinking longer adds.
    pub by_segment: Option<BySegment>,
    /// What more puzzles to learn from add, fewest first.
    pub by_base_puzzles: Vec<ByBasePuzzles>,
    /// How it does on harder puzzles.
    pub harder: Option<Harder>,
    /// What thinking wider adds ([`crate::search`]).
    pub wider: Option<Wider>,
    /// What thinking wider does on single puzzles that are known for being hard.
    pub famous: Option<Famous>,
    /// How it does on the lists of a fixed test set, group by group.
    pub tested: Option<Tested>,
}

/// What a model does on a test set that was fixed before it was trained.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tested {
    /// The set's name.
    pub set: String,
    /// What of it training has and has not seen, as sentences.
    pub about: String,
    /// The command that measured it, with `LIST`, `SEGMENTS` and `VIEWS` in their places.
    pub command: String,
    /// One for each list.
    pub lists: Vec<TestedList>,
}

/// A list of a test set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TestedList {
    /// Its name.
    pub name: String,
    /// Segments of every run and view.
    pub segments: u64,
    /// Views that an answer which holds by rule is looked for among; 0 where that was not tried.
    pub views: u64,
    /// All of it, then its groups.
    pub groups: Vec<TestedGroup>,
}

/// Puzzles of a list that have something in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TestedGroup {
    /// What that is.
    pub name: String,
    /// How many were tried.
    pub count: u64,
    /// Share whose plain answer holds by rule, 0 to 1.
    pub valid_accuracy: f64,
    /// Share with such an answer among the views, 0 to 1.
    pub valid_with_views: Option<f64>,
}

/// Share of puzzles solved by number of views and of segments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wider {
    /// The command that measured it.
    pub command: String,
    /// The processor that ran it.
    pub processor: String,
    /// The lists of puzzles.
    pub lists: Vec<WiderList>,
}

/// A list of puzzles, thought about in several ways.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WiderList {
    /// Its name.
    pub name: String,
    /// One for each way.
    pub tables: Vec<WiderTable>,
}

/// How many puzzles of a list were solved in a way, all from one budget.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WiderTable {
    /// The way: views, branches, identical copies, an untrained model.
    pub what: String,
    /// How many puzzles were tried.
    pub count: u64,
    /// Numbers of views, ascending.
    pub views: Vec<u64>,
    /// Numbers of segments, ascending.
    pub segments: Vec<u64>,
    /// How many were solved, `[views][segments]`.
    pub solved: Vec<Vec<u64>>,
    /// Different last answers among the views of a puzzle, on average.
    pub distinct_answers: f64,
}

/// What thinking wider does on single puzzles.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Famous {
    /// The command that measured it, with `PUZZLE` in the puzzle's place.
    pub command: String,
    /// The processor that ran it.
    pub processor: String,
    /// One for each puzzle.
    pub results: Vec<FamousResult>,
}

/// What it did on a puzzle.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FamousResult {
    /// The puzzle as text.
    pub puzzle: String,
    /// The view that found an answer that holds by rule, and its segment; `None` where none did.
    pub solved: Option<(u64, u64)>,
    /// Views that were begun.
    pub views: u64,
    /// Segments of all of them.
    pub segments: u64,
    /// What branches did on it.
    pub branches: Option<FamousBranches>,
}

/// What branches did on a puzzle, with the same budget.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FamousBranches {
    /// The branch that found an answer that holds by rule, and its segment; `None` where none did.
    pub solved: Option<(u64, u64)>,
    /// Branches that were begun.
    pub begun: u64,
    /// Segments of all of them.
    pub segments: u64,
}

/// How good a model is on puzzles harder than those that it was trained on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Harder {
    /// What they are, in words that follow a number.
    pub what: String,
    /// How many were tried.
    pub count: u64,
    /// After so many segments, the share whose whole answer is right, 0 to 1.
    pub by_segments: Vec<(u64, f64)>,
    /// What stands beside the figures: those of others, and how far they compare.
    pub beside: String,
}

/// How good the same training makes a model with so many puzzles to learn from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ByBasePuzzles {
    /// Puzzles to learn from, before augmentation.
    pub base_puzzles: u64,
    /// Optimizer steps.
    pub steps: u64,
    /// Share of unseen puzzles whose whole answer is right, 0 to 1.
    pub exact_accuracy: f64,
}

/// How good a model is after each segment, those beyond its training among them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BySegment {
    /// Share of unseen puzzles whose whole answer is right, 0 to 1, after the first segment, the second, ...
    pub exact_accuracy: Vec<f64>,
    /// Unseen puzzles that were tried.
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_read_and_the_configuration_stands_beside_the_weights() {
        let text = r#"{"models":[{"name":"sudoku-4x4","puzzle":"sudoku-4x4","file":"sudoku-4x4.safetensors",
            "card":"sudoku-4x4.card.json"}]}"#;
        let index: Index = serde_json::from_str(text).unwrap();
        assert_eq!(index.models[0].config_file(), "sudoku-4x4.json");
    }

    #[test]
    fn a_model_of_every_size_serves_those_of_its_game() {
        let text = r#"{"name":"x","puzzle":"maze-9","every_size":true,"offered":["maze-5x7"],"file":"x","card":"x"}"#;
        let entry: Entry = serde_json::from_str(text).unwrap();
        let serves = |entry: &Entry, kind: &str| entry.serves(kind.parse().unwrap());
        assert!(["maze-9", "maze-5x7", "maze-30"].iter().all(|kind| serves(&entry, kind)));
        assert!(!serves(&entry, "sudoku-9x9"));
        // Of its game, with other symbols.
        let text = r#"{"name":"x","puzzle":"sudoku-4x4","every_size":true,"file":"x","card":"x"}"#;
        let entry: Entry = serde_json::from_str(text).unwrap();
        assert!(serves(&entry, "sudoku-4x4") && !serves(&entry, "sudoku-9x9"));
        let entry = Entry { every_size: false, ..entry };
        assert!(serves(&entry, "sudoku-4x4") && !serves(&entry, "maze-9"));
    }

    #[test]
    fn a_card_has_figures_by_base_puzzles() {
        let text =
            r#"{"by_base_puzzles":[{"base_puzzles":1000,"steps":3000,"exact_accuracy":0.897},{"base_puzzles":6000}]}"#;
        let card: Card = serde_json::from_str(text).unwrap();
        let [few, more] = &card.by_base_puzzles[..] else { panic!("{card:?}") };
        assert_eq!((few.base_puzzles, few.steps, few.exact_accuracy), (1000, 3000, 0.897));
        assert_eq!((more.base_puzzles, more.steps), (6000, 0));
    }

    #[test]
    fn a_card_has_figures_of_harder_puzzles() {
        let text = r#"{"harder":{"what":"minimal ones","count":200,"by_segments":[[1,0.0],[8,0.425]],"beside":"x"}}"#;
        let harder = serde_json::from_str::<Card>(text).unwrap().harder.unwrap();
        assert_eq!((harder.count, &harder.by_segments[1]), (200, &(8, 0.425)));
    }

    #[test]
    fn a_card_has_figures_of_thinking_wider() {
        let text = r#"{"wider":{"lists":[{"name":"x","tables":[{"what":"views","count":10,"views":[1,4],"segments":[8,16],
            "solved":[[1,2],[3,4]],"distinct_answers":3.5}]}]},"famous":{"results":[
            {"puzzle":"1...","solved":[1,15],"views":16,"segments":240},{"puzzle":"2...","views":64}]}}"#;
        let card: Card = serde_json::from_str(text).unwrap();
        let table = &card.wider.unwrap().lists[0].tables[0];
        assert_eq!((table.count, table.solved[1][0], table.distinct_answers), (10, 3, 3.5));
        let results = card.famous.unwrap().results;
        assert_eq!((results[0].solved, results[1].solved), (Some((1, 15)), None));
    }

    #[test]
    fn a_card_may_say_more_or_less() {
        let card: Card = serde_json::from_str(r#"{"exact_accuracy":0.997,"recipe":"x","seed":1}"#).unwrap();
        assert_eq!((card.exact_accuracy, card.count), (Some(0.997), None));
    }
}
