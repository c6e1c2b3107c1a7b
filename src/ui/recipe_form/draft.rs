//! The recipe as a person writes it: text in every field, which may be wrong for a while; nothing typed is lost.

use hrm_core::{
    config::ModelConfig,
    engine::Precision,
    puzzle::Kind,
    train::{BoardShare, DataRecipe, OptimizerConfig, Preset, Recipe, RecipeError, Schedule, Trained},
};

use crate::ui::recipe_form::fields::{AUTO, FIELDS, Section, in_labels, place_of};

/// Unseen puzzles of a fresh draft.
const TEST_PUZZLES: usize = 500;
/// Base puzzles of a fresh draft: the paper's promise.
const BASE_PUZZLES: usize = 1000;
/// Unseen puzzles that are tried now and then.
const EVALUATE_ON: usize = 128;
/// Tests in the course of a run, and steps between two of them at most.
const EVALUATIONS: u64 = 20;
const EVALUATE_EVERY: u64 = 500;

/// Characters of a field in a link at most.
const LONGEST: usize = 200;

/// A recipe being written.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// What is to be learnt.
    pub puzzle: Kind,
    /// The CSV file with the puzzles, by name; else they are generated.
    pub file: Option<String>,
    /// Further sizes of board that the file has; a model whose weights serve every size learns them too.
    pub boards: Vec<BoardShare>,
    /// Of every field of [`FIELDS`].
    texts: Vec<String>,
}

/// What is wrong with a field, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its place in [`FIELDS`].
    pub field: usize,
    /// What was found and what was expected.
    pub message: String,
}

impl Draft {
    /// A preset's.
    pub fn of_preset(puzzle: Kind, preset: &Preset, seed: u64) -> Self {
        let mut draft = Self::of(&recipe_of(puzzle, preset, seed));
        draft.write(shards(), AUTO.into());
        draft
    }

    /// A recipe's.
    pub fn of(recipe: &Recipe) -> Self {
        let texts = FIELDS.iter().map(|field| (field.read)(recipe)).collect();
        let DataRecipe { file, boards, .. } = recipe.data.clone();
        Self { puzzle: recipe.puzzle, file, boards, texts }
    }

    /// For a link: the kind of puzzle, and in a line each the fields that are not as in its first preset. A file cannot be in a
    /// link: with one there is none.
    pub fn to_link(&self) -> Option<String> {
        let usual = Self::of_preset(self.puzzle, Preset::all(self.puzzle).first()?, 0);
        let other = FIELDS.iter().zip(&self.texts).zip(&usual.texts).filter(|((_, own), usual)| own != usual);
        let lines = other.map(|((field, own), _)| format!("\n{}={}", field.name, own.replace('\n', " ")));
        self.file.is_none().then(|| lines.fold(self.puzzle.name(), |text, line| text + &line))
    }

    /// What a link holds; fields that are not known are passed over, what is wrong with the others the form says.
    pub fn of_link(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let puzzle: Kind = lines.next()?.parse().ok()?;
        let mut draft = Self::of_preset(puzzle, Preset::all(puzzle).first()?, 0);
        for (name, text) in lines.filter_map(|line| line.split_once('=')) {
            if let Some(field) = place_of(name) {
                draft.write(field, text.chars().take(LONGEST).collect());
            }
        }
        Some(draft)
    }

    /// What stands in a field.
    pub fn text(&self, field: usize) -> &str {
        self.texts.get(field).map_or("", String::as_str)
    }

    /// Writes into a field.
    pub fn write(&mut self, field: usize, text: String) {
        if let Some(place) = self.texts.get_mut(field) {
            *place = text;
        }
    }

    /// Another kind of puzzle; a name that nobody wrote follows, and further sizes were those beside the one before.
    pub fn set_puzzle(&mut self, puzzle: Kind) {
        if puzzle != self.puzzle {
            self.boards.clear();
        }
        let (before, name) = (self.puzzle.name(), place_of("name").unwrap_or(0));
        self.texts[name] = self.texts[name].replacen(&before, &puzzle.name(), 1);
        self.puzzle = puzzle;
    }

    /// Whether smaller puzzles are to be had: of a generator, of a kind that has them.
    pub fn has_smaller(&self) -> bool {
        self.file.is_none() && self.puzzle.has_smaller()
    }

    /// Whether puzzles that take guesses are to be had, likewise.
    pub fn has_hard(&self) -> bool {
        self.file.is_none() && self.puzzle.has_hard()
    }

    /// Model, optimizers, batch and steps of a preset; the data stay.
    pub fn take_preset(&mut self, preset: &Preset) {
        let fresh = Self::of_preset(self.puzzle, preset, 0);
        for (place, field) in FIELDS.iter().enumerate() {
            if field.section != Section::Data {
                self.texts[place].clone_from(&fresh.texts[place]);
            }
        }
    }

