//! `hrm run`: one puzzle.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use hrm_core::engine::Engine;
use hrm_core::model::{Solver, Taps};
use hrm_core::puzzle::{Fault, in_rows};
use hrm_core::recording::file;
use hrm_core::recording::solve::{SolveRequest, solve};
use hrm_core::recording::step_stats::Trace;
use hrm_core::recording::{Maker, Recording};
use hrm_core::recording::{SegmentReport, Shapes};
use serde_json::json;

use super::output::{counted, note};
use super::{EngineArg, Failure, PrecisionArg, at, files, models, numbers, output, wider};

/// Solve one puzzle
///
/// Every answer is the model's raw arg max; a token without a symbol prints as `.`; a maze is printed in rows. Exit status 0
/// whether or not the answer is right, 2 for a puzzle that contradicts itself.
#[derive(clap::Args)]
pub struct Args {
    /// A gallery model's name, a .safetensors file with its configuration in the .json of the same stem, or what the official
    /// training writes: a file step_N, or the folder of such files and their all_config.yaml
    #[arg(long)]
    model: String,
    /// A field of the model's configuration set otherwise than its file or its tensors tell, such as seq_len=81 or
    /// num_heads=8; once for each field
    #[arg(long, value_name = "FIELD=VALUE")]
    set: Vec<String>,
    /// The puzzle identifier to run under, a row of the model's puzzle embedding: its number, or its name in the
    /// identifiers.json beside the model [default: 0]
    #[arg(long, value_name = "NAME|N")]
    identifier: Option<String>,
    /// The puzzle as text. Sudoku: digits, `.`, 0 or another sign for a blank, with or without frames, commas and headings.
    /// Maze: `#` wall, space, `S`, `G`, line by line or all in one. Of several puzzles the first is solved
    #[arg(long, allow_hyphen_values = true)]
    puzzle: String,
    /// The engine
    #[arg(long, value_enum, default_value = "cpu")]
    engine: EngineArg,
    /// Operands of the CPU engine's matrix products
    #[arg(long, value_enum, default_value = "f32")]
    precision: PrecisionArg,
    /// Segments to think [default: the model's halt_max_steps]
    #[arg(long, value_parser = numbers::segments, allow_negative_numbers = true)]
    segments: Option<usize>,
    /// Segments that are started before the earliest of them is read, so that a GPU never waits for the host [default: 8 on a GPU,
    /// 1 where a processor computes]; the answers are the same
    #[arg(long, value_parser = numbers::segments, allow_negative_numbers = true, conflicts_with = "views")]
    ahead: Option<usize>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Write every L and H step, and its state as far as they are kept, into this .safetensors file, which the page opens
    #[arg(long, conflicts_with = "views")]
    recording: Option<PathBuf>,
    /// Replace the file of --recording if it exists
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    wider: wider::SearchArgs,
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    if let Some(file) = &args.recording {
        files::check_output(file, args.force)?;
    }
    let model = models::load_under("--model", &args.model, &args.set, args.identifier.as_deref())?;
    let model = args.wider.weights(model).sized_for(&args.puzzle);
    let kind = model.kind;
    let mut puzzles = kind.encode_all(&args.puzzle).map_err(|e| at("--puzzle")(&e))?;
    if puzzles.len() > 1 {
        let others = counted(puzzles.len() - 1, "other is", "others are");
        note(format_args!("hrm: --puzzle: found {} puzzles; the first is solved, the {others} not", puzzles.len()));
    }
    let question = puzzles.swap_remove(0);
    let faults = kind.faults(&question);
    let said = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    if faults.iter().any(Fault::is_of_form) {
        return Err(format!("--puzzle: {said}").into());
    }
    if !faults.is_empty() {
        note(format_args!(
            "hrm: --puzzle: {said}; the model answers all the same, and its answer is judged by the rules"
        ));
    }
    let segments = args.segments.unwrap_or(model.config.halt_max_steps);
    let steps = segments.saturating_mul(Shapes::of(&model.config).steps());
    if args.recording.is_some() && steps > file::MOST_STEPS {
        return Err(format!("--recording: {steps} steps, expected at most {}", file::MOST_STEPS).into());
    }
    let engine = args.engine.open(args.precision.get())?;
    if let Some(settings) = args.wider.settings(segments)? {
        return wider::run(&model, &engine, &question, &settings, args.json);
    }
    let until = args.wider.until()?;
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
        solver.set_ahead(args.ahead.unwrap_or(solver.ahead()));
        let unwatched = taps == Taps::None;
        let request =
            SolveRequest { question: question.clone(), segments, until, unwatched, interventions: Vec::new() };
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
        solve(&mut solver, &request, Trace::of(&model.weights, &model.config, segments), clock, observe).await?;
        Ok::<_, Failure>(broken?)
    })?;
    // Before anything is printed: whoever reads that may stop reading.
    if let (Some(recording), Some(file)) = (recording, &args.recording) {
        let bytes = file::to_bytes(&recording, kind).map_err(|e| at("--recording")(&e))?;
        files::write(file, &bytes)?;
    }
    let verdict = kind.check(&question, &answer);
    if args.json {
        let segments: Vec<_> = all
            .iter()
            .map(|(answer, halt, go_on)| json!({"answer": answer, "q_halt": halt, "q_continue": go_on}))
            .collect();
        // Null where no rules tell.
        let valid = (verdict != Err(Fault::NoRules)).then_some(verdict.is_ok());
        output::print_result(json!({"segments": segments, "halted_at": halted_at, "valid": valid}))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut before: Option<&String> = None;
    for (number, (answer, halt, go_on)) in (1..).zip(&all) {
        // What nobody reads in one line follows in rows, of the last answer.
        let shown = match kind.is_one_line() {
            true => answer.clone(),
            false => changed_cells(before, answer),
        };
        output::print(format_args!("segment {number:>2}  {shown}  q_halt {halt:>7.3}  q_continue {go_on:>7.3}"))?;
        before = Some(answer);
    }
    if !kind.is_one_line() {
        output::print(in_rows(kind, &answer))?;
    }
    output::print(format_args!("would halt after segment {halted_at}"))?;
    output::print_result(match verdict {
        Ok(()) => "valid".to_owned(),
        Err(Fault::NoRules) => Fault::NoRules.to_string(),
        Err(fault) => format!("not valid: {fault}"),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// How many cells a segment answers otherwise than the one before it, in a column.
fn changed_cells(before: Option<&String>, answer: &str) -> String {
    match before {
        None => format!("{:>22}", "first answer"),
        Some(before) => {
            let changed = before.chars().zip(answer.chars()).filter(|(a, b)| a != b).count();
            format!("{:>22}", counted(changed, "cell changed", "cells changed"))
        }
    }
}
