//! Puzzles by their make: `hrm puzzles --make`, mixtures in recipes, test sets, accuracies by groups.

use hrm_core::puzzle::Kind;

use super::Folder;

/// The sources of a file's rows, up to their first comma.
fn makes(rows: &str) -> Vec<String> {
    let row =
        |line: &str| line.strip_prefix('"').and_then(|line| line.split_once(',')).map(|(make, _)| make.to_owned());
    rows.lines().filter_map(row).collect()
}

#[test]
fn puzzles_are_made_as_they_are_asked_for() {
    let folder = Folder::new("makes");
    let rows = folder.hrm(&["puzzles", "maze", "--make", "prim,open,scattered", "--rows", "9", "--count", "6"]).done();
    let found = makes(&rows);
    assert_eq!(found, ["prim", "open", "scattered", "prim", "open", "scattered"], "{rows}");
    let long = ["puzzles", "maze", "--make", "depth-first", "--rows", "7", "--cols", "10", "--count", "4"];
    let rows = folder.hrm(&[&long[..], &["--set", "path=15"]].concat()).done();
    let kind: Kind = "maze-7x10".parse().unwrap();
    for (number, row) in rows.split("depth-first, seed 1\",\"").skip(1).enumerate() {
        let question = kind.encode(row.split('"').next().unwrap()).unwrap();
        assert!(kind.rating(&question) >= Some(15), "{number}: {row}");
    }
    assert_eq!(makes(&rows).len(), 4, "{rows}");
    // A name may stand in --set as well, and a range is drawn.
    let rows =
        folder.hrm(&["puzzles", "maze-9", "--count", "2", "--set", "density=10..40", "--set", "make=scattered"]).done();
    assert_eq!(makes(&rows), ["scattered"; 2], "{rows}");
    // A setting that one of the makes has is that one's.
    let rows =
        folder.hrm(&["puzzles", "maze-9", "--count", "2", "--make", "rooms,braided", "--set", "braid=100"]).done();
    assert_eq!(makes(&rows), ["rooms", "braided"], "{rows}");

    for (arguments, words) in [
        (&["maze-9", "--make", "hedge"][..], "--make: make is \"hedge\", expected one of growing-tree, depth-first, "),
        (&["sudoku-4x4", "--make", "prim"], "--make: \"make\" is no setting here; expected one of difficulty"),
        (
            &["maze-9", "--make", "prim", "--set", "density=3"],
            "--set: \"density\" is no setting here; expected one of make",
        ),
        (&["maze-9", "--make", "scattered", "--set", "density=90"], "--set: density is 90, expected 0 to 80"),
        (&["maze"], "maze: expected --rows, and --cols for no square"),
        (&["maze", "--rows", "4"], "there are no 4x4 mazes"),
        (&["maze-9", "--rows", "9"], "--rows: maze-9 is of 9x9; expected it beside maze alone"),
    ] {
        let said = folder.refusal(&[&["puzzles"], arguments].concat());
        assert!(said.starts_with(words), "{arguments:?}: {said}");
    }
}

const SET: &str = r#"
name = "small-set"
[[list]]
name = "a"
puzzle = "maze-7"
count = 6
seed = 3
mixture = [{ make = "prim" }, { make = "scattered", density = [5, 30] }]
[[list]]
name = "b"
puzzle = "maze-5x9"
count = 2
seed = 4
least_rating = 9
mixture = [{ make = "rooms" }]
"#;

