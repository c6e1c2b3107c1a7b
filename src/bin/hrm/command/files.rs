//! Files of the command: every error says what stands there instead, and what was there before stays whole until its
//! successor is.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use hrm_core::checkpoint::torch::{Seekable, Source};
use hrm_core::checkpoint::{LONGEST_HEADER, is_safetensors};
use hrm_core::text;

use super::Failure;

/// Reads a whole file.
///
/// # Errors
/// One line on what is in the way: a folder, nothing, an empty file, no permission.
pub fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = fs::read(file).map_err(|error| cannot_read(file, &error))?;
    if bytes.is_empty() {
        return Err(format!("{}: the file is empty", file.display()).into());
    }
    Ok(bytes)
}

/// A file that is read piece by piece.
///
/// # Errors
/// As [`read`].
pub fn source(file: &Path) -> Result<Box<dyn Source>, Failure> {
    let source = Seekable::new(open(file)?).map_err(|error| cannot_read(file, &error))?;
    if source.length() == 0 {
        return Err(format!("{}: the file is empty", file.display()).into());
    }
    Ok(Box::new(source))
}

/// The first bytes of a file, or all that it has.
///
/// # Errors
/// As [`read`], but for an empty file.
pub fn beginning(file: &Path, bytes: u64) -> Result<Vec<u8>, Failure> {
    let mut read = Vec::new();
    open(file)?.take(bytes).read_to_end(&mut read).map_err(|error| cannot_read(file, &error))?;
    Ok(read)
}

/// The header of a safetensors file; of another kind of file some bytes of its beginning.
///
/// # Errors
/// As [`beginning`].
pub fn header(file: &Path) -> Result<Vec<u8>, Failure> {
    let begins = beginning(file, 9)?;
    let length = match begins.first_chunk() {
        Some(length) if is_safetensors(&begins) => u64::from_le_bytes(*length).min(LONGEST_HEADER),
        _ => 0,
    };
    beginning(file, 9 + length)
}

/// Reads a whole file of text: UTF-8 or UTF-16, without its byte order mark.
///
/// # Errors
/// As [`read`]; bytes that are no text.
pub fn read_text(file: &Path) -> Result<String, Failure> {
    let bytes = read(file)?;
    let text = text::decode(&bytes).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(text.into_owned())
}

/// Opens a file for reading.
///
/// # Errors
/// As [`read`], but for an empty file.
pub fn open(file: &Path) -> Result<File, Failure> {
    if file.is_dir() {
        return Err(format!("{}: this is a folder, expected a file", file.display()).into());
    }
    Ok(File::open(file).map_err(|error| cannot_read(file, &error))?)
}

/// Whether a file can be made, before anything is computed for it. One that exists is only replaced by `force`.
///
/// # Errors
/// One line on what is in the way.
pub fn check_output(file: &Path, force: bool) -> Result<(), Failure> {
    if file.is_file() && !force {
        return Err(format!("{}: the file exists; give another name, or --force to replace it", file.display()).into());
    }
    if is_device(file) {
        return Ok(());
    }
    let new = beside(file);
    let tried = if file.is_dir() { Err(ErrorKind::IsADirectory.into()) } else { File::create(&new).map(drop) };
    let _ = fs::remove_file(&new);
    tried.map_err(|error| cannot_write(file, &error).into())
}

/// Writes a file beside its place, then puts it there: a full disk or a power cut leaves what was there before.
///
/// # Errors
/// One line on what is in the way.
pub fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_with(file, |out| out.write_all(bytes))
}

/// [`write`] of bytes that `fill` makes piece by piece.
///
/// # Errors
/// As [`write`].
pub fn write_with(file: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    written(file, fill)?.place()
}

/// A file that is written beside its place, to be put there together with others that belong to it. Dropped, it is gone.
pub struct Written {
    /// `None` of a device, into which it went, and once it is in its place.
    new: Option<PathBuf>,
    target: PathBuf,
    /// As it was named, for messages.
    file: PathBuf,
}

