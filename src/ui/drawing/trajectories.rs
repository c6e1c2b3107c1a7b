//! The views of a search as lines in pixels.

/// Pixels that keep clear of the axes' names.
const MARGIN: f64 = 34.0;
/// Stretches of the way from the first segment to the last, from pale to strong.
pub const STRETCHES: usize = 4;

/// What came of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It goes on.
    Running,
    /// It gave no answer that holds by rule.
    Failed,
    /// It did.
    Solved,
}

impl Outcome {
    /// All, those that are drawn over the others last.
    pub const ALL: [Self; 3] = [Self::Failed, Self::Running, Self::Solved];

    /// Its name in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Failed => "failed",
            Self::Solved => "solved",
        }
    }
}

/// A view in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its number.
    pub view: usize,
    /// What came of it.
    pub outcome: Outcome,
    /// Where its state lies after each segment.
    pub points: Vec<(f64, f64)>,
}

/// All views in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// In the order in which they began.
    pub lines: Vec<Line>,
    /// Segments of the longest.
    segments: usize,
    /// Where the mean of all states lies.
    pub origin: (f64, f64),
}

impl Plot {
    /// Ways as large as they fit into a frame, alike along both axes; `outcome` says what came of a view, `None` of one that is
    /// not drawn. `None` before there is something to draw.
    pub fn of(
        ways: &[(usize, Vec<(f64, f64)>)],
        (width, height): (f64, f64),
        outcome: impl Fn(usize) -> Option<Outcome>,
    ) -> Option<Self> {
        let all = || ways.iter().flat_map(|(_, points)| points);
        let range = |along: fn(&(f64, f64)) -> f64| {
            let (low, high) = all().map(along).fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(x), high.max(x)));
            (low, (high - low).max(1e-9))
        };
        let ((left, across), (bottom, up)) = (range(|point| point.0), range(|point| point.1));
        let segments = ways.iter().map(|(_, points)| points.len()).max().filter(|most| *most > 0)?;
        let scale = ((width - 2.0 * MARGIN) / across).min((height - 2.0 * MARGIN) / up);
        let place = |&(x, y): &(f64, f64)| {
            let (x, y) = (x - left - across / 2.0, y - bottom - up / 2.0);
            (width / 2.0 + x * scale, height / 2.0 - y * scale)
        };
        let line = |(view, points): &(usize, Vec<(f64, f64)>)| {
            Some(Line { view: *view, outcome: outcome(*view)?, points: points.iter().map(place).collect() })
        };
        let lines = ways.iter().filter_map(line).collect();
        Some(Self { lines, segments, origin: place(&(0.0, 0.0)) })
    }

    /// Lines of that outcome.
    pub fn with(&self, outcome: Outcome) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.outcome == outcome)
    }

    /// One path for a stretch of the ways of all lines of an outcome: so hundreds of lines are a dozen elements.
    pub fn stretch(&self, outcome: Outcome, stretch: usize) -> String {
        let legs = self.segments.saturating_sub(1).max(1);
        let mut d = String::new();
        for line in self.with(outcome) {
            for leg in 0..line.points.len().saturating_sub(1) {
                if leg * STRETCHES / legs == stretch {
                    push_leg(&mut d, &line.points, leg);
                }
            }
        }
        d
    }

    /// The view whose line comes nearest to a pixel, within `reach` pixels.
    pub fn nearest(&self, x: f64, y: f64, reach: f64) -> Option<usize> {
        let away = |line: &Line| {
            let distances = line.points.iter().map(|point| (point.0 - x).hypot(point.1 - y));
            distances.fold(f64::INFINITY, f64::min)
        };
        let near = self.lines.iter().map(|line| (away(line), line.view)).min_by(|a, b| a.0.total_cmp(&b.0));
        near.filter(|(away, _)| *away <= reach).map(|(_, view)| view)
    }

    /// The view so many places further than another one, round and round.
    pub fn turned(&self, from: Option<usize>, by: isize) -> Option<usize> {
        let count = self.lines.len() as isize;
        let at = from.and_then(|view| self.lines.iter().position(|line| line.view == view));
        let next = match at {
            Some(at) => (at as isize + by).rem_euclid(count.max(1)),
            None => 0,
        };
        self.lines.get(next as usize).map(|line| line.view)
    }
}

