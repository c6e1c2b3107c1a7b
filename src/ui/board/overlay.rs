//! Figures of a state that can be laid over the board, cell by cell.

use hrm_core::{
    analysis::{norms, row_changes},
    model::Level,
    recording::Recording,
};

/// What is laid over the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Euclidean length of the cell's vector.
    Norm,
    /// RMS of its change in the module's last step.
    Change,
    /// Probability of the symbol that the state would answer.
    Confidence,
    /// Entropy of the symbols' probabilities.
    Entropy,
}

impl Figure {
    /// In the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Norm, Self::Change, Self::Confidence, Self::Entropy];

    /// Its name on the page.
    pub fn title(self) -> &'static str {
        match self {
            Self::Norm => "norm",
            Self::Change => "change",
            Self::Confidence => "confidence",
            Self::Entropy => "entropy",
        }
    }

    /// What its values are counted in.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Norm => "",
            Self::Change => " RMS",
            Self::Confidence => " of 1",
            Self::Entropy => " bits",
        }
    }
}

/// A figure of one module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// Of which state.
    pub level: Level,
    /// What of it.
    pub figure: Figure,
}

impl Overlay {
    /// A name for forms.
    pub fn name(self) -> String {
        format!("{:?}-{}", self.level, self.figure.title())
    }

    /// What its values are counted in.
    pub fn unit(self) -> &'static str {
        self.figure.unit()
    }

    /// Every overlay, H first.
    pub fn all() -> impl Iterator<Item = Self> {
        [Level::H, Level::L].into_iter().flat_map(|level| Figure::ALL.map(|figure| Self { level, figure }))
    }

    /// The value of every cell at a moment, `[S]`; `None` before there is one.
    pub fn values(self, recording: &Recording, moment: usize) -> Option<Vec<f32>> {
        let Self { level, figure } = self;
        let shapes = recording.shapes();
        let cells = |of_positions: Vec<f32>| of_positions.into_iter().skip(shapes.prefix).collect();
        let readout = || Some(&recording.step(recording.last_step(level, moment)?)?.readout);
        let state = || recording.state(level, moment);
        match figure {
            Figure::Norm => Some(cells(norms(&state()?, shapes.channels))),
            Figure::Change => {
                Some(cells(row_changes(&recording.state_before(level, moment)?, &state()?, shapes.channels)))
            }
            Figure::Confidence => Some(readout()?.confidence()),
            Figure::Entropy => Some(readout()?.entropy().to_vec()),
        }
    }
}

/// The least and the largest of the values; both 0 where there are none.
pub fn range(values: &[f32]) -> (f32, f32) {
    let low = values.iter().copied().fold(f32::INFINITY, f32::min);
    let high = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if low <= high { (low, high) } else { (0.0, 0.0) }
}

/// Where a value lies between the least and the largest, 0 to 1.
pub fn share(value: f32, (low, high): (f32, f32)) -> f32 {
    if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_lie_between_the_least_and_the_largest() {
        let range = range(&[2.0, 4.0, 3.0]);
        assert_eq!((share(3.0, range), share(9.0, range), share(2.0, range)), (0.5, 1.0, 0.0));
        assert_eq!(share(1.0, super::range(&[])), 0.0);
    }

    #[test]
    fn names_differ() {
        let names: std::collections::HashSet<String> = Overlay::all().map(Overlay::name).collect();
        assert_eq!(names.len(), 8);
    }
}
