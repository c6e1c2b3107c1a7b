//! Moments of a run in words.

use hrm_core::{
    model::Level,
    recording::{Recording, Shapes},
};

/// A moment, by its segment and cycles.
pub fn in_words(recording: &Recording, moment: usize) -> Option<String> {
    if moment >= recording.moments() {
        return None;
    }
    let Shapes { h_cycles, l_cycles, .. } = recording.shapes();
    let (segment, step) = recording.place(moment);
    let segments = recording.planned_moments() / recording.shapes().steps();
    let (h_cycle, l_cycle) = recording.shapes().cycles_of(step);
    let cycles = format!("segment {} of {segments}, H {} of {h_cycles}", segment + 1, h_cycle + 1);
    Some(if l_cycle < l_cycles {
        format!("{cycles}, L {} of {l_cycles}", l_cycle + 1)
    } else {
        format!("{cycles}, H steps")
    })
}

/// A step of the kept run in words, by its segment and the step within it, both from 0: its cycles may be others than those
/// of the run on the page.
pub fn kept_in_words((segment, step): (usize, usize)) -> String {
    format!("kept run, segment {}, step {}", segment + 1, step + 1)
}

/// The module's name in classes and in words.
pub fn name_of(level: Level) -> (&'static str, &'static str) {
    match level {
        Level::H => ("h", "z_H"),
        Level::L => ("l", "z_L"),
    }
}
