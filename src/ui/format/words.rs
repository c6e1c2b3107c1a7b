//! Runs in words: sizes, times, a configuration in a line, ids.

use hrm_core::{
    config::{Family, Mixer, ModelConfig},
    model::param_specs,
    names,
    train::{Recipe, StepReport},
};

use crate::ui::drawing::scale::short;

/// A time as people say it: two units at most.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        0 if seconds > 0.0 => format!("{:.0} ms", (seconds * 1000.0).max(1.0)),
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        3600..172_800 => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
        _ => format!("{} days", whole / 86_400),
    }
}

/// The time of one step.
pub fn step_time(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.3} s", seconds).replace(".000", "") } else { format!("{seconds:.1} s") }
}

/// Bytes in the unit that fits.
pub fn bytes(bytes: f64) -> String {
    match bytes {
        ..1e6 => format!("{:.0} kB", bytes / 1e3),
        ..1e9 => format!("{:.1} MB", bytes / 1e6),
        _ => format!("{:.2} GB", bytes / 1e9),
    }
}

/// A number with its thousands set apart.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let apart = |(at, digit): (usize, char)| {
        let gap = at > 0 && (digits.len() - at).is_multiple_of(3);
        [gap.then_some(','), Some(digit)].into_iter().flatten()
    };
    digits.chars().enumerate().flat_map(apart).collect()
}

/// A view of a search by its number.
pub fn view_name(view: usize) -> String {
    if view == 0 { "view 0, the plain run".into() } else { format!("view {view}") }
}

/// A share as a percentage.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Trained weights of a configuration.
pub fn parameters(model: &ModelConfig) -> usize {
    param_specs(model).iter().filter(|spec| spec.trained).map(|spec| spec.shape.iter().product::<usize>()).sum()
}

/// What a step said of itself; of the puzzles that halted in it, where there were any.
pub fn last_step(report: &StepReport) -> String {
    let StepReport { lm_loss, halted, exact_accuracy, .. } = *report;
    let loss = format!("last step: loss {}", short(lm_loss));
    if halted > 0.0 {
        format!("{loss}, {:.0} of {halted:.0} halted puzzles exactly right", exact_accuracy * halted)
    } else {
        loss
    }
}

/// What a run is, in a line.
pub fn summary(recipe: &Recipe) -> String {
    let Recipe { puzzle, data, model, training, .. } = recipe;
    let source = match &data.file {
        Some(file) => format!("from {file}"),
        None => format!("{} base puzzles", thousands(data.base_puzzles as u64)),
    };
    let family = match model.family {
        Family::Hrm => format!("HRM {}+{} layers", model.h_layers, model.l_layers),
        Family::Trm => format!("TRM {} layers", model.l_layers),
    };
    let mixer = match model.mixer {
        Mixer::Attention => "attention",
        Mixer::MlpT => "mlp_t",
    };
    format!(
        "{puzzle}, {source} · {family} of {} channels, {mixer}, {} M weights · batch {}, {} steps",
        model.hidden_size,
        millions(parameters(model)),
        training.batch,
        thousands(training.steps)
    )
}

/// Weights in millions.
pub fn millions(weights: usize) -> String {
    let millions = weights as f64 / 1e6;
    if millions < 10.0 { format!("{millions:.2}") } else { format!("{millions:.1}") }
}

/// An id for a new run: what of its name may stand in a file's, and chance.
pub fn id_of(name: &str, chance: u32) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let slug: String = name.chars().map(plain).take(32).collect();
    let parts: Vec<&str> = slug.split('-').filter(|part| !part.is_empty()).collect();
    let slug = if parts.is_empty() { "run".into() } else { parts.join("-") };
    format!("{slug}-{chance:08x}")
}

/// The name itself, or where it is taken, the first that is not with a number behind it.
pub fn distinct(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number: u32| {
        let ending = format!(" ({number})");
        // With the ending, too, it must not be longer than names may be.
        let room = names::LONGEST.saturating_sub(ending.len());
        let start: String = name.chars().take(room).collect();
        start.trim_end().to_owned() + &ending
    });
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_else(|| name.to_owned())
}

/// A third of a learning rate, in the two digits that are shown of it.
pub fn third_of(rate: f64) -> f64 {
    let third = rate / 3.0;
    format!("{third:.1e}").parse().unwrap_or(third)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_have_names_of_their_own() {
        let taken = ["tiny", "tiny (2)"];
        let name = |name| distinct(name, |name| taken.contains(&name));
        assert_eq!(["small", "tiny", "tiny (2)"].map(name), ["small", "tiny (3)", "tiny (2) (2)"]);
    }

    #[test]
    fn figures_are_short() {
        let times = [0.0213, 59.2, 61.0, 3600.0 * 5.0 + 125.0, 86_400.0 * 3.5];
        assert_eq!(times.map(duration), ["21 ms", "59 s", "1 min 1 s", "5 h 2 min", "3 days"]);
        assert_eq!([0.0213, 12.34].map(step_time), ["0.021 s", "12.3 s"]);
        assert_eq!([12_345.0, 1.25e6, 3.5e9].map(bytes), ["12 kB", "1.2 MB", "3.50 GB"]);
        assert_eq!([7, 1000, 1_234_567].map(thousands), ["7", "1,000", "1,234,567"]);
        assert_eq!((millions(123_456).as_str(), millions(27_270_000).as_str()), ("0.12", "27.3"));
    }

    #[test]
    fn a_step_counts_what_halted_in_it() {
        let step =
            |halted, exact_accuracy| StepReport { lm_loss: 0.4123, halted, exact_accuracy, ..StepReport::default() };
        let said = "last step: loss 0.412, 12 of 19 halted puzzles exactly right";
        assert_eq!(last_step(&step(19.0, 12.0 / 19.0)), said);
        assert_eq!(last_step(&step(0.0, 0.0)), "last step: loss 0.412");
    }

    #[test]
    fn a_third_of_a_rate_reads_as_it_is() {
        assert_eq!([2e-3, 1e-4, 0.3].map(|rate| format!("{:e}", third_of(rate))), ["6.7e-4", "3.3e-5", "1e-1"]);
    }

    #[test]
    fn an_id_is_a_file_name() {
        assert_eq!(id_of("My run, 4x4!", 0xbeef), "my-run-4x4-0000beef");
        assert_eq!(id_of("…", 1), "run-00000001");
    }
}
