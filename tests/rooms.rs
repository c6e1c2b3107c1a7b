//! The direction of rooms: what docs/how-it-works.md prints under "Rooms" is read from there and held against the `use` lines
//! of every package, and files do not import one another in a circle.
#![cfg(not(target_arch = "wasm32"))]

#[path = "rooms/imports.rs"]
mod imports;

use std::{collections::BTreeMap, path::Path};

use imports::Package;

/// The list of rooms, between these two lines of docs/how-it-works.md.
const LIST: (&str, &str) = ("```rooms", "```");

/// Circles that still stand, each with exactly its files, and what they are. The list only shrinks.
const CIRCLES: &[(&[&str], &str)] = &[
    (
        &["crates/core/src/engine/cpu/memory.rs", "crates/core/src/engine/cpu/products.rs"],
        "a program's buffers, and its packed weights, which are brought up to date from them",
    ),
    (
        &["crates/core/src/puzzle/maze/board.rs", "crates/core/src/puzzle/maze/mod.rs"],
        "a board names its game, and the game its boards",
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Packages, and rooms inside the page, as the page on how it works lists them: for each source folder its rooms from the
/// lowest up. Rooms of one line know nothing of one another.
fn listed() -> BTreeMap<String, Vec<Vec<String>>> {
    let text = std::fs::read_to_string(root().join("docs/how-it-works.md")).unwrap();
    let lines = text.lines().skip_while(|line| *line != LIST.0).skip(1).take_while(|line| *line != LIST.1);
    let mut folders: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    let mut folder = String::new();
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let rooms = line.split("  #").next().unwrap().trim();
        match line.strip_prefix("  ") {
            None => folder = rooms.to_owned(),
            Some(_) => {
                folders.entry(folder.clone()).or_default().push(rooms.split(", ").map(str::to_owned).collect());
            }
        }
    }
    assert!(!folders.is_empty(), "docs/how-it-works.md has a list of rooms");
    folders
}

fn packages() -> Vec<Package> {
    ["crates/core/src", "crates/link/src", "crates/worker/src", "src"]
        .map(|folder| Package::read(root(), folder))
        .into()
}

#[test]
fn rooms_have_one_direction() {
    let mut wrong = Vec::new();
    for (folder, levels) in listed() {
        let package = packages().into_iter().find(|package| folder.starts_with(&package.folder)).unwrap();
        let level = |room: &str| levels.iter().position(|rooms| rooms.iter().any(|other| other == room));
        for file in package.rooms(&folder) {
            if level(&file).is_none() {
                wrong.push(format!("{folder}: room {file} is not in the list"));
            }
        }
        for room in levels.iter().flatten() {
            if !package.rooms(&folder).contains(room) {
                wrong.push(format!("{folder}: there is no room {room}"));
            }
        }
        for (from, to) in &package.imports {
            let (Some(of), Some(used)) = (package.room(&folder, from), package.room(&folder, to)) else { continue };
            if of != used && level(&of) <= level(&used) {
                wrong.push(format!("{from} uses {to}: {of} stands below {used}, or beside it"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} imports against the list:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_file_is_in_a_circle() {
    let mut found = Vec::new();
    for package in packages() {
        assert!(package.imports.len() > 1, "{}: imports are read", package.folder);
        found.extend(package.circles());
    }
    for (files, what) in CIRCLES {
        println!("still circular: {}: {what}", files.join(", "));
        assert!(found.iter().any(|circle| circle == files), "{files:?}: a circle that is broken leaves the list");
    }
    let new: Vec<String> = found
        .iter()
        .filter(|circle| CIRCLES.iter().all(|(files, _)| circle != files))
        .map(|circle| circle.join("\n  "))
        .collect();
    assert!(new.is_empty(), "{} circles:\n{}", new.len(), new.join("\n\n"));
}

#[test]
fn imports_are_understood() {
    let text = "use crate::{a::{self, B}, c::d as e};\n// use crate::never;\nfn f() { super::g::h(); let s = \"crate::no\"; e::x() }";
    let paths = imports::paths(text);
    let has = |path: &str| paths.iter().any(|other| other.join("::") == path);
    for path in ["crate::a", "crate::a::B", "crate::c::d", "super::g::h"] {
        assert!(has(path), "{path}: {paths:?}");
    }
    assert!(!has("crate::never") && !has("crate::no"), "{paths:?}");
}
