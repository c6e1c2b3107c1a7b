//! `hrm eval`: a model on a CSV of puzzles.

use std::fs;
use std::num::NonZeroUsize;
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

use super::{EngineArg, Failure, at, models, wider};

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
    /// Puzzles solved at a time [default: 64], with --views the views of a batch [default: 16]
    #[arg(long)]
    batch: Option<usize>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Write what the model is worth after each segment to this CSV
    #[arg(long)]
    each: Option<PathBuf>,
    /// Note that in this card, which the page draws it from
    #[arg(long)]
    card: Option<PathBuf>,
    /// Puzzles of the file at most, from its first on [default: all]
    #[arg(long)]
    count: Option<NonZeroUsize>,
    #[command(flatten)]
    wider: wider::Args,
    /// With --views: the share solved by numbers of views and of segments, every cell from this one run. All views run as
    /// far as a cell depends on them; with --until budget to the end, and every way to choose has its table
    #[arg(long, requires = "views")]
    table: bool,
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    let model = args.wider.weights(models::load(&args.model)?);
    let file = fs::File::open(&args.data).map_err(|e| at(args.data.display())(&e))?;
    let table = csv::read(model.kind, file).map_err(|e| at(args.data.display())(&e))?;
    for problem in &table.problems {
        eprintln!("hrm: {}: {problem}", args.data.display());
    }
    if !table.problems.is_empty() {
        eprintln!("hrm: {} good rows, {} left out", table.rows.len(), table.problems.len());
    }
    let mut examples: Vec<data::Example> = table.into_examples();
    examples.truncate(args.count.map_or(usize::MAX, NonZeroUsize::get));
    if examples.is_empty() {
        return Err(format!("{}: no good row", args.data.display()).into());
    }
    let segments = args.segments.unwrap_or(model.config.halt_max_steps).max(1);
    let batch = args.batch.unwrap_or(64).clamp(1, examples.len());
    let engine = args.engine.open()?;
    if let Some(settings) = args.wider.settings(segments, args.table)? {
        if args.each.is_some() || args.card.is_some() {
            return Err("--each and --card are of the plain run: expected no --views".into());
        }
        let rows = args.wider.rows(args.batch, examples.len());
        return wider::eval(&model, &engine, &examples, &settings, rows, args.json);
    }
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
    let valid_accuracy = wider::valid_share(model.kind, &examples, &trial.answers);
    wider::name_several(model.kind, &examples);
    let rate = evaluation.count as f64 / seconds;
    if args.json {
        let mut value = serde_json::to_value(evaluation)?;
        value["puzzles_per_second"] = json!(rate);
        value["segments"] = json!(segments);
        value["valid_accuracy"] = json!(valid_accuracy);
        value["mean_views"] = json!(1);
        value["mean_segments"] = json!(segments);
        value["mean_seconds"] = json!(1.0 / rate);
        value["distinct_answers"] = json!(1);
        println!("{value}");
    } else {
        println!("puzzles            {:>9}", evaluation.count);
        println!("segments           {segments:>9}");
        println!("exact accuracy     {:>9.4}", evaluation.exact_accuracy);
        println!("valid accuracy     {valid_accuracy:>9.4}");
        println!("cell accuracy      {:>9.4}", evaluation.accuracy);
        println!("mean halting step  {:>9.2}", evaluation.steps);
        println!("q_halt accuracy    {:>9.4}", evaluation.q_halt_accuracy);
        println!("puzzles a second   {rate:>9.1}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes what each segment is worth into a model's card; all else in it stays.
fn note_in_card(file: &Path, after_each: &[Evaluation]) -> Result<(), Failure> {
    let text = fs::read_to_string(file).map_err(|e| at(file.display())(&e))?;
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
