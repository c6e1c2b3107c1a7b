//! `hrm` as it is called: what it says, what it leaves behind, and with which status it ends.
#![cfg(not(target_arch = "wasm32"))]

mod checkpoints;
mod disk;
mod files;
mod gallery;
mod learn;
mod makes;
mod messages;
mod numbers;
mod pipes;
mod precision;
mod progress;
mod puzzles;
mod run_folder;
mod shell;
#[cfg(unix)]
mod signals;
mod sizes;
mod tasks;
mod wider;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A recipe of a tiny model; its steps, and what stands behind them, are a test's own.
const RECIPE: &str = r#"
name = "small"
puzzle = "sudoku-4x4"
[data]
base_puzzles = 40
test_puzzles = 10
seed = 2
[model]
H_cycles = 1
L_cycles = 1
H_layers = 1
L_layers = 1
hidden_size = 16
num_heads = 2
mlp_t = true
pos_encodings = "none"
halt_max_steps = 2
[training]
batch = 8
steps = 40
seed = 2
evaluate_every = 30
evaluate_on = 10
"#;

/// A folder of a test's own, empty at first, in which commands run.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("small.toml"), RECIPE).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Names of what lies in it, in order.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = entries.collect();
        names.sort();
        names
    }

    /// The command with these arguments, in this folder.
    fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hrm"));
        command.args(arguments).current_dir(&self.0).stdin(Stdio::null()).env_remove("HRM_GALLERY");
        command
    }

    fn hrm<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Said {
        Said::of(self.command(arguments).output().unwrap())
    }

    /// What is said of something that cannot be done: one line, status 2.
    fn refusal<A: AsRef<OsStr>>(&self, arguments: &[A]) -> String {
        self.hrm(arguments).refusal()
    }
}

/// What a command said.
#[derive(Debug)]
struct Said {
    out: String,
    err: String,
    status: Option<i32>,
}

impl Said {
    fn of(output: Output) -> Self {
        let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        assert!(!err.contains("panicked"), "{err}");
        Self { out, err, status: output.status.code() }
    }

    /// Standard output of what was done.
    fn done(self) -> String {
        assert_eq!(self.status, Some(0), "{self:?}");
        self.out
    }

    fn refusal(self) -> String {
        assert_eq!((self.status, self.out.as_str()), (Some(2), ""), "{self:?}");
        let said = self.err.strip_prefix("hrm: ").unwrap_or_else(|| panic!("{self:?}"));
        assert_eq!(said.trim_end().lines().count(), 1, "{self:?}");
        // What the system calls it says nothing to most people.
        assert!(!said.contains("os error"), "{self:?}");
        said.trim_end().to_owned()
    }
}

/// A test model in a folder: weights and configuration of the gallery's smallest.
fn copy_model(folder: &Folder, name: &str) {
    let gallery = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/gallery");
    for extension in ["safetensors", "json"] {
        let from = gallery.join(format!("sudoku-4x4.{extension}"));
        fs::copy(from, folder.path(&format!("{name}.{extension}"))).unwrap();
    }
}
