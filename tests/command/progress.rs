//! How far a command is, on a terminal and in a file.

use super::Folder;

#[test]
fn a_training_in_a_file_tells_at_once_what_it_does() {
    let folder = Folder::new("progress-file");
    let said = folder.hrm(&["train", "small.toml"]);
    let lines: Vec<&str> = said.err.lines().collect();
    assert!(lines[0].starts_with("training small from step 0 to 40 on "), "{said:?}");
    assert!(lines[0].ends_with("; 40 base puzzles and 10 unseen ones; saved in runs/small"), "{said:?}");
    // The first row of the curve, before any test.
    assert!(lines[1].starts_with("step 20 (") && lines[1].contains("% exact"), "{said:?}");
    assert!(lines[2].starts_with("step 30 ("), "{said:?}");
    said.done();
}

/// What a command draws on a terminal, `script` being one.
#[cfg(target_os = "linux")]
fn on_a_terminal(folder: &Folder, arguments: &str) -> String {
    let call = format!("stty cols 120; {} {arguments}", env!("CARGO_BIN_EXE_hrm"));
    let mut command = std::process::Command::new("script");
    command.args(["-qec", &call, "/dev/null"]).current_dir(&folder.0).stdin(std::process::Stdio::null());
    let output = command.env("TERM", "xterm").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_bar_tells_no_time_before_anything_is_done() {
    let folder = Folder::new("progress-bar");
    folder.hrm(&["puzzles", "sudoku-6x6", "--count", "300", "--out", "p.csv"]).done();
    let drawn = on_a_terminal(&folder, "eval --model sudoku-6x6 --data p.csv --batch 100 --segments 8");
    let bars: Vec<&str> = drawn.split(['\r', '\n']).filter(|line| line.contains("segments of all batches")).collect();
    assert!(!bars.is_empty(), "{drawn}");
    assert!(!bars.iter().any(|bar| bar.contains(" 0/") && bar.contains("left")), "{drawn}");
    assert!(!drawn.contains(" 0s left"), "{drawn}");
    // It moves within the first batch of 8 segments.
    let moved = |bar: &&str| (1..8).any(|done| bar.contains(&format!(" {done}/")));
    assert!(bars.iter().any(moved), "{drawn}");
    assert!(drawn.contains("exact accuracy"), "{drawn}");
}

#[cfg(target_os = "linux")]
#[test]
fn minimal_puzzles_show_how_many_there_are() {
    let folder = Folder::new("progress-minimal");
    let drawn = on_a_terminal(&folder, "puzzles sudoku-9x9 --minimal --count 40 --out p.csv");
    assert!(drawn.contains("/40 puzzles generated"), "{drawn}");
    assert_eq!(String::from_utf8(folder.read("p.csv")).unwrap().lines().count(), 41);
}
