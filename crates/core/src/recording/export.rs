//! A recording as files that other programs read.

use serde::Serialize;

use crate::{
    model::{Intervention, Level},
    puzzle::Kind,
    recording::{Maker, Recording, Shapes},
};

/// What the JSON file holds; the states themselves are in the NumPy file.
#[derive(Serialize)]
struct Trace<'a> {
    /// Raised when a field changes its meaning.
    version: u32,
    puzzle: String,
    question: String,
    engine: &'a str,
    /// The model that ran, with the digest of its weights.
    model: &'a Maker,
    /// What was done to the run on the way.
    interventions: &'a [Intervention],
    shapes: Shapes,
    segments: Vec<Segment>,
}

#[derive(Serialize)]
struct Segment {
    answer: String,
    confidence: Vec<f32>,
    q_halt: f32,
    q_continue: f32,
    milliseconds: f64,
    steps: Vec<Step>,
}

#[derive(Serialize)]
struct Step {
    level: Level,
    h_cycle: usize,
    l_cycle: usize,
    /// RMS of the change from the module's state before.
    change: f32,
    /// Cosine to that state; null at its first step.
    cosine: Option<f64>,
    /// Whether the NumPy file of its module holds its state.
    kept: bool,
    /// The answer that the state would give through the head.
    answer: String,
    /// Of every cell, in bits.
    entropy: Vec<f32>,
    /// Of every cell, the most probable tokens with their probabilities, best first.
    top: Vec<Vec<(u8, f32)>>,
}

/// The run step by step as JSON.
pub fn json(recording: &Recording, kind: Kind) -> String {
    let step = |step: &super::step_stats::Step| Step {
        level: step.level,
        h_cycle: step.h_cycle,
        l_cycle: step.l_cycle,
        change: step.change,
        cosine: step.cosine,
        kept: !step.products.is_empty(),
        answer: kind.decode(&step.readout.answer()),
        entropy: step.readout.entropy().to_vec(),
        top: (0..step.readout.cells()).map(|cell| step.readout.top(cell).collect()).collect(),
    };
    let segments = recording.segments().iter().map(|segment| Segment {
        answer: kind.decode(&segment.answer.tokens),
        confidence: segment.answer.confidence.clone(),
        q_halt: segment.q_halt,
        q_continue: segment.q_continue,
        milliseconds: segment.milliseconds,
        steps: segment.steps.iter().map(step).collect(),
    });
    let trace = Trace {
        version: 1,
        puzzle: kind.name(),
        question: kind.decode(recording.question()),
        engine: recording.engine(),
        model: recording.maker(),
        interventions: recording.interventions(),
        shapes: recording.shapes(),
        segments: segments.collect(),
    };
    // Plain data with text as keys: it always becomes JSON.
    serde_json::to_string(&trace).unwrap_or_default()
}

/// The kept states of a module as a NumPy file, float32 `[steps, T, D]`.
pub fn npy(recording: &Recording, level: Level) -> Vec<u8> {
    let Shapes { positions, channels, .. } = recording.shapes();
    let mut file = npy_header(&[recording.states(level).count(), positions, channels]);
    for (_, state) in recording.states(level) {
        file.extend(state.iter().flat_map(|value| value.to_le_bytes()));
    }
    file
}

/// Version 1.0 of NumPy's format: the dictionary is padded so that the data begin at a multiple of 64.
fn npy_header(shape: &[usize]) -> Vec<u8> {
    let shape: Vec<String> = shape.iter().map(|length| format!("{length},")).collect();
    let dictionary = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", shape.join(" "));
    let length = (10 + dictionary.len() + 1).div_ceil(64) * 64 - 10;
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend((length as u16).to_le_bytes());
    header.extend(format!("{dictionary:<width$}\n", width = length - 1).bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::Readout,
        config::Family,
        model::Answer,
        recording::{SegmentReport, retention::States, step_stats::Step},
    };

    fn recording() -> Recording {
        let shapes = Shapes {
            positions: 16,
            prefix: 0,
            channels: 1,
            h_cycles: 1,
            l_cycles: 1,
            segments: 1,
            family: Family::Hrm,
        };
        let step = |level| Step {
            level,
            h_cycle: 0,
            l_cycle: 0,
            change: 0.5,
            cosine: None,
            spread: 1.0,
            products: vec![1.0],
            readout: Readout::default(),
        };
        let answer = Answer { tokens: vec![2; 16], confidence: vec![1.0; 16] };
        let steps = vec![step(Level::L), step(Level::H)];
        let report = SegmentReport { index: 0, answer, q_halt: 1.0, q_continue: 0.0, steps, milliseconds: 2.0 };
        let mut recording = Recording::new(shapes, 1, vec![1; 16], "test".into());
        recording.push(report, States::Single((0..32).map(|value| value as f32).collect())).unwrap();
        recording
    }

    #[test]
    fn the_trace_is_read_back() {
        let text = json(&recording(), "sudoku-4x4".parse().unwrap());
        let trace: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(trace["question"], "................");
        assert_eq!(trace["segments"][0]["answer"], "1111111111111111");
        assert_eq!(trace["segments"][0]["steps"][1]["level"], "H");
    }

    #[test]
    fn states_are_a_numpy_array() {
        let file = npy(&recording(), Level::H);
        assert_eq!(&file[..8], b"\x93NUMPY\x01\x00");
        let length = usize::from(u16::from_le_bytes([file[8], file[9]]));
        assert_eq!((10 + length) % 64, 0);
        let header = std::str::from_utf8(&file[10..10 + length]).unwrap();
        assert_eq!(header.trim_end(), "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 16, 1,), }");
        assert_eq!(file.len(), 10 + length + 64);
        assert_eq!(file[10 + length..][..8], [0, 0, 128, 65, 0, 0, 136, 65]);
    }
}
