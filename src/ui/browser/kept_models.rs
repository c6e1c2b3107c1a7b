//! Models that a person brought, or that learnt a task, in the browser's private file system: for each a folder with its file
//! and what is said of it.

use js_sys::{AsyncIterator, IteratorNext, Promise};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions, FileSystemRemoveOptions, FileSystemWritableFileStream,
};

/// The folder of models that a person brought.
pub const BROUGHT: &str = "models";
/// The model's file.
const WEIGHTS: &str = "weights";
/// What is said of it. It is written last: a folder without it is none.
const ABOUT: &str = "about.json";

/// A model that is kept.
pub struct Kept {
    /// Its folder: its name.
    pub name: String,
    /// What was said of it.
    pub about: String,
    /// Its file.
    pub file: File,
}

async fn done<T: JsCast>(promise: Promise) -> Result<T, JsValue> {
    Ok(JsFuture::from(promise).await?.unchecked_into())
}

async fn models(of: &str) -> Result<FileSystemDirectoryHandle, JsValue> {
    let manager = window().navigator().storage();
    // Outside a secure context there is no such object.
    if manager.is_undefined() {
        return Err(JsValue::UNDEFINED);
    }
    folder(&done(manager.get_directory()).await?, of).await
}

async fn folder(parent: &FileSystemDirectoryHandle, name: &str) -> Result<FileSystemDirectoryHandle, JsValue> {
    let options = FileSystemGetDirectoryOptions::new();
    options.set_create(true);
    done(parent.get_directory_handle_with_options(name, &options)).await
}

async fn file(folder: &FileSystemDirectoryHandle, name: &str, create: bool) -> Result<FileSystemFileHandle, JsValue> {
    let options = FileSystemGetFileOptions::new();
    options.set_create(create);
    done(folder.get_file_handle_with_options(name, &options)).await
}

/// The browser copies the file itself, beside its place, and puts it there when it is whole.
async fn write(folder: &FileSystemDirectoryHandle, name: &str, contents: &Blob) -> Result<(), JsValue> {
    let stream: FileSystemWritableFileStream = done(file(folder, name, true).await?.create_writable()).await?;
    JsFuture::from(stream.write_with_blob(contents)?).await?;
    JsFuture::from(stream.close()).await?;
    Ok(())
}

async fn read(folder: &FileSystemDirectoryHandle, name: &str) -> Result<File, JsValue> {
    done(file(folder, name, false).await?.get_file()).await
}

/// Keeps a model in a folder, in place of the one of its name; whether the browser could.
pub async fn keep(of: &str, name: &str, about: &str, weights: &Blob) -> bool {
    let kept = async {
        let own = folder(&models(of).await?, name).await?;
        write(&own, WEIGHTS, weights).await?;
        let about = super::blob("application/json", about.as_bytes()).ok_or(JsValue::UNDEFINED)?;
        write(&own, ABOUT, &about).await
    };
    let kept = kept.await.is_ok();
    if !kept {
        remove(of, name).await;
    }
    kept
}

/// Every model of a folder that is kept whole.
pub async fn list(of: &str) -> Vec<Kept> {
    let mut all = Vec::new();
    let listed: Result<(), JsValue> = async {
        let models = models(of).await?;
        let names: AsyncIterator = models.keys();
        loop {
            let next: IteratorNext = done(names.next()?).await?;
            if next.done() {
                return Ok(());
            }
            let Some(name) = next.value().as_string() else { continue };
            let kept = async {
                let own = folder(&models, &name).await?;
                let about: JsValue = JsFuture::from(read(&own, ABOUT).await?.text()).await?;
                Ok::<_, JsValue>((about.as_string().unwrap_or_default(), read(&own, WEIGHTS).await?))
            };
            if let Ok((about, file)) = kept.await {
                all.push(Kept { name, about, file });
            }
        }
    }
    .await;
    // Where there is no such storage, nothing is kept.
    let _ = listed;
    all
}

/// Removes a model.
pub async fn remove(of: &str, name: &str) {
    let options = FileSystemRemoveOptions::new();
    options.set_recursive(true);
    if let Ok(models) = models(of).await {
        let _ = JsFuture::from(models.remove_entry_with_options(name, &options)).await;
    }
}
