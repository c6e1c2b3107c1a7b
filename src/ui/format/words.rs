//! Runs in words: sizes, times, a configuration in a line, ids.

pub use hrm_core::model::parameters;
use hrm_core::{
    config::{Family, Mixer},
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

/// A view of a search, or a branch, by its number.
pub fn view_name(view: usize, branches: bool) -> String {
    match (view, branches) {
        (_, true) => format!("branch {view}"),
        (0, false) => "view 0, the plain run".into(),
        (_, false) => format!("view {view}"),
    }
}

/// A number with its noun: "1 row", "1,000 rows".
pub fn counted(number: usize, one: &str, several: &str) -> String {
    format!("{} {}", thousands(number as u64), if number == 1 { one } else { several })
}

/// A share as a percentage.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
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

/// How many unseen puzzles a run has, and how many of them are tried on the way where those are fewer.
pub fn unseen(all: usize, tried: usize) -> String {
    let all_of_them = counted(all, "unseen puzzle", "unseen puzzles");
    match tried < all {
        true => format!("{all_of_them} (tests on the way take {} of them, the last one all)", thousands(tried as u64)),
        false => all_of_them,
    }
}

/// How far a test on `of` of all the unseen puzzles is.
pub fn trying(done: usize, of: usize, all: usize) -> String {
    let [done, of, all] = [done, of, all].map(|number| thousands(number as u64));
    match of == all {
        true => format!("Trying the unseen puzzles: {done} of {all}"),
        false => format!("Trying {of} of the {all} unseen puzzles: {done} done"),
    }
}

/// What a run learns from: so many base puzzles, or with 0 ever new ones.
pub fn base_puzzles(count: usize) -> String {
    if count == 0 { "ever new puzzles".into() } else { counted(count, "base puzzle", "base puzzles") }
}

/// What a run is, in a line.
pub fn summary(recipe: &Recipe) -> String {
    let Recipe { puzzle, data, model, training, .. } = recipe;
    let source = match &data.file {
        Some(file) => format!("from {file}"),
        None => base_puzzles(data.base_puzzles),
    };
    let family = match model.family {
        Family::Hrm => format!("HRM {}+{} layers", model.h_layers, model.l_layers),
        Family::Trm => format!("TRM {} layers", model.l_layers),
    };
    let mixer = match model.mixer {
        Mixer::Attention => "attention",
        Mixer::MlpT => "mlp_t",
        Mixer::Conv { .. } => "convolution",
    };
    let local = if model.local_conv.is_some() { " and convolution" } else { "" };
    format!(
        "{puzzle}, {source} · {family} of {} channels, {mixer}{local}, {} M weights · batch {}, {} steps",
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

/// A third of a learning rate, in the two digits that are shown of it.
pub fn third_of(rate: f64) -> f64 {
    let third = rate / 3.0;
    format!("{third:.1e}").parse().unwrap_or(third)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short() {
        let times = [0.0213, 59.2, 61.0, 3600.0 * 5.0 + 125.0, 86_400.0 * 3.5];
        assert_eq!(times.map(duration), ["21 ms", "59 s", "1 min 1 s", "5 h 2 min", "3 days"]);
        assert_eq!([0.0213, 12.34].map(step_time), ["0.021 s", "12.3 s"]);
        assert_eq!([12_345.0, 1.25e6, 3.5e9].map(bytes), ["12 kB", "1.2 MB", "3.50 GB"]);
        assert_eq!([7, 1000, 1_234_567].map(thousands), ["7", "1,000", "1,234,567"]);
        assert_eq!([0, 1, 1000].map(|n| counted(n, "row", "rows")), ["0 rows", "1 row", "1,000 rows"]);
        assert_eq!((millions(123_456).as_str(), millions(27_270_000).as_str()), ("0.12", "27.3"));
    }

    #[test]
    fn unseen_puzzles_are_one_number_of_which_some_are_tried() {
        assert_eq!(unseen(500, 128), "500 unseen puzzles (tests on the way take 128 of them, the last one all)");
        assert_eq!((unseen(1, 1).as_str(), unseen(0, 0).as_str()), ("1 unseen puzzle", "0 unseen puzzles"));
        assert_eq!(trying(64, 128, 500), "Trying 128 of the 500 unseen puzzles: 64 done");
        assert_eq!(trying(64, 1500, 1500), "Trying the unseen puzzles: 64 of 1,500");
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