/// Writes a file beside its place.
///
/// # Errors
/// As [`write`].
pub fn written(file: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Written, Failure> {
    let failed = |error: io::Error| Failure::from(cannot_write(file, &error));
    // A terminal, a pipe or /dev/null is written into, never replaced.
    if is_device(file) {
        OpenOptions::new().write(true).open(file).and_then(|mut file| fill(&mut file)).map_err(failed)?;
        return Ok(Written { new: None, target: file.to_owned(), file: file.to_owned() });
    }
    // What a link points to is replaced, not the link.
    let target = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    if target.is_dir() {
        return Err(failed(ErrorKind::IsADirectory.into()));
    }
    let new = beside(&target);
    let written = Written { new: Some(new.clone()), target, file: file.to_owned() };
    let filled = File::create(&new).and_then(|file| {
        let mut buffered = BufWriter::new(file);
        fill(&mut buffered)?;
        buffered.into_inner()?.sync_all()
    });
    filled.map_err(failed)?;
    Ok(written)
}

impl Written {
    /// Puts it in its place.
    ///
    /// # Errors
    /// As [`write`].
    pub fn place(mut self) -> Result<(), Failure> {
        if let Some(new) = &self.new {
            fs::rename(new, &self.target).map_err(|error| cannot_write(&self.file, &error))?;
            self.new = None;
        }
        Ok(())
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        if let Some(new) = &self.new {
            let _ = fs::remove_file(new);
        }
    }
}

/// Makes a folder for output, with those above it, and tries whether files can be made there.
///
/// # Errors
/// One line on what is in the way.
pub fn make_folder(folder: &Path) -> Result<(), Failure> {
    if let Some(file) = folder.ancestors().find(|part| part.exists()).filter(|part| !part.is_dir()) {
        return Err(format!("{}: this is a file, expected a folder", file.display()).into());
    }
    fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
    let trial = folder.join(".hrm-trial.new");
    let tried = File::create(&trial).map(drop);
    let _ = fs::remove_file(&trial);
    tried.map_err(|error| cannot_write(&trial, &error).into())
}

/// Something that is neither file nor folder: a terminal, a pipe, /dev/null.
fn is_device(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// Where a file is written before it takes its place.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.file_name().map_or_else(OsString::new, OsString::from);
    name.push(".new");
    file.with_file_name(name)
}

fn cannot_read(file: &Path, error: &io::Error) -> String {
    let shown = file.display();
    match error.kind() {
        _ if file.is_dir() => format!("{shown}: this is a folder, expected a file"),
        ErrorKind::NotFound => format!("{shown}: there is no such file"),
        ErrorKind::PermissionDenied => format!("{shown}: there is no permission to read it"),
        _ => format!("{shown}: it cannot be read: {error}"),
    }
}

fn cannot_write(file: &Path, error: &io::Error) -> String {
    let shown = file.display();
    let folder = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    match error.kind() {
        _ if file.is_dir() => format!("{shown}: this is a folder, expected a file"),
        _ if folder.exists() && !folder.is_dir() => {
            format!("{shown}: {} is a file, expected a folder", folder.display())
        }
        _ if !folder.exists() => format!("{shown}: the folder {} does not exist", folder.display()),
        ErrorKind::PermissionDenied => format!("{shown}: there is no permission to write in {}", folder.display()),
        ErrorKind::ReadOnlyFilesystem => format!("{shown}: {} is read-only", folder.display()),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => format!("{shown}: the disk is full"),
        _ => format!("{shown}: it cannot be written: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("hrm-files-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_what_was_there() {
        let folder = folder("full");
        let file = folder.join("a.csv");
        fs::write(&file, "before").unwrap();
        // Every write to this device fails for want of room.
        std::os::unix::fs::symlink("/dev/full", beside(&file)).unwrap();
        let said = write(&file, b"after").unwrap_err().to_string();
        assert!(said.ends_with("a.csv: the disk is full"), "{said}");
        assert_eq!(fs::read(&file).unwrap(), b"before");
        assert!(!beside(&file).is_symlink(), "what could not be written is taken away");
        write(&file, b"after").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"after");
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn of_files_that_belong_together_none_is_replaced_where_one_cannot_be_written() {
        let folder = folder("together");
        let [weights, config] = ["a.safetensors", "a.json"].map(|name| folder.join(name));
        fs::write(&weights, "before").unwrap();
        std::os::unix::fs::symlink("/dev/full", beside(&config)).unwrap();
        let both = || {
            let first = written(&weights, |file| file.write_all(b"after"))?;
            let second = written(&config, |file| file.write_all(b"after"))?;
            first.place()?;
            second.place()
        };
        assert!(both().unwrap_err().to_string().ends_with("a.json: the disk is full"));
        assert_eq!(fs::read(&weights).unwrap(), b"before");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left over");
        both().unwrap();
        assert_eq!(fs::read(&weights).unwrap(), b"after");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_in_the_way_is_told_in_words() {
        let folder = folder("words");
        let file = folder.join("a.csv");
        let shown = folder.display();
        for (kind, expected) in [
            (ErrorKind::PermissionDenied, format!("there is no permission to write in {shown}")),
            (ErrorKind::ReadOnlyFilesystem, format!("{shown} is read-only")),
            (ErrorKind::QuotaExceeded, "the disk is full".to_owned()),
        ] {
            let said = cannot_write(&file, &kind.into());
            assert_eq!(said, format!("{}: {expected}", file.display()));
        }
        let said = cannot_read(&file, &ErrorKind::PermissionDenied.into());
        assert_eq!(said, format!("{}: there is no permission to read it", file.display()));
        fs::remove_dir_all(folder).unwrap();
    }
}
