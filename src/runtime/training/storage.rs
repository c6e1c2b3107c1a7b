//! The browser's private file system (OPFS): one folder a run, in it the last generations of its state, its name, and a lock
//! that the tab which trains it holds open.

use js_sys::{AsyncIterator, IteratorNext, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomException, File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions, FileSystemReadWriteOptions, FileSystemRemoveOptions, FileSystemSyncAccessHandle,
};

use super::{
    generation::Generation,
    protocol::{Stored, StoredState},
};
use crate::{runtime::scope, train::Summary};

/// The folder of all runs.
const RUNS: &str = "runs";
/// Held open by the tab that trains the run.
const LOCK: &str = "lock";
/// Holds the run's name where it is not its recipe's.
const NAME: &str = "name.txt";
/// Whole generations that are kept.
const KEPT: usize = 2;
/// Bytes that are written before the worker looks at its messages.
const CHUNK: usize = 1 << 18;
/// A reloaded tab's old worker may hold the lock for a moment: tries, and milliseconds between them.
const LOCK_TRIES: usize = 20;
const LOCK_PAUSE_MS: i32 = 100;

/// Why nothing can be stored or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// The browser gives no private file system to this page.
    #[error("this browser keeps no files for the page ({0}): the run lasts as long as the tab; download it to keep it")]
    Denied(String),
    /// There is no room.
    #[error("the browser's storage is full: delete a run, or download this one to keep it")]
    Full,
    /// Another tab trains it.
    #[error("this run is being trained in another tab: pause it there first")]
    InUse,
    /// There is no such run, or no whole state of it.
    #[error("run {0}: no whole saved state is left")]
    NoState(String),
    /// What was read back is not what was written.
    #[error("{0} was not written whole; the state before it is kept")]
    Damaged(String),
    /// Anything else, in the browser's words.
    #[error("storage: {0}")]
    Other(String),
}

impl From<JsValue> for StorageError {
    fn from(error: JsValue) -> Self {
        let message = scope::words(&error);
        match error.dyn_ref::<DomException>().map(DomException::name).as_deref() {
            Some("QuotaExceededError") => Self::Full,
            Some("NoModificationAllowedError" | "InvalidStateError") => Self::InUse,
            Some("SecurityError" | "NotAllowedError") => Self::Denied(message),
            _ => Self::Other(message),
        }
    }
}

/// The runs' folder.
#[derive(Clone)]
pub struct Storage {
    runs: FileSystemDirectoryHandle,
}

/// A run that no other tab can train while this lives.
pub struct Lock(FileSystemSyncAccessHandle);

impl Drop for Lock {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Storage {
    /// Opens the folder.
    ///
    /// # Errors
    /// A browser that gives none.
    pub async fn open() -> Result<Self, StorageError> {
        let denied = |error: JsValue| StorageError::Denied(scope::words(&error));
        let manager = scope::scope().navigator().storage();
        // Outside a secure context there is no such object.
        if manager.is_undefined() {
            return Err(StorageError::Denied("the page is not served over https or from localhost".into()));
        }
        let root = JsFuture::from(manager.get_directory()).await.map_err(denied)?;
        Ok(Self { runs: folder(root.unchecked_ref(), RUNS, true).await.map_err(denied)? })
    }

    /// Locks a run, which is created if it is new, and sweeps up what a tab that died left half written.
    ///
    /// # Errors
    /// Another tab trains it.
    pub async fn lock(&self, run: &str) -> Result<Lock, StorageError> {
        let folder = folder(&self.runs, run, true).await?;
        let file = file(&folder, LOCK, true).await?;
        let mut tries = LOCK_TRIES;
        let lock = loop {
            tries -= 1;
            match access(&file).await.map_err(StorageError::from) {
                Err(StorageError::InUse) if tries > 0 => scope::rest(LOCK_PAUSE_MS).await,
                handle => break Lock(handle?),
            }
        };
        for generation in generations(&folder).await? {
            let name = generation.to_string();
            if !generation.holds(&contents(&folder, &name).await?) {
                JsFuture::from(folder.remove_entry(&name)).await?;
            }
        }
        Ok(lock)
    }

