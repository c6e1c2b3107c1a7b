//! A recipe: data, model, optimizers and schedule of one training, seeds included. The command line reads it from a
//! file, the page writes it in the Train view; a saved run carries it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Late, OptimizerConfig, Setup, Trained};
use crate::config::ModelConfig;
use crate::data::{Answers, Example, Hard, Puzzles, Split, SplitRequest};
use crate::engine::Precision;
use crate::model::parameters;
use crate::puzzle::{Kind, Mixture, Size};

/// Everything that decides what a training gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct Recipe {
    /// Name of the model, after which its files are named.
    pub name: String,
    /// What it learns.
    pub puzzle: Kind,
    /// Where its examples come from.
    pub data: DataRecipe,
    /// The model; what the puzzle fixes (S and V) follows from it.
    pub model: ModelConfig,
    /// The optimizers.
    pub optimizer: OptimizerConfig,
    /// Length and batches.
    pub training: Schedule,
}

/// Base puzzles and seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRecipe {
    /// Puzzles to train on, before augmentation; with 0 each example is a fresh one, of none of the test classes.
    pub base_puzzles: usize,
    /// Unseen puzzles, of other symmetry classes.
    pub test_puzzles: usize,
    /// Seed of both, and of the augmentation.
    pub seed: u64,
    /// Difficulty of the easiest generated puzzles, from 0 to 1.
    #[serde(default)]
    pub easiest: f64,
    /// Difficulty of the hardest ones.
    #[serde(default = "one")]
    pub hardest: f64,
    /// Share of the generated base puzzles that are smaller ones (mazes with walls around them), 0 to 1; unseen ones are
    /// all of full size.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub smaller: f64,
    /// Share of the generated puzzles, unseen ones too, that no clue can be spared of and that take guesses, 0 to 1.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hard: f64,
    /// Guesses that those take at least.
    #[serde(default, skip_serializing_if = "is_none")]
    pub hard_guesses: u32,
    /// Where this is more, what each of them takes at least is drawn between the two, evenly by its logarithm.
    #[serde(default, skip_serializing_if = "is_none")]
    pub hard_guesses_to: u32,
    /// The CSV file whose puzzles are used instead of generated ones; the numbers then hold for each size of board in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Further sizes of board that the model learns beside the recipe's own; a batch is of one size.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boards: Vec<BoardShare>,
    /// What generated puzzles are drawn from, of every size and on both sides; where it is empty they are as the generator has
    /// them by default.
    #[serde(default, skip_serializing_if = "Mixture::is_empty")]
    pub mixture: Mixture,
    /// Which of several right answers is learnt.
    #[serde(default, skip_serializing_if = "is_given")]
    pub answers: Answers,
    /// Tasks that are learnt in place of puzzles: names of collections, or files and folders. What is read of them is part of a
    /// saved run; the kind is then a token grid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<String>,
    /// Side of the token grid, 1 to 30; 0 in a recipe without tasks.
    #[serde(default, skip_serializing_if = "is_no_side")]
    pub side: usize,
    /// Augmented versions of each task beside itself, at most; fewer where its symmetry gives no more.
    #[serde(default, skip_serializing_if = "is_no_side")]
    pub augmentations: usize,
    /// Rows and columns within which all grids of a task lie, else it is left out; 0: those that the token grid holds.
    #[serde(default, skip_serializing_if = "is_no_side")]
    pub fits: usize,
    /// Which demonstrations of a task are held out in the first half of the steps.
    #[serde(default, skip_serializing_if = "HoldOut::is_none")]
    pub hold_out: HoldOut,
}

/// A further size of board.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoardShare {
    /// Rows and columns.
    pub size: Size,
    /// Share of the steps that are on such boards, above 0; those that are left are on the recipe's own.
    pub share: f64,
}

/// Which demonstrations of a task are held out in the first half of a training, to see whether it is solved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HoldOut {
    /// None: all are learnt from the first step on.
    #[default]
    None,
    /// The last one of each task that has several.
    Last,
}

