//! `hrm convert`: a model in the form of the official training, or as safetensors.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use hrm_core::checkpoint::official::config_yaml;
use hrm_core::checkpoint::torch::{self, PuzzleRows, States, states_are_bf16};
use hrm_core::config::Positions;

use super::official::{CONFIG, IDENTIFIERS};
use super::output::{self, note};
use super::{Failure, files, models};

/// Rewrite a model as a PyTorch file of the official training, or as safetensors
///
/// Values are kept exactly. The official code goes on from such a file (docs/many-gpus.md).
#[derive(clap::Args)]
pub struct Args {
    /// A gallery model's name, a .safetensors file with its configuration in the .json of the same stem, or what the official
    /// training writes: a file step_N, or the folder of such files and their all_config.yaml
    model: String,
    /// A .safetensors file, with the configuration in the .json beside it; any other name, such as step_1000, becomes a
    /// PyTorch file with all_config.yaml beside it
    #[arg(long)]
    out: PathBuf,
    /// A field of the model's configuration set otherwise than its file or its tensors tell, such as seq_len=81 or
    /// num_heads=8; once for each field
    #[arg(long, value_name = "FIELD=VALUE")]
    set: Vec<String>,
    /// Round H_init and L_init to bf16, in which the official code computes with its own settings
    #[arg(long)]
    bf16_states: bool,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
}

pub fn run(args: Args) -> Result<ExitCode, Failure> {
    let out = &args.out;
    let is_safetensors = out.extension().is_some_and(|extension| extension == "safetensors");
    if is_safetensors && args.bf16_states {
        return Err("--bf16-states: a .safetensors file is in f32".into());
    }
    let config_file = if is_safetensors { out.with_extension("json") } else { out.with_file_name(CONFIG) };
    if config_file == *out {
        return Err(format!(
            "--out {}: this is the configuration's name, expected one such as step_1000",
            out.display()
        )
        .into());
    }
    files::check_output(out, args.force)?;
    files::check_output(&config_file, args.force)?;
    let model = models::read("model", &args.model, &args.set, PuzzleRows::All)?;
    let (config, weights) = (&model.config, &model.weights);
    let kind = model.kind().ok();
    let puzzle = kind.map(|kind| kind.name());
    // Neither file takes its place before both are whole: weights beside another model's configuration are worth nothing.
    let (of_weights, text) = if is_safetensors {
        let bytes = weights.to_safetensors()?;
        let of_weights = files::written(out, |file| file.write_all(&bytes))?;
        (of_weights, models::config_text(config, kind, &model.identifiers)?)
    } else {
        let has_bf16_states = args.bf16_states || states_are_bf16(weights);
        let states = if args.bf16_states { States::Rounded } else { States::Exact };
        if !has_bf16_states {
            note(
                "hrm: H_init and L_init stay in f32, and forward_dtype is float32; --bf16-states rounds them for the official settings",
            );
        }
        if config.has_convolution() {
            note("hrm: the official code has no convolution: it cannot go on with this model");
        }
        if config.positions == Positions::Rope2d {
            note("hrm: the official code has no pos_encodings rope_2d: it cannot go on with this model");
        }
        let of_weights = files::written(out, |file| torch::write(weights, &archive(out), states, file))?;
        (of_weights, config_yaml(config, puzzle.as_deref(), has_bf16_states, Some(&model.value)))
    };
    let of_config = files::written(&config_file, |file| file.write_all(text.as_bytes()))?;
    // Its names stand beside an official checkpoint, in the .json of one of this project.
    let names = out.with_file_name(IDENTIFIERS);
    let of_names = match is_safetensors || model.identifiers.is_empty() || names.exists() && !args.force {
        true => None,
        false => {
            let text = serde_json::to_string(&model.identifiers)?;
            Some(files::written(&names, |file| file.write_all(text.as_bytes()))?)
        }
    };
    of_weights.place()?;
    of_config.place()?;
    of_names.map_or(Ok(()), files::Written::place)?;
    output::print_result(format_args!(
        "{} weights, in {} and {}",
        weights.count(),
        out.display(),
        config_file.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// The name of the folder in the archive: PyTorch takes the file's without its ending.
fn archive(out: &Path) -> String {
    let stem = out.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    stem.filter(|stem| !stem.contains(['/', '\\']) && !stem.is_empty()).unwrap_or_else(|| "archive".into())
}
