//! Boards of a game as what a run learns: of which sizes, whose turn it is, what is learnt and tried of them.

use super::{
    BoardShare, DataRecipe, Examples, Given, Recipe, RecipeError, TrainError,
    shortage::shortages,
    source::{Source, Unseen},
};
use crate::{
    data::{Batch, Dataset, DatasetError, Example, Puzzles, Split, SplitCounts, SplitRequest, Splitter},
    puzzle::Size,
    random::Random,
};

/// Sets the draws of sizes apart from those of puzzles.
const BOARDS: u64 = 0x626f_6172_6473;

impl DataRecipe {
    /// What is learnt from: base puzzles, or fresh ones.
    pub(super) fn dataset(&self, puzzles: Puzzles, base: Vec<Example>) -> Result<Dataset, DatasetError> {
        let data = match self.is_fresh() {
            true => Dataset::fresh(puzzles, self.seed)?,
            false => Dataset::augmented(puzzles.kind(), base, self.seed)?,
        };
        Ok(data.with_answers(self.answers))
    }

    /// What is generated of the further sizes, in their order: their share of what is generated of the recipe's own.
    pub fn requests(&self) -> impl Iterator<Item = (Size, SplitRequest)> {
        let own = self.request();
        let part = |count: usize, share: f64| (count as f64 * share).ceil() as usize;
        self.boards.iter().map(move |&BoardShare { size, share }| {
            (
                size,
                SplitRequest { training: part(own.training, share), test: part(own.test, share), smaller: 0.0, ..own },
            )
        })
    }

    /// The number of the board that step `step` (from 0) is on, a function of the seed and the step alone: 0 is the recipe's own
    /// size, n the n-th further one.
    pub fn board_of(&self, step: u64) -> usize {
        if self.boards.is_empty() {
            return 0;
        }
        let mut left = Random::stream(self.seed ^ BOARDS, step).unit();
        for (number, board) in (1..).zip(&self.boards) {
            left -= board.share;
            if left < 0.0 {
                return number;
            }
        }
        0
    }
}

/// Whether the further sizes of a recipe can be.
///
/// # Errors
/// What is wrong.
pub(super) fn check(recipe: &Recipe) -> Result<(), RecipeError> {
    let boards = &recipe.data.boards;
    if boards.is_empty() {
        return Ok(());
    }
    let wrong = |words: String| Err(RecipeError::Boards(words));
    if !recipe.model.serves_every_size() {
        let expected = "attention or a convolution, without learned positions";
        return wrong(format!("the model's weights are for one size; expected {expected}"));
    }
    let mut sizes = vec![recipe.puzzle.size()];
    for &BoardShare { size, share } in boards {
        let Some(kind) = recipe.puzzle.resized(size) else {
            return wrong(format!("there are no {size} {}", recipe.puzzle.game().plural()));
        };
        let (found, expected) = (kind.vocab_size(), recipe.puzzle.vocab_size());
        if found != expected {
            return wrong(format!("{kind} has {found} tokens, expected {expected} as {} has", recipe.puzzle));
        }
        if sizes.contains(&size) {
            return wrong(format!("{size} is there twice"));
        }
        if !(share > 0.0 && share < 1.0) {
            return wrong(format!("the share of {size} is {share}, expected above 0 and below 1"));
        }
        sizes.push(size);
    }
    let total: f64 = boards.iter().map(|board| board.share).sum();
    if total > 1.0 {
        return wrong(format!("the shares come to {total}, expected at most 1"));
    }
    Ok(())
}

/// Boards of a game, of every size of the recipe.
pub(super) struct Boards {
    recipe: DataRecipe,
    /// The recipe's own size, and its further ones in their order.
    sizes: Vec<OfSize>,
    /// Hard puzzles that take fewer guesses than asked for.
    too_easy: usize,
    given: Option<Given>,
}

/// What is learnt and tried of one size.
struct OfSize {
    data: Dataset,
    unseen: Unseen,
}

impl Boards {
    /// Those that a recipe asks for: of its own size `examples`, of the further ones those of the same file, else generated.
    ///
    /// # Errors
    /// Nothing to learn from; a file of other sizes.
    pub fn new(recipe: &Recipe, examples: Examples) -> Result<Self, TrainError> {
        let Examples { split: Split { training, test, too_easy }, given } = examples;
        if training.is_empty() && !test.is_empty() && !recipe.data.is_fresh() {
            return Err(DatasetError::OnlyUnseen { count: test.len() }.into());
        }
        if recipe.data.is_of_tasks() {
            return Err(TrainError::State("no tasks, though its recipe learns tasks".into()));
        }
        let (found, expected) = (given.as_ref().map(|given| given.others.len()), recipe.data.boards.len());
        if let Some(found) = found.filter(|found| *found != expected) {
            return Err(TrainError::State(format!("puzzles of {found} further sizes, expected {expected}")));
        }
        let own = OfSize {
            data: recipe.data.dataset(recipe.data.puzzles(recipe.puzzle), training)?,
            unseen: Unseen::new(recipe.puzzle, test),
        };
        let further = (0..).zip(recipe.data.requests()).map(|(board, (size, request))| {
            let cells = recipe.model.seq_len;
            let kind = recipe.puzzle.resized(size).ok_or(TrainError::Sizes { cells, size })?;
            let puzzles = Puzzles::new(kind, &request).of_mixture(recipe.data.mixture.clone());
            let Split { training, test, .. } = match &given {
                Some(given) => recipe.deal_board(size, &given.others[board]),
                None => {
                    let mut splitter = Splitter::new(puzzles.clone());
                    while splitter.advance() {}
                    splitter.finish()
                }
            };
            Ok(OfSize { data: recipe.data.dataset(puzzles, training)?, unseen: Unseen::new(kind, test) })
        });
        let sizes = std::iter::once(Ok(own)).chain(further).collect::<Result<_, TrainError>>()?;
        Ok(Self { recipe: recipe.data.clone(), sizes, too_easy, given })
    }
}

impl Source for Boards {
    fn batch(&self, step: u64, rows: usize) -> Batch {
        let board = self.recipe.board_of(step);
        self.sizes[board].data.batch(step, rows).of_board(board)
    }

    fn unseen(&self, _steps_done: u64) -> Vec<&Unseen> {
        self.sizes.iter().map(|size| &size.unseen).collect()
    }

    fn base_puzzles(&self) -> usize {
        self.sizes[0].data.base_puzzles()
    }

    fn given(&self) -> Option<&Given> {
        self.given.as_ref()
    }

    fn shortages(&self, recipe: &Recipe) -> Vec<String> {
        let test = self.sizes[0].unseen.examples.len();
        let counts = SplitCounts { training: self.base_puzzles(), test, too_easy: self.too_easy };
        shortages(recipe, counts, self.given.as_ref().map(|given| given.own.len()))
    }

    fn into_split(mut self: Box<Self>) -> Split {
        let OfSize { data, unseen } = self.sizes.swap_remove(0);
        Split { training: data.into_base(), test: unseen.examples, too_easy: self.too_easy }
    }
}