impl HoldOut {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

fn is_no_side(side: &usize) -> bool {
    *side == 0
}

fn is_given(answers: &Answers) -> bool {
    *answers == Answers::Given
}

fn one() -> f64 {
    1.0
}

fn is_none(guesses: &u32) -> bool {
    *guesses == 0
}

fn is_zero(share: &f64) -> bool {
    *share == 0.0
}

/// Generated puzzles of every difficulty, as many as are asked for: none.
impl Default for DataRecipe {
    fn default() -> Self {
        Self {
            base_puzzles: 0,
            test_puzzles: 0,
            seed: 0,
            easiest: 0.0,
            hardest: one(),
            smaller: 0.0,
            hard: 0.0,
            hard_guesses: 0,
            hard_guesses_to: 0,
            file: None,
            boards: Vec::new(),
            mixture: Mixture::default(),
            answers: Answers::Given,
            tasks: Vec::new(),
            side: 0,
            augmentations: 0,
            fits: 0,
            hold_out: HoldOut::None,
        }
    }
}

impl DataRecipe {
    /// What is generated, or taken from the file.
    pub fn request(&self) -> SplitRequest {
        let &Self { base_puzzles: training, test_puzzles: test, seed, easiest, hardest, smaller, .. } = self;
        let hard = Hard { share: self.hard, guesses: self.hard_guesses, guesses_to: self.hard_guesses_to };
        SplitRequest { training, test, seed, difficulty: (easiest, hardest), smaller, hard }
    }

    /// What generated puzzles of a kind are drawn from.
    pub fn puzzles(&self, kind: Kind) -> Puzzles {
        Puzzles::new(kind, &self.request()).of_mixture(self.mixture.clone())
    }

    /// Whether each example is a fresh one.
    pub fn is_fresh(&self) -> bool {
        self.base_puzzles == 0 && !self.is_of_tasks()
    }

    /// Whether tasks are learnt in place of puzzles.
    pub fn is_of_tasks(&self) -> bool {
        !self.tasks.is_empty()
    }
}

/// Length and batches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// B, rows of a batch.
    pub batch: usize,
    /// Steps (segments with an update).
    pub steps: u64,
    /// Seed of the start weights and of the exploration.
    pub seed: u64,
    /// Steps from one evaluation to the next.
    pub evaluate_every: u64,
    /// Unseen puzzles used for that; all of them at the end.
    pub evaluate_on: usize,
    /// Equal parts of a batch whose gradients are summed in their order: workers may compute them side by side.
    #[serde(default = "one_shard")]
    pub shards: usize,
    /// What the operands of matrix products are rounded to; weights, moments, sums and states are f32 in either.
    #[serde(default, skip_serializing_if = "is_f32")]
    pub precision: Precision,
    /// Which weights are trained.
    #[serde(default, skip_serializing_if = "Trained::is_everything")]
    pub train_only: Trained,
    /// Share of the steps before which the rows think on without a gradient, 0 to 1.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub late: f64,
    /// Segments by which they do at most.
    #[serde(default, skip_serializing_if = "is_none")]
    pub late_segments: u32,
}

fn is_f32(precision: &Precision) -> bool {
    *precision == Precision::F32
}

fn one_shard() -> usize {
    1
}

/// The largest whole number of which every browser's messages tell all digits: 2⁵³ - 1.
pub const MOST_WHOLE: u64 = (1 << 53) - 1;

/// Weights above which a batch is not shared unasked.
const MOST_SHARED_WEIGHTS: usize = 4_000_000;

impl Recipe {
    /// What the trainer needs of it.
    pub fn setup(&self) -> Setup {
        let Schedule { batch, steps, seed, shards, train_only: trained, .. } = self.training;
        let (model, optimizer) = (self.model.clone(), self.optimizer.clone());
        let sizes = self.data.boards.iter().map(|board| board.size).collect();
        let late = Late { share: self.training.late, segments: self.training.late_segments };
        Setup { model, optimizer, batch, total_steps: steps, seed, shards, sizes, trained, late }
    }

    /// Shards that so many processor cores compute fastest, where the recipe leaves their number open: on two cores two are
    /// 1.7 to 1.9 times as fast as one (docs/measurements.md). Every shard has its own weights, so a large model has one.
    pub fn fitting_shards(&self, cores: usize) -> usize {
        if !self.data.boards.is_empty() || parameters(&self.model) > MOST_SHARED_WEIGHTS {
            return 1;
        }
        let fits = |shards: &usize| *shards <= cores && self.training.batch.is_multiple_of(*shards);
        [4, 2].into_iter().find(fits).unwrap_or(1)
    }

    /// Examples that are not generated, dealt out as it says.
    pub fn deal(&self, given: &[Example]) -> Split {
        Split::of_examples(self.puzzle, given.iter().cloned(), &self.data.request())
    }

    /// Puzzles of a file that are of a further size, dealt out: as many of each side as of the recipe's own size.
    pub fn deal_board(&self, size: Size, given: &[Example]) -> Split {
        let deal = |kind| Split::of_examples(kind, given.iter().cloned(), &self.data.request());
        self.puzzle.resized(size).map(deal).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"name":"a","puzzle":"sudoku-4x4","data":{"base_puzzles":10,"test_puzzles":5,"seed":1},
        "model":{"H_cycles":1,"L_cycles":1,"H_layers":1,"L_layers":1,"hidden_size":16,"num_heads":2},
        "training":{"batch":4,"steps":9,"seed":1,"evaluate_every":3,"evaluate_on":5}}"#;

