//! What a run learns from and is tested on.

use super::{BoardShare, Recipe};
use crate::{
    data::{Example, Split},
    puzzle::{Kind, Size},
};

/// What a run learns from and is tested on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Examples {
    /// Both sides.
    pub split: Split,
    /// All of them, where they come from a file.
    pub given: Option<Given>,
}

impl Examples {
    /// Those of a file, dealt out as the recipe says.
    pub fn of_file(recipe: &Recipe, given: Vec<Example>) -> Self {
        Self { split: recipe.deal(&given), given: Some(Given { own: given, others: Vec::new() }) }
    }
}

/// The examples of a file in their order, by the sizes of their boards.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// Of the recipe's own size.
    pub own: Vec<Example>,
    /// Of its further sizes, in the recipe's order.
    pub others: Vec<Vec<Example>>,
}

impl BoardShare {
    /// The further sizes of which there are base puzzles, each for its share of them all; `own` are of the recipe's own size.
    pub fn of_counts(own: usize, further: impl IntoIterator<Item = (Size, usize)>) -> Vec<Self> {
        let counts: Vec<_> = further.into_iter().filter(|(_, count)| *count > 0).collect();
        let all = own + counts.iter().map(|(_, count)| count).sum::<usize>();
        counts.into_iter().map(|(size, count)| Self { size, share: count as f64 / all as f64 }).collect()
    }
}

impl Recipe {
    /// What is learnt and tried of a file, of which each puzzle comes with its kind: those of the recipe's sizes. A recipe
    /// that names no further sizes gets those of the file of which something can be learnt, where its model's weights serve
    /// every size: each for the share of the steps that it has of the base puzzles.
    #[must_use]
    pub fn of_sizes(mut self, puzzles: impl IntoIterator<Item = (Kind, Example)>) -> (Self, Examples) {
        let (mut own, mut sizes) = (Vec::new(), Vec::<(Size, Vec<Example>)>::new());
        for (kind, example) in puzzles {
            let size = kind.size();
            match sizes.iter_mut().find(|(other, _)| *other == size) {
                _ if kind == self.puzzle => own.push(example),
                Some((_, examples)) => examples.push(example),
                None => sizes.push((size, vec![example])),
            }
        }
        let split = self.deal(&own);
        if self.data.boards.is_empty() && self.model.serves_every_size() {
            let count = |(size, given): &(Size, Vec<Example>)| (*size, self.deal_board(*size, given).training.len());
            self.data.boards = BoardShare::of_counts(split.training.len(), sizes.iter().map(count));
        }
        let of_size = |board: &BoardShare| {
            let found = sizes.iter_mut().find(|(size, _)| *size == board.size);
            found.map(|(_, examples)| std::mem::take(examples)).unwrap_or_default()
        };
        let others = self.data.boards.iter().map(of_size).collect();
        (self, Examples { split, given: Some(Given { own, others }) })
    }
}
