//! Results as rows of a table.

use std::fmt::Write;

use serde_json::Value;

use super::case::Case;

/// What a case gave, without a newline at the end.
pub fn text(case: Case, result: &Value) -> String {
    let (name, engine) = (case.name(), result["engine"].as_str().unwrap_or_default());
    if let Some(why) = result["refused"].as_str() {
        return format!("{name:<18} refused: {why}  on {engine}");
    }
    if let Some(batches) = result["batches"].as_array() {
        let line = |of: &Value| {
            let [batch, foreseen, counted] =
                ["batch", "foreseen", "counted"].map(|name| of[name].as_u64().unwrap_or(0));
            format!("{name:<18} batch {batch:>2}: {foreseen} bytes foreseen, {counted} counted  on {engine}")
        };
        return batches.iter().map(line).collect::<Vec<_>>().join("\n");
    }
    let number = |name: &str| result[name].as_f64();
    let mut text = format!("{name:<18} {:>9.4} s", number("seconds").unwrap_or(f64::NAN));
    // Writing to a String cannot fail.
    let mut add = |part: std::fmt::Arguments| {
        let _ = text.write_fmt(part);
    };
    if let (Some(rate), Some(peak), Some(share)) = (number("gflops"), number("peak_gflops"), number("share_of_peak")) {
        add(format_args!("  {rate:.2} of {peak:.2} GFLOP/s ({:.0} %)", 100.0 * share));
    }
    if let Some(work) = number("gflop") {
        add(format_args!("  {work:.2} GFLOP"));
    }
    if let Some(bytes) = number("bytes") {
        add(format_args!("  {:.0} MB", bytes / 1e6));
    }
    if let Some(samples) = number("samples") {
        add(format_args!("  {samples} timed"));
    }
    if let Some(ratio) = number("ratio_to_peer") {
        let seconds = |when: &str| result["peer"][when]["median_s"].as_f64().unwrap_or(f64::NAN);
        add(format_args!("  {ratio:.2} of PyTorch's {:.4} and {:.4} s", seconds("before"), seconds("after")));
    }
    if let Some(untapped) = number("untapped") {
        add(format_args!("  {:.3} of {untapped:.4} s untapped", number("seconds").unwrap_or(f64::NAN) / untapped));
    }
    for run in result["runs"].as_array().into_iter().flatten() {
        let number = |name: &str| run[name].as_f64().unwrap_or(f64::NAN);
        let (seed, seconds, steps, exact) = (number("seed"), number("seconds"), number("steps"), number("exact"));
        add(format_args!("  seed {seed}: {seconds:.1} s, {steps} steps, {:.1} % exact", 100.0 * exact));
    }
    add(format_args!("  on {engine}"));
    text
}
