//! A person's own answers to the tests of a task.

use hrm_core::puzzle::{
    Size,
    arc::{Grid, Task},
};

use crate::ui::board::history::History;

/// Sides of the grid that an answer begins as, as in the ARC testing interface: it tells nothing of the answer's size.
const FIRST: Size = Size::square(3);

/// What became of an answer.
#[derive(Clone, Debug, PartialEq)]
enum Event {
    /// It was changed to this.
    Edit(Grid),
    /// It was submitted, and was right or not.
    Submit(bool),
    /// The solution was shown.
    Reveal,
}

/// Answers under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    answers: History<Vec<Grid>>,
    /// For each test how often an answer was submitted.
    tries: Vec<usize>,
    /// For each test whether what stands there was submitted and is right.
    verdicts: Vec<Option<bool>>,
    revealed: Vec<bool>,
    /// Milliseconds since the page was opened, test, and what happened.
    log: Vec<(f64, usize, Event)>,
    began: f64,
}

impl Attempt {
    /// Empty answers to all tests of a task, begun at a time in milliseconds.
    pub fn new(task: &Task, now: f64) -> Self {
        let tests = task.test.len();
        Self {
            answers: History::new(vec![Grid::black(FIRST); tests]),
            tries: vec![0; tests],
            verdicts: vec![None; tests],
            revealed: vec![false; tests],
            log: Vec::new(),
            began: now,
        }
    }

    /// The answer to a test.
    pub fn answer(&self, test: usize) -> Option<&Grid> {
        self.answers.present().get(test)
    }

    /// How often an answer to a test was submitted, and whether what stands there is right, where it was.
    pub fn standing(&self, test: usize) -> (usize, Option<bool>) {
        (self.tries.get(test).copied().unwrap_or(0), self.verdicts.get(test).copied().flatten())
    }

    /// Whether the solution of a test is shown.
    pub fn is_revealed(&self, test: usize) -> bool {
        self.revealed.get(test).copied().unwrap_or(false)
    }

    /// Whether every test is answered rightly.
    pub fn is_solved(&self) -> bool {
        !self.verdicts.is_empty() && self.verdicts.iter().all(|verdict| *verdict == Some(true))
    }

    /// Changes an answer; `goes_on`: as a part of the last change.
    pub fn put(&mut self, test: usize, grid: Grid, goes_on: bool, now: f64) {
        let mut answers = self.answers.present().clone();
        let Some(answer) = answers.get_mut(test).filter(|answer| **answer != grid) else { return };
        *answer = grid;
        if goes_on {
            self.answers.amend(answers);
        } else {
            self.answers.push(answers);
        }
        self.note_changes(now, test..test + 1);
    }

    /// Submits the answer to a test whose solution is known.
    pub fn submit(&mut self, task: &Task, test: usize, now: f64) {
        let solution = task.test.get(test).and_then(|pair| pair.output.as_ref());
        let (Some(solution), Some(answer)) = (solution, self.answer(test)) else { return };
        // Size included.
        let is_right = answer == solution;
        self.tries[test] += 1;
        self.verdicts[test] = Some(is_right);
        self.log.push((now, test, Event::Submit(is_right)));
    }

    /// Shows the solution of a test, or hides it again.
    pub fn reveal(&mut self, test: usize, now: f64) {
        if let Some(revealed) = self.revealed.get_mut(test) {
            *revealed = !*revealed;
            if *revealed {
                self.log.push((now, test, Event::Reveal));
            }
        }
    }

    /// Whether there is a change to take back, or to make again.
    pub fn can(&self, redo: bool) -> bool {
        if redo { self.answers.can_redo() } else { self.answers.can_undo() }
    }

    /// Takes a change back, or makes it again.
    pub fn step(&mut self, redo: bool, now: f64) {
        let before = self.answers.present().clone();
        let moved = if redo { self.answers.redo() } else { self.answers.undo() };
        if moved {
            let changed = (0..before.len()).filter(|&test| self.answer(test) != before.get(test));
            self.note_changes(now, changed.collect::<Vec<_>>());
        }
    }

