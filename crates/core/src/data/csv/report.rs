//! What is wrong with a file's rows, in a few lines, however many they are.

use super::{Fault, Problem, Table};
use crate::puzzle::Kind;

/// Problems that are told one by one.
const SHOWN: usize = 5;

impl Table {
    /// Lines that hold no good row.
    pub fn left_out(&self) -> u64 {
        self.problems.iter().map(|problem| problem.lines).sum()
    }

    /// What is wrong with the rows that were left out, for a reader who expects `kind`: the first five, how many more there are
    /// of which sort, and what they look like instead.
    pub fn report(&self, kind: Kind) -> Vec<String> {
        let mut report: Vec<String> = self.problems.iter().take(SHOWN).map(Problem::to_string).collect();
        let more = self.problems.get(SHOWN..).unwrap_or_default();
        if !more.is_empty() {
            let count = |fault: Fault| more.iter().filter(|problem| problem.fault == fault).count();
            let sorts = Fault::ALL.into_iter().map(|fault| (fault, count(fault))).filter(|(_, count)| *count > 0);
            let sorts: Vec<String> = sorts.map(|(fault, count)| format!("{count} {}", fault.words())).collect();
            report.push(format!("and {} more rows: {}", more.len(), sorts.join(", ")));
        }
        if let Some(other) = self.looks_like.filter(|other| *other != kind) {
            report.push(format!("these look like {other}, expected {kind}"));
        }
        report
    }
}

impl Fault {
    const ALL: [Self; 7] =
        [Self::Size, Self::Sign, Self::Question, Self::Answer, Self::Fields, Self::Number, Self::Quote];

    /// What rows with this fault have or lack, behind their number.
    fn words(self) -> &'static str {
        match self {
            Self::Size => "of another size",
            Self::Sign => "with a sign or byte that does not belong there",
            Self::Question => "whose question breaks a rule",
            Self::Answer => "whose answer contradicts the question",
            Self::Fields => "with too few fields",
            Self::Number => "that a spreadsheet turned into a number",
            Self::Quote => "with a quote that takes several lines",
        }
    }
}
