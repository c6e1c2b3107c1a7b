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
    let (segment, of_h) = (segment + 1, format!("H step {} of {h_cycles}", h_cycle + 1));
    Some(if l_cycle < l_cycles {
        format!("segment {segment} of {segments}: L step {} of {l_cycles}, before {of_h}", l_cycle + 1)
    } else {
        format!("segment {segment} of {segments}: {of_h}")
    })
}

/// A step of the run that this one is compared with, in words, by its segment and the step within it, both from 0: its cycles may be others than those
/// of the run on the page.
pub fn kept_in_words((segment, step): (usize, usize)) -> String {
    format!("other run, segment {}, step {}", segment + 1, step + 1)
}

/// The module's name in classes and in words.
pub fn name_of(level: Level) -> (&'static str, &'static str) {
    match level {
        Level::H => ("h", "z_H"),
        Level::L => ("l", "z_L"),
    }
}