    #[test]
    fn the_puzzle_fixes_the_shapes_and_a_recipe_is_read_back() {
        let recipe: Recipe = serde_json::from_str(TEXT).unwrap();
        assert_eq!((recipe.model.seq_len, recipe.model.vocab_size), (16, 6));
        assert_eq!(recipe.data.request().difficulty, (0.0, 1.0));
        let text = serde_json::to_string(&recipe).unwrap();
        assert_eq!(serde_json::from_str::<Recipe>(&text).unwrap(), recipe);
    }

    #[test]
    fn cores_share_a_batch_that_they_divide() {
        let shards = |batch: &str, cores| {
            let recipe: Recipe = serde_json::from_str(&TEXT.replace("\"batch\":4", batch)).unwrap();
            recipe.fitting_shards(cores)
        };
        assert_eq!([1, 2, 3, 4, 16].map(|cores| shards("\"batch\":8", cores)), [1, 2, 2, 4, 4]);
        assert_eq!((shards("\"batch\":6", 8), shards("\"batch\":5", 8)), (2, 1));
        let large: Recipe = serde_json::from_str(&TEXT.replace("\"hidden_size\":16", "\"hidden_size\":1024")).unwrap();
        assert_eq!(large.fitting_shards(8), 1);
    }

    #[test]
    fn numbers_that_a_browser_cannot_hold_are_named() {
        let check = |seed: u64| {
            let text = TEXT.replace("\"seed\":1}", &format!("\"seed\":{seed}}}"));
            serde_json::from_str::<Recipe>(&text).unwrap().check_exact().map_err(|error| error.to_string())
        };
        assert_eq!(check(MOST_WHOLE), Ok(()));
        assert!(check(1 << 53).unwrap_err().starts_with("[data] seed is 9007199254740992, expected at most"));
    }

    #[test]
    fn what_cannot_be_followed_is_refused_by_name() {
        let refusal = |from: &str, to: &str| {
            assert!(TEXT.contains(from));
            serde_json::from_str::<Recipe>(&TEXT.replace(from, to)).unwrap_err().to_string()
        };
        assert!(refusal("\"batch\":4", "\"batch\":0").contains("[training] batch is 0, expected at least 1"));
        assert!(refusal("\"seed\":1}", "\"seed\":1,\"easiest\":0.9,\"hardest\":0.2}").contains("easiest is 0.9"));
        assert!(
            refusal("\"seed\":1}", "\"seed\":1,\"smaller\":0.5}").contains("smaller is 0.5, expected 0 for sudoku-4x4")
        );
        assert!(refusal("\"seed\":1}", "\"seed\":1,\"smaller\":-1}").contains("smaller is -1, expected a share"));
        assert!(refusal("\"seed\":1}", "\"seed\":1,\"hard\":0.5}").contains("hard is 0.5, expected 0 for sudoku-4x4"));
        assert!(refusal("\"seed\":1}", "\"seed\":1,\"hard\":1.5}").contains("hard is 1.5, expected a share"));
        assert!(refusal("\"batch\":4", "\"batch\":4,\"shards\":3").contains("does not divide the batch of 4"));
        let optimizer = |field: &str| {
            let to = format!("\"optimizer\":{{{field}}},\"training\":{{");
            refusal("\"training\":{", &to)
        };
        assert!(optimizer("\"beta1\":1").contains("[optimizer] beta1 is 1, expected at least 0, below 1"));
        assert!(optimizer("\"beta2\":-0.1").contains("[optimizer] beta2 is -0.1, expected at least 0"));
        assert!(optimizer("\"lr\":-1e-3").contains("[optimizer] lr is -0.001, expected a rate of at least 0"));
        assert!(optimizer("\"weight_decay\":1e300").contains("[optimizer] weight_decay is 1000"));
        assert!(optimizer("\"ema\":1.5").contains("[optimizer] ema is 1.5, expected a share from 0 to 1"));
        assert!(refusal("\"name\":\"a\"", "\"name\":\"../a\"").contains("the name \"../a\" contains /; allowed are"));
        let mut unclear: Recipe = serde_json::from_str(TEXT).unwrap();
        unclear.optimizer.lr = f64::NAN;
        assert!(unclear.check().unwrap_err().to_string().contains("[optimizer] lr is NaN"));
        assert!(refusal("\"num_heads\":2", "\"num_heads\":3").contains("num_heads"));
        assert!(refusal("\"H_cycles\":1", "\"H_cycles\":0").contains("H_cycles"));
    }
}
