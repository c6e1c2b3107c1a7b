//! `hrm arc`: tasks of grids.

use std::fs;
use std::path::Path;

use super::Folder;

/// A file of the tests' tasks, in a folder.
fn copy(folder: &Folder, name: &str) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tasks").join(name);
    fs::copy(from, folder.path(name)).unwrap();
}

#[test]
fn every_task_of_files_and_folders_has_a_line() {
    let folder = Folder::new("tasks-check");
    fs::create_dir_all(folder.path("in/deeper")).unwrap();
    for name in ["one.json", "small_challenges.json", "small_solutions.json"] {
        copy(&folder, name);
    }
    fs::rename(folder.path("one.json"), folder.path("in/deeper/one.json")).unwrap();
    folder.write("in/notes.txt", "no task");
    let one = "one: 2 train 2x2>2x2 1x1>1x1, 2 test 1x3>? 1x1>?\n";
    assert_eq!(folder.hrm(&["arc", "check", "in"]).done(), format!("{one}1 task of 1 file\n"));
    let said = folder.hrm(&["arc", "check", "small_challenges.json"]).done();
    let expected = "a1: 1 train 1x1>1x2, 2 test 1x1>? 1x2>?\nb2: 1 train 2x1>2x1, 1 test 1x1>?\n2 tasks of 1 file\n";
    assert_eq!(said, expected);
    let said = folder.hrm(&["arc", "check", "small_solutions.json", "in", "small_challenges.json"]).done();
    let solved = "a1: 1 train 1x1>1x2, 2 test 1x1>1x1 1x2>1x2\nb2: 1 train 2x1>2x1, 1 test 1x1>1x1\n";
    assert_eq!(said, format!("{one}{solved}3 tasks of 3 files\n"));
}

#[test]
fn the_collections_are_read() {
    let folder = Folder::new("tasks-collections");
    let tasks = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/tasks");
    let said = folder.hrm(&["arc".as_ref(), "check".as_ref(), tasks.as_os_str()]).done();
    assert_eq!(said.lines().count(), 950);
    assert!(
        said.contains("\n007bbfb7: 5 train 3x3>9x9 3x3>9x9 3x3>9x9 3x3>9x9 3x3>9x9, 1 test 3x3>9x9\n"),
        "{said:.400}"
    );
    assert!(said.ends_with("949 tasks of 3 files\n"));
}

#[test]
fn what_is_wrong_is_told_and_the_rest_is_read() {
    let folder = Folder::new("tasks-wrong");
    copy(&folder, "rows.json");
    folder.write("bad.json", r#"{"train":[{"input":[[1,2],[3,12]],"output":[[1]]}],"test":[{"input":[[1]]}]}"#);
    let fault = "bad.json: train pair 1, input: row 2, cell 2: found 12, expected a whole number from 0 to 9";
    assert_eq!(folder.refusal(&["arc", "check", "bad.json"]), fault);
    let said = folder.hrm(&["arc", "check", "bad.json", "rows.json", "none.json"]);
    assert_eq!(said.status, Some(2), "{said:?}");
    assert_eq!(said.out, "rows: 1 train 2x3>1x1, 1 test 1x1>?\n1 task of 1 file\n");
    assert_eq!(said.err, format!("hrm: none.json: there is no such file\nhrm: {fault}\n"));
    copy(&folder, "small_solutions.json");
    let said = folder.refusal(&["arc", "check", "small_solutions.json"]);
    let expected = "small_solutions.json: found solutions without their challenges, expected a file such as small_challenges.json with it";
    assert_eq!(said, expected);
    fs::create_dir(folder.path("empty")).unwrap();
    assert_eq!(folder.refusal(&["arc", "check", "empty"]), "empty: there is no .json file in the folder");
    // UTF-16 with a byte order mark is read; what is no text is told.
    let text = fs::read_to_string(folder.path("rows.json")).unwrap();
    let utf16: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    folder.write("wide.json", utf16);
    assert!(folder.hrm(&["arc", "check", "wide.json"]).done().starts_with("wide: 1 train 2x3>1x1"));
    folder.write("latin.json", b"{\"train\": \"\xfc\"}");
    assert!(
        folder
            .refusal(&["arc", "check", "latin.json"])
            .starts_with("latin.json: line 1, byte 11: found bytes that are")
    );
}
