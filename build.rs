//! What the command carries inside: the gallery's models, the collections of tasks, and the name of the commit that it was built from. The page's
//! modules carry neither, so no commit makes them anew.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=HRM_COMMIT");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let is_page = env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|architecture| architecture == "wasm32");
    if is_page {
        return Ok(());
    }
    let given = env::var("HRM_COMMIT").ok().filter(|name| !name.trim().is_empty());
    let name = given.or_else(|| {
        let (commit, watched) = commit_of(&root)?;
        watched.iter().for_each(|file| println!("cargo::rerun-if-changed={}", file.display()));
        Some(commit.chars().take(10).collect())
    });
    // Without git, as in an archive of the sources, nobody knows.
    println!("cargo::rustc-env=HRM_COMMIT_NAME={}", name.as_deref().map_or("unknown", str::trim));
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("gallery.rs"), gallery_of(&root.join("www/gallery"))?)?;
    fs::write(out.join("tasks.rs"), tasks_of(&root.join("www/tasks"))?)
}

/// The commit that a working tree stands at, read from git's own files, and those of them that change with it; `None`
/// where there is no git.
pub fn commit_of(root: &Path) -> Option<(String, Vec<PathBuf>)> {
    let git = git_folder(&root.join(".git"))?;
    // A further working tree has its own HEAD, and shares the branches.
    let shared = fs::read_to_string(git.join("commondir")).map_or(git.clone(), |path| git.join(path.trim()));
    let head = fs::read_to_string(git.join("HEAD")).ok()?;
    let mut watched = vec![git.join("HEAD")];
    let commit = match head.trim().strip_prefix("ref: ") {
        None => head.trim().to_owned(),
        Some(branch) => {
            let file = shared.join(branch);
            let packed = || packed(&fs::read_to_string(shared.join("packed-refs")).ok()?, branch);
            let commit = fs::read_to_string(&file).ok().or_else(packed)?;
            watched.push(file);
            commit.trim().to_owned()
        }
    };
    // Git appends to this file whenever HEAD moves, also where the branch's own file is packed away.
    watched.push(git.join("logs/HEAD"));
    watched.retain(|file| file.is_file());
    let is_hash = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then_some((commit, watched))
}

/// Git's folder: `.git` itself, or where such a file points to.
fn git_folder(dot_git: &Path) -> Option<PathBuf> {
    if dot_git.is_dir() {
        return Some(dot_git.to_owned());
    }
    let text = fs::read_to_string(dot_git).ok()?;
    Some(dot_git.parent()?.join(text.trim().strip_prefix("gitdir: ")?))
}

/// A branch's line in `packed-refs`.
fn packed(text: &str, branch: &str) -> Option<String> {
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    lines.find(|(_, name)| *name == branch).map(|(commit, _)| commit.to_owned())
}

/// Code of an array of (name, weights, configuration), in the order of the names; empty where there is no such folder.
fn gallery_of(folder: &Path) -> io::Result<String> {
    let mut names = Vec::new();
    if folder.is_dir() {
        println!("cargo::rerun-if-changed={}", folder.display());
        for entry in fs::read_dir(folder)? {
            let file = entry?.file_name();
            let name = file.to_str().and_then(|file| file.strip_suffix(".safetensors"));
            names.extend(name.filter(|name| folder.join(format!("{name}.json")).is_file()).map(str::to_owned));
        }
    }
    names.sort();
    let entry = |name: &String| {
        let [weights, config] = ["safetensors", "json"].map(|extension| folder.join(format!("{name}.{extension}")));
        format!("({name:?}, include_bytes!({weights:?}), include_str!({config:?})),\n")
    };
    Ok(format!("[\n{}]\n", names.iter().map(entry).collect::<String>()))
}

/// Code of an array of (name, text) of the collections of tasks, in the order of the names; empty where there is no such folder.
fn tasks_of(folder: &Path) -> io::Result<String> {
    let mut names = Vec::new();
    if folder.is_dir() {
        println!("cargo::rerun-if-changed={}", folder.display());
        for entry in fs::read_dir(folder)? {
            names.extend(entry?.file_name().to_str().and_then(|file| file.strip_suffix(".json")).map(str::to_owned));
        }
    }
    names.sort();
    let entry = |name: &String| format!("({name:?}, include_str!({:?})),\n", folder.join(format!("{name}.json")));
    Ok(format!("[\n{}]\n", names.iter().map(entry).collect::<String>()))
}
