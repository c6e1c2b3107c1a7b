//! The gallery of a command that was copied to another place.

use std::fs;
use std::process::{Command, Stdio};

use super::{Folder, Said, copy_model};

#[test]
fn a_copied_command_has_its_models_and_says_where_it_looks() {
    let folder = Folder::new("gallery");
    let copy = folder.path(if cfg!(windows) { "copied.exe" } else { "copied" });
    fs::copy(env!("CARGO_BIN_EXE_hrm"), &copy).unwrap();
    let run = |model: &str, gallery: Option<&str>| {
        let mut command = Command::new(&copy);
        command.args(["run", "--model", model, "--puzzle", "..4. 4... ...2 .3.."]).current_dir(&folder.0);
        command.stdin(Stdio::null()).env_remove("HRM_GALLERY");
        gallery.map(|gallery| command.env("HRM_GALLERY", gallery));
        Said::of(command.output().unwrap())
    };
    assert!(run("sudoku-4x4", None).done().ends_with("valid\n"));
    let said = run("nope", None).refusal();
    assert!(
        said.starts_with(
            "--model nope: there is no such file, HRM_GALLERY is not set, and the gallery has maze, maze-13, "
        ),
        "{said}"
    );

    // Further models come from a folder, and before the built-in ones.
    fs::create_dir(folder.path("models")).unwrap();
    copy_model(&folder, "models/mine");
    assert!(run("mine", Some("models")).done().ends_with("valid\n"));
    let said = run("nope", Some("models")).refusal();
    assert!(said.contains("the folder models of HRM_GALLERY") && said.contains("maze-9, mine, sudoku-4x4"), "{said}");
    folder.write("models/sudoku-4x4.safetensors", "newer, and broken");
    folder.write("models/sudoku-4x4.json", "{}");
    assert!(run("sudoku-4x4", Some("models")).refusal().starts_with("models/sudoku-4x4.safetensors: "));
    assert!(
        run("../models/mine", Some("models")).refusal().contains("there is no such file"),
        "a name leads nowhere else"
    );
}

#[test]
fn every_model_of_the_gallery_is_built_in() {
    let folder = Folder::new("gallery-all");
    let said = folder.refusal(&["run", "--model", "nope", "--puzzle", "1"]);
    let index = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/gallery/index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    let models = index["models"].as_array().unwrap();
    assert!(models.len() >= 7);
    for model in models {
        let name = model["name"].as_str().unwrap();
        assert!(said.split([' ', ',']).any(|word| word == name), "{name} in {said}");
    }
}

/// Dispatches of a segment and of a training step when this was written.
const DISPATCHES: [(&str, u64, u64); 11] = [
    ("maze", 110, 251),
    ("maze-13", 142, 307),
    ("maze-9", 142, 307),
    ("sudoku-4x4", 109, 363),
    ("sudoku-4x4-attention", 109, 367),
    ("sudoku-6x6", 109, 363),
    ("sudoku-9x9", 142, 307),
    ("sudoku-9x9-hrm", 143, 431),
    ("tiny", 109, 367),
    ("middle", 109, 367),
    ("27 M", 205, 680),
];

#[test]
fn no_model_asks_more_of_a_gpu_than_before() {
    let folder = Folder::new("gallery-ledger");
    let said = folder.hrm(&["bench", "--ledger", "--json"]).done();
    let ledger: serde_json::Value = serde_json::from_str(&said).unwrap();
    let rows = ledger["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2 * DISPATCHES.len(), "every model has a line in this test");
    for (model, segment, step) in DISPATCHES {
        for (entry, most) in [("segment", segment), ("training step", step)] {
            let row = rows.iter().find(|row| row["model"] == model && row["entry"] == entry);
            let found = row.and_then(|row| row["dispatches"].as_u64()).unwrap_or_else(|| panic!("{model}: {said}"));
            assert!(found > 0 && found <= most, "{model}, {entry}: {found} dispatches, {most} before");
        }
    }
    let devices = ledger["devices"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["predicted_ms"].as_array().is_some_and(|times| times.len() == devices.len())));
    assert!(folder.hrm(&["bench", "--ledger"]).done().contains("NVIDIA RTX 3060"));
}
