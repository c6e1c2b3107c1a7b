//! A puzzle in a symmetric form, and the way back: what is answered in the form is an answer to the puzzle itself.

/// A map that carries each puzzle of a kind, with its answers, into another one of that kind: a Sudoku's digits are
/// relabelled, its bands, rows, stacks and columns shuffled, the board transposed; a maze is turned and mirrored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The puzzle's cell that each cell of the form is taken from, `[S]`.
    source: Vec<usize>,
    /// The form's token for each of the puzzle's, `[V]`.
    tokens: Vec<u8>,
}

impl Form {
    /// The form whose cells are taken from those of `source`, `[S]`, and in which `tokens`, `[V]`, stand for the puzzle's. Both are
    /// permutations.
    pub fn new(source: Vec<usize>, tokens: Vec<u8>) -> Self {
        Self { source, tokens }
    }

    /// Tokens `[S]` of the puzzle or of an answer to it, in this form; a number that is no token stays.
    ///
    /// # Panics
    /// If there are fewer tokens than cells.
    pub fn apply(&self, tokens: &[u8]) -> Vec<u8> {
        let mapped = |token: u8| self.tokens.get(usize::from(token)).copied().unwrap_or(token);
        self.source.iter().map(|&cell| mapped(tokens[cell])).collect()
    }

    /// Tokens `[S]` of this form, of the puzzle again: undoes [`Form::apply`].
    ///
    /// # Panics
    /// If there are fewer tokens than cells.
    pub fn undo(&self, tokens: &[u8]) -> Vec<u8> {
        let original =
            |token: u8| self.tokens.iter().position(|&mapped| mapped == token).map_or(token, |original| original as u8);
        let mut undone = vec![0; self.source.len()];
        self.source.iter().zip(tokens).for_each(|(&cell, &token)| undone[cell] = original(token));
        undone
    }

    /// A value for each cell and token `[S, V]` of this form, for those of the puzzle again.
    ///
    /// # Panics
    /// If there are fewer values.
    pub fn undo_values(&self, values: &[f32]) -> Vec<f32> {
        let vocab = self.tokens.len();
        let mut undone = vec![0.0; self.source.len() * vocab];
        for (&cell, values) in self.source.iter().zip(values.chunks_exact(vocab)) {
            let row = &mut undone[cell * vocab..][..vocab];
            row.iter_mut().zip(&self.tokens).for_each(|(to, &token)| *to = values[usize::from(token)]);
        }
        undone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::puzzle::Kind;
    use crate::random::Random;

    fn kinds() -> impl Iterator<Item = Kind> {
        ["sudoku-4x4", "sudoku-6x6", "sudoku-9x9", "maze-9", "maze-10"].into_iter().map(|name| name.parse().unwrap())
    }

    #[test]
    fn a_form_undone_is_the_puzzle_and_its_answer() {
        for kind in kinds() {
            let mut seen = std::collections::HashSet::new();
            for seed in 0..40 {
                let mut random = Random::new(seed);
                let example = kind.generate(&mut random, 0.5).unwrap();
                let form = kind.form(&mut random);
                let [question, answer] = [&example.question, &example.answer].map(|tokens| form.apply(tokens));
                assert_eq!(kind.check(&question, &answer), Ok(()), "{kind}");
                assert_eq!(kind.class_key(&question), kind.class_key(&example.question));
                assert_eq!((form.undo(&question), form.undo(&answer)), (example.question.clone(), example.answer));
                seen.insert(form.source.clone());
                // What no puzzle holds comes back, too: a model may answer it.
                let foreign: Vec<u8> = (0..kind.seq_len()).map(|cell| (cell * 7 % 256) as u8).collect();
                assert_eq!(form.undo(&form.apply(&foreign)), foreign);
            }
            assert!(seen.len() >= 6, "{kind}: {} forms", seen.len());
        }
    }

    #[test]
    fn the_identity_changes_nothing() {
        for kind in kinds() {
            let example = kind.generate(&mut Random::new(3), 1.0).unwrap();
            let form = Form::identity(kind);
            assert_eq!(form.apply(&example.question), example.question);
            assert_eq!(form.undo(&example.answer), example.answer);
        }
    }

    #[test]
    fn values_come_back_with_their_cell_and_token() {
        for kind in kinds() {
            let mut random = Random::new(8);
            let form = kind.form(&mut random);
            let vocab = kind.vocab_size();
            let answer = kind.generate(&mut random, 0.5).unwrap().answer;
            let one_hot = |tokens: &[u8]| {
                let mut values = vec![0.0; tokens.len() * vocab];
                tokens.iter().enumerate().for_each(|(cell, &token)| values[cell * vocab + usize::from(token)] = 1.0);
                values
            };
            assert_eq!(form.undo_values(&one_hot(&form.apply(&answer))), one_hot(&answer));
        }
    }
}