#[test]
fn a_test_set_is_written_and_is_always_the_same() {
    let folder = Folder::new("makes-set");
    folder.write("set.toml", SET);
    let said = folder.hrm(&["puzzles", "set.toml", "--out", "set"]);
    assert!(said.err.contains("small-set: set/a.csv, 6 puzzles, xxh3 "), "{said:?}");
    let hash = said.err.split("xxh3 ").nth(1).unwrap().lines().next().unwrap().to_owned();
    said.done();
    let first = folder.read("set/a.csv");
    assert_eq!(makes(std::str::from_utf8(&first).unwrap()).len(), 6);
    let ratings = String::from_utf8(folder.read("set/b.csv")).unwrap();
    let ratings: Vec<u32> = ratings.lines().filter_map(|line| line.rsplit_once("\",")?.1.parse().ok()).collect();
    assert!(ratings.len() == 2 && ratings.iter().all(|rating| *rating >= 9), "{ratings:?}");
    assert!(folder.refusal(&["puzzles", "set.toml", "--out", "set"]).contains("a.csv"));
    // The hash is held, and the first few are the same.
    folder.write("set.toml", SET.replacen("seed = 3", &format!("seed = 3\nxxh3 = \"{hash}\""), 1));
    folder.hrm(&["puzzles", "set.toml", "--out", "again"]).done();
    assert_eq!(folder.read("again/a.csv"), first);
    folder.hrm(&["puzzles", "set.toml", "--out", "few", "--count", "3"]).done();
    assert!(first.starts_with(&folder.read("few/a.csv")));
    folder.write("set.toml", SET.replacen("seed = 3", "seed = 3\nxxh3 = \"0\"", 1));
    let said = folder.refusal(&["puzzles", "set.toml", "--out", "other"]);
    assert!(said.contains(&format!("list \"a\" is not what it was: its file's xxh3 is {hash}, expected 0")), "{said}");

    for (from, to, words) in [
        ("count = 6", "count = 0", "list \"a\": count is 0, expected at least 1"),
        ("\"prim\"", "\"hedge\"", "list \"a\": mixture: part 1: make is \"hedge\", expected one of"),
        ("seed = 3", "sead = 3", "set.toml: line "),
        ("name = \"b\"", "name = \"a\"", "list \"a\": there are two of that name"),
        ("name = \"b\"", "name = \"../b\"", "list \"../b\": the name \"../b\" contains /"),
    ] {
        folder.write("set.toml", SET.replacen(from, to, 1));
        let said = folder.refusal(&["puzzles", "set.toml", "--out", "wrong"]);
        assert!(said.contains(words), "{said}");
    }
    folder.write("set.toml", SET);
    assert!(folder.refusal(&["puzzles", "set.toml"]).contains("expected --out FOLDER"));
    assert!(folder.refusal(&["puzzles", "set.toml", "--out", "x", "--make", "prim"]).contains("no other option"));
}

const RECIPE: &str = r#"
name = "makes"
puzzle = "maze-7"
[data]
base_puzzles = 0
test_puzzles = 8
seed = 2
mixture = [{ make = "prim", share = 2 }, { make = "scattered", density = [5, 30] }]
answers = "random"
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
steps = 6
seed = 2
evaluate_every = 4
evaluate_on = 4
"#;

