//! Files that are not what was expected, and files that exist.

use std::fs;

use super::{Folder, copy_model};

#[test]
fn a_folder_or_nothing_where_a_file_is_expected_is_told() {
    let folder = Folder::new("files-in");
    fs::create_dir(folder.path("here")).unwrap();
    folder.write("empty", "");
    let cases: &[&[&str]] = &[
        &["train", "FILE"],
        &["train", "FILE", "--resume"],
        &["eval", "--model", "sudoku-4x4", "--data", "FILE"],
        &["eval", "--model", "sudoku-4x4", "--data", "small.toml", "--card", "FILE"],
        &["verify", "FILE"],
    ];
    for arguments in cases {
        for (file, expected) in
            [("here", "here: this is a folder, expected a file"), ("nowhere", "nowhere: there is no such file")]
        {
            let arguments: Vec<&str> =
                arguments.iter().map(|argument| if *argument == "FILE" { file } else { argument }).collect();
            assert_eq!(folder.refusal(&arguments), expected, "{arguments:?}");
        }
    }
    let said = folder.refusal(&["run", "--model", "here", "--puzzle", "1"]);
    assert_eq!(said, "--model here: this is a folder, expected a .safetensors file");
    for arguments in [&["train", "empty"][..], &["verify", "empty"], &["run", "--model", "empty", "--puzzle", "1"]] {
        assert_eq!(folder.refusal(arguments), "empty: the file is empty");
    }
}

#[test]
fn a_missing_companion_is_told() {
    let folder = Folder::new("files-companion");
    copy_model(&folder, "alone");
    fs::remove_file(folder.path("alone.json")).unwrap();
    for arguments in [
        &["run", "--model", "alone.safetensors", "--puzzle", "1"][..],
        &["verify", "alone.safetensors"],
        &["train", "small.toml", "--from", "alone.safetensors"],
        &["grow", "alone.safetensors", "--to", "maze-13", "--out", "x.safetensors"],
    ] {
        let said = folder.refusal(arguments);
        assert_eq!(said, "alone.safetensors: its configuration is missing, expected beside it as alone.json");
    }
}

/// Commands that write a file, by the option of that file.
fn writers(file: &str) -> Vec<Vec<String>> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    vec![
        words(&["grow", "maze-9", "--to", "maze-11", "--out", file]),
        words(&["average", "sudoku-4x4", "sudoku-4x4", "--out", file]),
        words(&["convert", "sudoku-4x4", "--out", file]),
        words(&["puzzles", "sudoku-4x4", "--count", "3", "--out", file]),
        words(&["eval", "--model", "sudoku-4x4", "--data", "p.csv", "--segments", "1", "--each", file]),
        words(&["run", "--model", "sudoku-4x4", "--puzzle", "..4. 4... ...2 .3..", "--recording", file]),
    ]
}

#[test]
fn what_exists_is_only_replaced_by_force() {
    let folder = Folder::new("files-out");
    folder.hrm(&["puzzles", "sudoku-4x4", "--count", "3", "--out", "p.csv"]).done();
    for arguments in writers("there.safetensors") {
        folder.write("there.safetensors", "before");
        let said = folder.refusal(&arguments);
        assert_eq!(said, "there.safetensors: the file exists; give another name, or --force to replace it");
        assert_eq!(folder.read("there.safetensors"), b"before");
        let forced: Vec<String> = [arguments, vec!["--force".into()]].concat();
        folder.hrm(&forced).done();
        assert_ne!(folder.read("there.safetensors"), b"before");
    }
    // Of a model the configuration too.
    folder.write("half.json", "before");
    let said = folder.refusal(&["average", "sudoku-4x4", "sudoku-4x4", "--out", "half.safetensors"]);
    assert!(said.starts_with("half.json: the file exists"), "{said}");
    assert_eq!(
        folder.names(),
        ["half.json", "p.csv", "small.toml", "there.json", "there.safetensors"],
        "nothing is left over"
    );
}

#[test]
fn no_command_makes_folders_for_a_file() {
    let folder = Folder::new("files-folders");
    folder.hrm(&["puzzles", "sudoku-4x4", "--count", "3", "--out", "p.csv"]).done();
    fs::create_dir(folder.path("here.safetensors")).unwrap();
    let before = folder.names();
    for (file, expected) in [
        ("no/such.safetensors", "no/such.safetensors: the folder no does not exist"),
        ("p.csv/x.safetensors", "p.csv/x.safetensors: p.csv is a file, expected a folder"),
        ("here.safetensors", "here.safetensors: this is a folder, expected a file"),
    ] {
        for arguments in writers(file) {
            assert_eq!(folder.refusal(&arguments), expected, "{arguments:?}");
        }
    }
    assert_eq!(folder.names(), before);
}

/// As root a device would else be replaced by a file.
#[cfg(unix)]
#[test]
fn a_device_is_written_into() {
    use std::os::unix::fs::FileTypeExt;
    let folder = Folder::new("files-device");
    folder.hrm(&["puzzles", "sudoku-4x4", "--count", "3", "--out", "/dev/null"]).done();
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    let piped = folder.hrm(&["puzzles", "sudoku-4x4", "--count", "3", "--out", "/dev/stdout"]).done();
    assert_eq!(piped.lines().count(), 4, "{piped}");
    // A link stays a link.
    std::os::unix::fs::symlink("target.csv", folder.path("link.csv")).unwrap();
    folder.write("target.csv", "before");
    folder.hrm(&["puzzles", "sudoku-4x4", "--count", "3", "--out", "link.csv", "--force"]).done();
    assert!(folder.path("link.csv").is_symlink() && folder.read("target.csv").starts_with(b"source,"));
}
