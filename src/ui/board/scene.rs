//! All that a board shows at a moment, for whoever draws it: the page, its labels, a saved picture.

use hrm_core::{
    model::Answer,
    puzzle::{AnswerStyle, Fill, Kind},
};

use crate::ui::board::{
    cell::{self, Cell},
    links::{Link, links},
};

/// A board at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// The puzzle's kind.
    pub kind: Kind,
    /// Every cell, row by row.
    pub cells: Vec<Cell>,
    /// The model's path over the cells, where answers are drawn as one.
    pub links: Vec<Link>,
    /// Cells of a right path, in order, where the model's is wrong.
    pub searched: Vec<usize>,
}

impl Scene {
    /// What was posed and answered.
    pub fn of(kind: Kind, posed: &[u8], answer: Option<&Answer>) -> Self {
        let layout = kind.layout();
        let path = answer.filter(|_| layout.answers == AnswerStyle::Path);
        let is_path = |token| matches!(kind.fill(token), Fill::Path | Fill::End);
        let links = path.map(|path| links(layout.columns, &path.tokens, &path.confidence, is_path));
        let cells = cell::shown(kind, posed, answer);
        Self { kind, cells, links: links.unwrap_or_default(), searched: Vec::new() }
    }

    /// What was posed, and what a person has filled in.
    pub fn of_attempt(kind: Kind, posed: &[u8], filled: &[u8]) -> Self {
        Self { kind, cells: cell::filled(kind, posed, filled), links: Vec::new(), searched: Vec::new() }
    }

    /// Whether lines run over its cells: then no cell can be painted without its neighbours.
    pub fn has_lines(&self) -> bool {
        !self.links.is_empty() || !self.searched.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hrm_core::random::Random;

    #[test]
    fn only_answers_of_mazes_are_lines() {
        for (name, lines) in [("sudoku-4x4", false), ("maze-9", true)] {
            let kind: Kind = name.parse().unwrap();
            let example = kind.generate(&mut Random::new(3), 0.5).unwrap();
            let answer = Answer { confidence: vec![1.0; example.answer.len()], tokens: example.answer };
            assert!(!Scene::of(kind, &example.question, None).has_lines(), "{kind}");
            assert_eq!(Scene::of(kind, &example.question, Some(&answer)).has_lines(), lines, "{kind}");
        }
    }
}
