//! A recording as a file that the page opens again: safetensors, so that other programs read the states too. The header
//! holds the figures of every step, the tensors `states.N` hold what is kept of segment N, `[steps, T, D]`, f32 or f16.

use std::collections::HashMap;

use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    checkpoint::{metadata, open},
    model::{Intervention, Level},
    names,
    puzzle::Kind,
    recording::{
        Discontinuity, Maker, Recording, SegmentReport, Shapes,
        retention::{Keep, States},
        step_stats::Step,
    },
};

/// Raised when the meaning of the file changes.
const VERSION: &str = "1";
/// The entry of the header that tells a recording from any other safetensors file; it holds the version.
const MARK: &str = "hrm_web_recording";
/// Positions and channels at most, each; the values of a state.
const MOST: usize = 1 << 16;
const MOST_VALUES: usize = 1 << 26;
/// Steps of a run at most: the views compare every state with every other.
pub const MOST_STEPS: usize = 1 << 11;

/// Why a file is no recording that can be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordingFileError {
    /// No safetensors file.
    #[error("not a readable safetensors file: {0}")]
    Format(String),
    /// What the libraries refuse to write: figures of a very long run, above all.
    #[error("the recording cannot be written: {0}")]
    Unwritable(String),
    /// A safetensors file of something else.
    #[error("not a recording: its header has no `{MARK}`")]
    Foreign,
    /// Written by a program of another time.
    #[error("a recording of version {0}; this page reads version {VERSION}")]
    Version(String),
    /// A part of the header is missing, or not what it is called.
    #[error("`{entry}` in the header: {problem}")]
    Header {
        /// Its name.
        entry: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// Figures that contradict the shapes.
    #[error("segment {segment}, {what}: not what a {kind} run of its shapes has")]
    Segment {
        /// From 1.
        segment: usize,
        /// Which figures.
        what: &'static str,
        /// The puzzle.
        kind: Kind,
    },
    /// States that are missing, of another type or not finite.
    #[error("tensor states.{segment}: {problem}")]
    States {
        /// From 1.
        segment: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// Segments that do not go on from one another.
    #[error(transparent)]
    Discontinuity(#[from] Discontinuity),
}

/// A run and what it was about.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordingFile {
    /// The kind of its puzzle.
    pub kind: Kind,
    /// The run.
    pub recording: Recording,
}

/// What a recording is of, without its segments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// The kind of its puzzle.
    pub puzzle: Kind,
    /// `[S]` tokens.
    pub question: Vec<u8>,
    /// The model that ran.
    pub model: Maker,
    /// The engine's name.
    pub engine: String,
    /// Shapes of the model.
    pub shapes: Shapes,
    /// Segments that the run was to take at most.
    pub planned: usize,
    /// What was done to it on the way.
    pub interventions: Vec<Intervention>,
}

impl Head {
    /// That of a recording.
    pub fn of(recording: &Recording, kind: Kind) -> Self {
        Self {
            puzzle: kind,
            question: recording.question().to_vec(),
            model: readable(recording.maker()),
            engine: recording.engine().to_owned(),
            shapes: recording.shapes(),
            planned: recording.keep().segments(),
            interventions: recording.interventions().to_vec(),
        }
    }

    /// The recording as it was before its first segment.
    pub fn begin(self) -> Recording {
        Recording::new(self.shapes, self.planned, self.question, self.engine)
            .with_interventions(self.interventions)
            .made_by(self.model)
    }
}

/// Whether a safetensors file is a recording, be it one that this program cannot read; `bytes` may end after the header.
pub fn is_recording(bytes: &[u8]) -> bool {
    metadata(bytes).is_ok_and(|metadata| metadata.contains_key(MARK))
}

/// The bytes of the file.
///
/// # Errors
/// When the libraries refuse: a header of more than 100 MB, the figures of some thousand segments.
pub fn to_bytes(recording: &Recording, kind: Kind) -> Result<Vec<u8>, RecordingFileError> {
    let run = Head::of(recording, kind);
    let refused = |error: &dyn ToString| RecordingFileError::Unwritable(error.to_string());
    let header = HashMap::from([
        (MARK.to_owned(), VERSION.to_owned()),
        ("run".to_owned(), serde_json::to_string(&run).map_err(|e| refused(&e))?),
        ("segments".to_owned(), serde_json::to_string(recording.segments()).map_err(|e| refused(&e))?),
    ]);
    let Shapes { positions, channels, .. } = recording.shapes();
    let tensor = |segment: usize| {
        let states = recording.states_in(segment)?;
        let shape = vec![recording.keep().states_of(segment), positions, channels];
        Some(
            TensorView::new(dtype_of(states), shape, states.as_bytes())
                .map(|view| (format!("states.{}", segment + 1), view)),
        )
    };
    let views = (0..recording.segments().len()).filter_map(tensor).collect::<Result<Vec<_>, _>>();
    safetensors::serialize(views.map_err(|e| refused(&e))?, Some(header)).map_err(|e| refused(&e))
}

