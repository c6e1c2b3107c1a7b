//! The browser's private file system (OPFS): one folder a run, in it the last generations of its state, its name, and a lock
//! that the tab which trains it holds open.

use hrm_core::{
    names,
    train::{Row, Saved, Summary, curve},
};
use hrm_link::training::{LISTED_ROWS, Stored, StoredState};
use js_sys::{AsyncIterator, IteratorNext, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions, FileSystemGetFileOptions,
    FileSystemReadWriteOptions, FileSystemRemoveOptions, FileSystemSyncAccessHandle,
};

use crate::{error::TaskError, global, storage_error::StorageError, training::generation::Generation};

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
    /// A browser that gives none, or has no room for it.
    pub async fn open() -> Result<Self, StorageError> {
        // A full disk refuses the folder too, and is another fault than a browser that gives none.
        let denied = |error: JsValue| match StorageError::from(error.clone()) {
            StorageError::Full => StorageError::Full,
            _ => StorageError::Denied(global::words(&error)),
        };
        let manager = global::scope().navigator().storage();
        // Outside a secure context there is no such object.
        if manager.is_undefined() {
            return Err(StorageError::Denied("the page is not served over https or from localhost".into()));
        }
        let root = JsFuture::from(manager.get_directory()).await.map_err(denied)?;
        Ok(Self { runs: folder(root.unchecked_ref(), RUNS, true).await.map_err(denied)? })
    }

    /// Locks a run, which is created if it is new.
    ///
    /// # Errors
    /// Another tab trains it.
    pub async fn lock(&self, run: &str) -> Result<Lock, StorageError> {
        let folder = run_folder(&self.runs, run, true).await?;
        let file = file(&folder, LOCK, true).await?;
        let mut tries = LOCK_TRIES;
        loop {
            tries -= 1;
            match access(&file).await.map_err(StorageError::from) {
                Err(StorageError::InUse) if tries > 0 => global::rest(LOCK_PAUSE_MS).await,
                handle => return Ok(Lock(handle?)),
            }
        }
    }

    /// Sweeps up what a tab that died left half written of a run; its lock must be held.
    ///
    /// # Errors
    /// The browser's.
    pub async fn sweep(&self, run: &str) -> Result<(), StorageError> {
        let folder = run_folder(&self.runs, run, true).await?;
        for generation in generations(&folder).await? {
            let name = generation.to_string();
            if !generation.holds(&contents(&folder, &name).await?) {
                JsFuture::from(folder.remove_entry(&name)).await?;
            }
        }
        Ok(())
    }

    /// Number of the newest generation of a run, whole or not.
    ///
    /// # Errors
    /// The browser's.
    pub async fn newest(&self, run: &str) -> Result<Option<u64>, StorageError> {
        let folder = run_folder(&self.runs, run, true).await?;
        Ok(generations(&folder).await?.last().map(|generation| generation.number))
    }

    /// Writes a generation of a run's state, checks it and removes older ones; returns its number.
    ///
    /// # Errors
    /// Full storage; what was not written whole. The generation before it is kept then.
    pub async fn write(&self, run: &str, contents: &[u8]) -> Result<u64, StorageError> {
        let folder = run_folder(&self.runs, run, true).await?;
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
        Ok(number)
    }

    /// The newest whole state of a run, under the name that it was given.
    ///
    /// # Errors
    /// There is none, or it is not one that this program reads.
    pub async fn load(&self, run: &str) -> Result<Saved, TaskError> {
        let mut saved = Saved::of_storage(&self.read(run).await?)?;
        saved.recipe.name = self.name(run).await.unwrap_or(saved.recipe.name);
        Ok(saved)
    }

    async fn read(&self, run: &str) -> Result<Vec<u8>, StorageError> {
        // A run that was deleted has no folder.
        let Ok(folder) = run_folder(&self.runs, run, false).await else {
            return Err(StorageError::NoState(run.into()));
        };
        for generation in generations(&folder).await?.iter().rev() {
            let contents = contents(&folder, &generation.to_string()).await?;
            if generation.holds(&contents) {
                return Ok(contents);
            }
        }
        Err(StorageError::NoState(run.into()))
    }

    /// The name that a run was given, if it was given one.
    async fn name(&self, run: &str) -> Option<String> {
        let folder = run_folder(&self.runs, run, false).await.ok()?;
        let name = String::from_utf8(contents(&folder, NAME).await.ok()?).ok()?;
        Some(names::allowed(&name).into_owned())
    }

    /// The whole curve of a run, as the most recent state that reads has it.
    ///
    /// # Errors
    /// No state of it reads; the browser's.
    pub async fn curve(&self, run: &str) -> Result<Vec<Row>, StorageError> {
        let Ok(folder) = run_folder(&self.runs, run, false).await else {
            return Err(StorageError::NoState(run.into()));
        };
        for generation in generations(&folder).await?.iter().rev() {
            let Ok(file) = opened(&folder, &generation.to_string()).await else { continue };
            if let Ok(Ok(summary)) = header(&file).await.map(|header| Summary::of_storage(&header)) {
                return Ok(summary.rows);
            }
        }
        Err(StorageError::NoState(run.into()))
    }

    /// All runs with the most recent state of each that reads, the one that was saved last before the others; their
    /// curves are thinned.
    ///
    /// # Errors
    /// The browser's.
    pub async fn list(&self) -> Result<Vec<Stored>, StorageError> {
        let mut stored = Vec::new();
        // What the page did not make is not shown.
        for run in entries(&self.runs).await?.into_iter().filter(|run| names::check(run).is_ok()) {
            let folder = run_folder(&self.runs, &run, false).await?;
            let (mut bytes, mut saved_at) = (0.0, None);
            let mut state = Err(StorageError::NoState(run.clone()).to_string());
            for generation in generations(&folder).await? {
                let file = opened(&folder, &generation.to_string()).await?;
                bytes += file.size();
                // Later generations replace earlier ones, if they can be read.
                match header(&file).await.map(|header| Summary::of_storage(&header)) {
                    Ok(Ok(summary)) => (state, saved_at) = (Ok(of_summary(summary)), Some(file.last_modified())),
                    Ok(Err(error)) if state.is_err() => state = Err(error.to_string()),
                    _ => {}
                }
            }
            let own = || state.as_ref().map_or_else(|_| run.clone(), |state| state.recipe.name.clone());
            let name = self.name(&run).await.unwrap_or_else(own);
            if let Ok(state) = &mut state {
                state.recipe.name.clone_from(&name);
            }
            stored.push(Stored { name, run, state, saved_at, bytes: bytes as u64 });
        }
        let when = |stored: &Stored| stored.saved_at.unwrap_or(0.0);
        stored.sort_unstable_by(|a, b| when(b).total_cmp(&when(a)).then_with(|| a.run.cmp(&b.run)));
        Ok(stored)
    }

    /// Gives a run another name.
    ///
    /// # Errors
    /// The browser's.
    pub async fn rename(&self, run: &str, name: &str) -> Result<(), StorageError> {
        let folder = run_folder(&self.runs, run, false).await?;
        names::check(name)?;
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
    // The best row may be one that is thinned out.
    let best = summary.best();
    let Summary { recipe, rows: all, step, seconds, engine, result } = summary;
    let rows = curve::thinned(&all, LISTED_ROWS);
    let thinned = rows.len() < all.len();
    StoredState { recipe, rows, thinned, step, seconds, best, engine, result }
}

/// A run's folder in the folder of all runs, never one elsewhere.
async fn run_folder(
    runs: &FileSystemDirectoryHandle,
    run: &str,
    create: bool,
) -> Result<FileSystemDirectoryHandle, StorageError> {
    names::check(run)?;
    Ok(folder(runs, run, create).await?)
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

async fn entries(folder: &FileSystemDirectoryHandle) -> Result<Vec<String>, JsValue> {
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
    let mut found: Vec<Generation> = entries(folder).await?.iter().filter_map(|name| Generation::parse(name)).collect();
    found.sort_unstable();
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
        global::breathe().await;
    }
    handle.flush()?;
    Ok(())
}
