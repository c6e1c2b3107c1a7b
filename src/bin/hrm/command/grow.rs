//! `hrm grow`: a model for larger mazes, to go on training from.

use std::path::PathBuf;
use std::process::ExitCode;

use hrm_core::checkpoint;
use hrm_core::puzzle::Kind;

use super::{Failure, at, models};

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
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    let small = models::load(&args.model)?;
    let (Kind::Maze(_), Kind::Maze(side)) = (small.kind, args.to) else {
        return Err(format!("mazes grow; {} does not grow to {}", small.kind, args.to).into());
    };
    let (config, weights) =
        checkpoint::grow(&small.config, &small.weights, side.get()).map_err(|e| at(&args.model)(&e))?;
    models::write(&args.out, &config, args.to, &weights)?;
    println!("{} weights, expansion {}, in {}", weights.count(), config.expansion, args.out.display());
    Ok(ExitCode::SUCCESS)
}
