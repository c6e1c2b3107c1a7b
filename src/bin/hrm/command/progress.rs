//! How far a command is: a bar on a terminal, a line now and then in a file or a pipe.

use std::cell::Cell;
use std::fmt::{Display, Write};
use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressState, ProgressStyle};

use super::Failure;
use super::output::note;

/// From one line to the next where there is no terminal.
const PAUSE: Duration = Duration::from_secs(10);

/// Progress of some work.
pub struct Progress {
    bar: ProgressBar,
    what: &'static str,
    total: u64,
    /// When the last line was written, where there is no terminal.
    told: Option<Cell<Instant>>,
}

impl Progress {
    /// Of `total` parts; `what` says on what, after the numbers.
    ///
    /// # Errors
    /// None that can be expected: the bar's template is fixed.
    pub fn new(total: u64, what: &'static str) -> Result<Self, Failure> {
        let bar = ProgressBar::new(total);
        let template = format!("{{bar:20}} {{pos}}/{{len}} {what}{{left}}  {{msg}}");
        let left = |state: &ProgressState, text: &mut dyn Write| {
            // Writing to a String cannot fail.
            let _ = text.write_str(&left(state.pos(), state.len().unwrap_or(0), state.eta()));
        };
        bar.set_style(ProgressStyle::with_template(&template)?.with_key("left", left));
        let told = (!stderr().is_terminal()).then(|| Cell::new(Instant::now()));
        Ok(Self { bar, what, total, told })
    }

    /// Begins in the middle: what is done already does not count for the time that is left.
    pub fn begin_at(&self, done: u64) {
        self.bar.set_position(done);
        self.bar.reset_eta();
    }

    /// So much is done.
    pub fn set(&self, done: u64) {
        self.bar.set_position(done);
        if let Some(told) = &self.told
            && told.get().elapsed() >= PAUSE
        {
            told.set(Instant::now());
            let message = self.bar.message();
            let gap = if message.is_empty() { "" } else { ": " };
            note(format_args!("{done}/{} {}{gap}{message}", self.total, self.what));
        }
    }

    /// What stands behind the bar.
    pub fn message(&self, message: String) {
        self.bar.set_message(message);
    }

    /// A line that stays.
    pub fn line(&self, line: impl Display) {
        self.bar.suspend(|| note(line));
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// The time that is left: unknown before anything is done, and none at the end.
fn left(done: u64, total: u64, eta: Duration) -> String {
    match done {
        0 => String::new(),
        done if done >= total => String::new(),
        _ => format!(", {:#} left", HumanDuration(eta.max(Duration::from_secs(1)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_is_told_before_anything_is_done() {
        assert_eq!(left(0, 100, Duration::ZERO), "");
        assert_eq!(left(1, 100, Duration::from_secs(30)), ", 30s left");
        // Rounded down it would be none, though something is left to do.
        assert_eq!(left(99, 100, Duration::ZERO), ", 1s left");
        assert_eq!(left(100, 100, Duration::ZERO), "");
    }
}
