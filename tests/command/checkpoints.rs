//! Checkpoints of the official training: read, measured, written and read back.

use std::fs;
use std::path::Path;

use hrm_core::checkpoint::torch::{self, PuzzleRows, States, TorchFile};
use hrm_core::checkpoint::{Tensor, Weights};

use super::{Folder, copy_model};

/// The official file, with its configuration, in a folder `run`.
fn official(folder: &Folder) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/official_style_checkpoint");
    fs::create_dir_all(folder.path("run")).unwrap();
    for name in ["step_7", "all_config.yaml"] {
        fs::copy(golden.join(name), folder.path("run").join(name)).unwrap();
    }
    fs::copy(golden.join("outputs.safetensors"), folder.path("outputs.safetensors")).unwrap();
}

const PUZZLE: &str = "1... .... .... ....";

#[test]
fn an_official_file_or_its_folder_is_verified_run_and_evaluated() {
    let folder = Folder::new("checkpoints-official");
    official(&folder);
    for model in ["run/step_7", "run"] {
        let verify = ["verify", "--model", model, "--set", "seq_len=16", "outputs.safetensors"];
        let said = folder.hrm(&verify).done();
        assert_eq!(said.lines().filter(|line| line.contains("at most 1e-4")).count(), 4, "{said}");
        let said = folder.hrm(&["run", "--model", model, "--set", "seq_len=16", "--puzzle", PUZZLE]).done();
        assert!(said.starts_with("segment  1") && said.contains("segment  4"), "{said}");
    }
    // The published ones have another name and the code beside them.
    fs::rename(folder.path("run/step_7"), folder.path("run/checkpoint")).unwrap();
    folder.write("run/losses.py", "import torch\n");
    for model in ["run/checkpoint", "run"] {
        let said = folder.hrm(&["run", "--model", model, "--set", "seq_len=16", "--puzzle", PUZZLE]).done();
        assert!(said.contains("segment  4"), "{said}");
    }
    fs::copy(folder.path("run/checkpoint"), folder.path("run/other.pt")).unwrap();
    let said = folder.refusal(&["run", "--model", "run", "--puzzle", PUZZLE]);
    assert_eq!(said, "run: several PyTorch files, expected one of them: run/checkpoint, run/other.pt");
    fs::remove_file(folder.path("run/other.pt")).unwrap();
    folder.hrm(&["puzzles", "sudoku-4x4", "--count", "3", "--out", "p.csv"]).done();
    let said = folder.hrm(&["eval", "--model", "run", "--set", "seq_len=16", "--data", "p.csv"]).done();
    assert!(said.starts_with("puzzles                    3"), "{said}");
    // Other cycles give other logits.
    let other = ["verify", "--model", "run", "--set", "seq_len=16", "--set", "L_cycles=3", "outputs.safetensors"];
    let said = folder.hrm(&other);
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(said.out.contains("BROKEN"), "{said:?}");
}

