//! Names the build, by a hash of all that the worker is made of: the page carries the name of the worker that was built with
//! it, and knows another one. A change of the page alone makes no worker anew, and gives no other name.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

/// Relative to this package.
const SOURCES: [&str; 8] = [
    "../core/src",
    "../core/Cargo.toml",
    "../worker/src",
    "../worker/Cargo.toml",
    "src",
    "Cargo.toml",
    "../../shaders",
    "../../Cargo.lock",
];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    // The standard hasher has fixed keys: the same sources give the same name with every compiler of one version.
    let mut hasher = DefaultHasher::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
        hash(&root.join(source), source, &mut hasher)?;
    }
    println!("cargo::rustc-env=HRM_BUILD={:08x}", hasher.finish() as u32);
    Ok(())
}

/// Adds a file, or all files of a folder in the order of their names; nothing where there is none.
fn hash(path: &Path, name: &str, hasher: &mut DefaultHasher) -> io::Result<()> {
    if path.is_dir() {
        let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
        entries.sort();
        for entry in entries {
            hash(&path.join(&entry), &format!("{name}/{}", entry.to_string_lossy()), hasher)?;
        }
    } else if path.is_file() {
        (name, fs::read(path)?).hash(hasher);
    }
    Ok(())
}
