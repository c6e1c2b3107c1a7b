//! What is said of mistakes that people make.

use std::fs;
use std::path::Path;

use super::{Folder, copy_model};

#[test]
fn a_forgotten_resume_is_told() {
    let folder = Folder::new("messages-resume");
    folder.hrm(&["train", "small.toml", "--minutes", "0"]).done();
    let state = "runs/small/state.safetensors";
    let said = folder.refusal(&["train", state]);
    assert_eq!(said, format!("{state}: this is a saved run, no recipe; to go on with it: hrm train {state} --resume"));
    copy_model(&folder, "model");
    let said = folder.refusal(&["train", "model.safetensors"]);
    assert!(said.contains("this is a model, no recipe") && said.contains("--from model.safetensors"), "{said}");
    let said = folder.refusal(&["train", "model.safetensors", "--resume"]);
    assert!(said.contains("not a saved run"), "{said}");
    let said = folder.refusal(&["eval", "--model", state, "--data", "p.csv"]);
    assert!(
        said.starts_with(&format!("--model {state}: this is a saved run, no model; hrm train writes its model")),
        "{said}"
    );
    let said = folder.refusal(&["train", "small.toml", "--resume", "--out", "new"]);
    assert_eq!(said, "new/state.safetensors: there is no saved run to go on with; without --resume one begins");
}

#[test]
fn an_option_is_called_by_its_own_name() {
    let folder = Folder::new("messages-options");
    assert!(
        folder.refusal(&["train", "small.toml", "--from", "nope"]).starts_with("--from nope: there is no such file")
    );
    assert!(folder.refusal(&["run", "--model", "nope", "--puzzle", "1"]).starts_with("--model nope: "));
    assert!(folder.refusal(&["grow", "nope", "--to", "maze-13", "--out", "x.safetensors"]).starts_with("model nope: "));
    let said = folder.refusal(&["grow", "maze-9", "--to", "maze-13", "--out", "x"]);
    assert_eq!(said, "--out x: expected a .safetensors file");
}

#[test]
fn verify_says_what_a_file_is_that_holds_no_golden_numbers() {
    let folder = Folder::new("messages-verify");
    copy_model(&folder, "model");
    let said = folder.refusal(&["verify", "model.safetensors"]);
    assert!(
        said.starts_with("model.safetensors: the file holds no golden numbers") && said.contains("is it a model?"),
        "{said}"
    );
    folder.write("empty.safetensors", "");
    assert_eq!(folder.refusal(&["verify", "empty.safetensors"]), "empty.safetensors: the file is empty");
}

#[test]
fn clues_that_contradict_each_other_are_told_once_with_status_2() {
    let folder = Folder::new("messages-clues");
    let said = folder.refusal(&["run", "--model", "sudoku-4x4", "--puzzle", "11.. .... .... ...."]);
    assert_eq!(said, "--puzzle: 1 stands twice in row 1: at row 1, column 1 and at row 1, column 2");
}

#[test]
fn one_row_is_one_row() {
    let folder = Folder::new("messages-one");
    let rows = folder.hrm(&["puzzles", "sudoku-4x4", "--count", "1"]).done();
    folder.write("p.csv", format!("{rows}x,1,1,0\n"));
    let said = folder.hrm(&["eval", "--model", "sudoku-4x4", "--data", "p.csv", "--segments", "1"]);
    assert!(said.err.contains("1 good row, 1 left out"), "{said:?}");
    said.done();
    let recipe =
        super::RECIPE.replace("base_puzzles = 40", "base_puzzles = 1").replace("test_puzzles = 10", "test_puzzles = 1");
    folder.write("one.toml", recipe.replace("steps = 40", "steps = 1"));
    let said = folder.hrm(&["train", "one.toml"]);
    assert!(said.err.contains("; 1 base puzzle and 1 unseen one;"), "{said:?}");
    assert!(said.done().starts_with("small after 1 step: "));
}

#[test]
fn both_weights_have_their_figures() {
    let folder = Folder::new("messages-weights");
    let said = folder.hrm(&["train", "small.toml"]);
    let figures = said.err.lines().filter(|line| line.contains("with the weights' average")).collect::<Vec<_>>();
    // At step 30 and at the end.
    assert_eq!(figures.len(), 2, "{said:?}");
    // What 40 steps with the default's average wrote is nearly the start weights, and that is said with what helps.
    let lag = "after step 40 it is still 96 % start weights; for a run of 40 steps ema = 0.75 suits";
    assert_eq!(said.err.matches(lag).count(), 1, "{said:?}");
    assert!(figures.iter().all(|line| line.ends_with("with the last weights")), "{said:?}");
    said.done();
    // Without an average there is one figure.
    let said = folder.hrm(&["train", "small.toml", "--set", "optimizer.ema=0", "--out", "plain"]);
    assert!(!said.err.contains("average") && said.err.contains("; unseen "), "{said:?}");
}

/// An average that spans 100,000 steps is still at the start weights where the last weights have learnt something.
#[test]
fn an_average_that_lags_is_explained() {
    let folder = Folder::new("messages-lag");
    let recipe = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes/sudoku-4x4.toml")).unwrap();
    let changes = [
        ("base_puzzles = 1000", "base_puzzles = 100"),
        ("test_puzzles = 500", "test_puzzles = 40"),
        ("cycles = 2", "cycles = 1"),
        ("layers = 2", "layers = 1"),
        ("hidden_size = 64", "hidden_size = 32"),
        ("expansion = 4", "expansion = 2"),
        ("halt_max_steps = 8", "halt_max_steps = 2"),
        ("lr = 1e-3", "lr = 3e-3"),
        ("warmup_steps = 100", "warmup_steps = 20"),
        ("ema = 0.999", "ema = 0.99999"),
        ("batch = 64", "batch = 16"),
        ("steps = 4000", "steps = 250"),
    ];
    let recipe = changes.iter().fold(recipe, |recipe, (from, to)| {
        assert!(recipe.contains(from), "{from}");
        recipe.replace(from, to)
    });
    folder.write("lag.toml", recipe);
    let said = folder.hrm(&["train", "lag.toml"]);
    let explained = "an average over about 100000 steps (ema 0.99999), which lags: after step 250 it is still 100 % start weights; \
                     for a run of 250 steps ema = 0.96 suits";
    // With the test that shows it, and below the result.
    assert_eq!(said.err.matches(explained).count(), 2, "{said:?}");
    said.done();
}