    /// Writes a generation of a run's state, checks it and removes older ones; returns its size.
    ///
    /// # Errors
    /// Full storage; what was not written whole. The generation before it is kept then.
    pub async fn write(&self, run: &str, contents: &[u8]) -> Result<usize, StorageError> {
        let folder = folder(&self.runs, run, true).await?;
        let older = generations(&folder).await?;
        let number = older.last().map_or(0, |generation| generation.number) + 1;
        let generation = Generation::of(number, contents);
        let name = generation.to_string();
        let written = write_checked(&folder, &name, contents, &generation).await;
        if let Err(error) = written {
            let _ = JsFuture::from(folder.remove_entry(&name)).await;
            return Err(error);
        }
        let kept = older.len().saturating_sub(KEPT - 1);
        for generation in &older[..kept] {
            JsFuture::from(folder.remove_entry(&generation.to_string())).await?;
        }
        Ok(contents.len())
    }

    /// The newest whole state of a run.
    ///
    /// # Errors
    /// There is none.
    pub async fn read(&self, run: &str) -> Result<Vec<u8>, StorageError> {
        let folder = folder(&self.runs, run, false).await?;
        for generation in generations(&folder).await?.iter().rev() {
            let contents = contents(&folder, &generation.to_string()).await?;
            if generation.holds(&contents) {
                return Ok(contents);
            }
        }
        Err(StorageError::NoState(run.into()))
    }

    /// All runs, those with the most recent state of each that reads.
    ///
    /// # Errors
    /// The browser's.
    pub async fn list(&self) -> Result<Vec<Stored>, StorageError> {
        let mut stored = Vec::new();
        for run in names(&self.runs).await? {
            let folder = folder(&self.runs, &run, false).await?;
            let mut bytes = 0.0;
            let mut state = Err(StorageError::NoState(run.clone()).to_string());
            for generation in generations(&folder).await? {
                let file = opened(&folder, &generation.to_string()).await?;
                bytes += file.size();
                // Later generations replace earlier ones, if they can be read.
                match header(&file).await.map(|header| Summary::from_bytes(&header)) {
                    Ok(Ok(summary)) => state = Ok(of_summary(summary)),
                    Ok(Err(error)) if state.is_err() => state = Err(error.to_string()),
                    _ => {}
                }
            }
            let given = contents(&folder, NAME).await.ok().and_then(|name| String::from_utf8(name).ok());
            let own = || state.as_ref().map_or_else(|_| run.clone(), |state| state.recipe.name.clone());
            stored.push(Stored { name: given.unwrap_or_else(own), run, state, bytes: bytes as u64 });
        }
        Ok(stored)
    }

    /// Gives a run another name.
    ///
    /// # Errors
    /// The browser's.
    pub async fn rename(&self, run: &str, name: &str) -> Result<(), StorageError> {
        let folder = folder(&self.runs, run, false).await?;
        write(&folder, NAME, name.as_bytes()).await
    }

