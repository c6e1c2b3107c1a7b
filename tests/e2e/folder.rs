//! Room for a test's files.

use std::{env, fs, path::PathBuf, process};

use crate::Result;

/// A folder for as long as it is needed.
pub struct Folder(PathBuf);

impl Folder {
    /// An empty one; no two tests use one name.
    pub fn new(name: &str) -> Result<Self> {
        let folder = env::temp_dir().join(format!("{name}-{}", process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file into it; its path.
    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> Result<String> {
        let file = self.file(name);
        fs::write(&file, contents)?;
        Ok(file.to_str().ok_or("a folder with a strange name")?.to_owned())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
