//! The gallery's models for the command: it carries them, so a copy of it on another machine has them too. A folder of
//! further ones, or of newer ones, is named by an environment variable.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::PathBuf;

use hrm_core::checkpoint::torch::Source;

use super::{Failure, files};

/// The environment variable that names a folder of models, which come before the built-in ones.
pub const VARIABLE: &str = "HRM_GALLERY";

/// Name, weights (safetensors) and configuration (JSON), in the order of the names; the build script lists them.
static BUILT_IN: &[(&str, &[u8], &str)] = &include!(concat!(env!("OUT_DIR"), "/gallery.rs"));

/// A model's two files.
pub struct Files {
    /// Where the weights come from, for messages.
    pub weights_place: String,
    /// The weights, a safetensors file.
    pub weights: Box<dyn Source>,
    /// Where the configuration comes from.
    pub config_place: String,
    /// The configuration, JSON.
    pub config: Cow<'static, str>,
}

/// The names of the built-in models.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, ..)| *name)
}

/// The files of the model of a name; `None` where neither the folder nor the command has it.
///
/// # Errors
/// A file of the folder that cannot be read.
pub fn find(name: &str) -> Result<Option<Files>, Failure> {
    if let Some(folder) = folder() {
        // A name that leads elsewhere is none.
        let weights = folder.join(format!("{name}.safetensors"));
        if !name.contains(['/', '\\']) && weights.is_file() {
            return of_file(weights).map(Some);
        }
    }
    let found = BUILT_IN.iter().find(|(built_in, ..)| *built_in == name);
    Ok(found.map(|(name, weights, config)| Files {
        weights_place: format!("the built-in {name}.safetensors"),
        weights: Box::new(*weights),
        config_place: format!("the built-in {name}.json"),
        config: Cow::Borrowed(*config),
    }))
}

/// The files of a model given by that of its weights.
///
/// # Errors
/// One of the two cannot be read.
pub fn of_file(weights: PathBuf) -> Result<Files, Failure> {
    let config = weights.with_extension("json");
    let source = files::source(&weights)?;
    if !config.exists() {
        let (weights, config) = (weights.display(), config.display());
        return Err(format!("{weights}: its configuration is missing, expected beside it as {config}").into());
    }
    Ok(Files {
        weights_place: weights.display().to_string(),
        weights: source,
        config: Cow::Owned(files::read_text(&config)?),
        config_place: config.display().to_string(),
    })
}

/// In words, where a name is looked for, and which there are.
pub fn places() -> String {
    let mut named: Vec<String> = names().map(str::to_owned).collect();
    let folder = match folder() {
        None => format!("{VARIABLE} is not set"),
        Some(folder) => {
            let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            named.extend(
                entries.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".safetensors")?.to_owned())),
            );
            named.sort();
            named.dedup();
            format!("nor has the folder {} of {VARIABLE} such a model", folder.display())
        }
    };
    format!("{folder}, and the gallery has {}", named.join(", "))
}

fn folder() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).filter(|folder: &OsString| !folder.is_empty()).map(PathBuf::from)
}
