//! `hrm average`: several models of one shape become their mean.

use std::path::PathBuf;
use std::process::ExitCode;

use hrm_core::checkpoint;

use super::{Failure, models, output};

/// Make one model out of several of one shape: the mean of their weights
///
/// For stages of training that went on from one another, whose mean often solves more than each of them.
#[derive(clap::Args)]
pub struct Args {
    /// Gallery models' names, or .safetensors files, each with its configuration in the .json of the same stem
    #[arg(required = true, num_args = 2..)]
    models: Vec<String>,
    /// The file of the weights; the configuration goes into the .json beside it
    #[arg(long)]
    out: PathBuf,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    models::check_output(&args.out, args.force)?;
    let loaded = args.models.iter().map(|model| models::load("model", model)).collect::<Result<Vec<_>, _>>()?;
    let (kind, config) = (loaded[0].kind, loaded[0].config.clone());
    if let Some((other, name)) = loaded.iter().zip(&args.models).find(|(other, _)| other.kind != kind) {
        return Err(format!(
            "{name} is for {}, {} for {kind}: expected models for one kind",
            other.kind, args.models[0]
        )
        .into());
    }
    let weights: Vec<_> = loaded.into_iter().map(|model| model.weights).collect();
    let mean = checkpoint::average(&weights)?;
    models::write(&args.out, &mean, &models::config_text(&config, Some(kind), &[])?)?;
    let (models, count, out) = (weights.len(), mean.count(), args.out.display());
    output::print_result(format_args!("the mean of {models} models, {count} weights, in {out}"))?;
    Ok(ExitCode::SUCCESS)
}
