//! Completions, man pages, and the version.

use std::process::Command;

use super::Folder;

#[test]
fn every_shell_gets_completions() {
    let folder = Folder::new("shell-completions");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = folder.hrm(&["completions", shell]).done();
        for word in ["train", "puzzles", "resume", "completions"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        folder.write(shell, script);
    }
    if let Ok(checked) = Command::new("bash").args(["-n", "bash"]).current_dir(&folder.0).output() {
        assert!(checked.status.success(), "{checked:?}");
    }
    assert_eq!(folder.hrm(&["completions", "nope"]).status, Some(2));
}

#[test]
fn every_command_has_a_page_for_man() {
    let folder = Folder::new("shell-man");
    let page = folder.hrm(&["man"]).done();
    assert!(page.contains(".TH hrm 1") && page.contains("hrm\\-train(1)"), "{page}");
    for command in [
        "train",
        "eval",
        "puzzles",
        "grow",
        "convert",
        "average",
        "run",
        "bench",
        "verify",
        "arc",
        "completions",
        "man",
    ] {
        let page = folder.hrm(&["man", command]).done();
        assert!(page.contains(&format!(".TH hrm-{command} 1")) && page.contains(".SH SYNOPSIS"), "{page}");
    }
    // What is only for the command itself is not on a page.
    assert!(!folder.hrm(&["man", "bench"]).done().contains("inner"));
    assert!(
        folder.refusal(&["man", "nope"]).starts_with("nope: there is no such command, expected one of train, eval, ")
    );
}

#[test]
fn the_version_names_the_commit() {
    let folder = Folder::new("shell-version");
    let said = folder.hrm(&["--version"]).done();
    let version = concat!("hrm ", env!("CARGO_PKG_VERSION"), " (commit ");
    let commit = said.trim_end().strip_prefix(version).and_then(|rest| rest.strip_suffix(')'));
    let commit = commit.unwrap_or_else(|| panic!("{said}"));
    let git = Command::new("git").args(["rev-parse", "HEAD"]).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let head = git.ok().filter(|git| git.status.success()).map(|git| String::from_utf8(git.stdout).unwrap());
    match head {
        // A packager's own name for it comes first.
        Some(_) if option_env!("HRM_COMMIT").is_some_and(|name| !name.is_empty()) => {}
        Some(head) => assert!(commit.len() == 10 && head.starts_with(commit), "{commit} is not {head}"),
        None => assert!(!commit.is_empty()),
    }
}