#[test]
fn a_model_is_trained_on_fresh_puzzles_of_a_mixture_and_goes_on_as_if_it_had_not_stopped() {
    let folder = Folder::new("makes-train");
    folder.write("makes.toml", RECIPE);
    let said = folder.hrm(&["train", "makes.toml", "--out", "run"]);
    assert!(said.err.contains("ever new puzzles and 12 unseen ones"), "{said:?}");
    said.done();
    folder.hrm(&["train", "makes.toml", "--out", "again"]).done();
    assert_eq!(folder.read("run/makes.safetensors"), folder.read("again/makes.safetensors"));
    folder.write("canonical.toml", RECIPE.replace("random", "canonical"));
    folder.hrm(&["train", "canonical.toml", "--out", "canonical"]).done();
    assert_ne!(folder.read("canonical/makes.safetensors"), folder.read("again/makes.safetensors"));

    // Accuracies by groups, on boards of two sizes.
    let sets = [["maze-7", "prim,open"], ["maze-5x9", "scattered,rooms"]];
    let mut rows = sets.map(|[kind, make]| folder.hrm(&["puzzles", kind, "--make", make, "--count", "4"]).done());
    rows[1] = rows[1].split_once('\n').unwrap().1.to_owned();
    folder.write("p.csv", rows.concat());
    let eval = ["eval", "--model", "run/makes.safetensors", "--data", "p.csv", "--by", "make,size,length"];
    let said = folder.hrm(&eval).done();
    for group in [
        "make    prim                2  exact ",
        "make    rooms               2",
        "size    7x7                 4",
        "length  quarter 1",
    ] {
        assert!(said.contains(group), "{said}");
    }
    let said = folder.hrm(&[&eval[..], &["--json"]].concat()).done();
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let counts = |by: &str| -> Vec<u64> {
        said["by"][by].as_array().unwrap().iter().map(|group| group["count"].as_u64().unwrap()).collect()
    };
    assert_eq!((counts("make"), counts("size")), (vec![2; 4], vec![4, 4]));
    assert_eq!(counts("length").iter().sum::<u64>(), 8);
    folder.hrm(&["puzzles", "maze-7", "--make", "prim", "--count", "2", "--out", "one.csv"]).done();
    let views = ["eval", "--model", "run/makes.safetensors", "--data", "one.csv", "--views", "2", "--by", "make"];
    let said = folder.hrm(&views).done();
    assert!(said.contains("make    prim                2  exact "), "{said}");

    for (from, to, words) in [
        ("\"prim\"", "\"hedge\"", "[data] mixture: part 1: make is \"hedge\", expected one of"),
        ("[5, 30]", "[5]", "[data] mixture is "),
        ("\"random\"", "\"any\"", "[data] answers is \"any\"; expected "),
        ("base_puzzles = 0", "base_puzzles = 0\nfile = \"p.csv\"", "[data] base_puzzles is 0, expected at least 1"),
    ] {
        folder.write("wrong.toml", RECIPE.replacen(from, to, 1));
        let said = folder.refusal(&["train", "wrong.toml", "--out", "wrong"]);
        assert!(said.contains(words), "{said}");
    }
    folder.write("wrong.toml", super::RECIPE.replace("test_puzzles = 10", "test_puzzles = 10\nanswers = \"random\""));
    let said = folder.refusal(&["train", "wrong.toml", "--out", "wrong"]);
    assert!(said.contains("expected that for sudoku-4x4, whose questions have one answer"), "{said}");
    super::copy_model(&folder, "four");
    folder.hrm(&["puzzles", "sudoku-4x4", "--count", "2", "--out", "four.csv"]).done();
    let said = folder.refusal(&["eval", "--model", "four.safetensors", "--data", "four.csv", "--by", "length"]);
    assert_eq!(said, "--by length: sudoku-4x4 puzzles have no path");
    let said =
        folder.hrm(&["eval", "--model", "four.safetensors", "--data", "four.csv", "--by", "given,rating"]).done();
    assert!(
        said.contains("given   8 to 9              1  exact ")
            && said.contains("given   10 to 11            1  exact ")
            && said.contains("rating  0                   2  exact "),
        "{said}"
    );
}

#[test]
fn a_board_without_a_path_is_answered_and_judged() {
    let folder = Folder::new("makes-odd");
    folder.write("makes.toml", RECIPE);
    folder.hrm(&["train", "makes.toml", "--out", "run", "--set", "training.steps=1"]).done();
    let run = |puzzle: &str| folder.hrm(&["run", "--model", "run/makes.safetensors", "--puzzle", puzzle]);
    let said = run("#####\n#S# #\n### #\n#  G#\n#####");
    assert!(said.err.contains("no path leads from S to G; the model answers all the same"), "{said:?}");
    assert!(said.done().contains("not valid: "));
    let said = run("#S###\n# # #\n#   #\n### #\n###G#");
    assert!(said.err.contains("the border is open at row 1, column 2 (2 openings)"), "{said:?}");
    said.done();
    assert!(run("#####\n#S S#\n#   #\n#  G#\n#####").refusal().contains("the maze has 2 S"));
}
