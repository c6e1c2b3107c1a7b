//! Share of puzzles solved by number of views and of segments, every cell from one run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Choose, Trajectory, choose};

/// Puzzles right by rule for each way to choose, number of views and number of segments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Numbers of views, ascending.
    pub views: Vec<usize>,
    /// Numbers of segments, ascending.
    pub segments: Vec<usize>,
    /// Right answers, `[views][segments]`.
    pub right: BTreeMap<Choose, Vec<Vec<usize>>>,
    /// Puzzles.
    pub count: usize,
}

impl Table {
    /// An empty table up to these numbers, for these ways.
    pub fn new(views: usize, segments: usize, ways: &[Choose]) -> Self {
        let up_to = |steps: &[usize], most: usize| {
            let below = steps.iter().copied().filter(|&step| step < most);
            below.chain([most]).collect::<Vec<_>>()
        };
        let (views, segments) = (up_to(&[1, 4, 16, 64, 256], views), up_to(&[8, 16, 32], segments));
        let empty = vec![vec![0; segments.len()]; views.len()];
        let right = ways.iter().map(|&way| (way, empty.clone())).collect();
        Self { views, segments, right, count: 0 }
    }

    /// Counts a puzzle by its views; `is_right` judges an answer.
    pub fn add(&mut self, trajectories: &[Trajectory], is_right: impl Fn(&[u8]) -> bool) {
        self.count += 1;
        for (&way, cells) in &mut self.right {
            for (cells, &views) in cells.iter_mut().zip(&self.views) {
                for (cell, &segments) in cells.iter_mut().zip(&self.segments) {
                    let chosen = choose(trajectories, way, views, segments);
                    *cell += usize::from(chosen.is_some_and(|chosen| is_right(&chosen.answer)));
                }
            }
        }
    }

    /// As Markdown, in per cent of the puzzles; of views, or of branches.
    pub fn to_markdown(&self, branches: bool) -> String {
        let (one, several) = if branches { ("branch", "branches") } else { ("view", "views") };
        let mut text = String::new();
        for (way, cells) in &self.right {
            let heads: String = self.segments.iter().map(|n| format!(" {n} segments |")).collect();
            text += &format!("| choose {} |{heads}\n|---|{}\n", way.name(), "---|".repeat(self.segments.len()));
            for (views, cells) in self.views.iter().zip(cells) {
                let share = |right: &usize| format!(" {:.1} % |", 100.0 * *right as f64 / self.count.max(1) as f64);
                let noun = if *views == 1 { one } else { several };
                text += &format!("| {views} {noun} |{}\n", cells.iter().map(share).collect::<String>());
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_counts_what_its_views_and_segments_found() {
        let mut table = Table::new(16, 16, &[Choose::Rules]);
        assert_eq!((&table.views[..], &table.segments[..]), (&[1, 4, 16][..], &[8, 16][..]));
        let found = |view, at| Trajectory { found: Some((at, vec![1])), ..Trajectory::new(view) };
        table.add(&[Trajectory::new(0), found(3, 9), found(7, 2)], |answer| answer == [1]);
        table.add(&[found(0, 16)], |answer| answer == [1]);
        assert_eq!(table.right[&Choose::Rules], [[0, 1], [0, 2], [1, 2]]);
        let rows: Vec<String> = table.to_markdown(false).lines().map(Into::into).collect();
        assert_eq!(
            rows[2..],
            ["| 1 view | 0.0 % | 50.0 % |", "| 4 views | 0.0 % | 100.0 % |", "| 16 views | 50.0 % | 100.0 % |"]
        );
        assert!(table.to_markdown(true).contains("| 1 branch | 0.0 % | 50.0 % |\n| 4 branches |"));
    }
}
