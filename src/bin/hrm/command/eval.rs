//! `hrm eval`: a model on a CSV of puzzles.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use hrm_web::data::{self, csv};
use hrm_web::model::{Solver, Taps};
use hrm_web::runtime::gallery::BySegment;
use hrm_web::train::{Evaluation, evaluate};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value, json};

use super::{EngineArg, Failure, at, models};

/// Measure a model on a CSV of puzzles
///
/// Every answer is the raw arg max of the last segment. Accuracies are shares from 0 to 1; steps is the mean of the first
/// segment with q_halt > q_continue (TRM: q_halt > 0), else the last.
#[derive(clap::Args)]
pub struct Args {
    /// A gallery model's name, or a .safetensors file with its configuration in the .json of the same stem
    #[arg(long)]
    model: String,
    /// CSV with the columns source,question,answer,rating
    #[arg(long)]
    data: PathBuf,
    /// The engine
    #[arg(long, value_enum, default_value = "cpu")]
    engine: EngineArg,
    /// Segments for each puzzle [default: the model's halt_max_steps]
    #[arg(long)]
    segments: Option<usize>,
    /// Puzzles solved at a time
    #[arg(long, default_value_t = 64)]
    batch: usize,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Write what the model is worth after each segment to this CSV
    #[arg(long)]
    each: Option<PathBuf>,
    /// Note that in this card, which the page draws it from
    #[arg(long)]
    card: Option<PathBuf>,
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    let model = models::load(&args.model)?;
    let file = fs::File::open(&args.data).map_err(|e| at(args.data.display())(&e))?;
    let table = csv::read(model.kind, file).map_err(|e| at(args.data.display())(&e))?;
    super::recipe::tell(&args.data.display().to_string(), model.kind, &table);
    let examples: Vec<data::Example> = table.into_examples();
    if examples.is_empty() {
        return Err(format!("{}: no good row", args.data.display()).into());
    }
    let segments = args.segments.unwrap_or(model.config.halt_max_steps).max(1);
    let batch = args.batch.clamp(1, examples.len());
    let engine = args.engine.open()?;
    let bar = ProgressBar::new(examples.len() as u64);
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} puzzles, {eta} left")?);
    let (trial, seconds) = pollster::block_on(async {
        let mut solver = Solver::new(&engine, &model.config, &model.weights, batch, Taps::None).await?;
        let start = Instant::now();
        let show = async |done| {
            bar.set_position(done as u64);
            ControlFlow::Continue(())
        };
        let trial = evaluate(&mut solver, &examples, segments, show).await?.unwrap_or_default();
        Ok::<_, Failure>((trial, start.elapsed().as_secs_f64()))
    })?;
    bar.finish_and_clear();
    if let Some(file) = &args.each {
        fs::write(file, each_csv(&trial.after_each)).map_err(|e| at(file.display())(&e))?;
    }
    if let Some(file) = &args.card {
        note_in_card(file, &trial.after_each)?;
    }
    let evaluation = trial.result();
    let rate = evaluation.count as f64 / seconds;
    if args.json {
        let mut value = serde_json::to_value(evaluation)?;
        value["puzzles_per_second"] = json!(rate);
        value["segments"] = json!(segments);
        println!("{value}");
    } else {
        println!("puzzles            {:>9}", evaluation.count);
        println!("segments           {segments:>9}");
        println!("exact accuracy     {:>9.4}", evaluation.exact_accuracy);
        println!("cell accuracy      {:>9.4}", evaluation.accuracy);
        println!("mean halting step  {:>9.2}", evaluation.steps);
        println!("q_halt accuracy    {:>9.4}", evaluation.q_halt_accuracy);
        println!("puzzles a second   {rate:>9.1}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes what each segment is worth into a model's card; all else in it stays.
fn note_in_card(file: &Path, after_each: &[Evaluation]) -> Result<(), Failure> {
    let text = fs::read(file).map_err(|e| at(file.display())(&e))?;
    let text = hrm_web::text::decode(&text).map_err(|e| at(file.display())(&e))?;
    let mut card: Map<String, Value> = serde_json::from_str(&text).map_err(|e| at(file.display())(&e))?;
    let by_segment = BySegment {
        exact_accuracy: after_each.iter().map(|evaluation| evaluation.exact_accuracy).collect(),
        count: after_each.first().map_or(0, |evaluation| evaluation.count as u64),
    };
    card.insert("by_segment".into(), serde_json::to_value(by_segment)?);
    fs::write(file, serde_json::to_string_pretty(&card)? + "\n").map_err(|e| at(file.display())(&e).into())
}

fn each_csv(after_each: &[Evaluation]) -> String {
    let row = |(segment, e): (usize, &Evaluation)| {
        format!("{segment},{:.5},{:.5},{:.5}\n", e.exact_accuracy, e.accuracy, e.q_halt_accuracy)
    };
    let rows: String = (1..).zip(after_each).map(row).collect();
    format!("segment,exact_accuracy,accuracy,q_halt_accuracy\n{rows}")
}
