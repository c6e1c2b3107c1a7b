//! Boards of further sizes in one training: which there are, whose turn it is, what is learnt and tried of them.

use std::ops::ControlFlow;

use super::{BoardShare, DataRecipe, Given, Recipe, RecipeError, TrainError, Trial, evaluate::evaluate};
use crate::{
    checkpoint::Weights,
    config::ModelConfig,
    data::{Dataset, DatasetError, Example, Puzzles, Split, SplitRequest, Splitter},
    engine::{Engine, Session},
    model::{Solver, Taps},
    puzzle::{Kind, Size},
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
        if recipe.puzzle.resized(size).is_none() {
            return wrong(format!("there are no {size} {}", recipe.puzzle.game().plural()));
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

/// What a run learns from and is tested on of a further size of board.
pub(super) struct OtherBoards<S: Session> {
    kind: Kind,
    pub data: Dataset,
    test: Vec<Example>,
    /// The model at this size, and a solver for it, made for the first evaluation.
    model: ModelConfig,
    solver: Option<Solver<S>>,
}

impl<S: Session> OtherBoards<S> {
    /// Unseen puzzles of it.
    pub fn unseen(&self) -> usize {
        self.test.len()
    }

    /// Those that a recipe asks for, of a file's puzzles that are `given`, else generated.
    pub fn of(recipe: &Recipe, given: Option<&Given>) -> Result<Vec<Self>, TrainError> {
        let (found, expected) = (given.map(|given| given.others.len()), recipe.data.boards.len());
        if let Some(found) = found.filter(|found| *found != expected) {
            return Err(TrainError::State(format!("puzzles of {found} further sizes, expected {expected}")));
        }
        let boards = (0..).zip(recipe.data.requests()).map(|(board, (size, request))| {
            let model = recipe.model.at_size(size.rows(), size.columns());
            let found = recipe.puzzle.resized(size).zip(model);
            let (kind, model) = found.ok_or(TrainError::Sizes { cells: recipe.model.seq_len, size })?;
            let puzzles = Puzzles::new(kind, &request).of_mixture(recipe.data.mixture.clone());
            let Split { training, test, .. } = match given {
                Some(given) => recipe.deal_board(size, &given.others[board]),
                None => {
                    let mut splitter = Splitter::new(puzzles.clone());
                    while splitter.advance() {}
                    splitter.finish()
                }
            };
            let data = recipe.data.dataset(puzzles, training)?;
            Ok(Self { kind, data, test, model, solver: None })
        });
        boards.collect()
    }

    /// Tries weights on a part (0 to 1) of its unseen puzzles, as many at a time as given with that; `None` where `observe`
    /// broke off, which hears how many are done.
    pub async fn try_weights<E: Engine<Session = S>>(
        &mut self,
        engine: &E,
        weights: &Weights,
        (part, rows): (f64, usize),
        segments: usize,
        observe: impl AsyncFnMut(usize) -> ControlFlow<()>,
    ) -> Result<Option<Trial>, TrainError> {
        let few = ((self.test.len() as f64 * part).ceil() as usize).min(self.test.len());
        let mut solver = match self.solver.take() {
            Some(mut solver) => {
                solver.set_weights(weights)?;
                solver
            }
            None => Solver::new(engine, &self.model, weights, rows.clamp(1, few.max(1)), Taps::None).await?,
        };
        let trial = evaluate(&mut solver, self.kind, &self.test[..few], segments, observe).await;
        self.solver = Some(solver);
        Ok(trial?)
    }
}
