//! `hrm grow`: a model for larger mazes, to go on training from.

use std::path::PathBuf;
use std::process::ExitCode;

use hrm_core::checkpoint;
use hrm_core::puzzle::Kind;

use super::{Failure, at, models, output};

/// Make a model for larger mazes out of one for smaller ones
///
/// Its token mixer (mlp_t) is laid over the larger board in several windows. The result is where training goes on from:
/// `hrm train RECIPE --from FILE`.
#[derive(clap::Args)]
pub struct Args {
    /// A gallery model's name, or a .safetensors file with its configuration in the .json of the same stem
    model: String,
    /// The larger maze, such as maze-13
    #[arg(long)]
    to: Kind,
    /// The file of the weights; the configuration goes into the .json beside it
    #[arg(long)]
    out: PathBuf,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    models::check_output(&args.out, args.force)?;
    let small = models::load("model", &args.model)?;
    if !args.to.pads(small.kind) || !args.to.size().is_square() {
        let grown = "only to square boards into which its own can be set";
        return Err(format!("{} does not grow to {}, {grown}", small.kind, args.to).into());
    }
    let side = args.to.size().rows();
    let (config, weights) = checkpoint::grow(&small.config, &small.weights, side).map_err(|e| at(&args.model)(&e))?;
    models::write(&args.out, &weights, &models::config_text(&config, Some(args.to), &[])?)?;
    let (count, expansion, out) = (weights.count(), config.expansion, args.out.display());
    output::print_result(format_args!("{count} weights, expansion {expansion}, in {out}"))?;
    Ok(ExitCode::SUCCESS)
}
