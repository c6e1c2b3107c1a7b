//! Ctrl-C and SIGTERM in a training.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use super::{Folder, RECIPE};

/// A training whose lines on standard error are read as they come.
struct Training {
    child: Child,
    lines: BufReader<std::process::ChildStderr>,
}

impl Training {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap());
        Self { child, lines }
    }

    /// Reads until a line that holds `text`.
    fn wait_for(&mut self, text: &str) -> String {
        let mut all = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.lines.read_line(&mut line).unwrap(), 0, "no line with {text:?} in {all}");
            if line.contains(text) {
                return line;
            }
            all += &line;
        }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Its status, and what else it says.
    fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

/// A run's curve without the seconds that it took.
fn curve(folder: &Folder, file: &str) -> Vec<String> {
    let text = String::from_utf8(folder.read(file)).unwrap();
    let timeless = |line: &str| {
        line.split(',').enumerate().filter(|(column, _)| *column != 1).map(|(_, x)| x.to_owned()).collect()
    };
    text.lines().map(timeless).map(|columns: Vec<String>| columns.join(",")).collect()
}

#[test]
fn the_first_signal_saves_and_the_run_goes_on_bit_for_bit() {
    let folder = Folder::new("signals");
    // Tests often, so that a signal may come in one.
    folder.write(
        "small.toml",
        RECIPE.replace("steps = 40", "steps = 600").replace("evaluate_every = 30", "evaluate_every = 3"),
    );
    folder.hrm(&["train", "small.toml", "--out", "whole"]).done();
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        let out = format!("stopped by {signal}");
        let mut training = Training::start(&mut folder.command(&["train", "small.toml", "--out", &out]));
        training.wait_for("step 3 ");
        training.signal(signal);
        let (code, said) = training.end();
        assert_eq!(code, Some(status), "{said}");
        let last = said.lines().last().unwrap();
        assert!(last.starts_with("stopped after step "), "{said}");
        let state = format!("{out}/state.safetensors");
        assert!(last.contains(&format!("saved in {state}; to go on: hrm train '{state}' --resume")), "{said}");
        assert!(!folder.path(&out).join("small.safetensors").exists(), "a model that is not done was written");
        let done = folder.hrm(&["train", &state, "--resume"]).done();
        assert!(done.starts_with("small after 600 steps: "), "{done}");
        assert_eq!(curve(&folder, &format!("{out}/metrics.csv")), curve(&folder, "whole/metrics.csv"));
        assert_eq!(folder.read(&format!("{out}/small.safetensors")), folder.read("whole/small.safetensors"));
    }
}

#[test]
fn a_second_signal_ends_at_once_and_room_that_is_made_is_used() {
    let folder = Folder::new("signals-twice");
    let blocked = |out: &str| {
        // Neither place takes the state: a folder stands where it is written, and there is none for temporary files.
        fs::create_dir_all(folder.path(out).join("state.safetensors.new")).unwrap();
        let mut command = folder.command(&["train", "small.toml", "--out", out]);
        let mut training = Training::start(command.env("TMPDIR", folder.path("nowhere")));
        training.wait_for("make room");
        training
    };
    let mut twice = blocked("twice");
    twice.signal("INT");
    // It still tries.
    twice.wait_for("make room");
    twice.signal("INT");
    let (code, said) = twice.end();
    assert_eq!(code, Some(130), "{said}");
    assert!(!folder.path("twice/state.safetensors").exists());

    let room = blocked("room");
    fs::remove_dir(folder.path("room/state.safetensors.new")).unwrap();
    let (code, said) = room.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(!folder.read("room/small.safetensors").is_empty());
}

#[test]
fn before_the_first_step_there_is_nothing_to_save() {
    let folder = Folder::new("signals-early");
    // Half a million of these take minutes.
    folder.write(
        "small.toml",
        RECIPE.replace("sudoku-4x4", "sudoku-9x9").replace("base_puzzles = 40", "base_puzzles = 500000"),
    );
    let mut command = folder.command(&["train", "small.toml"]);
    let training = Training::start(&mut command);
    // The folder is made before the puzzles.
    while !folder.path("runs/small").exists() {
        std::thread::yield_now();
    }
    training.signal("INT");
    let (code, said) = training.end();
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("before the first step: there is nothing to save"), "{said}");
}
