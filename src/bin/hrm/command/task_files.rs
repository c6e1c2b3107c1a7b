//! Tasks by the name of a collection, from files and from folders.

use std::fs;
use std::path::{Path, PathBuf};

use hrm_core::puzzle::arc::{Task, file};

use super::{Failure, at, files};

/// Name and text of the collections that come with the command; the build script lists them.
static COLLECTIONS: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/tasks.rs"));

/// The tasks of several sources, each the name of a collection, a file, or a folder of files.
///
/// # Errors
/// One line: a source that there is not, the first fault of a file.
pub fn read(sources: &[String]) -> Result<Vec<Task>, Failure> {
    let mut texts = Vec::new();
    for source in sources {
        let path = Path::new(source);
        match COLLECTIONS.iter().find(|(name, _)| name == source) {
            Some((name, text)) if !path.exists() => texts.push(((*name).to_owned(), (*text).to_owned())),
            _ => texts.extend(of_path(path)?),
        }
    }
    let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (&name[..], &text[..])).collect();
    Ok(file::read_all(&files)?)
}

/// The one task of a file, or that of an id in one of the collections.
///
/// # Errors
/// As [`read`]; several tasks.
pub fn one(name: &str) -> Result<Task, Failure> {
    if !Path::new(name).exists() {
        let in_collection = COLLECTIONS.iter().filter(|(_, text)| text.contains(&format!("\"{name}\"")));
        for (collection, text) in in_collection {
            if let Some(task) = file::read_all(&[(collection, text)])?.into_iter().find(|task| task.id == name) {
                return Ok(task);
            }
        }
    }
    let texts = of_path(Path::new(name))?;
    match &texts[..] {
        [(name, text)] => Ok(file::read(name, text)?),
        several => Err(format!("{name}: found {} files, expected one of one task", several.len()).into()),
    }
}

/// Names and texts of the files of a path.
fn of_path(path: &Path) -> Result<Vec<(String, String)>, Failure> {
    let mut found = Vec::new();
    add_files(path, &mut found)?;
    found.into_iter().map(|path| Ok((path.display().to_string(), text_of(&path)?))).collect()
}

fn text_of(path: &Path) -> Result<String, Failure> {
    if path.exists() {
        return files::read_text(path);
    }
    let names: Vec<&str> = COLLECTIONS.iter().map(|(name, _)| *name).collect();
    Err(format!("{}: there is no such file, and the collections of tasks are {}", path.display(), names.join(", "))
        .into())
}

/// Adds a file, or the .json files of a folder and those below it, by name.
pub fn add_files(path: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if !path.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    let before = found.len();
    let (mut folders, mut below) = (vec![path.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| at(folder.display())(&error))? {
            let entry = entry?;
            // Links to folders are not followed: they may lead around in a circle.
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if entry.path().extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
                below.push(entry.path());
            }
        }
    }
    below.sort();
    found.extend(below);
    if found.len() == before {
        return Err(format!("{}: there is no .json file in the folder", path.display()).into());
    }
    Ok(())
}