    /// The shapes of a model that there is already, and its kind of puzzle.
    ///
    /// # Errors
    /// A model for no kind of puzzle, or for another one than the file's that is learnt from.
    pub fn take_model(&mut self, model: &ModelConfig) -> Result<(), String> {
        let fits = |kind: &Kind| (kind.seq_len(), kind.vocab_size()) == (model.seq_len, model.vocab_size);
        match (Kind::all().find(fits), &self.file) {
            (None, _) => {
                let (cells, symbols) = (model.seq_len, model.vocab_size);
                return Err(format!(
                    "a model for {cells} cells and {symbols} symbols, which no kind of puzzle here has"
                ));
            }
            (Some(kind), Some(file)) if kind != self.puzzle => {
                return Err(format!("a model for {kind}, but the puzzles of {file} are {}", self.puzzle));
            }
            (Some(kind), _) => self.set_puzzle(kind),
        }
        let mut recipe = recipe_of(self.puzzle, &Preset::all(self.puzzle)[0], 0);
        recipe.model = model.clone();
        self.take(Section::Model, &recipe);
        Ok(())
    }

    /// The optimizers as HRM was published with them; the rest stays.
    pub fn take_paper_optimizer(&mut self) {
        let mut recipe = recipe_of(self.puzzle, &Preset::all(self.puzzle)[0], 0);
        // Its code tests the weights themselves: the default's average is TRM's.
        recipe.optimizer = OptimizerConfig { ema: 0.0, ..OptimizerConfig::default() };
        self.take(Section::Optimizer, &recipe);
    }

    /// A part of the form as a recipe has it.
    fn take(&mut self, section: Section, recipe: &Recipe) {
        for (place, field) in FIELDS.iter().enumerate() {
            if field.section == section {
                self.texts[place] = (field.read)(recipe);
            }
        }
    }

    /// The preset whose model and settings these are.
    pub fn preset(&self) -> Option<Preset> {
        Preset::all(self.puzzle).into_iter().find(|preset| {
            let mut same = self.clone();
            same.take_preset(preset);
            let name = place_of("name").unwrap_or(0);
            same.texts[name].clone_from(&self.texts[name]);
            same == *self
        })
    }

    /// The recipe, for a machine that computes on so many cores; or what is wrong with its fields.
    pub fn recipe(&self, cores: usize) -> Result<Recipe, Vec<Fault>> {
        let mut recipe = recipe_of(self.puzzle, &Preset::all(self.puzzle)[0], 0);
        recipe.data.file.clone_from(&self.file);
        let mut faults = Vec::new();
        let (has_smaller, has_hard) = (self.has_smaller(), self.has_hard());
        for (at, (field, text)) in FIELDS.iter().zip(&self.texts).enumerate() {
            // Not shown then, and kept for the kinds that have it.
            let is_had = match field.name {
                "smaller" => has_smaller,
                "hard" | "hard_guesses" | "hard_guesses_to" => has_hard,
                _ => true,
            };
            if !is_had {
                continue;
            }
            if let Err(message) = (field.write)(&mut recipe, text) {
                faults.push(Fault { field: at, message });
            }
        }
        if self.text(shards()) == AUTO {
            recipe.training.shards = recipe.fitting_shards(cores);
        }
        recipe.training.seed = recipe.data.seed;
        recipe.training.evaluate_on = recipe.training.evaluate_on.min(recipe.data.test_puzzles);
        if recipe.model.serves_every_size() {
            recipe.data.boards.clone_from(&self.boards);
        }
        match recipe.check() {
            _ if !faults.is_empty() => Err(faults),
            Ok(()) => Ok(recipe),
            Err(error) => Err(vec![fault_of(&error)]),
        }
    }
}

/// A refusal beside its field, which says the section.
fn fault_of(error: &RecipeError) -> Fault {
    let text = error.to_string();
    let message = text.split_once("] ").map_or(text.as_str(), |(_, message)| message);
    Fault { field: error.field().and_then(place_of).unwrap_or(0), message: in_labels(message) }
}

fn shards() -> usize {
    place_of("shards").unwrap_or(0)
}

