//! Files of a person: out of an input or a drop, and what is in them.

use hrm_core::text::decode;
use js_sys::{Array, ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DragEvent, Event, File, FileList, FileSystemDirectoryEntry, FileSystemFileEntry, HtmlInputElement};

/// Bytes of a safetensors file's header at most, by its library.
const LONGEST_HEADER: f64 = 1e8;

/// The files of an input, which is then empty: the same file can be chosen again.
pub fn files_of(event: &Event) -> Vec<File> {
    let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
        return Vec::new();
    };
    let files = listed(input.files());
    input.set_value("");
    files
}

/// The files of a list.
pub fn listed(list: Option<FileList>) -> Vec<File> {
    list.iter().flat_map(|list| (0..list.length()).filter_map(|at| list.get(at))).collect()
}

/// A file's contents, or what the browser says.
pub async fn contents(file: &File) -> Result<ArrayBuffer, String> {
    Ok(read(file, file.array_buffer()).await?.unchecked_into())
}

/// A file's text, or what the browser says; or that it is no text.
pub async fn text(file: &File) -> Result<String, String> {
    let buffer = contents(file).await?;
    let bytes = Uint8Array::new(&buffer).to_vec();
    Ok(decode(&bytes).map_err(|error| format!("{}: {error}", file.name()))?.into_owned())
}

async fn read(file: &File, reading: Promise) -> Result<JsValue, String> {
    let gone = |_| format!("{} cannot be read any more: choose it again", file.name());
    JsFuture::from(reading).await.map_err(gone)
}

/// The first bytes of a file, enough to tell its kind; empty where it cannot be read.
pub async fn beginning(file: &File) -> Vec<u8> {
    part(file, 16.0).await
}

async fn part(file: &File, bytes: f64) -> Vec<u8> {
    let read = async {
        let part = file.slice_with_f64_and_f64(0.0, bytes).ok()?;
        let buffer = JsFuture::from(part.array_buffer()).await.ok()?;
        Some(Uint8Array::new(&buffer).to_vec())
    };
    read.await.unwrap_or_default()
}

/// The header of a safetensors file with the eight bytes before it that tell its length; empty where it cannot be read.
pub async fn header(file: &File) -> Vec<u8> {
    let length = <[u8; 8]>::try_from(part(file, 8.0).await).map_or(0.0, |length| u64::from_le_bytes(length) as f64);
    part(file, 8.0 + length.min(LONGEST_HEADER)).await
}

/// What was dropped: files, and folders whose files are looked up.
pub struct Dropped {
    files: Vec<File>,
    folders: Vec<FileSystemDirectoryEntry>,
}

impl Dropped {
    /// Of an event, while it lasts.
    pub fn of(event: &DragEvent) -> Self {
        let data = event.data_transfer();
        let items = data.as_ref().map(|data| data.items());
        let entry = |at| items.as_ref()?.get(at)?.webkit_get_as_entry().ok()?;
        let count = items.as_ref().map_or(0, |items| items.length());
        let folders: Vec<_> = (0..count).filter_map(entry).filter(|entry| entry.is_directory()).collect();
        // A folder stands among the files as one that cannot be read.
        let is_folder = |file: &File| folders.iter().any(|folder| folder.name() == file.name());
        let files = listed(data.and_then(|data| data.files())).into_iter().filter(|file| !is_folder(file)).collect();
        Self { files, folders: folders.into_iter().map(JsCast::unchecked_into).collect() }
    }

    /// The files, with those in the folders; folders within these are passed over.
    pub async fn files(self) -> Vec<File> {
        let mut files = self.files;
        for folder in &self.folders {
            let reader = folder.create_reader();
            loop {
                let read = Promise::new(&mut |done, failed| {
                    let _ = reader.read_entries_with_callback_and_callback(&done, &failed);
                });
                // They come by the hundred, until there are none.
                let entries: Array = JsFuture::from(read).await.map(JsCast::unchecked_into).unwrap_or_default();
                if entries.length() == 0 {
                    break;
                }
                for entry in entries.iter().map(JsCast::unchecked_into::<FileSystemFileEntry>).filter(|it| it.is_file())
                {
                    let file = Promise::new(&mut |done, failed| entry.file_with_callback_and_callback(&done, &failed));
                    files.extend(JsFuture::from(file).await.ok().map(JsCast::unchecked_into));
                }
            }
        }
        files
    }
}

/// The bytes that came with a message; none where nothing came.
pub fn received(buffer: Option<ArrayBuffer>) -> Vec<u8> {
    buffer.map_or_else(Vec::new, |buffer| Uint8Array::new(&buffer).to_vec())
}
