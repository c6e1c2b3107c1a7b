//! What the build script finds of git: in a repository, in a further working tree, in an archive of the sources.
#![cfg(not(target_arch = "wasm32"))]

#[allow(dead_code)]
#[path = "../build.rs"]
mod build;

use std::fs;
use std::path::{Path, PathBuf};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A folder of a source tree, empty at first.
fn tree(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("build-script").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn write(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn commit(root: &Path) -> Option<String> {
    build::commit_of(root).map(|(commit, _)| commit)
}

#[test]
fn a_branch_is_followed_to_its_commit_and_watched() {
    let root = tree("branch");
    write(&root.join(".git/HEAD"), "ref: refs/heads/main\n");
    assert_eq!(commit(&root), None, "a repository without a commit");
    write(
        &root.join(".git/packed-refs"),
        &format!("# pack-refs\n{} refs/heads/x\n{COMMIT} refs/heads/main\n", "f".repeat(40)),
    );
    assert_eq!(commit(&root).as_deref(), Some(COMMIT));
    let newer = "a".repeat(40);
    write(&root.join(".git/refs/heads/main"), &format!("{newer}\n"));
    write(&root.join(".git/logs/HEAD"), "moved\n");
    let (found, watched) = build::commit_of(&root).unwrap();
    assert_eq!(found, newer, "a branch's own file is newer than the packed ones");
    let git = root.join(".git");
    assert_eq!(watched, [git.join("HEAD"), git.join("refs/heads/main"), git.join("logs/HEAD")]);
    // A file that is not there would make every build run the script again.
    fs::remove_dir_all(git.join("logs")).unwrap();
    assert!(build::commit_of(&root).unwrap().1.iter().all(|file| file.is_file()));
}

#[test]
fn a_head_without_a_branch_and_a_further_working_tree_are_read() {
    let root = tree("detached");
    write(&root.join(".git/HEAD"), &format!("{COMMIT}\n"));
    assert_eq!(commit(&root).as_deref(), Some(COMMIT));

    let further = tree("further");
    write(&root.join(".git/worktrees/further/HEAD"), "ref: refs/heads/side\n");
    write(&root.join(".git/worktrees/further/commondir"), "../..\n");
    write(&root.join(".git/refs/heads/side"), &"b".repeat(40));
    write(&further.join(".git"), &format!("gitdir: {}\n", root.join(".git/worktrees/further").display()));
    assert_eq!(commit(&further), Some("b".repeat(40)));
}

#[test]
fn an_archive_of_the_sources_has_no_commit() {
    let root = tree("archive");
    assert_eq!(commit(&root), None);
    write(&root.join(".git"), "something else\n");
    assert_eq!(commit(&root), None);
    fs::remove_file(root.join(".git")).unwrap();
    write(&root.join(".git/HEAD"), "no commit at all\n");
    assert_eq!(commit(&root), None);
}
