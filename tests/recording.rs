//! What the views are given of a run, against the numbers of the official code (tests/golden), on both engines; and what
//! stays of a recording when the device is lost.
#![cfg(not(target_arch = "wasm32"))]

use std::ops::ControlFlow;

use hrm_core::{
    analysis::norms,
    engine::{Engine, EngineError, Session, cpu, gpu},
    model::{Answer, Level, ModelError, Solver, Taps},
    recording::{
        Point, Recording, SegmentReport, Shapes, convergence,
        retention::States,
        solve::{SolveError, SolveRequest, solve},
        step_stats::{Trace, rms_change},
    },
    verify::Golden,
};

const LIMIT: f64 = 1e-4;

fn golden(name: &str) -> Golden {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(format!("{path}.safetensors")).unwrap();
    Golden::parse(&bytes, &std::fs::read_to_string(format!("{path}.json")).unwrap()).unwrap()
}

fn gpu() -> gpu::Engine {
    pollster::block_on(gpu::Engine::new()).expect("a GPU adapter; mesa-vulkan-drivers has one")
}

/// A puzzle of a golden batch.
struct Row {
    golden: Golden,
    row: usize,
}

impl Row {
    fn new(name: &str, row: usize) -> Self {
        let mut golden = golden(name);
        // A run of the page has the puzzle identifier 0: its vector becomes that of the row's.
        let vectors = &mut golden.weights.tensors.get_mut("puzzle_emb.weights").unwrap().data;
        let (id, width) = (golden.ids[row] as usize, golden.config.puzzle_emb_ndim);
        vectors.copy_within(id * width..(id + 1) * width, 0);
        Self { golden, row }
    }

    /// The row's part of a tensor.
    fn part(&self, name: &str) -> Vec<f32> {
        let values = self.golden.f32(name).unwrap();
        let len = values.len() / self.golden.batch;
        values[self.row * len..(self.row + 1) * len].to_vec()
    }

    fn question(&self) -> Vec<u8> {
        let len = self.golden.config.seq_len;
        self.golden.tokens[self.row * len..(self.row + 1) * len].iter().map(|token| *token as u8).collect()
    }

    /// The states after the steps of the first segment.
    fn first_segment(&self) -> Vec<Vec<f32>> {
        let names = (0..100).flat_map(|n| ["L_level", "H_level"].map(|level| format!("trace.{n:02}.{level}")));
        names.filter(|name| self.golden.has(name)).map(|name| self.part(&name)).collect()
    }

    fn solver<E: Engine>(&self, engine: &E) -> Solver<E::Session> {
        let Golden { config, weights, .. } = &self.golden;
        pollster::block_on(Solver::new(engine, config, weights, 1, Taps::States)).unwrap()
    }

    /// Runs the row as the worker does and records it as the page does; `after` hears of each segment.
    fn record<S: Session>(
        &self,
        solver: &mut Solver<S>,
        mut after: impl FnMut(usize),
    ) -> (Recording, Result<(), SolveError>) {
        let Golden { config, weights, .. } = &self.golden;
        let (segments, question) = (4, self.question());
        let mut recording = Recording::new(Shapes::of(config), segments, question.clone(), String::new());
        let observe = async |report: SegmentReport, states: States| {
            after(report.index);
            // The way of a message: the worker's states become bytes, the page's are read from them.
            recording.push(report, recording.keep().read(states.as_bytes())).unwrap();
            ControlFlow::Continue(())
        };
        let request = SolveRequest { question: question.to_vec(), segments, ..SolveRequest::default() };
        let trace = Trace::of(weights, config, segments);
        let ended = pollster::block_on(solve(solver, &request, trace, || 0.0, observe));
        (recording, ended)
    }
}

/// Largest difference over the largest golden magnitude.
fn error(found: &[f32], golden: &[f32]) -> f64 {
    assert_eq!(found.len(), golden.len());
    let largest = golden.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    let worst = found.iter().zip(golden).fold(0.0_f32, |most, (a, b)| most.max((a - b).abs()));
    f64::from(worst / largest)
}

fn close(what: &str, found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= LIMIT * (1.0 + expected.abs()),
        "{what}: {found}, by the golden states {expected}"
    );
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

