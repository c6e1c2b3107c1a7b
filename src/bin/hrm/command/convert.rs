//! `hrm convert`: a model in the form of the official training, or as safetensors.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use hrm_core::checkpoint::official::config_yaml;
use hrm_core::checkpoint::torch::{self, States, states_are_bf16};
use hrm_core::config::{Mixer, Positions};
use serde_json::Value;

use super::official::CONFIG;
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
    let model = models::read("model", &args.model, &args.set)?;
    let (config, weights) = (&model.config, &model.weights);
    let puzzle = model.kind().ok().map(|kind| kind.name());
    if is_safetensors {
        files::write(out, &weights.to_safetensors()?)?;
        let mut json = serde_json::to_value(config)?;
        if let Some(puzzle) = puzzle {
            json["puzzle"] = Value::String(puzzle);
        }
        files::write(&config_file, (serde_json::to_string_pretty(&json)? + "\n").as_bytes())?;
    } else {
        let has_bf16_states = args.bf16_states || states_are_bf16(weights);
        let states = if args.bf16_states { States::Rounded } else { States::Exact };
        files::write_with(out, |file| torch::write(weights, &archive(out), states, file))?;
        files::write(&config_file, config_yaml(config, puzzle.as_deref(), has_bf16_states).as_bytes())?;
        if !has_bf16_states {
            note(
                "hrm: H_init and L_init stay in f32, and forward_dtype is float32; --bf16-states rounds them for the official settings",
            );
        }
        if let Mixer::Conv { .. } = config.mixer {
            note("hrm: the official code has no convolution: it cannot go on with this model");
        }
        if config.positions == Positions::Rope2d {
            note("hrm: the official code has no pos_encodings rope_2d: it cannot go on with this model");
        }
    }
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
