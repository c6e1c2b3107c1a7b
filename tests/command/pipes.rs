//! Nobody reads any more: a quiet end, and nothing is lost.

use std::process::Stdio;

use super::{Folder, Said, copy_model};

#[test]
fn a_reader_that_goes_away_is_a_quiet_end() {
    let folder = Folder::new("pipes");
    folder.hrm(&["puzzles", "sudoku-4x4", "--count", "20", "--out", "p.csv"]).done();
    copy_model(&folder, "a");
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/hrm_tiny_forward.safetensors");
    let cases: &[&[&str]] = &[
        &["run", "--model", "sudoku-4x4", "--puzzle", "..4. 4... ...2 .3..", "--recording", "r.safetensors"],
        &["run", "--model", "sudoku-4x4", "--puzzle", "..4. 4... ...2 .3..", "--json"],
        &["eval", "--model", "sudoku-4x4", "--data", "p.csv", "--segments", "1"],
        &["eval", "--model", "sudoku-4x4", "--data", "p.csv", "--segments", "1", "--json"],
        &["puzzles", "sudoku-9x9", "--count", "50"],
        &["verify", golden],
        &["average", "a.safetensors", "sudoku-4x4", "--out", "mean.safetensors"],
        &["grow", "maze-9", "--to", "maze-11", "--out", "grown.safetensors"],
        &["completions", "zsh"],
        &["man", "train"],
        &["--help"],
        &["--version"],
    ];
    for arguments in cases {
        let mut child = folder.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let said = Said::of(child.wait_with_output().unwrap());
        assert_eq!((said.status, said.err.as_str()), (Some(0), ""), "{arguments:?}: {said:?}");
    }
    // Files were asked for, whoever reads the rest.
    for file in ["r.safetensors", "mean.safetensors", "mean.json", "grown.safetensors"] {
        assert!(!folder.read(file).is_empty());
    }
}

#[test]
fn a_training_goes_on_without_anybody_who_reads() {
    let folder = Folder::new("pipes-train");
    let mut child =
        folder.command(&["train", "small.toml"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(!folder.read("runs/small/small.card.json").is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output_is_told() {
    let folder = Folder::new("pipes-full");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let said = Said::of(folder.command(&["man"]).stdout(full).output().unwrap());
    assert_eq!(said.status, Some(2), "{said:?}");
    assert!(said.err.starts_with("hrm: standard output: No space left"), "{said:?}");
}
