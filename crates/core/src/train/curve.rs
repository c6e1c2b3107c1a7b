//! What a run remembers of its way: a row for every few steps, with an evaluation on unseen puzzles now and then.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::{Evaluation, StepReport};

/// Steps that one row sums up, at most.
pub const ROW: usize = 20;

/// Some steps, and perhaps an evaluation after the last of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Means; of what concerns halted rows, weighted by how many there were. The step is the last one's.
    pub mean: StepReport,
    /// Seconds of computing since the run began.
    pub seconds: f64,
    /// On unseen puzzles, with the averaged weights.
    pub test: Option<Evaluation>,
}

/// The columns of [`csv`].
const HEADER: &str = "step,seconds,lr,lm_loss,q_halt_loss,q_continue_loss,accuracy,exact_accuracy,q_halt_accuracy,mean_steps,\
                      grad_norm,test_exact_accuracy,test_accuracy,test_steps,test_q_halt_accuracy,\
                      test_valid_accuracy";

/// The rows as CSV under a header; what was not evaluated is empty.
pub fn csv(rows: &[Row]) -> String {
    let mut text = format!("{HEADER}\n");
    for Row { mean, seconds, test } in rows {
        let StepReport { step, lr, lm_loss, q_halt_loss, q_continue_loss, .. } = *mean;
        let StepReport { accuracy, exact_accuracy, q_halt_accuracy, mean_steps, grad_norm, .. } = *mean;
        let test = test.map_or(",,,,".to_owned(), |t| {
            let valid = t.valid_accuracy.map_or_else(String::new, |valid| format!("{valid:.5}"));
            format!("{:.5},{:.5},{:.3},{:.5},{valid}", t.exact_accuracy, t.accuracy, t.steps, t.q_halt_accuracy)
        });
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{step},{seconds:.1},{lr:.3e},{lm_loss:.5},{q_halt_loss:.5},{q_continue_loss:.5},{accuracy:.5},\
             {exact_accuracy:.5},{q_halt_accuracy:.5},{mean_steps:.3},{grad_norm:.4},{test}"
        );
    }
    text
}

/// At most `most` of the rows, two or more, to draw the curve by: the first and the last, those with an evaluation, and
/// evenly so many of the others as there is room for. Too many evaluations are thinned evenly, too.
pub fn thinned(rows: &[Row], most: usize) -> Vec<Row> {
    if rows.len() <= most {
        return rows.to_vec();
    }
    let (last, room) = (rows.len() - 1, most.saturating_sub(2));
    let (tested, others): (Vec<usize>, Vec<usize>) = (1..last).partition(|&at| rows[at].test.is_some());
    let tested = evenly(&tested, room);
    let others = evenly(&others, room - tested.len());
    let mut kept = [vec![0, last], tested, others].concat();
    kept.sort_unstable();
    kept.into_iter().map(|at| rows[at].clone()).collect()
}

/// At most `most` of some places, with the first and the last.
fn evenly(places: &[usize], most: usize) -> Vec<usize> {
    if places.len() <= most {
        return places.to_vec();
    }
    let (last, gaps) = (places.len() - 1, most.saturating_sub(1).max(1));
    (0..most).map(|nth| places[nth * last / gaps]).collect()
}

/// The mean of some steps; of what concerns halted rows, weighted by how many there were.
pub fn mean(steps: &[StepReport]) -> StepReport {
    let over_steps = |f: fn(&StepReport) -> f64| steps.iter().map(f).sum::<f64>() / steps.len().max(1) as f64;
    let halted: f64 = steps.iter().map(|r| r.halted).sum();
    let over_halted = |f: fn(&StepReport) -> f64| steps.iter().map(|r| f(r) * r.halted).sum::<f64>() / halted.max(1.0);
    StepReport {
        step: steps.last().map_or(0, |r| r.step),
        lr: steps.last().map_or(0.0, |r| r.lr),
        lm_loss: over_steps(|r| r.lm_loss),
        q_halt_loss: over_steps(|r| r.q_halt_loss),
        q_continue_loss: over_steps(|r| r.q_continue_loss),
        halted,
        accuracy: over_halted(|r| r.accuracy),
        exact_accuracy: over_halted(|r| r.exact_accuracy),
        q_halt_accuracy: over_halted(|r| r.q_halt_accuracy),
        mean_steps: over_halted(|r| r.mean_steps),
        grad_norm: over_steps(|r| r.grad_norm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halted_rows_weigh_by_their_number() {
        let step = |step, halted, exact_accuracy| StepReport {
            step,
            halted,
            exact_accuracy,
            lm_loss: halted,
            ..StepReport::default()
        };
        let mean = mean(&[step(1, 3.0, 1.0), step(2, 1.0, 0.0)]);
        assert_eq!((mean.step, mean.lm_loss, mean.exact_accuracy), (2, 2.0, 0.75));
        assert_eq!(super::mean(&[]).exact_accuracy, 0.0);
    }

    fn rows(count: u64, tested: impl Fn(u64) -> bool) -> Vec<Row> {
        let row = |step| Row {
            mean: StepReport { step, ..StepReport::default() },
            seconds: 0.0,
            test: tested(step).then(Evaluation::default),
        };
        (1..=count).map(row).collect()
    }

    fn steps(rows: &[Row]) -> Vec<u64> {
        rows.iter().map(|row| row.mean.step).collect()
    }

    #[test]
    fn a_thinned_curve_keeps_its_ends_and_what_was_tested() {
        let rows = rows(1000, |step| step % 100 == 7);
        let thin = thinned(&rows, 50);
        let kept = steps(&thin);
        assert_eq!((thin.len(), kept[0], kept[49]), (50, 1, 1000));
        assert_eq!(thin.iter().filter(|row| row.test.is_some()).count(), 10);
        // 988 rows were not tested, and 38 of them have room.
        assert!(kept.windows(2).all(|pair| (1..=27).contains(&(pair[1] - pair[0]))), "{kept:?}");
        assert_eq!(thinned(&rows[..50], 50), &rows[..50]);
        assert!(thinned(&[], 50).is_empty());
    }

    #[test]
    fn too_many_tests_are_thinned_with_the_last_of_them_kept() {
        let rows = rows(1000, |step| step < 1000);
        let kept = steps(&thinned(&rows, 50));
        assert_eq!((kept.len(), kept[0], kept[48], kept[49]), (50, 1, 999, 1000));
        assert!(kept.windows(2).all(|pair| pair[0] < pair[1]), "{kept:?}");
    }

    #[test]
    fn a_row_is_a_line() {
        let mean = StepReport { step: 20, lr: 1e-3, lm_loss: 0.5, ..StepReport::default() };
        let test =
            Some(Evaluation { exact_accuracy: 0.25, valid_accuracy: Some(0.5), count: 8, ..Evaluation::default() });
        let rows = [Row { mean, seconds: 1.25, test: None }, Row { mean, seconds: 2.0, test }];
        let text = csv(&rows);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[1].starts_with("20,1.2,1.000e-3,0.50000") && lines[1].ends_with(",,,,,"), "{text}");
        assert!(lines[2].ends_with(",0.25000,0.00000,0.000,0.00000,0.50000"));
        assert!(lines.iter().all(|line| line.matches(',').count() == 15));
    }
}
