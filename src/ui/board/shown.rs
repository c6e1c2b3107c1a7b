//! Which answer a board shows at a moment of a run.

use hrm_core::{
    model::{Answer, Level},
    recording::Recording,
};

/// The answer at a moment: at a segment's end the model's own, on the way what its head reads from the state that the last H
/// step left. So a board moves with every H step, and not only from segment to segment. `None` before the first.
pub fn answer_shown(recording: &Recording, moment: usize) -> Option<Answer> {
    let answered = || recording.answered(moment).map(|segment| segment.answer.clone());
    if !recording.is_watched() {
        return answered();
    }
    let at = recording.last_step(Level::H, moment)?;
    let (segment, _) = recording.place(at);
    if at == recording.end_of(segment) {
        return answered();
    }
    let readout = &recording.step(at)?.readout;
    Some(Answer { tokens: readout.answer(), confidence: readout.confidence() })
}
