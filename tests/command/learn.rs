//! `hrm arc solve` and `eval`, and recipes of tasks.

use std::fs;

use serde_json::Value;

use super::Folder;

/// A task of 3x3 grids whose colour 1 becomes 2; the test's output is known where `output` is true.
fn task(output: bool) -> String {
    let grid = |bits: u16, colour: u16| {
        let cell = |at: u16| ((bits >> at) & 1) * colour;
        let row = |row: u16| format!("[{},{},{}]", cell(3 * row), cell(3 * row + 1), cell(3 * row + 2));
        format!("[{},{},{}]", row(0), row(1), row(2))
    };
    let pair = |bits: u16| format!(r#"{{"input":{},"output":{}}}"#, grid(bits, 1), grid(bits, 2));
    let train: Vec<String> = [0b1_0110_1001, 0b0_1101_0110, 0b1_1100_0011].into_iter().map(pair).collect();
    let test = match output {
        true => pair(0b1_0101_1101),
        false => format!(r#"{{"input":{}}}"#, grid(0b1_0101_1101, 1)),
    };
    format!(r#"{{"train":[{}],"test":[{test}]}}"#, train.join(","))
}

const RECIPE: &str = r#"
name = "tasks"
[data]
tasks = ["in"]
augmentations = 3
seed = 2
[model]
family = "trm"
H_cycles = 1
L_cycles = 2
L_layers = 1
hidden_size = 32
num_heads = 2
puzzle_emb_ndim = 32
pos_encodings = "rope_2d"
halt_max_steps = 2
[optimizer]
lr = 2e-3
warmup_steps = 10
ema = 0.9
[training]
batch = 8
steps = 30
seed = 2
evaluate_every = 15
evaluate_on = 10
"#;

#[test]
fn a_task_is_solved_with_the_json_that_is_promised() {
    let folder = Folder::new("learn-solve");
    folder.write("one.json", task(true));
    let solve = ["arc", "solve", "one.json", "--steps", "12", "--augmentations", "2", "--seed", "3", "--json"];
    let said = folder.hrm(&solve);
    assert!(said.err.contains("learning 3 demonstrations in 3 versions on a token grid of 5x5"), "{said:?}");
    assert!(
        said.err.contains("of the last demonstration is right, held out; it is learnt too from now on"),
        "{said:?}"
    );
    let out = said.done();
    let answer: Value = serde_json::from_str(&out).unwrap();
    let test = &answer["tests"][0];
    let names: Vec<&String> = test.as_object().unwrap().keys().collect();
    let mut expected = ["attempt_1", "attempt_2", "candidates", "raw"];
    expected.sort_unstable();
    let mut names: Vec<&str> = names.into_iter().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, expected);
    let counts: u64 = test["candidates"].as_array().unwrap().iter().map(|found| found["count"].as_u64().unwrap()).sum();
    assert!((1..=3).contains(&counts), "{out}");
    let first = &test["candidates"][0];
    assert!(first["grid"] == test["attempt_1"] && (0.0..=1.0).contains(&first["q"].as_f64().unwrap()), "{out}");
    assert!(answer["right"][0].is_boolean(), "{out}");
    assert_eq!(folder.hrm(&solve).done(), out, "the same seed, the same answer");

    folder.write("open.json", task(false));
    let out = folder.hrm(&["arc", "solve", "open.json", "--minutes", "0", "--augmentations", "1", "--json"]).done();
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["right"], serde_json::json!([null]));
    let text = folder.hrm(&["arc", "solve", "one.json", "--steps", "2", "--augmentations", "1"]).done();
    assert!(text.starts_with("test 1: ") && text.contains("the answer without a vote"), "{text}");
}

#[test]
fn a_recipe_of_tasks_is_trained_resumed_and_measured() {
    let folder = Folder::new("learn-train");
    fs::create_dir(folder.path("in")).unwrap();
    folder.write("in/a.json", task(true));
    folder.write("in/b.json", task(true).replace('2', "7"));
    folder.write("tasks.toml", RECIPE);
    let said = folder.hrm(&["train", "tasks.toml", "--out", "run"]);
    assert!(said.err.contains("6 demonstrations of 2 tasks in 8 versions and 2 unseen ones"), "{said:?}");
    said.done();
    // Stopped at once, and gone on from its state alone.
    folder.hrm(&["train", "tasks.toml", "--out", "halves", "--minutes", "0"]).done();
    fs::remove_dir_all(folder.path("in")).unwrap();
    folder.hrm(&["train", "halves/state.safetensors", "--resume"]).done();
    assert_eq!(folder.read("run/tasks.safetensors"), folder.read("halves/tasks.safetensors"));
    let config: Value = serde_json::from_slice(&folder.read("run/tasks.json")).unwrap();
    assert_eq!(config["identifiers"], serde_json::json!(["<blank>", "a", "b"]));
    assert_eq!((&config["num_puzzle_identifiers"], &config["puzzle"]), (&3.into(), &"arc-5".into()));

    fs::create_dir(folder.path("asked")).unwrap();
    folder.write("asked/a.json", task(true));
    folder.write("asked/new.json", task(false));
    let wide = format!("[{}]", ["0"; 9].join(","));
    folder.write(
        "asked/wide.json",
        format!(r#"{{"train":[{{"input":[[1]],"output":[[1]]}}],"test":[{{"input":[{wide}],"output":[[1]]}}]}}"#),
    );
    let eval = ["arc", "eval", "--tasks", "asked", "--json", "--submission", "s.json", "--model"];
    for (model, versions) in [("run/state.safetensors", 4), ("run/tasks.safetensors", 1)] {
        let said = folder.hrm(&[&eval[..], &[model, "--force"]].concat());
        assert!(said.err.contains("has not learnt 1 of 3 tasks"), "{said:?}");
        assert!(said.err.contains("1 of 3 tasks have grids larger than the model's token grid of 5x5"), "{said:?}");
        let figures: Value = serde_json::from_str(&said.done()).unwrap();
        assert_eq!((&figures["tasks"], &figures["tests"], &figures["unknown"]), (&2.into(), &2.into(), &1.into()));
        assert_eq!((&figures["right"]["new"][0], &figures["right"]["wide"][0]), (&Value::Null, &false.into()));
        let submission: Value = serde_json::from_slice(&folder.read("s.json")).unwrap();
        for id in ["a", "new", "wide"] {
            assert!(submission[id][0]["attempt_1"].is_array() && submission[id][0]["attempt_2"].is_array(), "{id}");
        }
        assert_eq!(submission.as_object().unwrap().len(), 3, "{versions}");
    }
    assert!(folder.refusal(&[&eval[..], &["run/tasks.safetensors"]].concat()).starts_with("s.json: the file exists"));
    // What was learnt goes on to be learnt from, and is measured.
    let solve =
        ["arc", "solve", "asked/new.json", "--model", "run/state.safetensors", "--steps", "3", "--augmentations", "2"];
    folder.hrm(&[&solve[..], &["--save", "new.safetensors", "--train-only", "embedding"]].concat()).done();
    let known = folder.hrm(&["arc", "eval", "--tasks", "asked/new.json", "--model", "new.safetensors"]);
    assert!(!known.err.contains("has not learnt"), "{known:?}");
    assert!(known.done().starts_with("tasks     0 right at one attempt,     0 at two, of 0\n"));
}

#[test]
fn what_cannot_be_learnt_is_told_in_a_line() {
    let folder = Folder::new("learn-wrong");
    folder.write("one.json", task(true));
    folder.write("two.json", format!(r#"{{"a":{0},"b":{0}}}"#, task(true)));
    folder.write("dumb.json", r#"{"train":[{"input":[[1]]}],"test":[{"input":[[1]]}]}"#);
    folder.write("tasks.toml", RECIPE.replace("\"in\"", "\"one.json\""));
    for (arguments, words) in [
        (
            &["solve", "none.json"][..],
            "none.json: there is no such file, and the collections of tasks are arc-agi-1-eval",
        ),
        (&["solve", "two.json"], "two.json: found 2 tasks, expected one"),
        (&["solve", "small.toml"], "small.toml: "),
        (&["solve", "dumb.json"], "dumb.json: task dumb: no demonstration has an output"),
        (
            &["solve", "one.json", "--side", "2"],
            "one.json: task one, train pair 1, input: the grid has 3x3 cells and begins at row 1, column 1, the model's token \
             grid has 2x2; one of 3x3 holds it",
        ),
        (
            &["solve", "one.json", "--model", "sudoku-4x4"],
            "sudoku-4x4: the model has 6 tokens and a puzzle embedding of width 0",
        ),
        (&["solve", "one.json", "--train-only", "embedding"], "one.json: nothing can be learnt by the embedding alone"),
        (&["eval", "--tasks", "one.json", "--model", "sudoku-4x4"], "--model sudoku-4x4: it answers no tasks"),
        (
            &["eval", "--tasks", "one.json", "--fits", "2", "--model", "x"],
            "--fits 2: none of the 1 tasks lies within 2x2",
        ),
        (&["eval", "--tasks", "one.json", "--model", "none"], "--model none: there is no such file"),
    ] {
        let said = folder.refusal(&[&["arc"], arguments].concat());
        assert!(said.starts_with(words), "{arguments:?}: {said}");
    }
    let train = |change: &str| folder.refusal(&["train", "tasks.toml", "--set", change]);
    assert!(train("data.tasks=[\"none\"]").contains("[data] tasks: none: there is no such file"));
    assert!(train("data.side=2").contains("[data] tasks: task one, train pair 1, input: the grid has 3x3 cells"));
    assert!(train("data.test_puzzles=3").contains("it follows from the tasks"));
    // One demonstration alone is said to leave nothing to hold out.
    let single = task(true);
    let end = single.find("},{").unwrap();
    let test = single.find("],\"test\"").unwrap();
    folder.write("single.json", format!("{}}}{}", &single[..end], &single[test..]));
    let said = folder.hrm(&["arc", "solve", "single.json", "--steps", "1", "--augmentations", "0"]);
    assert!(said.err.contains("there is one demonstration alone: nothing can be held out"), "{said:?}");
    said.done();
}