/// The model's signature, under a name that [`from_bytes`] accepts: a model may be called after a file of any name.
fn readable(maker: &Maker) -> Maker {
    match maker.name.as_str() {
        "" => maker.clone(),
        name => Maker { name: names::allowed(name).into_owned(), digest: maker.digest.clone() },
    }
}

fn dtype_of(states: &States) -> Dtype {
    match states {
        States::Single(_) => Dtype::F32,
        States::Half(_) => Dtype::F16,
    }
}

/// Reads such a file. Nothing in it is trusted: what comes out is a recording that a run could have left.
///
/// # Errors
/// Says what is not as it should be.
pub fn from_bytes(bytes: &[u8]) -> Result<RecordingFile, RecordingFileError> {
    let header = metadata(bytes).map_err(RecordingFileError::Format)?;
    match header.get(MARK).map(String::as_str) {
        None => return Err(RecordingFileError::Foreign),
        Some(VERSION) => {}
        Some(other) => return Err(RecordingFileError::Version(other.to_owned())),
    }
    let file = open(bytes).map_err(RecordingFileError::Format)?;
    let run: Head = entry(&header, "run")?;
    check_run(&run).map_err(|problem| RecordingFileError::Header { entry: "run", problem })?;
    let segments: Vec<SegmentReport> = entry(&header, "segments")?;
    if segments.len() > run.planned {
        let problem = format!("{} of a run that was planned for {}", segments.len(), run.planned);
        return Err(RecordingFileError::Header { entry: "segments", problem });
    }
    let (kind, shapes) = (run.puzzle, run.shapes);
    let mut recording = run.begin();
    let mut figures = Figures { kind, shapes, keep: recording.keep(), kept_of_h: 0, kept_of_l: 0 };
    for (index, report) in segments.into_iter().enumerate() {
        let segment = index + 1;
        figures.check(&report).map_err(|what| RecordingFileError::Segment { segment, what, kind })?;
        let states = states_of(&file, segment, recording.keep())
            .map_err(|problem| RecordingFileError::States { segment, problem })?;
        recording.push(report, states)?;
    }
    if recording.moments() == 0 {
        return Err(RecordingFileError::Header { entry: "segments", problem: "none, expected at least one".into() });
    }
    recording.close();
    Ok(RecordingFile { kind, recording })
}

fn entry<T: DeserializeOwned>(header: &HashMap<String, String>, entry: &'static str) -> Result<T, RecordingFileError> {
    let text = header.get(entry).ok_or_else(|| RecordingFileError::Header { entry, problem: "missing".into() })?;
    serde_json::from_str(text).map_err(|e| RecordingFileError::Header { entry, problem: e.to_string() })
}

fn check_run(run: &Head) -> Result<(), String> {
    // A recording of a model that was not known says nothing of it.
    if !run.model.name.is_empty() {
        names::check(&run.model.name).map_err(|error| format!("model: {error}"))?;
    }
    let Shapes { positions, prefix, channels, h_cycles, l_cycles, segments, .. } = run.shapes;
    let (cells, vocab_size) = (run.puzzle.seq_len(), run.puzzle.vocab_size());
    for (what, value, most) in [
        ("positions", positions, MOST),
        ("channels", channels, MOST),
        ("h_cycles", h_cycles, MOST_STEPS),
        ("l_cycles", l_cycles, MOST_STEPS),
        ("segments", segments, MOST),
        ("planned", run.planned, MOST_STEPS),
    ] {
        if !(1..=most).contains(&value) {
            return Err(format!("{what} is {value}, expected 1 to {most}"));
        }
    }
    if positions.saturating_mul(channels) > MOST_VALUES || run.planned.saturating_mul(run.shapes.steps()) > MOST_STEPS {
        return Err(format!(
            "states of {positions} by {channels} in {} segments of {} steps, expected at most {MOST_VALUES} values and \
             {MOST_STEPS} steps",
            run.planned,
            run.shapes.steps()
        ));
    }
    if prefix.checked_add(cells) != Some(positions) {
        return Err(format!(
            "{positions} positions with {prefix} before the cells, expected {cells} cells after those"
        ));
    }
    if run.question.len() != cells || run.question.iter().any(|&token| usize::from(token) >= vocab_size) {
        return Err(format!("question, expected {cells} tokens below {vocab_size}"));
    }
    match run.interventions.iter().position(|asked| !asked.act.fits(cells, vocab_size)) {
        Some(at) => Err(format!("intervention {} is about no cell, token or size that there is", at + 1)),
        None => Ok(()),
    }
}

