//! Files of other people: recipes, saved runs, models, tables and pasted puzzles that are not as this program writes them.
#![cfg(not(target_arch = "wasm32"))]

use std::path::{Path, PathBuf};
use std::{env, fs, process};

use hrm_core::{
    checkpoint::Weights,
    config::ModelConfig,
    data::csv,
    puzzle::{Kind, maze::Grid},
    train::Saved,
};
use hrm_web::ui::board::reading;

fn trial(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/trials").join(name)
}

/// A folder of its own within another one, both removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let outer = env::temp_dir().join(format!("hrm-untrusted-{name}-{}", process::id()));
        fs::create_dir_all(outer.join("inner")).unwrap();
        Self(outer)
    }

    fn inner(&self) -> PathBuf {
        self.0.join("inner")
    }

    /// Names of all that lies in the folder or beside it.
    fn everything(&self) -> Vec<String> {
        let names = |folder: &Path| -> Vec<String> {
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
        };
        let mut all = [names(&self.0), names(&self.inner())].concat();
        all.sort();
        all
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs the command in a folder; its status, what it prints, and what it says beside that.
fn hrm(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = process::Command::new(env!("CARGO_BIN_EXE_hrm")).args(arguments).current_dir(folder).output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (output.status.code().unwrap(), out, err)
}

/// What the command says when it refuses.
fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let (status, out, err) = hrm(folder, arguments);
    assert_eq!((status, out.as_str()), (2, ""), "{arguments:?}: {err}");
    err
}

fn path(file: &Path) -> &str {
    file.to_str().unwrap()
}

#[test]
fn a_name_never_leads_out_of_the_folder() {
    let folder = Folder::new("names");
    let here = folder.inner();
    let allowed = "allowed are 1 to 100 letters, digits";
    for name in ["names/slash.toml", "names/up.toml"] {
        let said = refusal(&here, &["train", path(&trial(name))]);
        assert!(said.contains("contains /") && said.contains(allowed), "{said}");
    }
    let ok = trial("recipe-typo/ok.toml");
    for name in ["/tmp/abs", "..", "a\\\\b", "con", ""] {
        let said = refusal(&here, &["train", path(&ok), "--set", &format!("name=\"{name}\"")]);
        assert!(said.contains(allowed), "{said}");
    }
    assert_eq!(folder.everything(), ["inner"]);
    // A saved run of somebody else.
    let (status, _, said) = hrm(&here, &["train", path(&ok)]);
    assert_eq!(status, 0, "{said}");
    let mut saved = Saved::from_bytes(&fs::read(here.join("runs/ok/state.safetensors")).unwrap()).unwrap();
    saved.recipe.name = "../../up-and-out".into();
    fs::write(here.join("foreign.safetensors"), saved.to_bytes().unwrap()).unwrap();
    let said = refusal(&here, &["train", "foreign.safetensors", "--resume"]);
    assert!(said.contains("the name \"../../up-and-out\" contains /") && said.contains(allowed), "{said}");
    assert_eq!(folder.everything(), ["foreign.safetensors", "inner", "runs"]);
}