    /// Deletes a run with all its files.
    ///
    /// # Errors
    /// A tab that trains it.
    pub async fn remove(&self, run: &str) -> Result<(), StorageError> {
        drop(self.lock(run).await?);
        let options = FileSystemRemoveOptions::new();
        options.set_recursive(true);
        JsFuture::from(self.runs.remove_entry_with_options(run, &options)).await?;
        Ok(())
    }
}

fn of_summary(summary: Summary) -> StoredState {
    let best = summary.best();
    let Summary { recipe, rows, step, seconds } = summary;
    StoredState { recipe, rows, step, seconds, best }
}

async fn folder(
    parent: &FileSystemDirectoryHandle,
    name: &str,
    create: bool,
) -> Result<FileSystemDirectoryHandle, JsValue> {
    let options = FileSystemGetDirectoryOptions::new();
    options.set_create(create);
    let handle = JsFuture::from(parent.get_directory_handle_with_options(name, &options)).await?;
    Ok(handle.unchecked_into())
}

async fn file(folder: &FileSystemDirectoryHandle, name: &str, create: bool) -> Result<FileSystemFileHandle, JsValue> {
    let options = FileSystemGetFileOptions::new();
    options.set_create(create);
    let handle = JsFuture::from(folder.get_file_handle_with_options(name, &options)).await?;
    Ok(handle.unchecked_into())
}

async fn access(file: &FileSystemFileHandle) -> Result<FileSystemSyncAccessHandle, JsValue> {
    Ok(JsFuture::from(file.create_sync_access_handle()).await?.unchecked_into())
}

async fn opened(folder: &FileSystemDirectoryHandle, name: &str) -> Result<File, JsValue> {
    let handle = file(folder, name, false).await?;
    Ok(JsFuture::from(handle.get_file()).await?.unchecked_into())
}

async fn contents(folder: &FileSystemDirectoryHandle, name: &str) -> Result<Vec<u8>, JsValue> {
    let buffer = JsFuture::from(opened(folder, name).await?.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// A safetensors file as far as its header reaches.
async fn header(file: &File) -> Result<Vec<u8>, JsValue> {
    let start = |bytes: f64| file.slice_with_f64_and_f64(0.0, bytes).map(|part| JsFuture::from(part.array_buffer()));
    let length = Uint8Array::new(&start(8.0)?.await?).to_vec();
    let length = length.try_into().map_or(0, u64::from_le_bytes);
    Ok(Uint8Array::new(&start(8.0 + length as f64)?.await?).to_vec())
}

async fn names(folder: &FileSystemDirectoryHandle) -> Result<Vec<String>, JsValue> {
    let (keys, mut names): (AsyncIterator, _) = (folder.keys(), Vec::new());
    loop {
        let next: IteratorNext = JsFuture::from(keys.next()?).await?.unchecked_into();
        if next.done() {
            return Ok(names);
        }
        names.extend(next.value().as_string());
    }
}

/// All generations in a folder, whole or not, from the oldest.
async fn generations(folder: &FileSystemDirectoryHandle) -> Result<Vec<Generation>, JsValue> {
    let mut found: Vec<Generation> = names(folder).await?.iter().filter_map(|name| Generation::parse(name)).collect();
    found.sort();
    Ok(found)
}

async fn write_checked(
    folder: &FileSystemDirectoryHandle,
    name: &str,
    contents: &[u8],
    generation: &Generation,
) -> Result<(), StorageError> {
    write(folder, name, contents).await?;
    let back = self::contents(folder, name).await?;
    if generation.holds(&back) { Ok(()) } else { Err(StorageError::Damaged(name.into())) }
}

async fn write(folder: &FileSystemDirectoryHandle, name: &str, contents: &[u8]) -> Result<(), StorageError> {
    let handle = access(&file(folder, name, true).await?).await?;
    let result = write_all(&handle, contents).await;
    handle.close();
    result
}

async fn write_all(handle: &FileSystemSyncAccessHandle, contents: &[u8]) -> Result<(), StorageError> {
    handle.truncate_with_f64(0.0)?;
    let options = FileSystemReadWriteOptions::new();
    let mut at = 0;
    while at < contents.len() {
        let chunk = &contents[at..contents.len().min(at + CHUNK)];
        options.set_at(at as f64);
        let written = handle.write_with_js_u8_array_and_options(&Uint8Array::from(chunk), &options)? as usize;
        // Full storage may show as a short write instead of an error.
        if written < chunk.len() {
            return Err(StorageError::Full);
        }
        at += written;
        scope::breathe().await;
    }
    handle.flush()?;
    Ok(())
}
