//! `hrm run`: one puzzle.

use std::process::ExitCode;

use hrm_web::model::{Solver, Taps};
use serde_json::json;

use super::{EngineArg, Failure, at, models};

/// Solve one puzzle
///
/// Every answer is the model's raw arg max; a token with no digit prints as `.`. Exit status 0 whether or not the answer
/// is right.
#[derive(clap::Args)]
pub struct Args {
    /// A gallery model's name, or a .safetensors file with its configuration in the .json of the same stem
    #[arg(long)]
    model: String,
    /// The puzzle as text: digits, `.` or 0 for blank, white space allowed
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
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    let model = models::load(&args.model)?;
    let kind = model.kind;
    let question = kind.encode(&args.puzzle).map_err(|e| at("--puzzle")(&e))?;
    for fault in kind.faults(&question) {
        eprintln!("hrm: --puzzle: {fault}");
    }
    let tokens: Vec<u32> = question.iter().map(|&t| u32::from(t)).collect();
    let segments = args.segments.unwrap_or(model.config.halt_max_steps).max(1);
    let engine = args.engine.open()?;
    let mut all = Vec::new();
    let mut halted_at = segments;
    let mut answer = Vec::new();
    pollster::block_on(async {
        let mut solver = Solver::new(&engine, &model.config, &model.weights, 1, Taps::None).await?;
        solver.begin(&tokens, &[0]).await?;
        for number in 1..=segments {
            let segment = solver.segment().await?;
            let [halt, go_on] = segment.q[0];
            if model.config.family.is_done(halt, go_on) {
                halted_at = halted_at.min(number);
            }
            answer = segment.answer(model.config.vocab_size);
            all.push((kind.decode(&answer), halt, go_on));
        }
        Ok::<_, Failure>(())
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
        println!("would halt after segment {halted_at}");
        match verdict {
            Ok(()) => println!("valid"),
            Err(fault) => println!("not valid: {fault}"),
        }
    }
    Ok(ExitCode::SUCCESS)
}