#[test]
fn what_the_tensors_do_not_tell_is_assumed_and_told() {
    let folder = Folder::new("checkpoints-assumed");
    official(&folder);
    fs::remove_file(folder.path("run/all_config.yaml")).unwrap();
    let said = folder.hrm(&["run", "--model", "run/step_7", "--set", "seq_len=16", "--puzzle", PUZZLE]);
    assert!(said.err.contains("assumed num_heads 8, H_cycles 2, L_cycles 2, halt_max_steps 16, which"), "{said:?}");
    // With the number of heads it is the same model.
    let given = ["verify", "--model", "run", "--set", "seq_len=16", "--set", "num_heads=4", "outputs.safetensors"];
    folder.hrm(&given).done();
    // The data set's file tells as well.
    folder.write("run/dataset.json", r#"{"seq_len": 16, "vocab_size": 6, "num_puzzle_identifiers": 3}"#);
    folder.hrm(&["verify", "--model", "run", "--set", "num_heads=4", "outputs.safetensors"]).done();
}

#[test]
fn round_trips_are_exact() {
    let folder = Folder::new("checkpoints-round");
    copy_model(&folder, "model");
    folder.hrm(&["convert", "model.safetensors", "--out", "step_5"]).done();
    folder.hrm(&["convert", "step_5", "--out", "back.safetensors"]).done();
    folder.hrm(&["convert", "model.safetensors", "--out", "direct.safetensors"]).done();
    for extension in ["safetensors", "json"] {
        assert!(
            folder.read(&format!("back.{extension}")) == folder.read(&format!("direct.{extension}")),
            "{extension}"
        );
    }
    let run = |model| folder.hrm(&["run", "--model", model, "--puzzle", PUZZLE, "--segments", "2"]).done();
    assert_eq!(run("step_5"), run("model.safetensors"));
    official(&folder);
    folder.hrm(&["convert", "run", "--set", "seq_len=16", "--out", "official.safetensors"]).done();
    fs::create_dir(folder.path("again")).unwrap();
    folder.hrm(&["convert", "official.safetensors", "--out", "again/step_7"]).done();
    folder.hrm(&["verify", "--model", "again", "outputs.safetensors"]).done();
    // Neither file is replaced unless it is asked for.
    let said = folder.refusal(&["convert", "official.safetensors", "--out", "again/step_7"]);
    assert!(said.contains("--force"), "{said}");
    let said = folder.refusal(&["convert", "official.safetensors", "--out", "again/step_8"]);
    assert!(said.starts_with("again/all_config.yaml: the file exists"), "{said}");
    assert_eq!(fs::read_dir(folder.path("again")).unwrap().count(), 2);
}

#[test]
fn a_puzzle_runs_under_each_of_its_identifiers() {
    let folder = Folder::new("checkpoints-identifiers");
    official(&folder);
    let run = |more: &[&str]| {
        let arguments = ["run", "--model", "run", "--set", "seq_len=16", "--json", "--puzzle", PUZZLE];
        folder.hrm(&[&arguments, more].concat()).done()
    };
    let by_number = ["0", "1", "2"].map(|number| run(&["--identifier", number]));
    assert_eq!(by_number[0], run(&[]));
    assert!(by_number[0] != by_number[1] && by_number[1] != by_number[2] && by_number[0] != by_number[2]);
    let refused = |identifier: &str| {
        let arguments =
            ["run", "--model", "run", "--set", "seq_len=16", "--puzzle", PUZZLE, "--identifier", identifier];
        folder.refusal(&arguments)
    };
    assert!(refused("3").contains("row 3 is asked for, it has 3"), "{}", refused("3"));
    folder.hrm(&["puzzles", "sudoku-4x4", "--count", "20", "--out", "p.csv"]).done();
    let eval = |more: &[&str]| {
        let arguments =
            ["eval", "--model", "run", "--set", "seq_len=16", "--json", "--segments", "1", "--data", "p.csv"];
        folder.hrm(&[&arguments, more].concat())
    };
    let (first, second) = (eval(&[]), eval(&["--identifier", "2"]));
    assert!(first.err.contains("under puzzle identifier 0 of 3; --identifier gives another"), "{first:?}");
    assert!(!second.err.contains("identifier"), "{second:?}");
    let accuracy = |said: &str| serde_json::from_str::<serde_json::Value>(said).unwrap()["accuracy"].clone();
    assert_ne!(accuracy(&first.done()), accuracy(&second.done()));
    assert!(refused("first").contains("no identifiers.json beside the model"), "{}", refused("first"));
    folder.write("run/identifiers.json", r#"["<blank>", "first", "second"]"#);
    assert_eq!(run(&["--identifier", "second"]), by_number[2]);
    assert!(refused("third").contains("identifiers.json has no such name"), "{}", refused("third"));
    // The same of safetensors.
    folder.hrm(&["convert", "run", "--set", "seq_len=16", "--out", "m.safetensors"]).done();
    let arguments = ["run", "--model", "m.safetensors", "--json", "--puzzle", PUZZLE, "--identifier", "2"];
    assert_eq!(folder.hrm(&arguments).done(), by_number[2]);
    // Their names go with them, in each form.
    let json: serde_json::Value = serde_json::from_slice(&folder.read("m.json")).unwrap();
    assert_eq!(json["identifiers"], serde_json::json!(["<blank>", "first", "second"]));
    fs::create_dir(folder.path("back")).unwrap();
    folder.hrm(&["convert", "m.safetensors", "--out", "back/step_1"]).done();
    assert_eq!(folder.read("back/identifiers.json"), br#"["<blank>","first","second"]"#);
    let none = folder.refusal(&["run", "--model", "sudoku-4x4", "--puzzle", PUZZLE, "--identifier", "1"]);
    assert!(none.contains("no puzzle embedding"), "{none}");
}

/// The bytes that PyTorch and the official code have accepted (scripts/test-torch.sh).
#[test]
fn what_pytorch_accepted_is_written() {
    let folder = Folder::new("checkpoints-bytes");
    official(&folder);
    let digest = |name: &str| format!("{:016x}", xxhash_rust::xxh3::xxh3_64(&folder.read(name)));
    folder.write("run/dataset.json", r#"{"seq_len": 16}"#);
    for (model, expected) in [
        ("run", ["310b0ff74de3429c", "c85d384d0cc16dcf"]),
        // An HRM and a TRM with mlp_t.
        ("sudoku-4x4", ["e322e00f77956486", "bd9c5878f29f5d4a"]),
        ("sudoku-9x9", ["f38836c7626cb52d", "0f57ca882c16808a"]),
    ] {
        folder.hrm(&["convert", model, "--out", "step_1", "--force"]).done();
        assert_eq!([digest("step_1"), digest("all_config.yaml")], expected, "{model}");
    }
}

#[test]
fn what_cannot_be_a_checkpoint_is_refused_in_a_line() {
    let folder = Folder::new("checkpoints-refused");
    official(&folder);
    let run = |model: &str, more: &[&str]| {
        folder.refusal(&[&["run", "--model", model, "--puzzle", PUZZLE, "--set", "seq_len=16"], more].concat())
    };
    let whole = folder.read("run/step_7");
    folder.write("run/step_8", &whole[..whole.len() / 2]);
    assert!(run("run/step_8", &[]).starts_with("run/step_8: zip archive, byte "));
    folder.write("run/step_8", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n");
    assert!(run("run/step_8", &[]).contains("not a PyTorch file: it is a Git LFS pointer"));
    folder.write("run/step_8", "<!doctype html>");
    assert!(run("run/step_8", &[]).contains("web page"));
    folder.write("run/step_8", b"\x80\x02cos\nsystem\nX\x10\0\0\0touch run/touched\x85R.");
    assert!(run("run/step_8", &[]).contains("pickle, byte 2: it asks Python for os.system"));
    assert!(!folder.path("run/touched").exists());
    fs::remove_file(folder.path("run/step_8")).unwrap();
    assert!(run("run", &["--set", "heads=2"]).ends_with("there is no field heads"));
    assert!(run("run", &["--set", "hidden_size=32"]).ends_with("hidden_size is 32; the tensors have 64"));
    assert!(run("run", &["--set", "num_heads=\"4\""]).contains("num_heads is \"4\"; expected a whole number"));
    let config = String::from_utf8(folder.read("run/all_config.yaml")).unwrap();
    let changed = |from: &str, to: &str| {
        assert!(config.contains(from));
        folder.write("run/all_config.yaml", config.replace(from, to));
        run("run", &[])
    };
    assert!(changed("H_cycles: 2", "H_cycles: two").contains("all_config.yaml: H_cycles is \"two\"; expected"));
    assert!(changed("  H_cycles: 2\n", "").ends_with("H_cycles is missing"));
    assert!(changed("hidden_size: 64", "hidden_size: 128").ends_with("hidden_size is 128; the tensors have 64"));
    assert!(changed("H_layers: 2", "H_layers: 3").ends_with("H_layers is 3; the tensors have 2"));
    assert!(changed("H_cycles: 2", "H_cycles: 2\n  H_cycles: 3").contains("all_config.yaml: configuration: "));
    assert!(changed("arch:", "arch: [").contains("all_config.yaml: configuration: "));
    let said = folder.refusal(&["convert", "sudoku-4x4", "--out", "all_config.yaml"]);
    assert!(said.contains("this is the configuration's name"), "{said}");
}

/// Every tensor that is not as the configuration asks, in the form of the official training.
#[test]
fn tensors_that_do_not_fit_are_told_by_name() {
    let folder = Folder::new("checkpoints-tensors");
    official(&folder);
    let bytes = folder.read("run/step_7");
    let whole = TorchFile::open(&bytes[..]).unwrap().weights(PuzzleRows::All).unwrap();
    let refused = |change: &dyn Fn(&mut Weights)| {
        let mut weights = whole.clone();
        change(&mut weights);
        let mut bytes = Vec::new();
        torch::write(&weights, "step_7", States::Exact, &mut bytes).unwrap();
        folder.write("run/step_7", bytes);
        folder.refusal(&["run", "--model", "run", "--set", "seq_len=16", "--puzzle", PUZZLE])
    };
    const NAME: &str = "lm_head.weight";
    let put = |weights: &mut Weights, name: &str, shape: &[usize]| {
        let tensor = Tensor { shape: shape.to_vec(), data: vec![0.0; shape.iter().product()] };
        drop(weights.tensors.insert(name.into(), tensor));
    };
    let of_shape = |shape: &[usize]| refused(&|weights| put(weights, NAME, shape));
    for (said, expected) in [
        (refused(&|weights| drop(weights.tensors.remove(NAME))), "tensor lm_head.weight [6, 64] is missing"),
        (of_shape(&[7, 64]), "tensor lm_head.weight has shape [7, 64]; the configuration asks for [6, 64]"),
        (of_shape(&[0, 64]), "tensor lm_head.weight has shape [0, 64]; the configuration asks for [6, 64]"),
        (
            refused(&|weights| put(weights, "head.weight", &[1])),
            "tensor head.weight has no place in this configuration",
        ),
    ] {
        assert!(said.starts_with("run/step_7: ") && said.contains(expected), "{said}");
    }
}
