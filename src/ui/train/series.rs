//! The curves of a run: what each chart shows, smoothed, and thinned to the pixels that there are.

use hrm_core::train::Row;
use strum::{IntoStaticStr, VariantArray};

/// A chart, in the page's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Measure {
    /// Whole answers right.
    Exact,
    /// The losses.
    Loss,
    /// Cells right.
    Cells,
    /// Whether q_halt knows that an answer is right.
    #[strum(serialize = "q-halt")]
    Halting,
    /// The segment after which the model stops.
    #[strum(serialize = "halting-step")]
    Segments,
    /// Size of the gradient.
    Gradient,
    /// The schedule.
    Rate,
}

/// One of a chart's lines.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Its name.
    pub name: &'static str,
    /// For styles.
    pub class: &'static str,
    /// Its value in a row, where it has one.
    pub value: fn(&Row) -> Option<f64>,
}

const fn line(name: &'static str, class: &'static str, value: fn(&Row) -> Option<f64>) -> Line {
    Line { name, class, value }
}

/// A line of training and one of unseen puzzles.
const fn both(training: fn(&Row) -> Option<f64>, unseen: fn(&Row) -> Option<f64>) -> [Line; 2] {
    [line("training", "training", training), line("unseen", "unseen", unseen)]
}

static LOSS: [Line; 3] = [
    line("answer", "answer", |row| Some(row.mean.lm_loss)),
    line("q_halt", "halt", |row| Some(row.mean.q_halt_loss)),
    line("q_continue", "go-on", |row| Some(row.mean.q_continue_loss)),
];
static EXACT: [Line; 2] =
    both(|row| halted(row, row.mean.exact_accuracy), |row| row.test.map(|test| test.exact_accuracy));
static CELLS: [Line; 2] = both(|row| halted(row, row.mean.accuracy), |row| row.test.map(|test| test.accuracy));
static HALTING: [Line; 2] =
    both(|row| halted(row, row.mean.q_halt_accuracy), |row| row.test.map(|test| test.q_halt_accuracy));
static SEGMENTS: [Line; 2] = both(|row| halted(row, row.mean.mean_steps), |row| row.test.map(|test| test.steps));
static GRADIENT: [Line; 1] = [line("norm", "training", |row| Some(row.mean.grad_norm))];
static RATE: [Line; 1] = [line("rate", "training", |row| Some(row.mean.lr))];

/// What is measured over halted rows is unknown where none halted.
fn halted(row: &Row, value: f64) -> Option<f64> {
    (row.mean.halted > 0.0).then_some(value)
}

impl Measure {
    /// Its name in test ids and file names.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Its name on the page.
    pub fn title(self) -> &'static str {
        match self {
            Self::Loss => "Loss",
            Self::Exact => "Puzzles solved",
            Self::Cells => "Cells right",
            Self::Halting => "q_halt right",
            Self::Segments => "Mean halting step",
            Self::Gradient => "Gradient norm",
            Self::Rate => "Learning rate",
        }
    }

    /// Unit of its vertical axis.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Loss => "nats",
            Self::Exact => "share exactly right",
            Self::Cells | Self::Halting => "share",
            Self::Segments => "segments",
            Self::Gradient => "√Σg²",
            Self::Rate => "of Adam-atan2",
        }
    }

    /// What it is, in a sentence.
    pub fn gloss(self) -> &'static str {
        match self {
            Self::Loss => {
                "What training makes smaller: the cross-entropy of the answer, and half of what the two heads get \
                 wrong, q_halt about being right and q_continue about the use of going on."
            }
            Self::Exact => {
                "Share of puzzles with every cell right: of those that halted in training, and of unseen ones, which \
                 the averaged weights solve."
            }
            Self::Cells => "Share of cells that are right.",
            Self::Halting => "How often the model knows whether its answer is right: q_halt is above 0 exactly then.",
            Self::Segments => {
                "After how many segments the model stops: in training with exploration, on unseen puzzles as soon as \
                 it holds itself done."
            }
            Self::Gradient => "Length of the gradient over all weights. Sudden leaps say that training is unsteady.",
            Self::Rate => "How far a step moves the weights: it rises in the warm-up, then falls along a cosine.",
        }
    }

    /// Its lines.
    pub fn lines(self) -> &'static [Line] {
        match self {
            Self::Loss => &LOSS,
            Self::Exact => &EXACT,
            Self::Cells => &CELLS,
            Self::Halting => &HALTING,
            Self::Segments => &SEGMENTS,
            Self::Gradient => &GRADIENT,
            Self::Rate => &RATE,
        }
    }

    /// Whether its axis starts logarithmic.
    pub fn starts_log(self) -> bool {
        matches!(self, Self::Loss | Self::Gradient)
    }
}

