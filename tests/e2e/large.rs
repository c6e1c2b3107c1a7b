//! Recordings of a 30x30 maze: states as random as those of an untrained model, with its head's figures. A real run of so many
//! cells would take a test a minute.

use hrm_core::{
    checkpoint::Weights,
    config::ModelConfig,
    model::{Answer, Level, State},
    puzzle::{Example, Kind, maze::Cell},
    random::Random,
    recording::{Maker, Recording, SegmentReport, Shapes, file, step_stats::Trace},
};
use serde_json::json;

use crate::{Result, folder::Folder};

/// Segments of the run; of six steps each.
const SEGMENTS: usize = 12;

/// What the segments answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answers {
    /// What the head makes of the random states: nearly every cell differs from segment to segment.
    Random,
    /// The maze's path, of which each segment knows more.
    Path,
}

/// Writes such a recording into a folder; its path.
pub fn recording(folder: &Folder, answers: Answers) -> Result<String> {
    let kind: Kind = "maze-30".parse()?;
    let config = ModelConfig::from_json_value(&json!({
        "seq_len": kind.seq_len(), "vocab_size": kind.vocab_size(), "H_cycles": 2, "L_cycles": 2, "H_layers": 1,
        "L_layers": 1, "hidden_size": 64, "num_heads": 4, "halt_max_steps": SEGMENTS
    }))?;
    let weights = Weights::init(&config, 7);
    let mut random = Random::new(30);
    let maze = kind.generate(&mut random, 0.5).unwrap();
    let shapes = Shapes::of(&config);
    let maker = Maker { name: "large".into(), digest: weights.digest() };
    let mut recording = Recording::new(shapes, SEGMENTS, maze.question.clone(), "a test".into()).made_by(maker);
    let mut trace = Trace::of(&weights, &config, SEGMENTS);
    let mut z = [(); 2].map(|()| random_values(&mut random, shapes.state_len()));
    for index in 0..SEGMENTS {
        let (mut steps, mut states) = (Vec::new(), trace.store());
        for at in 0..shapes.steps() {
            let (h_cycle, l_cycle) = shapes.cycles_of(at);
            let (level, own) = if l_cycle == shapes.l_cycles { (Level::H, 0) } else { (Level::L, 1) };
            // It settles.
            let share = 1.0 / (1 + index) as f32;
            for (value, other) in z[own].iter_mut().zip(random_values(&mut random, shapes.state_len())) {
                *value += share * (other - *value);
            }
            let state = State { level, h_cycle, l_cycle, z: z[own].clone() };
            steps.push(trace.step(state, &mut states)?);
        }
        let readout = &steps.last().ok_or("no steps")?.readout;
        let answer = match answers {
            Answers::Random => Answer { tokens: readout.answer(), confidence: readout.confidence() },
            Answers::Path => partly(&maze, (index + 1) as f32 / SEGMENTS as f32),
        };
        let done = index as f32 - 6.0;
        let report = SegmentReport { index, answer, q_halt: done, q_continue: -done, steps, milliseconds: 50.0 };
        recording.push(report, states)?;
    }
    let bytes = file::to_bytes(&recording, kind)?;
    assert!(bytes.len() > 10_000_000, "a recording of 900 cells is larger: {} bytes", bytes.len());
    folder.write("large.safetensors", bytes)
}

fn random_values(random: &mut Random, count: usize) -> Vec<f32> {
    (0..count).map(|_| random.below(2000) as f32 / 1000.0 - 1.0).collect()
}

/// A share of the path, in the board's order, and how sure one may be of it by then.
fn partly(maze: &Example, share: f32) -> Answer {
    let known = (maze.answer.len() as f32 * share) as usize;
    let cell = |(at, &token): (usize, &u8)| match token == Cell::Path as u8 {
        true if at >= known => (Cell::Open as u8, 0.5),
        true => (token, (0.4 + 0.6 * share - 0.3 * (at % 7) as f32 / 7.0 * (1.0 - share)).min(1.0)),
        false => (token, 0.9),
    };
    let (tokens, confidence) = maze.answer.iter().enumerate().map(cell).unzip();
    Answer { tokens, confidence }
}
