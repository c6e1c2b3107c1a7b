//! A game is named in its own folders and in the table, and nowhere else: what is left is listed here, with why.
#![cfg(not(target_arch = "wasm32"))]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use hrm_core::puzzle::games;

/// The games, as words of identifiers and of texts: those of the table, and the tasks, which are in none.
static GAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let named = games().into_iter().flat_map(|game| [game.name(), game.plural()]);
    named.chain(["arc"]).map(str::to_lowercase).collect()
});

/// Where games live; the last has a place of the page to itself.
const FOLDERS: [&str; 3] = ["crates/core/src/puzzle", "src/ui/puzzles", "src/ui/tasks"];

/// Files in which lines name a game all the same: how many, and what they are.
const ALLOWED: [(&str, usize, &str); 18] = [
    ("crates/core/src/learn/answerer.rs", 1, "the tasks that are answered, which are no boards of one grid"),
    ("crates/core/src/learn/beside.rs", 1, "the token grid of a model that learnt a task"),
    ("crates/core/src/learn/known.rs", 1, "the tasks that a model knows"),
    ("crates/core/src/learn/learner.rs", 1, "the task that is learnt"),
    ("crates/core/src/learn/mod.rs", 1, "the identifier of no task"),
    ("crates/core/src/train/run.rs", 1, "the tasks that a run learns"),
    ("crates/core/src/train/tasks.rs", 2, "the same"),
    ("crates/core/src/train/task_problem.rs", 1, "the same"),
    ("crates/core/src/train/preset.rs", 3, "what a preset has learnt, as measured"),
    ("src/bin/hrm/command/recipe.rs", 1, "the tasks of a recipe"),
    ("src/bin/hrm/command/task_eval.rs", 1, "the tasks that a model is measured on"),
    ("src/bin/hrm/command/task_files.rs", 1, "the tasks that are read"),
    ("src/bin/hrm/command/task_solve.rs", 1, "the task that is learnt"),
    ("src/bin/hrm/command/tasks.rs", 1, "the tasks that it reads, which are no boards of one grid"),
    ("src/ui/how_it_works/mod.rs", 1, "what the paper reports"),
    ("src/ui/train/model.rs", 1, "what a published learning rate is for"),
    ("src/ui/train/page.rs", 1, "what is learnt where nothing is changed"),
    ("src/ui/url/place.rs", 2, "the name of a place, in addresses and on the page"),
];

/// The Rust sources of the workspace's packages, by their path from its root.
fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src"), root.join("crates"), root.join("build.rs")];
    let mut found = Vec::new();
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            folders.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path.strip_prefix(root).unwrap().to_owned());
        }
    }
    found.sort();
    found
}

/// The words of a line of code: `MazeBoard`, `maze_board` and `"maze board"` have the same. Comments have none.
fn words(line: &str) -> Vec<String> {
    let code = match line.trim_start().starts_with("//") {
        true => "",
        false => line.split(" // ").next().unwrap_or_default(),
    };
    let mut words = vec![String::new()];
    for identifier in code.split(|character: char| !character.is_alphanumeric()) {
        words.push(String::new());
        // The standard library's counted pointer is no game.
        let lower = if identifier == "Arc" { "" } else { identifier };
        let mut before = None::<char>;
        for character in lower.chars() {
            if character.is_uppercase() && before.is_some_and(char::is_lowercase) {
                words.push(String::new());
            }
            words.last_mut().unwrap().extend(character.to_lowercase());
            before = Some(character);
        }
    }
    words
}

/// The lines of a source that name a game, without its tests.
fn naming(source: &str) -> Vec<(usize, &str)> {
    let code =
        source.lines().take_while(|line| !line.starts_with("#[cfg(test)]") && !line.starts_with("#[cfg(all(test"));
    let names = |line: &str| words(line).iter().any(|word| GAMES.contains(word));
    (1..).zip(code).filter(|(_, line)| names(line)).collect()
}

#[test]
fn words_are_found_in_identifiers_and_texts_and_not_in_others() {
    for line in ["Kind::Maze(side)", "let maze_size = 3;", "\"an ARC grid\"", "is_sudoku()", "ArcBoard", "Mazes // ok"]
    {
        assert_eq!(naming(line).len(), 1, "{line}");
    }
    for line in ["search", "Arc::new(x)", "/// A maze.", "let x = 1; // of a maze", "amazed", "#[cfg(test)]\nmaze"] {
        assert_eq!(naming(line), [], "{line}");
    }
}

#[test]
fn a_game_is_named_in_its_folders_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    let mut total = 0;
    for path in sources() {
        let name = path.to_str().unwrap().replace('\\', "/");
        let is_test = name.ends_with("/tests.rs") || FOLDERS.iter().any(|folder| name.starts_with(folder));
        if is_test {
            continue;
        }
        let source = fs::read_to_string(root.join(&path)).unwrap();
        let found = naming(&source);
        let (_, allowed, why) = ALLOWED.into_iter().find(|(file, ..)| *file == name).unwrap_or_default();
        total += found.len();
        if found.len() != allowed {
            wrong.extend(found.iter().map(|(line, text)| format!("{name}:{line}: {}", text.trim())));
        } else if allowed > 0 {
            println!("{name}: {allowed}, {why}");
        }
    }
    println!("{total} lines outside {} name a game", FOLDERS.join(" and "));
    let listed: usize = ALLOWED.iter().map(|(_, allowed, _)| allowed).sum();
    assert_eq!(wrong, Vec::<String>::new(), "these name a game, or are fewer than what is allowed");
    assert_eq!(total, listed, "a file that is listed is gone");
}
