//! A run, segment by segment, on any engine.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{
    engine::Session,
    model::{Answer, Intervention, ModelError, Solver, Taps},
    recording::{
        SegmentReport,
        retention::States,
        step_stats::{NotFinite, Trace},
    },
};

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum SolveError {
    /// The model or its engine.
    #[error("segment {segment}: {source}")]
    Model {
        /// From 1.
        segment: usize,
        /// What it said.
        source: ModelError,
    },
    /// A state that is not finite.
    #[error("segment {segment}: {source}")]
    State {
        /// From 1.
        segment: usize,
        /// Where in the state.
        source: NotFinite,
    },
}

/// Segments with one and the same answer, one after the other, after which it holds as final for [`Until::Still`].
pub const STILL: usize = 4;

/// When a run ends before it has had all its segments.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "lowercase")]
pub enum Until {
    /// Never.
    #[default]
    Budget,
    /// At the first segment after which the model holds itself done.
    #[strum(serialize = "sure")]
    Halt,
    /// When [`STILL`] segments have given one answer: how many that takes grows with the board.
    Still,
}

impl Until {
    /// Its name in addresses and in the page's list.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The one of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// What is asked of a solve: by the page of its worker, and by the command line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SolveRequest {
    /// The puzzle, `[S]` tokens.
    pub question: Vec<u8>,
    /// Segments at most.
    pub segments: usize,
    /// When it ends before that.
    pub until: Until,
    /// Whether the answers and halting values of the segments suffice: hidden states are not recorded.
    pub unwatched: bool,
    /// What is done to the run on the way.
    pub interventions: Vec<Intervention>,
}

impl SolveRequest {
    /// What the solver must copy out of a run. One with interventions is always recorded whole.
    pub fn taps(&self) -> Taps {
        if self.unwatched && self.interventions.is_empty() { Taps::None } else { Taps::States }
    }

    /// Whether it needs a solver that plays single steps ([`Solver::stepwise`]).
    pub fn is_stepwise(&self) -> bool {
        !self.interventions.is_empty()
    }
}

