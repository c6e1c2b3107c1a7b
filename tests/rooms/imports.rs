//! Which file of a package uses which, read from its source text: `use` lines and paths in the code, followed through what a
//! module re-exports to the file that defines it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

type Words = Vec<String>;

/// A package's files and what they use of one another.
pub struct Package {
    /// Its source folder, from the root of the repository.
    pub folder: String,
    /// Pairs of files: the first uses the second. Paths from the root of the repository.
    pub imports: BTreeSet<(String, String)>,
    files: Vec<String>,
}

/// A module: its file, and the names that it hands on.
struct Module {
    file: String,
    text: String,
    handed_on: BTreeMap<String, Words>,
}

impl Package {
    /// Reads every file under `folder`.
    pub fn read(root: &Path, folder: &str) -> Self {
        let mut files = Vec::new();
        list(&root.join(folder), &mut files);
        let mut modules = BTreeMap::new();
        for path in files {
            let file = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            let own = file.strip_prefix(folder).unwrap().trim_start_matches('/').trim_end_matches(".rs");
            let mut name: Words = own.split('/').map(str::to_owned).collect();
            // `main` and `lib` are the roots of what is compiled; a folder's `mod` is the folder.
            if name.last().is_some_and(|last| last == "mod" || last == "lib" || last == "main") {
                name.pop();
            }
            let text = code(&fs::read_to_string(&path).unwrap());
            modules.insert(name, Module { file, text, handed_on: BTreeMap::new() });
        }
        let tree = Tree::new(modules, folder);
        let files = tree.modules.values().map(|module| module.file.clone()).collect();
        Self { folder: folder.to_owned(), imports: tree.imports(), files }
    }

    /// The room of a file: the first part of its path below `folder`.
    pub fn room(&self, folder: &str, file: &str) -> Option<String> {
        let below = file.strip_prefix(folder)?.strip_prefix('/')?;
        let room = below.split('/').next()?.trim_end_matches(".rs");
        // What a folder's own file says is of its parts only.
        (!matches!(room, "mod" | "lib" | "main" | "bin")).then(|| room.to_owned())
    }

    /// All rooms below `folder`.
    pub fn rooms(&self, folder: &str) -> BTreeSet<String> {
        self.files.iter().filter_map(|file| self.room(folder, file)).collect()
    }

    /// Files that use one another, however far round.
    pub fn circles(&self) -> Vec<Vec<String>> {
        let reach: BTreeMap<&str, BTreeSet<&str>> =
            self.files.iter().map(|file| (&file[..], self.reach(file))).collect();
        let mut left: BTreeSet<&str> = self.files.iter().map(String::as_str).collect();
        let mut circles = Vec::new();
        while let Some(file) = left.pop_first() {
            if !reach[file].contains(file) {
                continue;
            }
            let mut circle = vec![file.to_owned()];
            circle.extend(
                reach[file].iter().filter(|other| **other != file && reach[*other].contains(file)).map(|&f| f.into()),
            );
            circle.iter().for_each(|member| {
                left.remove(&member[..]);
            });
            circle.sort_unstable();
            circles.push(circle);
        }
        circles
    }

    fn reach(&self, file: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut waiting = vec![file];
        while let Some(next) = waiting.pop() {
            let from = (next.to_owned(), String::new());
            for (_, to) in self.imports.range(from..).take_while(|(from, _)| from == next) {
                if found.insert(to.as_str()) {
                    waiting.push(to);
                }
            }
        }
        found
    }
}

fn list(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && path.file_stem().unwrap() != "tests" {
            files.push(path);
        }
    }
}

struct Tree {
    modules: BTreeMap<Words, Module>,
    /// Folders below `bin`, each a crate of its own.
    bins: Vec<Words>,
}

impl Tree {
    fn new(modules: BTreeMap<Words, Module>, folder: &str) -> Self {
        let bins = modules.keys().filter(|name| name.len() == 2 && name[0] == "bin").cloned().collect();
        let mut tree = Self { modules, bins };
        assert!(!tree.modules.is_empty(), "{folder} has files");
        let handed_on: Vec<(Words, BTreeMap<String, Words>)> = tree
            .modules
            .iter()
            .map(|(name, module)| {
                let uses = uses(&module.text).into_iter().filter(|(public, ..)| *public);
                let named = uses.filter_map(|(_, path, own)| Some((own, tree.absolute(name, &path)?)));
                (name.clone(), named.collect())
            })
            .collect();
        for (name, names) in handed_on {
            tree.modules.get_mut(&name).unwrap().handed_on = names;
        }
        tree
    }

    /// The crate that a module belongs to.
    fn origin(&self, module: &[String]) -> Words {
        self.bins.iter().find(|bin| module.starts_with(bin)).cloned().unwrap_or_default()
    }