impl Line {
    /// The whole way.
    pub fn path(&self) -> String {
        let mut d = String::new();
        (0..self.points.len().saturating_sub(1)).for_each(|leg| push_leg(&mut d, &self.points, leg));
        d
    }

    /// A dot for each segment: lines without length.
    pub fn dots(&self) -> String {
        self.points.iter().map(|(x, y)| format!("M{x:.1} {y:.1}h0")).collect()
    }

    /// Where it ends.
    pub fn end(&self) -> (f64, f64) {
        self.points.last().copied().unwrap_or_default()
    }
}

/// A leg of a smooth way through the points (Catmull and Rom 1974, as a cubic Bézier curve).
fn push_leg(d: &mut String, points: &[(f64, f64)], leg: usize) {
    use std::fmt::Write;
    let at = |index: usize| points[index.min(points.len() - 1)];
    let (before, from, to, after) = (at(leg.saturating_sub(1)), at(leg), at(leg + 1), at(leg + 2));
    let control = |point: (f64, f64), a: (f64, f64), b: (f64, f64), sign: f64| {
        (point.0 + sign * (b.0 - a.0) / 6.0, point.1 + sign * (b.1 - a.1) / 6.0)
    };
    let (c1, c2) = (control(from, before, to, 1.0), control(to, from, after, -1.0));
    let _ = write!(
        d,
        "M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
        from.0, from.1, c1.0, c1.1, c2.0, c2.1, to.0, to.1
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(view: usize, outcome: Outcome, points: &[(f64, f64)]) -> Line {
        Line { view, outcome, points: points.to_vec() }
    }

    fn plot() -> Plot {
        let lines = vec![
            line(0, Outcome::Failed, &[(0.0, 0.0), (10.0, 0.0), (20.0, 0.0)]),
            line(5, Outcome::Solved, &[(0.0, 0.0), (0.0, 30.0)]),
        ];
        Plot { lines, segments: 3, origin: (0.0, 0.0) }
    }

    #[test]
    fn ways_fill_the_frame_alike_along_both_axes() {
        let ways = vec![(0, vec![(-1.0, 0.0), (3.0, 1.0)]), (7, vec![(0.0, -1.0)]), (9, vec![(0.0, 0.0)])];
        let outcome = |view| (view != 9).then_some(Outcome::Running);
        let plot = Plot::of(&ways, (MARGIN * 2.0 + 400.0, 1000.0), outcome).unwrap();
        assert_eq!(plot.lines.iter().map(|line| line.view).collect::<Vec<_>>(), [0, 7]);
        assert_eq!(plot.lines[0].points, [(MARGIN, 500.0), (MARGIN + 400.0, 400.0)]);
        assert_eq!((plot.lines[1].end(), plot.origin), ((MARGIN + 100.0, 600.0), (MARGIN + 100.0, 500.0)));
        assert_eq!(Plot::of(&[], (400.0, 400.0), outcome), None);
    }

    #[test]
    fn every_leg_is_in_one_stretch() {
        let plot = plot();
        let legs = |outcome| (0..STRETCHES).map(|s| plot.stretch(outcome, s).matches('M').count()).sum::<usize>();
        assert_eq!((legs(Outcome::Failed), legs(Outcome::Solved), legs(Outcome::Running)), (2, 1, 0));
        assert!(plot.stretch(Outcome::Solved, 0).ends_with("0.0 30.0"));
    }

    #[test]
    fn the_pointer_and_the_keys_find_views() {
        let plot = plot();
        assert_eq!((plot.nearest(19.0, 2.0, 9.0), plot.nearest(1.0, 25.0, 9.0)), (Some(0), Some(5)));
        assert_eq!(plot.nearest(90.0, 90.0, 9.0), None);
        assert_eq!(
            (plot.turned(None, 1), plot.turned(Some(0), 1), plot.turned(Some(0), -1)),
            (Some(0), Some(5), Some(5))
        );
    }
}
