//! The folder that a training writes into: it never replaces another run.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use hrm_core::train::{Recipe, Row, Saved, Summary};

use super::{Failure, files};

/// The state's file in a run's folder.
pub const STATE: &str = "state.safetensors";
/// The curve's file there.
pub const METRICS: &str = "metrics.csv";
/// Endings of the model's files there, behind the run's name.
pub const MODEL: [&str; 3] = ["safetensors", "json", "card.json"];

/// Makes the folder of a new run and tries whether it can be written to.
///
/// # Errors
/// There is a run in it, or a file that this one would replace; it cannot be written to.
pub fn begin(folder: &Path, recipe: &Recipe) -> Result<(), Failure> {
    // The model's file, named after the run, would replace the state's: also where a disk does not tell cases apart.
    if STATE.strip_suffix(".safetensors").is_some_and(|stem| stem.eq_ignore_ascii_case(&recipe.name)) {
        return Err(format!("a run cannot be named {:?}: its model would replace its {STATE}", recipe.name).into());
    }
    let state = folder.join(STATE);
    if state.is_file() {
        let of = describe(&state);
        let (shown, state) = (folder.display(), shell_word(&state));
        return Err(format!(
            "{shown} holds a run already, {of}: go on with it by hrm train {state} --resume, or give another folder by --out"
        )
        .into());
    }
    refuse_others(folder, recipe)?;
    files::make_folder(folder)
}

/// As [`begin`], for a run that was saved in `source`: in its own folder it goes on, in one with an earlier state of the same
/// run too.
///
/// # Errors
/// There is another run in it, or a later state of this one; it cannot be written to.
pub fn go_on(folder: &Path, saved: &Saved, source: &Path) -> Result<(), Failure> {
    let state = folder.join(STATE);
    if !state.exists() {
        refuse_others(folder, &saved.recipe)?;
        return files::make_folder(folder);
    }
    let is_source =
        fs::canonicalize(&state).is_ok_and(|state| fs::canonicalize(source).is_ok_and(|file| file == state));
    if is_source || summary(&state).is_some_and(|earlier| is_earlier(&earlier, saved)) {
        return files::make_folder(folder);
    }
    let (folder, of) = (folder.display(), describe(&state));
    Err(format!("{folder} holds another run, {of}: give another folder by --out").into())
}

/// Whether `earlier` is a state on the way to `saved`, so that nothing is lost by replacing it.
fn is_earlier(earlier: &Summary, saved: &Saved) -> bool {
    // The name may have been changed in the page; it decides nothing.
    let renamed = Recipe { name: earlier.recipe.name.clone(), ..saved.recipe.clone() };
    let same = |(before, after): (&Row, &Row)| before.mean == after.mean;
    earlier.recipe == renamed
        && earlier.step <= saved.state.step
        && earlier.rows.len() <= saved.rows.len()
        && earlier.rows.iter().zip(&saved.rows).all(same)
}

fn refuse_others(folder: &Path, recipe: &Recipe) -> Result<(), Failure> {
    let model = MODEL.map(|ending| format!("{}.{ending}", recipe.name));
    let others = model.into_iter().chain([METRICS.to_owned()]);
    match others.map(|name| folder.join(name)).find(|file| file.exists()) {
        None => Ok(()),
        Some(file) => {
            Err(format!("{}: the run would replace this file; give another folder by --out", file.display()).into())
        }
    }
}

/// A saved run in words.
fn describe(state: &Path) -> String {
    summary(state).map_or_else(
        || format!("though {} cannot be read", state.display()),
        |summary| format!("{} at step {}", summary.recipe.name, summary.step),
    )
}

/// What a saved run says of itself: the header alone is read.
fn summary(state: &Path) -> Option<Summary> {
    /// Bytes of a header at most: that of 100,000 rows of a curve has 50 MB.
    const MOST: u64 = 200_000_000;
    let mut file = File::open(state).ok()?;
    let mut bytes = vec![0; 8];
    file.read_exact(&mut bytes).ok()?;
    let length = u64::from_le_bytes(*bytes.first_chunk()?).min(MOST);
    file.take(length).read_to_end(&mut bytes).ok()?;
    Summary::from_bytes(&bytes).ok()
}

/// Where a saved run goes on if nobody says: its own folder, if it lies in one, else a folder of its name.
pub fn of_saved(file: &Path, recipe: &Recipe) -> PathBuf {
    match file.parent() {
        Some(folder) if file.file_name().is_some_and(|name| name == STATE) => folder.to_owned(),
        _ => Path::new("runs").join(&recipe.name),
    }
}

/// A path as a word that a shell reads back.
pub fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+=,:@%\\".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
