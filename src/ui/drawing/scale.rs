//! Axes: where a value lies on a chart, and which values are worth a label.

/// A logarithmic axis over whole decades.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Log {
    low: i32,
    high: i32,
}

impl Log {
    /// The decades that hold every positive value; one decade around 1 where there is none.
    pub fn covering(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|value| *value > 0.0 && value.is_finite())
            .fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        if high == 0.0 {
            return Self { low: -1, high: 0 };
        }
        let (low, high) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        Self { low, high: high.max(low + 1) }
    }

    /// 0 at the lowest decade, 1 at the highest; what is not positive lies at the lowest.
    pub fn place(&self, value: f64) -> f64 {
        if value <= 0.0 {
            return 0.0;
        }
        ((value.log10() - f64::from(self.low)) / f64::from(self.high - self.low)).clamp(0.0, 1.0)
    }

    /// The decades.
    pub fn ticks(&self) -> impl Iterator<Item = f64> + use<> {
        (self.low..=self.high).map(|exponent| 10.0_f64.powi(exponent))
    }
}

/// A linear axis between round numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Linear {
    low: f64,
    step: f64,
    steps: usize,
}

impl Linear {
    /// At most about `most` steps of 1, 2 or 5 times a power of ten that hold every value and 0.
    pub fn covering(values: impl Iterator<Item = f64>, most: usize) -> Self {
        let finite = values.filter(|value| value.is_finite());
        let (low, high) = finite.fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let high = if high > low { high } else { low + 1.0 };
        let span = high - low;
        let rough = span / most.max(1) as f64;
        let power = 10.0_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|step| *step >= rough * 0.999);
        let step = step.unwrap_or(10.0 * power);
        let low = (low / step).floor() * step;
        let steps = (((high - low) / step).ceil() as usize).max(1);
        Self { low, step, steps }
    }

    /// 0 at the lowest tick, 1 at the highest.
    pub fn place(&self, value: f64) -> f64 {
        ((value - self.low) / (self.step * self.steps as f64)).clamp(0.0, 1.0)
    }

    /// The labelled values.
    pub fn ticks(&self) -> impl Iterator<Item = f64> + use<> {
        let Self { low, step, steps } = *self;
        (0..=steps).map(move |index| low + index as f64 * step)
    }
}

/// Round numbers between two others, at most about `most` of them.
pub fn round_between(low: f64, high: f64, most: usize) -> Vec<f64> {
    let (first, span) = (low.min(high), (high - low).abs());
    if !(span > 0.0 && span.is_finite()) {
        return Vec::new();
    }
    let step = Linear::covering([span].into_iter(), most).step;
    let ticks = (1..).map(|index| ((first / step).ceil() + f64::from(index) - 1.0) * step);
    ticks.take_while(|tick| *tick <= first + span).collect()
}

/// Round whole numbers between two others, at most about `most` of them: for what is counted.
pub fn whole_between(low: f64, high: f64, most: usize) -> Vec<f64> {
    let mut round = round_between(low, high, most);
    round.retain(|number| number.fract() == 0.0);
    round
}

/// A value in few characters: three decimals, or three digits and a power of ten where those would be zeros.
pub fn short(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.01 { format!("{value:.2e}") } else { format!("{value:.3}") }
}

/// Either.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Axis {
    /// Whole decades.
    Log(Log),
    /// Round steps.
    Linear(Linear),
}

impl Axis {
    /// 0 at the lowest tick, 1 at the highest.
    pub fn place(&self, value: f64) -> f64 {
        match self {
            Self::Log(axis) => axis.place(value),
            Self::Linear(axis) => axis.place(value),
        }
    }

    /// The labelled values.
    pub fn ticks(&self) -> Vec<f64> {
        match self {
            Self::Log(axis) => axis.ticks().collect(),
            Self::Linear(axis) => axis.ticks().collect(),
        }
    }

    /// A tick's label: small decades as powers, steps without the noise of their sum.
    pub fn label(&self, tick: f64) -> String {
        match self {
            Self::Log(_) if tick < 0.001 => format!("{tick:e}"),
            Self::Log(_) => tick.to_string(),
            Self::Linear(_) => ((tick * 1e6).round() / 1e6).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_hold_every_value() {
        let axis = Log::covering([0.003, 0.5, 0.0].into_iter());
        assert_eq!(axis.ticks().count(), 4);
        assert!((axis.place(0.1) - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!((axis.place(0.0), axis.place(100.0)), (0.0, 1.0));
        assert_eq!(Log::covering(std::iter::empty()), Log { low: -1, high: 0 });
        assert_eq!(Log::covering([1.0].into_iter()), Log { low: 0, high: 1 });
    }

    #[test]
    fn labels_are_short() {
        let log = Axis::Log(Log::covering([1e-5, 10.0].into_iter()));
        let labels: Vec<String> = log.ticks().into_iter().map(|tick| log.label(tick)).collect();
        assert_eq!(labels, ["1e-5", "1e-4", "0.001", "0.01", "0.1", "1", "10"]);
        assert_eq!([0.0, 0.25, 1.234e-5].map(short), ["0.000", "0.250", "1.23e-5"]);
        let linear = Axis::Linear(Linear::covering([0.6].into_iter(), 3));
        assert_eq!(linear.label(linear.ticks()[3]), "0.6");
    }

    #[test]
    fn round_numbers_lie_between() {
        assert_eq!(round_between(130.0, 910.0, 4), [200.0, 400.0, 600.0, 800.0]);
        assert_eq!(round_between(0.0, 1000.0, 5), [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0]);
        assert!(round_between(3.0, 3.0, 4).is_empty());
        assert_eq!(whole_between(0.0, 1.0, 5), [0.0, 1.0]);
        assert_eq!(whole_between(0.0, 2.0, 5), [0.0, 1.0, 2.0]);
        assert_eq!(whole_between(0.0, 60.0, 5), round_between(0.0, 60.0, 5));
    }

    #[test]
    fn round_steps_hold_every_value_and_zero() {
        let axis = Linear::covering([-5.2, 3.1].into_iter(), 4);
        let ticks: Vec<f64> = axis.ticks().collect();
        assert_eq!(ticks, [-10.0, -5.0, 0.0, 5.0]);
        assert!((axis.place(-2.5) - 0.5).abs() < 1e-9);
        assert_eq!(Linear::covering(std::iter::empty(), 4).ticks().last(), Some(1.0));
    }
}
