//! `hrm run`, `hrm eval` and `hrm puzzles` on mazes, as on Sudokus.
#![cfg(not(target_arch = "wasm32"))]

use std::{env, fs, process};

use hrm_core::{puzzle::Kind, recording::file};
use hrm_web::ui::board::starter::first_question;

/// What the command prints.
fn hrm(arguments: &[&str]) -> String {
    let output = process::Command::new(env!("CARGO_BIN_EXE_hrm")).args(arguments).output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(output.status.success(), "hrm {arguments:?}: {err}");
    out
}

#[test]
fn a_maze_is_run_and_recorded() {
    let kind: Kind = "maze-9".parse().unwrap();
    let puzzle = kind.decode(&first_question(kind));
    let file = env::temp_dir().join(format!("hrm-cli-{}.safetensors", process::id()));
    let said = hrm(&["run", "--model", "maze-9", "--puzzle", &puzzle, "--recording", file.to_str().unwrap()]);
    let recorded = file::from_bytes(&fs::read(&file).unwrap());
    fs::remove_file(&file).unwrap();
    assert!(said.ends_with("valid\n"), "{said}");
    // The answer stands there as a board, nine lines of nine, and nowhere in one line.
    let rows: Vec<&str> = said.lines().filter(|line| line.chars().count() == 9 && line.contains('#')).collect();
    assert_eq!(rows.len(), 9, "{said}");
    let answer = recorded.unwrap().recording.segments().last().unwrap().answer.tokens.clone();
    assert_eq!(rows.concat(), kind.decode(&answer), "{said}");
    assert!(!said.lines().any(|line| line.contains(&kind.decode(&answer))), "{said}");
}

#[test]
fn mazes_are_evaluated() {
    let file = env::temp_dir().join(format!("hrm-cli-{}.csv", process::id()));
    let path = file.to_str().unwrap();
    hrm(&["puzzles", "maze-9", "--count", "12", "--seed", "5", "--out", path]);
    let said = hrm(&["eval", "--model", "maze-9", "--data", path, "--segments", "4"]);
    fs::remove_file(&file).unwrap();
    let exact = said.lines().find_map(|line| line.strip_prefix("exact accuracy")).unwrap();
    assert!(exact.trim().parse::<f64>().unwrap() > 0.8, "{said}");
}
