//! The folder of a run: another run never replaces it.

use std::fs;

use super::{Folder, RECIPE};

#[test]
fn a_run_is_not_replaced_by_another() {
    let folder = Folder::new("run-folder");
    folder.hrm(&["train", "small.toml"]).done();
    let files = ["state.safetensors", "metrics.csv", "small.safetensors", "small.json", "small.card.json"];
    let before = files.map(|file| folder.read(&format!("runs/small/{file}")));
    let said = folder.refusal(&["train", "small.toml"]);
    assert_eq!(
        said,
        "runs/small holds a run already, small at step 40: go on with it by hrm train runs/small/state.safetensors --resume, \
         or give another folder by --out"
    );
    // The same for a run of other files in it.
    let other = RECIPE.replace("\"small\"", "\"other\"");
    folder.write("other.toml", other);
    assert!(folder.refusal(&["train", "other.toml", "--out", "runs/small"]).contains("--out"));
    fs::remove_file(folder.path("runs/small/state.safetensors")).unwrap();
    let said = folder.refusal(&["train", "small.toml"]);
    assert!(said.starts_with("runs/small/small.safetensors: the run would replace this file"), "{said}");
    for (file, before) in files.iter().zip(before).skip(1) {
        assert_eq!(folder.read(&format!("runs/small/{file}")), before, "{file}");
    }
    folder.hrm(&["train", "small.toml", "--out", "elsewhere"]).done();
    // Its model would lie over its state, also on a disk that tells no cases apart.
    for name in ["state", "State"] {
        let said = folder.refusal(&["train", "small.toml", "--set", &format!("name={name:?}"), "--out", "reserved"]);
        assert!(said.starts_with("a run cannot be named"), "{said}");
    }
}

#[test]
fn a_saved_run_goes_on_in_its_own_folder_and_over_its_earlier_states_only() {
    let folder = Folder::new("run-folder-saved");
    folder.hrm(&["train", "small.toml", "--out", "a", "--minutes", "0"]).done();
    fs::create_dir(folder.path("early")).unwrap();
    fs::copy(folder.path("a/state.safetensors"), folder.path("early/state.safetensors")).unwrap();
    let done = folder.hrm(&["train", "a/state.safetensors", "--resume"]).done();
    assert!(done.ends_with(", in a\n"), "a state in a run's folder goes on there: {done}");
    fs::copy(folder.path("a/state.safetensors"), folder.path("saved.safetensors")).unwrap();
    // An earlier state of the same run is replaced, a later one is not.
    folder.hrm(&["train", "saved.safetensors", "--resume", "--out", "early"]).done();
    folder.hrm(&["train", "small.toml", "--out", "b", "--minutes", "0"]).done();
    let said = folder.refusal(&["train", "b/state.safetensors", "--resume", "--out", "a"]);
    assert_eq!(said, "a holds another run, small at step 40: give another folder by --out");
    // Another seed, another run.
    let set = ["train", "small.toml", "--set", "training.seed=3", "--out"];
    folder.hrm(&[&set[..], &["c"]].concat()).done();
    let before = folder.read("c/state.safetensors");
    let said = folder.refusal(&["train", "saved.safetensors", "--resume", "--out", "c"]);
    assert!(said.starts_with("c holds another run, small at step 40"), "{said}");
    assert_eq!(folder.read("c/state.safetensors"), before);
    // By the recipe: the state is that of other settings, and they are named.
    let said = folder.refusal(&["train", "small.toml", "--resume", "--out", "c"]);
    assert!(said.contains("belongs to another recipe, whose training.seed is 3 and not 2"), "{said}");
}
