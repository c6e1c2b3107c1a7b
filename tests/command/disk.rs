//! Disks that take nothing: nothing that was computed is lost.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use super::{Folder, RECIPE};

#[test]
fn a_state_that_its_folder_does_not_take_is_saved_elsewhere_and_goes_on() {
    let folder = Folder::new("disk-elsewhere");
    fs::create_dir_all(folder.path("out/state.safetensors.new")).unwrap();
    fs::create_dir(folder.path("tmp")).unwrap();
    let arguments = ["train", "small.toml", "--out", "out"];
    let output = folder.command(&arguments).env("TMPDIR", folder.path("tmp")).output().unwrap();
    let said = super::Said::of(output);
    assert_eq!((said.status, said.out.as_str()), (Some(2), ""), "{said:?}");
    let (_, hint) = said.err.trim_end().split_once("to go on: hrm ").expect("how to go on");
    fs::remove_dir(folder.path("out/state.safetensors.new")).unwrap();
    let words: Vec<&str> = hint.split(' ').collect();
    let done = folder.hrm(&words).done();
    assert!(done.starts_with("small after 40 steps: ") && done.ends_with(", in out\n"), "{done}");
    assert!(!folder.read("out/small.card.json").is_empty());
}

/// Every write to this file fails as on a full disk.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_for_a_while_is_told_and_training_goes_on() {
    let folder = Folder::new("disk-full");
    folder.write("small.toml", RECIPE.replace("steps = 40", "steps = 1000"));
    let new = folder.path("out/state.safetensors.new");
    fs::create_dir(folder.path("out")).unwrap();
    std::os::unix::fs::symlink("/dev/full", &new).unwrap();
    let arguments = ["train", "small.toml", "--out", "out", "--save-every", "1"];
    let mut child = folder.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let said: Vec<String> = lines.collect();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said:?}");
    let failed = said.iter().find(|line| line.contains("not saved at step")).unwrap_or_else(|| panic!("{said:?}"));
    assert!(failed.contains("the disk is full") && failed.contains("training goes on"), "{failed}");
    assert!(!folder.read("out/state.safetensors").is_empty() && !folder.read("out/small.safetensors").is_empty());
}

#[test]
fn where_nothing_can_be_written_nothing_is_computed() {
    let folder = Folder::new("disk-early");
    folder.write("file", "something");
    for (out, expected) in
        [("file", "file: this is a file, expected a folder"), ("file/in", "file: this is a file, expected a folder")]
    {
        // Puzzles that would take minutes.
        let arguments =
            ["train", "small.toml", "--out", out, "--set", "data.base_puzzles=500000", "--set", "puzzle=sudoku-9x9"];
        assert_eq!(folder.refusal(&arguments), expected);
    }
    assert_eq!(folder.read("file"), b"something");
}