fn the_views_show_the_engines_own_numbers(engine: &impl Engine, name: &str) {
    for row in 0..3 {
        let row = Row::new(name, row);
        let config = &row.golden.config;
        let (recording, ended) = row.record(&mut row.solver(engine), |_| {});
        ended.unwrap();

        // States: every step of the first segment, the last of each later one.
        let first = row.first_segment();
        assert_eq!(first.len(), recording.shapes().steps());
        for (moment, expected) in first.iter().enumerate() {
            let state = recording.left_by(moment).unwrap();
            assert!(error(&state, expected) < LIMIT, "moment {moment}: {}", error(&state, expected));
            for (found, expected) in norms(&state, config.hidden_size).iter().zip(norms(expected, config.hidden_size)) {
                close("norm", f64::from(*found), f64::from(expected));
            }
        }
        let last = recording.segments().len() - 1;
        for segment in 0..=last {
            let end = recording.end_of(segment);
            for (level, z) in [(Level::H, "z_H"), (Level::L, "z_L")] {
                let expected = row.part(&format!("segment.{segment}.{z}"));
                let worst = error(&recording.state(level, end).unwrap(), &expected);
                assert!(worst < LIMIT, "segment {segment}, {z}: {worst}");
            }
            // Answers and the Q-head.
            let logits = row.part(&format!("segment.{segment}.logits"));
            let answer = Answer::of_logits(&logits, config.vocab_size, config.loss);
            let report = &recording.segments()[segment];
            assert_eq!(report.answer.tokens, answer.tokens);
            for (found, expected) in report.answer.confidence.iter().zip(&answer.confidence) {
                close("confidence", f64::from(*found), f64::from(*expected));
            }
            for (found, name) in [(report.q_halt, "q_halt_logits"), (report.q_continue, "q_continue_logits")] {
                close(name, f64::from(found), f64::from(row.part(&format!("segment.{segment}.{name}"))[0]));
            }
            assert_eq!(report.steps.last().unwrap().readout.answer(), answer.tokens);
        }

        // Convergence: from the golden states alone.
        let points = convergence(&recording);
        for level in [Level::H, Level::L] {
            let name = if level == Level::H { "H" } else { "L" };
            let mut before = row.golden.weights.tensors[&format!("{name}_init")].data.repeat(config.tokens());
            let end = row.part(&format!("segment.{last}.z_{name}"));
            let own = first.iter().enumerate().filter(|(moment, _)| points[*moment].level == level);
            for (seen, (moment, state)) in own.enumerate() {
                let Point { residual, to_final, cosine: turned, .. } = points[moment];
                close("residual", residual, f64::from(rms_change(&before, state)));
                close("distance to the last state", to_final.unwrap(), f64::from(rms_change(state, &end)));
                assert_eq!(turned.is_some(), seen > 0);
                if let Some(turned) = turned {
                    close("cosine", turned, cosine(&before, state));
                }
                before.clone_from(state);
            }
        }
    }
}

#[test]
fn hrm_on_the_cpu() {
    the_views_show_the_engines_own_numbers(&cpu::Engine::new(), "hrm_tiny_forward");
}

#[test]
fn trm_on_the_cpu() {
    the_views_show_the_engines_own_numbers(&cpu::Engine::new(), "trm_tiny_attention_forward");
}

#[test]
fn hrm_on_the_gpu() {
    the_views_show_the_engines_own_numbers(&gpu(), "hrm_tiny_forward");
}

#[test]
fn trm_on_the_gpu() {
    the_views_show_the_engines_own_numbers(&gpu(), "trm_tiny_attention_forward");
}

#[test]
fn what_was_recorded_stays_when_the_device_is_lost() {
    let row = Row::new("hrm_tiny_forward", 0);
    let whole = row.record(&mut row.solver(&gpu()), |_| {}).0;
    let engine = gpu();
    let (recording, ended) = row.record(&mut row.solver(&engine), |segment| {
        if segment == 1 {
            engine.device().destroy();
        }
    });
    let error = ended.unwrap_err();
    assert!(
        matches!(error, SolveError::Model { segment: 3, source: ModelError::Engine(EngineError::DeviceLost(_)) }),
        "{error}"
    );
    assert_eq!(recording.segments().len(), 2);
    for moment in 0..recording.moments() {
        assert_eq!(recording.left_by(moment), whole.left_by(moment));
    }
}
