//! Moments of a run in words.

use hrm_core::{
    model::Level,
    recording::{Recording, Shapes},
};

/// What the words of a moment count.
pub const GLOSS: &str = "A segment is one ACT step: the model reads an answer after it. It has rounds of several fast steps, of L, \
                         and one slow step, of H.";

/// A moment, by its segment, the round in it, and the step in that.
pub fn in_words(recording: &Recording, moment: usize) -> Option<String> {
    if moment >= recording.moments() {
        return None;
    }
    let Shapes { h_cycles, l_cycles, .. } = recording.shapes();
    let (segment, step) = recording.place(moment);
    let segments = recording.planned_moments() / recording.shapes().steps();
    let (h_cycle, l_cycle) = recording.shapes().cycles_of(step);
    let round = format!("segment {} of {segments}, round {} of {h_cycles}", segment + 1, h_cycle + 1);
    Some(if l_cycle < l_cycles {
        format!("{round}, fast L step {} of {l_cycles}", l_cycle + 1)
    } else {
        format!("{round}, slow H step")
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