/// What the figures of the next segment have to be like.
struct Figures {
    kind: Kind,
    shapes: Shapes,
    keep: Keep,
    kept_of_h: usize,
    kept_of_l: usize,
}

impl Figures {
    /// The error names the figures that are not.
    fn check(&mut self, report: &SegmentReport) -> Result<(), &'static str> {
        let (cells, vocab_size) = (self.kind.seq_len(), self.kind.vocab_size());
        let answer = &report.answer;
        if answer.tokens.len() != cells || answer.tokens.iter().any(|&token| usize::from(token) >= vocab_size) {
            return Err("answer");
        }
        if answer.confidence.len() != cells || answer.confidence.iter().any(|value| !value.is_finite()) {
            return Err("confidence");
        }
        if !(report.q_halt.is_finite() && report.q_continue.is_finite() && report.milliseconds.is_finite()) {
            return Err("q_halt, q_continue or time");
        }
        report.steps.iter().enumerate().try_for_each(|(at, step)| self.check_step(report.index, at, step))
    }

    fn check_step(&mut self, segment: usize, at: usize, step: &Step) -> Result<(), &'static str> {
        let (h_cycle, place) = self.shapes.cycles_of(at);
        let level = if place == self.shapes.l_cycles { Level::H } else { Level::L };
        if (step.level, step.h_cycle, step.l_cycle) != (level, h_cycle, place) {
            return Err("order of steps");
        }
        let cosine = step.cosine.unwrap_or_default();
        if !(step.change.is_finite() && step.spread.is_finite() && cosine.is_finite()) {
            return Err("change, cosine or spread");
        }
        if !step.readout.fits(self.kind.seq_len(), self.kind.vocab_size()) {
            return Err("readout");
        }
        let kept = if level == Level::H { &mut self.kept_of_h } else { &mut self.kept_of_l };
        let mut products = 0;
        if self.keep.keeps(segment, at) {
            *kept += 1;
            products = *kept;
        }
        if step.products.len() != products || step.products.iter().any(|product| !product.is_finite()) {
            return Err("inner products");
        }
        Ok(())
    }
}

