//! Accuracies by groups of puzzles: what `hrm eval --by` tells.

use clap::ValueEnum;
use hrm_core::data::Example;
use hrm_core::puzzle::Kind;
use serde_json::{Map, Value, json};

use super::Failure;

/// By what puzzles are put into groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum By {
    /// How they were made: what the column source says before its first comma
    Make,
    /// Rows and columns
    Size,
    /// The quarter of the path lengths that are possible on the board, shortest first
    Length,
    /// How many cells are given
    Given,
    /// How hard they are: the guesses that a solver by singles needs for a Sudoku, the steps of a maze's path
    Rating,
}

/// The least number of each group of cells that are given, and of ratings; a group reaches to below the next one. Sudokus of
/// 4x4, 6x6 and 9x9 have 4 to 10, 8 to 20 and 17 to 50 clues.
const GIVEN: [usize; 15] = [0, 4, 6, 8, 10, 12, 14, 17, 20, 24, 27, 30, 35, 40, 60];
const RATINGS: [usize; 6] = [0, 1, 3, 10, 30, 100];

/// The group of a number.
fn range(of: &[usize], number: usize) -> String {
    let at = of.partition_point(|least| *least <= number).max(1);
    match (of[at - 1], of.get(at)) {
        (least, Some(next)) if *next == least + 1 => least.to_string(),
        (least, Some(next)) => format!("{least} to {}", next - 1),
        (least, None) => format!("{least} or more"),
    }
}

impl By {
    fn word(self) -> &'static str {
        match self {
            Self::Make => "make",
            Self::Size => "size",
            Self::Length => "length",
            Self::Given => "given",
            Self::Rating => "rating",
        }
    }

    /// The group of a puzzle.
    fn group(self, kind: Kind, source: &str, question: &[u8]) -> String {
        match self {
            Self::Make => source.split(',').next().unwrap_or_default().trim().to_owned(),
            Self::Size => kind.size().to_string(),
            Self::Length => {
                let quarter = kind.rules().and_then(|rules| rules.rating_quarter(question));
                quarter.map_or_else(|| "none".into(), |quarter| format!("quarter {}", quarter + 1))
            }
            Self::Given => range(&GIVEN, question.iter().filter(|token| **token != kind.blank()).count()),
            Self::Rating => {
                kind.rating(question).map_or_else(|| "none".into(), |rating| range(&RATINGS, rating as usize))
            }
        }
    }
}

/// Counts of a group.
#[derive(Default)]
struct Group {
    by: Option<By>,
    name: String,
    count: usize,
    exact: usize,
    valid: usize,
}

/// Counts of all groups.
pub struct Groups<'a> {
    by: &'a [By],
    groups: Vec<Group>,
}

impl<'a> Groups<'a> {
    /// Nothing is counted yet.
    pub fn new(by: &'a [By]) -> Self {
        Self { by, groups: Vec::new() }
    }

    /// Whether puzzles of a kind can be put into these groups.
    ///
    /// # Errors
    /// A length of puzzles that have none.
    pub fn check(&self, kind: Kind, examples: &[Example]) -> Result<(), Failure> {
        let rules = kind.rules();
        let has_length =
            |example: &Example| rules.is_some_and(|rules| rules.rating_quarter(&example.question).is_some());
        if self.by.contains(&By::Length) && !examples.iter().any(has_length) {
            return Err(format!("--by length: {kind} puzzles have no path").into());
        }
        Ok(())
    }

    /// Whether nothing was put into groups.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Counts an answer in.
    pub fn add(&mut self, kind: Kind, source: &str, example: &Example, answer: Option<&[u8]>) {
        let exact = answer == Some(&example.answer[..]);
        let valid = exact || answer.is_some_and(|answer| kind.check(&example.question, answer).is_ok());
        for &by in self.by {
            let name = by.group(kind, source, &example.question);
            let at = self.groups.iter().position(|group| group.by == Some(by) && group.name == name);
            let at = at.unwrap_or_else(|| {
                self.groups.push(Group { by: Some(by), name, ..Group::default() });
                self.groups.len() - 1
            });
            let group = &mut self.groups[at];
            group.count += 1;
            group.exact += usize::from(exact);
            group.valid += usize::from(valid);
        }
    }

    /// The groups in the order of what they are by; numbers and quarters from the least, others as they came up first.
    fn ordered(&self) -> Vec<&Group> {
        let place = |group: &Group| match group.by {
            Some(By::Length | By::Given | By::Rating) => {
                let digits = group.name.trim_start_matches("quarter ").split(' ').next();
                digits.and_then(|digits| digits.parse().ok()).unwrap_or(u32::MAX)
            }
            _ => 0,
        };
        let mut groups: Vec<&Group> = self.groups.iter().collect();
        groups.sort_by_key(|group| (group.by, place(group)));
        groups
    }

    /// A line for each group.
    pub fn lines(&self) -> Vec<String> {
        let share = |part: usize, group: &Group| part as f64 / group.count.max(1) as f64;
        let line = |group: &Group| {
            let by = group.by.map_or("", By::word);
            let (exact, valid) = (share(group.exact, group), share(group.valid, group));
            format!("{by:<7} {:<14} {:>6}  exact {exact:>6.4}  valid {valid:>6.4}", group.name, group.count)
        };
        self.ordered().into_iter().map(line).collect()
    }

    /// For `--json`: a list of groups for each of what they are by.
    pub fn json(&self) -> Value {
        let mut all = Map::new();
        for group in self.ordered() {
            let share = |part: usize| part as f64 / group.count.max(1) as f64;
            let figures = json!({
                "name": group.name, "count": group.count,
                "exact_accuracy": share(group.exact), "valid_accuracy": share(group.valid),
            });
            let list = all.entry(group.by.map_or("", By::word)).or_insert_with(|| json!([]));
            if let Some(list) = list.as_array_mut() {
                list.push(figures);
            }
        }
        all.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_put_into_the_group_that_begins_at_or_below_them() {
        let named = |number| range(&RATINGS, number);
        assert_eq!([0, 1, 2, 3, 9].map(named), ["0", "1 to 2", "1 to 2", "3 to 9", "3 to 9"]);
        assert_eq!([99, 100, 5000].map(named), ["30 to 99", "100 or more", "100 or more"]);
    }
}