#[test]
fn misspelt_and_overwritten_keys_are_refused() {
    let folder = Folder::new("keys");
    let here = folder.inner();
    let said = refusal(&here, &["train", path(&trial("recipe-typo/typo.toml"))]);
    assert!(said.contains("is unknown; did you mean"), "{said}");
    let ok = trial("recipe-typo/ok.toml");
    let set = |change: &str| refusal(&here, &["train", path(&ok), "--set", change]);
    let said = set("model.halt_max_step=4");
    assert!(said.contains("[model] halt_max_step is unknown; did you mean halt_max_steps?"), "{said}");
    assert!(said.contains("--set model.halt_max_step=4"), "{said}");
    assert!(set("trainig.batch=4").contains("trainig is unknown; did you mean training?"));
    for change in ["model.seq_len=16", "model.vocab_size=11"] {
        assert!(set(change).contains("it follows from the puzzle"), "{change}");
    }
    let said = set("model.num_heads=\"4\"");
    assert!(said.contains("[model] num_heads is \"4\"; expected a whole number"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    fs::write(here.join("broken.toml"), "name = \"a\"\npuzzle = \n").unwrap();
    let said = refusal(&here, &["train", "broken.toml"]);
    assert!(said.contains("broken.toml: line 2: ") && said.lines().count() == 1, "{said}");
    assert_eq!(folder.everything(), ["broken.toml", "inner"]);
}

#[test]
fn byte_order_marks_and_utf16_are_read() {
    let folder = Folder::new("bom");
    let here = folder.inner();
    let marked = trial("bom/bom.toml");
    let text = fs::read_to_string(&marked).unwrap();
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(here.join("wide.toml"), wide).unwrap();
    for file in [path(&marked), "wide.toml"] {
        let (status, _, said) =
            hrm(&here, &["train", file, "--out", if file == "wide.toml" { "wide" } else { "marked" }]);
        assert_eq!(status, 0, "{said}");
    }
    let text = fs::read_to_string(trial("bom/bom.json")).unwrap();
    assert!(text.starts_with('\u{feff}'));
    assert_eq!(solved(&here, &text).0, 0);
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    fs::write(here.join("model.json"), wide).unwrap();
    let run = ["run", "--model", "model.safetensors", "--puzzle", "1234............"];
    assert_eq!(hrm(&here, &run).0, 0);
}

/// Runs a model of random weights under a configuration: status, output, what is said.
fn solved(here: &Path, configuration: &str) -> (i32, String, String) {
    let config = ModelConfig::from_json(&fs::read_to_string(trial("bom/bom.json")).unwrap()).unwrap();
    fs::write(here.join("model.safetensors"), Weights::init(&config, 1).to_safetensors().unwrap()).unwrap();
    fs::write(here.join("model.json"), configuration).unwrap();
    hrm(here, &["run", "--model", "model.safetensors", "--puzzle", "1234............", "--segments", "1"])
}

#[test]
fn configurations_of_other_programs_are_read_or_named() {
    let folder = Folder::new("config");
    let here = folder.inner();
    let text = |name: &str| fs::read_to_string(trial(&format!("config-types/{name}.json"))).unwrap();
    for name in ["float", "loss-table"] {
        let (status, _, said) = solved(&here, &text(name));
        assert_eq!((status, said.as_str()), (0, ""), "{name}");
    }
    let (status, _, said) = solved(&here, &text("string"));
    assert_eq!(status, 2);
    assert!(said.contains("model.json: num_heads is \"4\"; expected a whole number"), "{said}");
    let (status, _, said) = solved(&here, &text("float").replacen('{', "{\"halt_max_step\": 4,", 1));
    assert_eq!(status, 0);
    assert!(said.contains("unknown fields are ignored: halt_max_step (did you mean halt_max_steps?)"), "{said}");
    let twice = text("float").replacen('{', "{\"num_heads\": 1,", 1);
    assert!(twice.matches("num_heads").count() == 2, "{twice}");
    let (status, _, said) = solved(&here, &twice);
    assert_eq!(status, 2);
    assert!(said.contains("model.json: it has two entries named \"num_heads\" at line"), "{said}");
    for (name, what) in [("html", "web page"), ("lfs-pointer", "Git LFS pointer")] {
        fs::copy(trial(&format!("weights/{name}.safetensors")), here.join("model.safetensors")).unwrap();
        let said = refusal(&here, &["run", "--model", "model.safetensors", "--puzzle", "1234............"]);
        assert!(said.contains(what), "{said}");
    }
}

#[test]
fn tables_are_told_by_the_lines_of_an_editor() {
    let folder = Folder::new("csv");
    let four: Kind = "sudoku-4x4".parse().unwrap();
    let lines = |name: &str| -> Vec<u64> {
        let table = csv::read(four, fs::File::open(trial(name)).unwrap()).unwrap();
        table.problems.iter().map(|problem| problem.line).collect()
    };
    assert_eq!(lines("csv-lines/lf.csv"), [3, 6]);
    assert_eq!(lines("csv-lines/crlf.csv"), [3, 6]);
    assert_eq!(lines("csv-lines/blank.csv"), [5, 8]);
    let quote = trial("csv-quote/open.csv");
    let (status, _, said) =
        hrm(&folder.inner(), &["eval", "--model", "sudoku-4x4", "--data", path(&quote), "--segments", "1"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("line 5, ") && said.contains("it takes 17 lines, to the end of the file"), "{said}");
    assert!(said.contains("3 good rows, 17 left out"), "{said}");
}

#[test]
fn the_best_known_tables_are_read() {
    for (name, kind, rows, bad, word) in [
        ("kaggle1m", "sudoku-9x9", 12, 0, "quizzes is read as question"),
        ("kaggle9m", "sudoku-9x9", 12, 0, "puzzle is read as question"),
        ("pandas", "sudoku-9x9", 12, 0, "not used: column 1"),
        ("no-header", "sudoku-9x9", 12, 0, "no header"),
        ("semicolon", "sudoku-4x4", 6, 0, "semicolons"),
        ("utf16", "sudoku-4x4", 6, 0, "UTF-16"),
        ("excel-zeros", "sudoku-9x9", 3, 1, "a spreadsheet has taken the zeros"),
    ] {
        let bytes = fs::read(trial(&format!("csv-headers/{name}.csv"))).unwrap();
        let kind: Kind = kind.parse().unwrap();
        let csv::OfSizes { kind: told, rows: good, table } = csv::read_any(None, bytes.as_slice()).unwrap();
        assert_eq!(told, kind, "{name}");
        assert_eq!((good.len(), table.problems.len()), (rows, bad), "{name}: {:?}", table.report(kind));
        assert!(table.notes.join("; ").contains(word), "{name}: {:?}", table.notes);
    }
}

#[test]
fn pasted_puzzles_are_read_by_page_and_command_alike() {
    let nine: Kind = "sudoku-9x9".parse().unwrap();
    let expected = "86.174352..435286.3.2.....46.....5.87..528...5..691743917435286.3..8691.2.6.1743.";
    let texts = fs::read_dir(trial("paste")).unwrap().map(|entry| entry.unwrap().path());
    let mut count = 0;
    for file in texts {
        let text = fs::read_to_string(&file).unwrap();
        let several = if file.ends_with("two-puzzles.txt") { 2 } else { 1 };
        let by_command = nine.encode_all(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let on_page = reading::read_all(&text, &[]).unwrap();
        assert_eq!((by_command.len(), on_page.len()), (several, several), "{}", file.display());
        assert_eq!(nine.decode(&by_command[0]), expected, "{}", file.display());
        assert_eq!(on_page[0], (nine, by_command[0].clone()), "{}", file.display());
        count += 1;
    }
    assert_eq!(count, 10);
    let maze = fs::read_to_string(trial("paste-maze/dots.txt")).unwrap().replace('.', " ");
    for name in ["box-drawing", "dots", "indented", "lower-case", "spaces-after", "tabs"] {
        let text = fs::read_to_string(trial(&format!("paste-maze/{name}.txt"))).unwrap();
        let read = Grid::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(read.to_text(), maze.trim_end(), "{name}");
        assert_eq!(reading::read(&text, &[]).unwrap().1, read.to_tokens(), "{name}");
    }
    let folder = Folder::new("paste");
    let two = "1234............\n4321............";
    let (status, _, said) = hrm(&folder.inner(), &["run", "--model", "sudoku-4x4", "--puzzle", two, "--segments", "1"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("found 2 puzzles; the first is solved"), "{said}");
}

#[test]
fn fewer_puzzles_than_asked_for_are_told() {
    let folder = Folder::new("few");
    let here = folder.inner();
    let (status, out, said) = hrm(&here, &["puzzles", "maze-5", "--count", "1000"]);
    assert_eq!(status, 0);
    let found = out.lines().count() - 1;
    assert!(said.contains(&format!("{found} puzzles instead of 1000: maze-5 has no more")), "{said}");
    // A file of test classes alone.
    assert_eq!(hrm(&here, &["puzzles", "sudoku-4x4", "--count", "20", "--out", "p.csv"]).0, 0);
    let said = refusal(&here, &["train", path(&trial("too-few/from-puzzles.toml"))]);
    assert!(
        said.contains("nothing can be learnt from its 20 puzzles, all of symmetry classes that are set aside"),
        "{said}"
    );
}

#[test]
fn a_right_answer_other_than_the_given_one_is_counted_as_valid() {
    let folder = Folder::new("several");
    let file = trial("several-answers/two-solutions.csv");
    // Every question stands twice there, with each of its two solutions.
    let (status, out, said) = hrm(&folder.inner(), &["eval", "--model", "sudoku-4x4", "--data", path(&file), "--json"]);
    assert_eq!(status, 0, "{said}");
    let result: serde_json::Value = serde_json::from_str(&out).unwrap();
    let [exact, valid] = ["exact_accuracy", "valid_accuracy"].map(|name| result[name].as_f64().unwrap());
    assert!(exact <= 0.5, "{out}");
    // The same answer to both rows: valid for both, exact for one.
    assert_eq!(valid, 2.0 * exact, "{out}");
    assert!(valid > 0.0, "{out}");
}