fn states_of(file: &SafeTensors, segment: usize, keep: Keep) -> Result<States, String> {
    let view = file.tensor(&format!("states.{segment}")).map_err(|e| e.to_string())?;
    let expected = dtype_of(&keep.store(0));
    if view.dtype() != expected {
        return Err(format!("element type {:?}, expected {expected:?}", view.dtype()));
    }
    let states = keep.read(view.data());
    if !states.is_finite() {
        return Err("values that are not finite".into());
    }
    Ok(states)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::{
        checkpoint::Weights,
        config::ModelConfig,
        engine::cpu,
        model::{Act, Solver},
        recording::{
            convergence,
            solve::{SolveRequest, solve},
            step_stats::Trace,
        },
    };

    const CONFIG: &str = r#"{"seq_len":16,"vocab_size":6,"H_cycles":2,"L_cycles":2,"H_layers":1,"L_layers":1,
        "hidden_size":16,"num_heads":2,"halt_max_steps":3}"#;

    /// A run of two of three segments, under a changed clue.
    fn recorded() -> RecordingFile {
        let config = ModelConfig::from_json(CONFIG).unwrap();
        let weights = Weights::init(&config, 1);
        let question = [1, 2, 3, 4, 1, 1, 1, 1, 5, 1, 1, 1, 1, 1, 1, 1];
        let acts = vec![Intervention { at: 7, act: Act::Clue { cell: 5, token: 3 } }];
        let maker = Maker { name: "tiny".into(), digest: weights.digest() };
        let mut recording = Recording::new(Shapes::of(&config), 3, question.to_vec(), "CPU".into())
            .with_interventions(acts.clone())
            .made_by(maker);
        pollster::block_on(async {
            let mut solver = Solver::stepwise(&cpu::Engine::new(), &config, &weights, 1).await.unwrap();
            let request = SolveRequest {
                question: question.to_vec(),
                segments: 2,
                interventions: acts.to_vec(),
                ..SolveRequest::default()
            };
            let observe = async |report, states| {
                recording.push(report, states).unwrap();
                ControlFlow::Continue(())
            };
            solve(&mut solver, &request, Trace::of(&weights, &config, 3), || 1.5, observe).await.unwrap();
        });
        recording.close();
        RecordingFile { kind: "sudoku-4x4".parse().unwrap(), recording }
    }

    /// The file with one entry of its header written otherwise.
    fn altered(entry: &str, from: &str, to: &str) -> RecordingFileError {
        let RecordingFile { kind, recording } = recorded();
        let bytes = to_bytes(&recording, kind).unwrap();
        let mut header = metadata(&bytes).unwrap();
        let text = header.get_mut(entry).unwrap();
        assert!(text.contains(from), "{text}");
        *text = text.replacen(from, to, 1);
        let file = SafeTensors::deserialize(&bytes).unwrap();
        from_bytes(&safetensors::serialize(file.iter(), Some(header)).unwrap()).unwrap_err()
    }

    #[test]
    fn a_recording_is_read_back() {
        let written = recorded();
        let bytes = to_bytes(&written.recording, written.kind).unwrap();
        assert!(is_recording(&bytes));
        let read = from_bytes(&bytes).unwrap();
        assert_eq!(read.kind, written.kind);
        let (read, written) = (read.recording, written.recording);
        // All but the number that tells recordings of a page apart.
        assert_ne!(read.serial(), written.serial());
        assert_eq!((read.segments(), read.keep()), (written.segments(), written.keep()));
        assert_eq!((read.maker(), read.engine()), (written.maker(), written.engine()));
        assert_eq!((read.question(), read.posed(12)), (written.question(), written.posed(12)));
        assert_eq!((read.moments(), read.planned_moments()), (12, 12));
        assert_eq!(convergence(&read), convergence(&written));
        for moment in 0..12 {
            assert_eq!(read.left_by(moment), written.left_by(moment));
        }
    }

    #[test]
    fn what_is_no_recording_is_named() {
        let RecordingFile { kind, recording } = recorded();
        let bytes = to_bytes(&recording, kind).unwrap();
        assert!(matches!(from_bytes(b"{}"), Err(RecordingFileError::Format(_))));
        assert!(matches!(from_bytes(&bytes[..bytes.len() - 5]), Err(RecordingFileError::Format(_))));
        let weights = Weights::init(&ModelConfig::from_json(CONFIG).unwrap(), 1).to_safetensors().unwrap();
        assert_eq!(from_bytes(&weights), Err(RecordingFileError::Foreign));
        assert!(!is_recording(&weights) && !is_recording(b""));
        assert_eq!(altered(MARK, "1", "9").to_string(), "a recording of version 9; this page reads version 1");
    }

    #[test]
    fn figures_that_no_run_leaves_are_refused() {
        let said = |entry, from, to| altered(entry, from, to).to_string();
        assert!(said("run", "sudoku-4x4", "sudoku-5x5").contains("unknown puzzle"));
        assert!(said("run", "sudoku-4x4", "sudoku-6x6").contains("expected 36 cells"));
        assert!(said("run", r#""planned":3"#, r#""planned":99999999"#).contains("planned is 99999999"));
        assert!(said("run", r#""planned":3"#, r#""planned":1"#).contains("2 of a run that was planned for 1"));
        assert!(said("run", r#""h_cycles":2"#, r#""h_cycles":999"#).contains("expected at most"));
        assert!(said("run", r#""channels":16"#, r#""channels":32"#).contains("state elements"));
        assert!(said("run", r#""cell":5"#, r#""cell":16"#).contains("intervention 1"));
        assert!(said("run", "[1,2,3", "[1,9,3").contains("question"));
        let named = said("run", r#""name":"tiny""#, r#""name":"../tiny""#);
        assert!(named.contains("the name \"../tiny\" contains /; allowed are"), "{named}");
        let of_segment = |from, to| altered("segments", from, to).to_string();
        assert!(of_segment(r#""tokens":["#, r#""tokens":[7,"#).contains("segment 1, answer"));
        assert!(of_segment(r#""level":"L""#, r#""level":"H""#).contains("order of steps"));
        assert!(of_segment(r#""products":["#, r#""products":[1.0,"#).contains("inner products"));
        assert!(of_segment(r#""entropy":["#, r#""entropy":[0.5,"#).contains("readout"));
        assert!(of_segment(r#""index":1"#, r#""index":2"#).contains("segment 3 arrived"));
        assert!(of_segment(r#""index":0"#, r#""index":4294967295"#).contains("arrived"));
    }
}
