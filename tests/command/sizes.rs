//! A model that serves boards of every size of its game: trained on some, run and tried on others.

use hrm_core::recording::file;
use hrm_core::train::Saved;

use super::Folder;

const RECIPE: &str = r#"
name = "sizes"
puzzle = "maze-7x9"
[data]
base_puzzles = 10
test_puzzles = 4
seed = 2
boards = [{ size = "5x9", share = 0.5 }]
[model]
H_cycles = 1
L_cycles = 1
H_layers = 1
L_layers = 1
hidden_size = 16
num_heads = 2
pos_encodings = "rope_2d"
halt_max_steps = 2
[training]
batch = 4
steps = 4
seed = 2
evaluate_every = 4
evaluate_on = 4
"#;

#[test]
fn one_model_is_trained_tried_and_run_on_mazes_of_several_sizes() {
    let folder = Folder::new("sizes");
    folder.write("sizes.toml", RECIPE);
    folder.hrm(&["train", "sizes.toml", "--out", "run"]).done();

    let mut mixed = String::new();
    for (kind, count) in [("maze-7x9", "3"), ("maze-9", "2"), ("maze-9x7", "2")] {
        let rows = folder.hrm(&["puzzles", kind, "--count", count, "--both"]).done();
        let rows = if mixed.is_empty() { rows } else { rows.split_once('\n').unwrap().1.to_owned() };
        mixed.push_str(&rows);
    }
    folder.write("mixed.csv", mixed);
    let model = ["--model", "run/sizes.safetensors"];
    let said = folder.hrm(&[&["eval"], &model[..], &["--data", "mixed.csv", "--json"]].concat());
    assert!(!said.err.contains("left out"), "{said:?}");
    let result: serde_json::Value = serde_json::from_str(&said.done()).unwrap();
    assert_eq!(result["count"], 7);
    let views = ["--data", "mixed.csv", "--views", "2", "--until", "budget", "--by", "size", "--table", "--json"];
    let said = folder.hrm(&[&["eval"], &model[..], &views].concat());
    let result: serde_json::Value = serde_json::from_str(&said.done()).unwrap();
    assert_eq!(
        (&result["count"], &result["mean_views"], &result["mean_segments"]),
        (&7.into(), &2.0.into(), &4.0.into())
    );
    let by = result["by"]["size"].as_array().unwrap().iter();
    let by: Vec<_> = by.map(|group| (group["name"].as_str().unwrap(), group["count"].as_u64().unwrap())).collect();
    assert_eq!(by, [("7x9", 3), ("9x9", 2), ("9x7", 2)]);
    let question = "#####\n#S  #\n### #\n#G  #\n#####";
    let arguments = [&["run"], &model[..], &["--puzzle", question, "--recording", "r.safetensors"]].concat();
    let said = folder.hrm(&arguments).done();
    assert!(said.lines().filter(|line| line.chars().count() == 5).count() >= 5, "{said}");
    let opened = file::from_bytes(&folder.read("r.safetensors")).unwrap();
    assert_eq!((opened.kind.name(), opened.recording.question().len()), ("maze-5".into(), 25));
}

#[test]
fn puzzles_are_drawn_as_they_are_set() {
    let folder = Folder::new("sizes-set");
    let rows = folder.hrm(&["puzzles", "maze-7x9", "--count", "3", "--both", "--set", "path=12"]).done();
    let steps = |row: &str| row.rsplit_once(',').and_then(|(_, steps)| steps.parse::<u32>().ok());
    let ratings: Vec<u32> = rows.lines().filter_map(steps).collect();
    assert_eq!(ratings.len(), 3, "{rows}");
    assert!(ratings.iter().all(|steps| *steps >= 12), "{rows}");
    let said = folder.refusal(&["puzzles", "maze-9", "--set", "walls=3"]);
    assert_eq!(said, "--set: \"walls\" is no setting here; expected one of make, loops, path");
    let said = folder.refusal(&["puzzles", "sudoku-4x4", "--set", "difficulty=9"]);
    assert_eq!(said, "--set: difficulty is 9, expected 0 to 6");
    assert_eq!(folder.refusal(&["puzzles", "maze-9", "--set", "path"]), "--set path: expected NAME=NUMBER");
}

/// Rows of two sizes; of the second there are half as many.
fn mixed(folder: &Folder) -> String {
    let of = |kind: &str, count: &str| folder.hrm(&["puzzles", kind, "--count", count, "--both"]).done();
    let (rows, others) = (of("maze-7x9", "20"), of("maze-7x11", "10"));
    rows + others.split_once('\n').unwrap().1
}

#[test]
fn a_file_of_several_sizes_is_trained_on_and_resumed() {
    let folder = Folder::new("sizes-file");
    folder.write("mixed.csv", mixed(&folder));
    let recipe = RECIPE.replace("boards = [{ size = \"5x9\", share = 0.5 }]", "file = \"mixed.csv\"");
    folder.write("sizes.toml", &recipe);
    let said = folder.hrm(&["train", "sizes.toml", "--out", "whole"]);
    assert!(said.err.contains("mixed.csv: ") && said.err.contains(" % of the steps are on boards of 7x11"), "{said:?}");
    assert!(!said.err.contains("left out"), "{said:?}");
    said.done();
    let state = |run: &str| {
        let saved = Saved::from_bytes(&folder.read(&format!("{run}/state.safetensors"))).unwrap();
        (saved.state, saved.given.unwrap())
    };
    let (_, given) = state("whole");
    assert_eq!((given.own.len(), given.others[0].len()), (20, 10));

    // With the file gone: the puzzles are part of the state.
    folder.hrm(&["train", "sizes.toml", "--out", "run", "--minutes", "0"]);
    folder.write("mixed.csv", "");
    folder.hrm(&["train", "sizes.toml", "--out", "run", "--resume"]).done();
    assert_eq!(state("run"), state("whole"));

    folder.write(
        "one.toml",
        recipe
            .replace("rope_2d", "learned")
            .replace("seed = 2\nfile", "seed = 2\nboards = [{ size = \"5x9\", share = 0.5 }]\nfile"),
    );
    let said = folder.refusal(&["train", "one.toml", "--out", "one"]);
    assert!(said.contains("[data] boards: the model's weights are for one size"), "{said}");
    // Of a model for one size the rows of others are left out, and one sentence says why.
    folder.write("mixed.csv", mixed(&folder));
    folder.write("one.toml", recipe.replace("rope_2d", "learned"));
    let said = folder.hrm(&["train", "one.toml", "--out", "one"]);
    assert!(said.err.contains("the model's weights are for boards of 7x9 alone"), "{said:?}");
    assert!(said.err.contains("mixed.csv: 20 good rows, "), "{said:?}");
    let absent = recipe.replace("file =", "boards = [{ size = \"9x9\", share = 0.5 }]\nfile =");
    folder.write("absent.toml", absent);
    let said = folder.refusal(&["train", "absent.toml", "--out", "absent"]);
    assert_eq!(said, "mixed.csv: there is no 9x9 puzzle in it to learn from");
}