    /// A path as from the root of the package; `None` for another package's.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<Words> {
        let mut base = module.to_vec();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => base = self.origin(module),
            "super" => {
                while rest.first().is_some_and(|word| word == "super") {
                    base.pop()?;
                    rest = &rest[1..];
                }
                base.extend(rest.iter().cloned());
                return Some(base);
            }
            "self" => {}
            child => {
                base.push(child.to_owned());
                if !self.modules.contains_key(&base) && !self.modules.keys().any(|name| name.starts_with(&base)) {
                    return None;
                }
            }
        }
        base.extend(rest[1..].iter().cloned());
        Some(base)
    }

    /// The module that defines what a path names; `None` where the path names a module itself.
    fn definer(&self, path: &[String]) -> Option<&Module> {
        let mut path = path.to_vec();
        for _ in 0..8 {
            let of = (0..=path.len()).rev().find(|&len| self.modules.contains_key(&path[..len]))?;
            let module = &self.modules[&path[..of]];
            let name = path.get(of)?;
            match module.handed_on.get(name) {
                Some(target) => {
                    let rest = path[of + 1..].to_vec();
                    path = [target.clone(), rest].concat();
                }
                None => return Some(module),
            }
        }
        None
    }

    fn imports(&self) -> BTreeSet<(String, String)> {
        let mut imports = BTreeSet::new();
        for (name, module) in &self.modules {
            let uses = uses(&module.text);
            let aliases: BTreeMap<&str, Words> =
                uses.iter().filter_map(|(_, path, own)| Some((&own[..], self.absolute(name, path)?))).collect();
            let mut add = |path: &[String]| {
                if let Some(used) = self.definer(path).filter(|used| used.file != module.file) {
                    imports.insert((module.file.clone(), used.file.clone()));
                }
            };
            let body = without_uses(&module.text);
            for (public, path, own) in &uses {
                let Some(path) = self.absolute(name, path) else { continue };
                // What is only handed on is not used here.
                if !public || words(&body).any(|word| word == own) {
                    add(&path);
                }
            }
            for path in paths_of(&body) {
                match aliases.get(&path[0][..]) {
                    Some(alias) => add(&[&alias[..], &path[1..]].concat()),
                    None => self.absolute(name, &path).iter().for_each(|path| add(path)),
                }
            }
        }
        imports
    }
}

/// Source text without comments, strings and the tests at its end.
fn code(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let text = text.split("\n#[cfg(all(test").next().unwrap_or_default();
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => {
                chars.by_ref().find(|&c| c == '\n');
                out.push('\n');
            }
            '"' => {
                while let Some(c) = chars.next() {
                    match c {
                        '\\' => drop(chars.next()),
                        '"' => break,
                        _ => {}
                    }
                }
                out.push_str("\"\"");
            }
            '\'' => {
                // A character, not a lifetime: one that is a quotation mark would begin a string.
                let mut ahead = chars.clone();
                match (ahead.next(), ahead.next()) {
                    (Some('\\'), _) => {
                        chars.next();
                        chars.next();
                        chars.by_ref().find(|&c| c == '\'');
                    }
                    (Some(_), Some('\'')) => drop((chars.next(), chars.next())),
                    _ => out.push(c),
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// Every path in a source text: `use` lines spread out, then what stands in the code.
pub fn paths(text: &str) -> Vec<Words> {
    let text = code(text);
    let mut all: Vec<Words> = uses(&text).into_iter().map(|(_, path, _)| path).collect();
    all.extend(paths_of(&without_uses(&text)));
    all
}

/// The `use` items at the beginning of lines: whether they are handed on, the text between `use` and `;`.
fn statements(text: &str) -> Vec<(bool, std::ops::Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        let line = line.trim_start();
        let public = line.starts_with("pub");
        let after =
            if public { line.find(" use ").filter(|&at| at <= 24).map(|at| &line[at + 1..]) } else { Some(line) };
        let is_use = after.is_some_and(|after| after.starts_with("use "));
        if is_use && let Some(end) = text[start..].find(';') {
            found.push((public, start..start + end + 1));
        }
    }
    found
}

fn without_uses(text: &str) -> String {
    let mut out = text.to_owned();
    for (_, range) in statements(text).into_iter().rev() {
        out.replace_range(range, "");
    }
    out
}

/// `use` items spread out: whether each is handed on, its path, and the name that it has here.
fn uses(text: &str) -> Vec<(bool, Words, String)> {
    let mut all = Vec::new();
    for (public, range) in statements(text) {
        let item = &text[range];
        let tree = item[item.find("use ").unwrap() + 4..].trim_end_matches(';');
        spread(tree.trim(), &[], &mut |path, own| all.push((public, path, own)));
    }
    all
}

fn spread(tree: &str, before: &[String], found: &mut impl FnMut(Words, String)) {
    let (head, branches) = match tree.find('{') {
        Some(at) => (&tree[..at], Some(&tree[at + 1..tree.rfind('}').unwrap_or(tree.len())])),
        None => (tree, None),
    };
    let (head, alias) = head.split_once(" as ").map_or((head, None), |(head, alias)| (head, Some(alias.trim())));
    let mut path = before.to_vec();
    path.extend(
        head.split("::")
            .map(|word| word.trim().trim_start_matches("r#"))
            .filter(|word| !word.is_empty())
            .map(str::to_owned),
    );
    match branches {
        Some(branches) => {
            let (mut depth, mut start) = (0, 0);
            for (at, c) in branches.char_indices().chain([(branches.len(), ',')]) {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        let branch = branches[start..at].trim();
                        start = at + 1;
                        if !branch.is_empty() {
                            spread(branch, &path, found);
                        }
                    }
                    _ => {}
                }
            }
        }
        None => {
            // `a::{self}` names a.
            if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
                path.pop();
            }
            let own = alias.map(str::to_owned).or_else(|| path.last().cloned()).unwrap_or_default();
            found(path, own);
        }
    }
}

/// Paths of two words or more.
fn paths_of(text: &str) -> Vec<Words> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '#';
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_alphabetic() || c == '_') {
        rest = &rest[start..];
        let end = rest.find(|c: char| !is_word(c) && c != ':').unwrap_or(rest.len());
        let path: Words = rest[..end]
            .split("::")
            .map(|word| word.trim_matches(':').trim_start_matches("r#").to_owned())
            .take_while(|word| !word.is_empty())
            .collect();
        if path.len() > 1 {
            all.push(path);
        }
        rest = &rest[end.max(1)..];
    }
    all
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}