    /// Answers that were changed are no longer what was submitted.
    fn note_changes(&mut self, now: f64, tests: impl IntoIterator<Item = usize>) {
        for test in tests {
            self.verdicts[test] = None;
            self.log.push((now, test, Event::Edit(self.answers.present()[test].clone())));
        }
    }

    /// All that happened as JSON: seconds since the beginning, test (from 0), and the answer as it became, or how it was judged.
    pub fn log(&self, task: &Task) -> String {
        let name = serde_json::to_string(&task.title().unwrap_or_default()).unwrap_or_default();
        let line = |(at, test, event): &(f64, usize, Event)| {
            let what = match event {
                Event::Edit(grid) => format!("\"answer\": {}", json_of(grid)),
                Event::Submit(is_right) => format!("\"submitted\": true, \"right\": {is_right}"),
                Event::Reveal => "\"solution_shown\": true".to_owned(),
            };
            format!("    {{\"seconds\": {:.2}, \"test\": {test}, {what}}}", (at - self.began) / 1000.0)
        };
        let lines: Vec<_> = self.log.iter().map(line).collect();
        format!("{{\n  \"task\": {name},\n  \"events\": [\n{}\n  ]\n}}\n", lines.join(",\n"))
    }
}

/// A grid as JSON: rows of colours.
pub fn json_of(grid: &Grid) -> String {
    let rows: Vec<_> =
        grid.lines().map(|row| format!("[{}]", row.iter().map(u8::to_string).collect::<Vec<_>>().join(","))).collect();
    format!("[{}]", rows.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hrm_core::puzzle::arc::Pair;

    fn grid(rows: &[&[u8]]) -> Grid {
        Grid::of_rows(rows).unwrap()
    }

    fn task() -> Task {
        let known = Pair::new(grid(&[&[1]]), Some(grid(&[&[2, 0]])));
        Task::new("a \"task\"", vec![known.clone()], vec![known, Pair::new(grid(&[&[1]]), None)])
    }

    #[test]
    fn an_answer_is_right_only_with_its_size_and_counts_tries() {
        let task = task();
        let mut attempt = Attempt::new(&task, 0.0);
        attempt.submit(&task, 0, 1.0);
        assert_eq!(attempt.standing(0), (1, Some(false)));
        attempt.put(0, grid(&[&[2, 0], &[0, 0]]), false, 2.0);
        assert_eq!(attempt.standing(0), (1, None), "another answer was not submitted");
        attempt.submit(&task, 0, 3.0);
        assert_eq!(attempt.standing(0), (2, Some(false)), "one row too many");
        attempt.put(0, grid(&[&[2, 0]]), false, 4.0);
        attempt.submit(&task, 0, 5.0);
        assert_eq!(attempt.standing(0), (3, Some(true)));
        // There is nothing to compare the second one with.
        attempt.submit(&task, 1, 6.0);
        assert_eq!(attempt.standing(1), (0, None));
        assert!(!attempt.is_solved());
        attempt.step(false, 7.0);
        assert_eq!(attempt.standing(0), (3, None));
    }

    #[test]
    fn the_log_is_json_with_every_event() {
        let task = task();
        let mut attempt = Attempt::new(&task, 1000.0);
        attempt.put(0, grid(&[&[2], &[3]]), false, 1500.0);
        attempt.submit(&task, 0, 3000.0);
        attempt.reveal(0, 4000.0);
        attempt.reveal(0, 4001.0);
        let read: serde_json::Value = serde_json::from_str(&attempt.log(&task)).unwrap();
        assert_eq!(read["task"], "a \"task\"");
        let events = read["events"].as_array().unwrap();
        assert_eq!(events.len(), 3);
        assert_eq!(events[0]["answer"], serde_json::json!([[2], [3]]));
        assert_eq!((&events[1]["seconds"], &events[1]["right"]), (&2.0.into(), &false.into()));
        assert_eq!(events[2]["solution_shown"], true);
    }
}
