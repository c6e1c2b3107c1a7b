//! Results as rows of a table.

use serde_json::Value;

use super::case::Case;

/// Prints what a case gave.
pub fn print(case: Case, result: &Value) {
    let (name, engine) = (case.name(), result["engine"].as_str().unwrap_or_default());
    if let Some(why) = result["refused"].as_str() {
        println!("{name:<18} refused: {why}  on {engine}");
        return;
    }
    if let Some(batches) = result["batches"].as_array() {
        for of in batches {
            let [batch, foreseen, counted] =
                ["batch", "foreseen", "counted"].map(|name| of[name].as_u64().unwrap_or(0));
            println!("{name:<18} batch {batch:>2}: {foreseen} bytes foreseen, {counted} counted  on {engine}");
        }
        return;
    }
    let number = |name: &str| result[name].as_f64();
    print!("{name:<18} {:>9.4} s", number("seconds").unwrap_or(f64::NAN));
    if let (Some(rate), Some(peak), Some(share)) = (number("gflops"), number("peak_gflops"), number("share_of_peak")) {
        print!("  {rate:.2} of {peak:.2} GFLOP/s ({:.0} %)", 100.0 * share);
    }
    if let Some(work) = number("gflop") {
        print!("  {work:.2} GFLOP");
    }
    if let Some(bytes) = number("bytes") {
        print!("  {:.0} MB", bytes / 1e6);
    }
    if let Some(samples) = number("samples") {
        print!("  {samples} timed");
    }
    if let Some(ratio) = number("ratio_to_peer") {
        let seconds = |when: &str| result["peer"][when]["median_s"].as_f64().unwrap_or(f64::NAN);
        print!("  {ratio:.2} of PyTorch's {:.4} and {:.4} s", seconds("before"), seconds("after"));
    }
    if let Some(untapped) = number("untapped") {
        print!("  {:.3} of {untapped:.4} s untapped", number("seconds").unwrap_or(f64::NAN) / untapped);
    }
    for run in result["runs"].as_array().into_iter().flatten() {
        let number = |name: &str| run[name].as_f64().unwrap_or(f64::NAN);
        let (seed, seconds, steps, exact) = (number("seed"), number("seconds"), number("steps"), number("exact"));
        print!("  seed {seed}: {seconds:.1} s, {steps} steps, {:.1} % exact", 100.0 * exact);
    }
    println!("  on {engine}");
}