/// Steps with their values.
pub type Points = Vec<(f64, f64)>;

/// A line's values.
pub fn points(rows: &[Row], line: &Line) -> Points {
    rows.iter().filter_map(|row| Some((row.mean.step as f64, (line.value)(row)?))).collect()
}

/// A moving average: `weight` from 0 (as it is) to below 1. It starts at the first value.
pub fn smoothed(points: &[(f64, f64)], weight: f64) -> Points {
    let (mut sum, mut mass) = (0.0, 0.0);
    let smooth = |&(step, value): &(f64, f64)| {
        sum = weight * sum + (1.0 - weight) * value;
        mass = weight * mass + (1.0 - weight);
        (step, sum / mass)
    };
    points.iter().map(smooth).collect()
}

/// Those between two steps, with the neighbours at both sides, so that a line reaches the edge.
pub fn within(points: &[(f64, f64)], (from, to): (f64, f64)) -> &[(f64, f64)] {
    let first = points.partition_point(|(step, _)| *step < from).saturating_sub(1);
    let last = (points.partition_point(|(step, _)| *step <= to) + 1).min(points.len());
    &points[first.min(last)..last]
}

/// At most about two points for each of `columns` columns of equal width: the least and the greatest value.
pub fn thinned(points: &[(f64, f64)], columns: usize) -> Points {
    let (Some(&(from, _)), Some(&(to, _))) = (points.first(), points.last()) else { return Vec::new() };
    if points.len() <= 2 * columns || to <= from {
        return points.to_vec();
    }
    let column = |step: f64| ((step - from) / (to - from) * columns as f64) as usize;
    let mut thin = Points::with_capacity(2 * columns);
    for part in points.chunk_by(|a, b| column(a.0) == column(b.0)) {
        let by_value = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let (Some(&low), Some(&high)) = (part.iter().min_by(by_value), part.iter().max_by(by_value)) else { continue };
        let (first, second) = if low.0 <= high.0 { (low, high) } else { (high, low) };
        thin.push(first);
        if second != first {
            thin.push(second);
        }
    }
    thin
}

/// The value nearest to a step.
pub fn nearest(points: &[(f64, f64)], step: f64) -> Option<(f64, f64)> {
    let distance = |point: &&(f64, f64)| (point.0 - step).abs();
    points.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hrm_core::train::{Evaluation, StepReport};

    #[test]
    fn a_row_gives_what_it_knows() {
        let mean = StepReport { step: 20, halted: 0.0, lm_loss: 0.5, ..StepReport::default() };
        let unknown = Row { mean, seconds: 1.0, test: None };
        let test = Evaluation { exact_accuracy: 0.25, ..Evaluation::default() };
        let mean = StepReport { step: 40, halted: 3.0, exact_accuracy: 0.125, ..mean };
        let rows = [unknown, Row { mean, seconds: 2.0, test: Some(test) }];
        let [training, unseen] = &EXACT;
        assert_eq!(points(&rows, training), [(40.0, 0.125)]);
        assert_eq!(points(&rows, unseen), [(40.0, 0.25)]);
        assert_eq!(points(&rows, &LOSS[0]).len(), 2);
    }

    #[test]
    fn smoothing_starts_at_the_first_value() {
        let points = [(1.0, 4.0), (2.0, 0.0), (3.0, 0.0)];
        assert_eq!(smoothed(&points, 0.0), points);
        let smooth = smoothed(&points, 0.5);
        assert_eq!(smooth[0], (1.0, 4.0));
        assert!((smooth[1].1 - 4.0 / 3.0).abs() < 1e-12 && smooth[2].1 < smooth[1].1);
    }

    #[test]
    fn thinning_keeps_the_extremes() {
        let points: Points = (0..10_000).map(|step| (f64::from(step), if step == 5003 { 9.0 } else { 1.0 })).collect();
        let thin = thinned(&points, 100);
        assert!(thin.len() <= 202 && thin.contains(&(5003.0, 9.0)), "{}", thin.len());
        assert!(thin.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(thinned(&points[..100], 100), &points[..100]);
        assert!(thinned(&[], 10).is_empty());
    }

    #[test]
    fn a_range_reaches_its_edges() {
        let points: Points = (0..10).map(|step| (f64::from(step * 10), 0.0)).collect();
        let steps = |range| within(&points, range).iter().map(|point| point.0).collect::<Vec<_>>();
        assert_eq!(steps((15.0, 35.0)), [10.0, 20.0, 30.0, 40.0]);
        assert_eq!(steps((0.0, 90.0)).len(), 10);
        assert_eq!(steps((200.0, 300.0)), [90.0]);
        assert_eq!(nearest(&points, 26.0), Some((30.0, 0.0)));
        assert_eq!(nearest(&[], 26.0), None);
    }
}