/// Runs a request from fresh states, which `trace` holds. After each segment `observe` gets the report and the
/// states of its steps that are kept, in order, and says whether to go on. `now` reads a clock in milliseconds. Where
/// nothing is done to the run on the way, segments are started ahead ([`Solver::set_ahead`]), which changes no number.
///
/// # Errors
/// What the model and its engine say; NaN or infinity, by place.
pub async fn solve<S: Session>(
    solver: &mut Solver<S>,
    request: &SolveRequest,
    mut trace: Trace,
    now: impl Fn() -> f64,
    mut observe: impl AsyncFnMut(SegmentReport, States) -> ControlFlow<()>,
) -> Result<(), SolveError> {
    let (vocab_size, loss) = (solver.config().vocab_size, solver.config().loss);
    let tokens: Vec<u32> = request.question.iter().map(|&token| u32::from(token)).collect();
    solver.begin(&tokens, &[0]).await.map_err(|source| SolveError::Model { segment: 1, source })?;
    // The last answer, and how many segments in a row have given it.
    let mut held: (Vec<u8>, usize) = (Vec::new(), 0);
    for index in 0..request.segments {
        let segment = index + 1;
        let start = now();
        if request.interventions.is_empty() {
            let started = solver.start(solver.ahead().min(request.segments - index));
            started.map_err(|source| SolveError::Model { segment, source })?;
        }
        let computed = solver.segment_under(&request.interventions).await;
        let computed = computed.map_err(|source| SolveError::Model { segment, source })?;
        let milliseconds = now() - start;
        let mut steps = Vec::with_capacity(computed.states.len());
        let mut states = trace.store();
        for state in computed.states {
            let step = trace.step(state, &mut states).map_err(|source| SolveError::State { segment, source })?;
            steps.push(step);
        }
        let answer = Answer::of_logits(&computed.logits, vocab_size, loss);
        let [q_halt, q_continue] = computed.q[0];
        let report = SegmentReport { index, answer, q_halt, q_continue, steps, milliseconds };
        if report.answer.tokens == held.0 {
            held.1 += 1;
        } else {
            held = (report.answer.tokens.clone(), 1);
        }
        let ends = match request.until {
            Until::Budget => false,
            Until::Halt => solver.config().family.is_done(q_halt, q_continue),
            Until::Still => held.1 >= STILL,
        };
        if observe(report, states).await.is_break() || ends {
            break;
        }
    }
    Ok(())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::{
        checkpoint::Weights,
        config::ModelConfig,
        engine::{cpu, gpu},
        model::Level,
        recording::{Recording, Shapes, convergence, step_stats::rms_change},
    };

    const CONFIG: &str = r#"{"seq_len":16,"vocab_size":6,"H_cycles":2,"L_cycles":2,"H_layers":1,"L_layers":1,
        "hidden_size":16,"num_heads":2,"halt_max_steps":3}"#;

    #[test]
    fn what_is_observed_is_a_recording_of_the_models_own_numbers() {
        let config = ModelConfig::from_json(CONFIG).unwrap();
        let weights = Weights::init(&config, 1);
        let shapes = Shapes::of(&config);
        let question = [1, 2, 3, 4, 1, 1, 1, 1, 5, 1, 1, 1, 1, 1, 1, 1];
        let mut recording = Recording::new(shapes, 3, question.to_vec(), String::new());
        pollster::block_on(async {
            let mut solver = Solver::new(&cpu::Engine::new(), &config, &weights, 1, Taps::States).await.unwrap();
            let trace = Trace::of(&weights, &config, 3);
            solve(
                &mut solver,
                &SolveRequest { question: question.to_vec(), segments: 3, ..SolveRequest::default() },
                trace,
                || 0.0,
                async |report, states| {
                    recording.push(report, states).unwrap();
                    ControlFlow::Continue(())
                },
            )
            .await
            .unwrap();

            let tokens = question.map(u32::from);
            solver.begin(&tokens, &[0]).await.unwrap();
            for (index, report) in recording.segments().iter().enumerate() {
                let segment = solver.segment().await.unwrap();
                assert_eq!(report.answer.tokens, segment.answer(config.vocab_size));
                assert_eq!([report.q_halt, report.q_continue], segment.q[0]);
                let last = segment.states.last().unwrap();
                assert_eq!(*recording.state(Level::H, recording.end_of(index)).unwrap(), last.z);
                // The head read by the trace is the one that the engine read.
                assert_eq!(report.steps.last().unwrap().readout.answer(), report.answer.tokens);
            }
        });
        assert_eq!(recording.moments(), 18);
        assert!(recording.steps().all(|step| step.change > 0.0));
        let points = convergence(&recording);
        assert_eq!((points[17].to_final, points[0].cosine), (Some(0.0), None));
        for pair in recording.states(Level::L).collect::<Vec<_>>().windows(2) {
            let [(_, before), (moment, after)] = pair else { unreachable!() };
            let change = rms_change(before, after);
            assert!((points[*moment].residual - f64::from(change)).abs() < 1e-7);
        }
    }

    #[test]
    fn an_observer_ends_the_run() {
        let config = ModelConfig::from_json(CONFIG).unwrap();
        let weights = Weights::init(&config, 1);
        let mut seen = 0;
        pollster::block_on(async {
            let mut solver = Solver::new(&cpu::Engine::new(), &config, &weights, 1, Taps::States).await.unwrap();
            let trace = Trace::of(&weights, &config, 3);
            let observe = async |_, _| {
                seen += 1;
                ControlFlow::Break(())
            };
            let request = SolveRequest { question: vec![1; 16], segments: 3, ..SolveRequest::default() };
            solve(&mut solver, &request, trace, || 0.0, observe).await.unwrap();
        });
        assert_eq!(seen, 1);
    }

    #[test]
    fn segments_that_are_started_ahead_give_the_same_numbers() {
        let config = ModelConfig::from_json(CONFIG).unwrap();
        let weights = Weights::init(&config, 1);
        pollster::block_on(async {
            let engine = gpu::Engine::new().await.expect("a GPU adapter; mesa-vulkan-drivers has one");
            let mut solver = Solver::new(&engine, &config, &weights, 1, Taps::States).await.unwrap();
            let mut runs = Vec::new();
            // The second run is left while two more segments are under way: the third begins anew all the same.
            for (ahead, most) in [(1, 5), (3, 2), (3, 5)] {
                solver.set_ahead(ahead);
                let mut seen = Vec::new();
                let observe = async |report: SegmentReport, states: States| {
                    seen.push((report.answer.tokens, report.q_halt.to_bits(), states.as_bytes().to_vec()));
                    if seen.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
                };
                let request = SolveRequest { question: vec![2; 16], segments: 5, ..SolveRequest::default() };
                solve(&mut solver, &request, Trace::of(&weights, &config, 5), || 0.0, observe).await.unwrap();
                runs.push(seen);
            }
            assert_eq!((runs[0].len(), runs[1].len()), (5, 2));
            assert!(runs[0] == runs[2] && runs[0][..2] == runs[1]);
            assert_ne!(runs[0][0].2, runs[0][4].2, "nothing changes from segment to segment");
        });
    }

    #[test]
    fn a_run_ends_when_its_answer_stands_still() {
        let config = ModelConfig::from_json(CONFIG).unwrap();
        // Random weights come to rest soon.
        let weights = Weights::init(&config, 1);
        let segments = 40;
        let run = |until| {
            let mut answers = Vec::new();
            let mut recording = Recording::new(Shapes::of(&config), segments, vec![2; 16], String::new()).unwatched();
            pollster::block_on(async {
                let mut solver = Solver::new(&cpu::Engine::new(), &config, &weights, 1, Taps::None).await.unwrap();
                let trace = Trace::of(&weights, &config, segments).unwatched();
                let observe = async |report: SegmentReport, states| {
                    answers.push(report.answer.tokens.clone());
                    recording.push(report, states).unwrap();
                    ControlFlow::Continue(())
                };
                let request = SolveRequest { question: vec![2; 16], segments, until, ..SolveRequest::default() };
                solve(&mut solver, &request, trace, || 0.0, observe).await.unwrap();
            });
            (answers, recording.is_still())
        };
        let (all, _) = run(Until::Budget);
        assert_eq!(all.len(), segments);
        let same = |end: &usize| all[end - STILL..*end].windows(2).all(|pair| pair[0] == pair[1]);
        let first = (STILL..=segments).find(same).expect("it comes to rest");
        assert!(first < segments, "{first}");
        let (stopped, is_still) = run(Until::Still);
        assert_eq!((stopped.len(), &stopped[..], is_still), (first, &all[..first], true));
    }
}
