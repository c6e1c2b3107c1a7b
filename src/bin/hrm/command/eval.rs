//! `hrm eval`: a model on a CSV of puzzles.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use hrm_core::config::ModelConfig;
use hrm_core::data::Example;
use hrm_core::gallery::BySegment;
use hrm_core::model::{Solver, Taps};
use hrm_core::puzzle::Kind;
use hrm_core::recording::solve::Until;
use hrm_core::train::{Evaluation, Trial, evaluate};
use serde_json::{Map, Value, json};

use super::boards::{self, Boards, by_size};
use super::by::{By, Groups};
use super::progress::Progress;
use super::{EngineArg, Failure, PrecisionArg, at, files, models, numbers, output, wider};

/// Measure a model on a CSV of puzzles
///
/// Without --views every answer is the raw arg max of the last segment. Exact accuracy compares with the given answer, valid
/// accuracy checks the rules. Accuracies are shares from 0 to 1; steps is the mean of the first
/// segment with q_halt > q_continue (TRM: q_halt > 0), else the last.
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
    /// CSV with the columns source,question,answer,rating
    #[arg(long)]
    data: PathBuf,
    /// The engine
    #[arg(long, value_enum, default_value = "cpu")]
    engine: EngineArg,
    /// Operands of the CPU engine's matrix products
    #[arg(long, value_enum, default_value = "f32")]
    precision: PrecisionArg,
    /// Segments for each puzzle [default: the model's halt_max_steps]
    #[arg(long, value_parser = numbers::segments, allow_negative_numbers = true)]
    segments: Option<usize>,
    /// Puzzles solved at a time [default: 64]; with --views the views computed at a time [default: 16]
    #[arg(long, value_parser = numbers::batch, allow_negative_numbers = true)]
    batch: Option<usize>,
    /// Puzzles of the file at most, from its first on [default: all]
    #[arg(long, value_parser = numbers::puzzles, allow_negative_numbers = true)]
    count: Option<usize>,
    /// Accuracies of groups of puzzles beside those of all; several with commas between
    #[arg(long, value_enum, value_delimiter = ',')]
    by: Vec<By>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Write the accuracies after each segment into this CSV
    #[arg(long, conflicts_with = "views")]
    each: Option<PathBuf>,
    /// Write the share of exactly right answers after each segment into this model card (.card.json), from which the page
    /// draws its curve
    #[arg(long, conflicts_with = "views")]
    card: Option<PathBuf>,
    /// Replace the file of --each if it exists
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    wider: wider::SearchArgs,
    /// With --views: the share solved by numbers of views and of segments, all from this one run, in which later views run
    /// only as far as a cell of the table depends on them; with --until budget they run to the end, and every --choose has
    /// its table
    #[arg(long, requires = "views")]
    table: bool,
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    if let Some(file) = &args.each {
        files::check_output(file, args.force)?;
    }
    // Before anything is computed for it.
    let card = args.card.as_deref().map(read_card).transpose()?;
    let model = models::load_under("--model", &args.model, &args.set, args.identifier.as_deref())?;
    let model = args.wider.weights(model);
    let mut rows = boards::read(&args.data, model.kind, &model.config)?;
    rows.truncate(args.count.unwrap_or(usize::MAX));
    let sizes = by_size(rows);
    let Some(first) = sizes.first() else {
        return Err(format!("{}: no good row", args.data.display()).into());
    };
    let mut groups = Groups::new(&args.by);
    groups.check(first.kind, &first.examples)?;
    let segments = args.segments.unwrap_or(model.config.halt_max_steps);
    let engine = args.engine.open(args.precision.get())?;
    if let Some(settings) = args.wider.settings(segments)? {
        let settings = wider::tabled(settings, args.table)?;
        let sized = |boards: Boards| Ok((configured(&model, boards.kind)?, boards));
        let sizes = sizes.into_iter().map(sized).collect::<Result<Vec<_>, Failure>>()?;
        return wider::eval(&model.weights, &engine, &sizes, settings, args.batch, groups, args.json);
    }
    if args.wider.until()? != Until::Budget {
        return Err(
            "--until: without --views every puzzle has all its segments; --each writes what each of them adds".into()
        );
    }
    let batch = |examples: &[Example]| args.batch.unwrap_or(64).min(examples.len());
    // In segments, so that it moves within the first batch too.
    let batches: usize = sizes.iter().map(|boards| boards.examples.len().div_ceil(batch(&boards.examples))).sum();
    let progress = Progress::new((batches * segments) as u64, "segments of all batches")?;
    let (trial, seconds) = pollster::block_on(async {
        let (mut total, mut seconds, mut played) = (None::<Trial>, 0.0, 0);
        for Boards { kind, examples, sources } in &sizes {
            let config = configured(&model, *kind)?;
            let mut solver = Solver::new(&engine, &config, &model.weights, batch(examples), Taps::None).await?;
            let start = Instant::now();
            let show = async |_| {
                played += 1;
                progress.set(played);
                ControlFlow::Continue(())
            };
            let trial = evaluate(&mut solver, *kind, examples, segments, show).await?.unwrap_or_default();
            seconds += start.elapsed().as_secs_f64();
            for ((example, source), answer) in examples.iter().zip(sources).zip(&trial.answers) {
                groups.add(*kind, source, example, Some(answer));
            }
            match &mut total {
                Some(total) => total.add(&trial),
                None => total = Some(trial),
            }
        }
        Ok::<_, Failure>((total.unwrap_or_default(), seconds))
    })?;
    progress.clear();
    if let Some(file) = &args.each {
        files::write(file, each_csv(&trial.after_each).as_bytes())?;
    }
    if let (Some(file), Some(card)) = (&args.card, card) {
        note_in_card(file, card, &trial.after_each)?;
    }
    sizes.iter().for_each(|boards| wider::name_several(boards.kind, &boards.examples));
    let evaluation = trial.result();
    let rate = evaluation.count as f64 / seconds;
    if args.json {
        let mut value = serde_json::to_value(evaluation)?;
        value["puzzles_per_second"] = json!(rate);
        value["segments"] = json!(segments);
        value["mean_views"] = json!(1.0);
        value["mean_segments"] = json!(segments as f64);
        value["mean_seconds"] = json!(seconds / evaluation.count as f64);
        value["distinct_answers"] = json!(1.0);
        if !groups.is_empty() {
            value["by"] = groups.json();
        }
        output::print_result(value)?;
    } else {
        let mut lines = vec![
            format!("puzzles            {:>9}", evaluation.count),
            format!("segments           {segments:>9}"),
            format!("exact accuracy     {:>9.4}", evaluation.exact_accuracy),
            format!("valid accuracy     {:>9.4}", evaluation.valid_accuracy.unwrap_or_default()),
            format!("cell accuracy      {:>9.4}", evaluation.accuracy),
            format!("mean halting step  {:>9.2}", evaluation.steps),
            format!("q_halt accuracy    {:>9.4}", evaluation.q_halt_accuracy),
            format!("puzzles a second   {rate:>9.1}"),
        ];
        lines.extend(groups.lines());
        output::print_result(lines.join("\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The model's configuration for boards of a kind that it serves.
fn configured(model: &models::Model, kind: Kind) -> Result<ModelConfig, Failure> {
    let config = model.kind.configured_for(kind, &model.config);
    config.ok_or_else(|| format!("a model for {} does not take {kind}", model.kind).into())
}

/// A model's card.
fn read_card(file: &Path) -> Result<Map<String, Value>, Failure> {
    Ok(serde_json::from_str(&files::read_text(file)?).map_err(|e| at(file.display())(&e))?)
}

/// Writes the shares after each segment into a model's card; all else in it stays.
fn note_in_card(file: &Path, mut card: Map<String, Value>, after_each: &[Evaluation]) -> Result<(), Failure> {
    let by_segment = BySegment {
        exact_accuracy: after_each.iter().map(|evaluation| evaluation.exact_accuracy).collect(),
        count: after_each.first().map_or(0, |evaluation| evaluation.count as u64),
    };
    card.insert("by_segment".into(), serde_json::to_value(by_segment)?);
    files::write(file, (serde_json::to_string_pretty(&card)? + "\n").as_bytes())
}

fn each_csv(after_each: &[Evaluation]) -> String {
    let row = |(segment, e): (usize, &Evaluation)| {
        let valid = e.valid_accuracy.unwrap_or_default();
        format!("{segment},{:.5},{:.5},{:.5},{valid:.5}\n", e.exact_accuracy, e.accuracy, e.q_halt_accuracy)
    };
    let rows: String = (1..).zip(after_each).map(row).collect();
    format!("segment,exact_accuracy,accuracy,q_halt_accuracy,valid_accuracy\n{rows}")
}
