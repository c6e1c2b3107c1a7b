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
