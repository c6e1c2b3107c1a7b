//! `hrm run`: one puzzle.

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use hrm_web::engine::Engine;
use hrm_web::model::{Solver, Taps};
use hrm_web::puzzle::Kind;
use hrm_web::runtime::protocol::{SegmentReport, Shapes};
use hrm_web::runtime::recording::{Maker, Recording};
use hrm_web::runtime::recording_file;
use hrm_web::runtime::solve::{Thought, solve};
use hrm_web::runtime::trace::Trace;
use serde_json::json;

use super::{EngineArg, Failure, at, models, wider};

/// Solve one puzzle
///
/// Every answer is the model's raw arg max; a token without a symbol prints as `.`. Exit status 0 whether or not the answer
/// is right.
#[derive(clap::Args)]
pub struct Args {
    /// A gallery model's name, or a .safetensors file with its configuration in the .json of the same stem
    #[arg(long)]
    model: String,
    /// The puzzle as text. Sudoku: digits, `.` or 0 for blank, white space allowed. Maze: `#` wall, space, `S`, `G`, line by
    /// line or all in one
    #[arg(long)]
    puzzle: String,
    /// The engine
    #[arg(long, value_enum, default_value = "cpu")]
    engine: EngineArg,
    /// Segments to think [default: the model's halt_max_steps]
    #[arg(long)]
    segments: Option<usize>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Write every L and H step, and its state as far as they are kept, into this .safetensors file, which the page opens
    #[arg(long)]
    recording: Option<PathBuf>,
    #[command(flatten)]
    wider: wider::Args,
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    let model = args.wider.weights(models::load(&args.model)?);
    let kind = model.kind;
    let question = kind.encode(&args.puzzle).map_err(|e| at("--puzzle")(&e))?;
    for fault in kind.faults(&question) {
        eprintln!("hrm: --puzzle: {fault}");
    }
    let segments = args.segments.unwrap_or(model.config.halt_max_steps).max(1);
    let steps = segments.saturating_mul(Shapes::of(&model.config).steps());
    if args.recording.is_some() && steps > recording_file::MOST_STEPS {
        return Err(format!("--recording: {steps} steps, expected at most {}", recording_file::MOST_STEPS).into());
    }
    let engine = args.engine.open()?;
    if let Some(settings) = args.wider.settings(segments, false)? {
        if args.recording.is_some() {
            return Err("--recording holds one run: expected no --views".into());
        }
        return wider::run(&model, &engine, &question, &settings, args.wider.rows(None, 1), args.json);
    }
    let maker = Maker { name: models::stem(&args.model), digest: model.weights.digest() };
    let mut recording = args.recording.is_some().then(|| {
        Recording::new(Shapes::of(&model.config), segments, question.clone(), engine.info().name).made_by(maker)
    });
    let mut all = Vec::new();
    let mut halted_at = segments;
    let mut answer = Vec::new();
    pollster::block_on(async {
        let taps = if recording.is_some() { Taps::States } else { Taps::None };
        let mut solver = Solver::new(&engine, &model.config, &model.weights, 1, taps).await?;
        let thought = Thought { question: &question, segments, interventions: &[] };
        let start = Instant::now();
        let clock = || start.elapsed().as_secs_f64() * 1e3;
        let mut broken = Ok(());
        let observe = async |report: SegmentReport, states| {
            let [halt, go_on] = [report.q_halt, report.q_continue];
            if model.config.family.is_done(halt, go_on) {
                halted_at = halted_at.min(report.index + 1);
            }
            answer.clone_from(&report.answer.tokens);
            all.push((kind.decode(&answer), halt, go_on));
            if let Some(recording) = &mut recording {
                broken = recording.push(report, states);
            }
            ControlFlow::Continue(())
        };
        solve(&mut solver, thought, Trace::of(&model.weights, &model.config, segments), clock, observe).await?;
        Ok::<_, Failure>(broken?)
    })?;
    let verdict = kind.check(&question, &answer);
    if args.json {
        let segments: Vec<_> = all
            .iter()
            .map(|(answer, halt, go_on)| json!({"answer": answer, "q_halt": halt, "q_continue": go_on}))
            .collect();
        println!("{}", json!({"segments": segments, "halted_at": halted_at, "valid": verdict.is_ok()}));
    } else {
        for (number, (answer, halt, go_on)) in all.iter().enumerate() {
            println!("segment {:>2}  {answer}  q_halt {halt:>7.3}  q_continue {go_on:>7.3}", number + 1);
        }
        if let Kind::Maze(side) = kind {
            let last: Vec<char> = kind.decode(&answer).chars().collect();
            last.chunks(side.get()).for_each(|row| println!("{}", row.iter().collect::<String>()));
        }
        println!("would halt after segment {halted_at}");
        match verdict {
            Ok(()) => println!("valid"),
            Err(fault) => println!("not valid: {fault}"),
        }
    }
    if let (Some(recording), Some(file)) = (recording, &args.recording) {
        let bytes = recording_file::to_bytes(&recording, kind).map_err(|e| at("--recording")(&e))?;
        fs::write(file, bytes).map_err(|e| at(file.display())(&e))?;
    }
    Ok(ExitCode::SUCCESS)
}
