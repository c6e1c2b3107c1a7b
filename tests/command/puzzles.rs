//! `hrm puzzles`, and files that one can train with.

use std::fs;

use super::Folder;

#[test]
fn fewer_than_asked_is_told_with_the_reason() {
    let folder = Folder::new("puzzles-few");
    let said = folder.hrm(&["puzzles", "maze-5", "--count", "1000"]);
    let rows = said.out.lines().count() - 1;
    assert!(rows < 1000, "{said:?}");
    let expected = format!(
        "hrm: {rows} puzzles instead of 1000: maze-5 has no more of the symmetry classes set aside for testing"
    );
    assert!(
        said.err.starts_with(&expected) && said.err.contains("--training") && said.err.contains("--both"),
        "{said:?}"
    );
    let said = folder.hrm(&["train", "small.toml", "--set", "data.test_puzzles=1000000"]);
    assert!(said.err.contains("unseen puzzles, test_puzzles asks for 1000000: sudoku-4x4 has no more"), "{said:?}");
    said.done();
}

#[test]
fn a_file_of_both_sides_can_be_trained_with_and_one_of_test_classes_cannot() {
    let folder = Folder::new("puzzles-both");
    let recipe = super::RECIPE.replace("test_puzzles = 10", "test_puzzles = 10\nfile = \"p.csv\"");
    folder.write("file.toml", recipe);
    folder.hrm(&["puzzles", "sudoku-4x4", "--count", "50", "--both", "--out", "p.csv"]).done();
    let said = folder.hrm(&["train", "file.toml", "--out", "both"]);
    assert!(said.err.contains("40 base puzzles and 10 unseen ones"), "{said:?}");
    said.done();

    folder.hrm(&["puzzles", "sudoku-4x4", "--count", "50", "--out", "p.csv", "--force"]).done();
    let said = folder.refusal(&["train", "file.toml", "--out", "none"]);
    assert!(said.starts_with("p.csv: nothing can be learnt from its 50 puzzles, all of symmetry classes"), "{said}");
    assert!(said.ends_with("hrm puzzles sudoku-4x4 --both writes puzzles of both sides"), "{said}");

    // Those of classes that are trained on leave nothing to test with: that is said, and it trains.
    folder.hrm(&["puzzles", "sudoku-4x4", "--count", "50", "--training", "--out", "p.csv", "--force"]).done();
    let said = folder.hrm(&["train", "file.toml", "--out", "training"]);
    assert!(said.err.contains("0 unseen puzzles, test_puzzles asks for 10: of the 50 in the file no more"), "{said:?}");
    assert!(said.done().contains("there are no unseen puzzles to try it on"));
    let said = folder.hrm(&["puzzles", "sudoku-4x4", "--both", "--training"]);
    assert_eq!(said.status, Some(2), "{said:?}");
}

#[test]
fn a_recipe_from_the_trials_is_told_what_to_do() {
    let folder = Folder::new("puzzles-trial");
    let recipe = super::RECIPE.replace("test_puzzles = 10", "test_puzzles = 5\nfile = \"p.csv\"");
    folder.write("from-puzzles.toml", recipe);
    let said = folder.refusal(&["train", "from-puzzles.toml"]);
    assert_eq!(said, "p.csv: there is no such file");
    fs::create_dir(folder.path("p.csv")).unwrap();
    assert_eq!(
        folder.refusal(&["train", "from-puzzles.toml", "--out", "x"]),
        "p.csv: this is a folder, expected a file"
    );
}