fn recipe_of(puzzle: Kind, preset: &Preset, seed: u64) -> Recipe {
    let every = preset.steps.div_ceil(EVALUATIONS).min(EVALUATE_EVERY);
    let data = DataRecipe { base_puzzles: BASE_PUZZLES, test_puzzles: TEST_PUZZLES, seed, ..DataRecipe::default() };
    let training = Schedule {
        batch: preset.batch,
        steps: preset.steps,
        seed,
        evaluate_every: every,
        evaluate_on: EVALUATE_ON,
        shards: 1,
        precision: Precision::F32,
        train_only: Trained::Everything,
        late: 0.0,
        late_segments: 0,
    };
    Recipe {
        name: format!("{puzzle}-{}", preset.name),
        puzzle,
        data,
        model: preset.model.clone(),
        optimizer: preset.optimizer.clone(),
        training,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hrm_core::puzzle::{Size, sudoku::Shape};

    const FOUR: Kind = Kind::new(&Shape::FOUR);

    fn draft() -> Draft {
        Draft::of_preset(FOUR, &Preset::all(FOUR)[0], 7)
    }

    fn with(field: &str, text: &str) -> Draft {
        let mut draft = draft();
        draft.write(place_of(field).unwrap(), text.into());
        draft
    }

    #[test]
    fn a_link_holds_what_differs() {
        let kind: Kind = "sudoku-6x6".parse().unwrap();
        let mut draft = Draft::of_preset(kind, &Preset::all(kind)[0], 7);
        draft.write(place_of("steps").unwrap(), "12 or so\n=".into());
        let link = draft.to_link().unwrap();
        assert!(link.starts_with("sudoku-6x6\n") && link.contains("\nsteps=12 or so =") && link.len() < 80, "{link}");
        draft.write(place_of("steps").unwrap(), "12 or so =".into());
        assert_eq!(Draft::of_link(&link), Some(draft.clone()));
        draft.file = Some("own.csv".into());
        assert_eq!(draft.to_link(), None);
        assert_eq!(Draft::of_link("nonsense\nsteps=1"), None);
        assert!(Draft::of_link("sudoku-4x4\nno such field=1\nsteps").is_some());
    }

    #[test]
    fn further_sizes_of_a_file_are_learnt_by_models_that_serve_them() {
        let kind: Kind = "maze-7x9".parse().unwrap();
        let share = BoardShare { size: Size::square(5), share: 0.25 };
        let mut draft = Draft::of_preset(kind, &Preset::all(kind)[0], 7);
        (draft.file, draft.boards) = (Some("mixed.csv".into()), vec![share]);
        for (mixer, boards) in [("mlp", vec![]), ("attention", vec![share])] {
            draft.write(place_of("mixer").unwrap(), mixer.into());
            draft.write(place_of("pos_encodings").unwrap(), "rope_2d".into());
            assert_eq!(draft.recipe(1).unwrap().data.boards, boards);
        }
        draft.set_puzzle(kind);
        assert_eq!(draft.boards, [share]);
        draft.set_puzzle(FOUR);
        assert_eq!(draft.recipe(1).unwrap().data.boards, []);
    }

    #[test]
    fn every_preset_is_written_and_read_back() {
        for puzzle in [FOUR, Kind::new(&Shape::NINE)] {
            for preset in Preset::all(puzzle) {
                let draft = Draft::of_preset(puzzle, &preset, 7);
                let recipe = draft.recipe(1).unwrap();
                assert_eq!((&recipe.model, &recipe.optimizer), (&preset.model, &preset.optimizer));
                assert_eq!((recipe.data.seed, recipe.training.seed), (7, 7));
                let mut written = Draft::of(&recipe);
                written.write(shards(), AUTO.into());
                assert_eq!(written, draft);
                assert_eq!(draft.preset().unwrap().name, preset.name);
            }
        }
    }

    #[test]
    fn shards_are_left_to_the_machine_or_written() {
        let shards = |text: &str, cores| with("shards", text).recipe(cores).unwrap().training.shards;
        assert_eq!((shards(AUTO, 1), shards(AUTO, 2), shards("1", 8)), (1, 2, 1));
        assert!(with("shards", "5").recipe(2).unwrap_err()[0].message.contains("does not divide the batch"));
    }

    #[test]
    fn what_is_wrong_stands_beside_its_field() {
        let fault = |field, text| {
            let faults = with(field, text).recipe(1).unwrap_err();
            assert_eq!((FIELDS[faults[0].field].name, faults.len()), (field, 1));
            faults[0].message.clone()
        };
        assert!(fault("name", "../up").starts_with("the name \"../up\" contains /; allowed are"));
        assert_eq!(fault("batch", "0"), "“Batch B” is 0, expected at least 1");
        assert_eq!(fault("batch", "1,000,000,000"), "“Batch B” is 1000000000, expected at most 65536");
        assert_eq!(fault("steps", "999,999,999,999"), "“Steps” is 999999999999, expected at most 100000000");
        assert_eq!(fault("test_puzzles", "10,000,001"), "“Unseen puzzles” is 10000001, expected at most 10000000");
        assert_eq!(fault("steps", "many"), "found \"many\", expected a whole number such as 100");
        assert_eq!(fault("H_cycles", "0"), "“H cycles” is 0; expected 1 to 1024");
        assert_eq!(fault("beta1", "1"), "found \"1\", expected a number from 0 to below 1");
        assert_eq!(fault("lr", "NaN"), "found \"NaN\", expected a number from 0 to 1e6");
        assert!(fault("hardest", "1.5").contains("from 0 to 1"));
        let mut hard = with("easiest", "0.9");
        hard.write(place_of("hardest").unwrap(), "0.2".into());
        let fault_of_range = &hard.recipe(1).unwrap_err()[0];
        assert_eq!(FIELDS[fault_of_range.field].name, "easiest");
        assert!(fault_of_range.message.starts_with("“Easiest” is 0.9"), "{}", fault_of_range.message);
        let mut heads = with("num_heads", "3");
        heads.write(place_of("mixer").unwrap(), "attention".into());
        assert_eq!(
            heads.recipe(1).unwrap_err()[0].message,
            "“Attention heads” is 3; expected a divisor of “Width D” 64"
        );
    }

    #[test]
    fn settings_are_called_by_their_labels() {
        for (said, shown) in [
            ("batch is 0, expected at least 1", "“Batch B” is 0, expected at least 1"),
            (
                "3 unseen puzzles, test_puzzles asks for 9: no more",
                "3 unseen puzzles, “Unseen puzzles” asks for 9: no more",
            ),
            (
                "shards is 3, which does not divide the batch of 64",
                "“Shards” is 3, which does not divide the batch of 64",
            ),
            ("over 50 steps (ema 0.98), which", "over 50 steps (“Weight average” 0.98), which"),
            ("the page has no more", "the page has no more"),
        ] {
            assert_eq!(in_labels(said), shown);
        }
    }

    #[test]
    fn a_model_brings_its_puzzle() {
        let six = Kind::new(&Shape::SIX);
        let model = &Preset::all(six)[1].model;
        let mut draft = draft();
        draft.take_model(model).unwrap();
        assert_eq!((draft.puzzle, &draft.recipe(1).unwrap().model), (six, model));
        let mut of_file = Draft { file: Some("mine.csv".into()), ..self::draft() };
        let refused = of_file.take_model(model).unwrap_err();
        assert_eq!(refused, "a model for sudoku-6x6, but the puzzles of mine.csv are sudoku-4x4");
        let foreign = ModelConfig { vocab_size: 5, ..model.clone() };
        assert!(draft.take_model(&foreign).unwrap_err().starts_with("a model for 36 cells and 5 symbols"));
    }

    #[test]
    fn the_papers_optimizer_is_written_and_the_rest_stays() {
        let mut paper = with("steps", "1500");
        let before = paper.clone();
        paper.take_paper_optimizer();
        let published = [
            ("lr", "0.0001"),
            ("lr_min_ratio", "1"),
            ("warmup_steps", "2000"),
            ("beta1", "0.9"),
            ("beta2", "0.95"),
            ("weight_decay", "0.1"),
            ("puzzle_lr", "0.01"),
            ("puzzle_weight_decay", "0.1"),
            ("ema", "0"),
        ];
        for (place, field) in FIELDS.iter().enumerate() {
            let value = published.iter().find(|(name, _)| *name == field.name).map(|(_, value)| *value);
            assert_eq!(value.is_some(), field.section == Section::Optimizer, "{}", field.name);
            assert_eq!(paper.text(place), value.unwrap_or(before.text(place)), "{}", field.name);
        }
        let optimizer = paper.recipe(1).unwrap().optimizer;
        assert_eq!(optimizer, OptimizerConfig { ema: 0.0, ..OptimizerConfig::default() });
    }

    #[test]
    fn whole_numbers_stop_where_a_browser_cannot_tell_them_apart() {
        let most = "9007199254740991";
        assert_eq!(with("data_seed", most).recipe(1).unwrap().data.seed.to_string(), most);
        for field in ["data_seed", "steps", "warmup_steps"] {
            let faults = with(field, "9007199254740992").recipe(1).unwrap_err();
            assert_eq!(
                faults[0].message, "9007199254740992 is too large, expected at most 9007199254740991",
                "{field}"
            );
        }
    }

    #[test]
    fn a_name_that_nobody_wrote_follows_the_puzzle() {
        let mut draft = draft();
        draft.set_puzzle(Kind::new(&Shape::SIX));
        assert_eq!(draft.recipe(1).unwrap().name, "sudoku-6x6-tiny");
        assert_eq!(draft.recipe(1).unwrap().model.seq_len, 36);
        assert_eq!(draft.preset().unwrap().name, "tiny");
        draft.write(place_of("steps").unwrap(), "1 500".into());
        assert_eq!((draft.recipe(1).unwrap().training.steps, draft.preset()), (1500, None));
    }
}
