//! A table of kernels, each beside what bounds it.

use std::collections::HashMap;
use std::fmt::Write;

use hrm_core::bench::kernel_time::{KernelTime, Roof};

/// What stands in the last column.
pub enum Column {
    /// The time of compiling, on a GPU.
    Compiling,
    /// A peer's operations a second, by the sizes of a product, where it ran.
    Peer(HashMap<String, f64>),
}

/// The kernels, those on which most time is lost first.
pub fn table(what: &str, kernels: &[KernelTime], roof: &Roof, last: Column) -> String {
    let total: f64 = kernels.iter().map(|time| time.calls as f64 * time.seconds).sum();
    let mut text = format!("{what}: {:.2} ms of kernels\n", total * 1e3);
    let name = match &last {
        Column::Compiling => "compile ms",
        Column::Peer(rates) if rates.is_empty() => "",
        Column::Peer(_) => "PyTorch's GFLOP/s",
    };
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "  {:<24} {:>20} {:>5} {:>9} {:>9} {:>8} {:>6} {:<7} {:>9} {name:>10}",
        "kernel", "sizes", "calls", "ms each", "GFLOP/s", "GB/s", "bound", "by", "lost ms"
    );
    for time in kernels {
        let seconds = time.seconds.max(1e-12);
        let share = 100.0 * time.bound(roof) / seconds;
        let by = if time.is_bound_by_memory(roof) { "memory" } else { "compute" };
        let value = match &last {
            Column::Compiling => format!("{:.1}", time.compiling * 1e3),
            Column::Peer(rates) => rates.get(&time.sizes).map(|rate| format!("{:.0}", rate / 1e9)).unwrap_or_default(),
        };
        let line = format!(
            "  {:<24} {:>20} {:>5} {:>9.4} {:>9.2} {:>8.2} {share:>5.0}% {by:<7} {:>9.3} {value:>10}",
            time.kernel,
            time.sizes,
            time.calls,
            time.seconds * 1e3,
            time.flops / seconds / 1e9,
            time.bytes / seconds / 1e9,
            time.lost(roof) * 1e3,
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}
