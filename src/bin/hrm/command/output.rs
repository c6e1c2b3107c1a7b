//! What is printed. A reader that goes away (`hrm … | head`) is a quiet end, and a terminal that is gone never stops a
//! training: so nothing here panics, and nothing else in the command prints.

use std::fmt::Display;
use std::io::{self, Write};

pub use hrm_core::text::counted;

use super::Failure;

/// Writes a line, or several, to standard output.
///
/// # Errors
/// [`is_closed`] where nobody reads any more; a full disk behind it.
pub fn print(text: impl Display) -> Result<(), Failure> {
    write(format!("{text}\n").as_bytes())
}

/// Writes bytes to standard output.
///
/// # Errors
/// As [`print`].
pub fn write(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("standard output: {error}").into()),
        result => Ok(result?),
    }
}

/// [`print`] for what stands at the end of a command, whose exit status stays what it is where nobody reads.
///
/// # Errors
/// A full disk behind standard output.
pub fn print_result(text: impl Display) -> Result<(), Failure> {
    print(text).or_else(|error| if is_closed(&*error) { Ok(()) } else { Err(error) })
}

/// Whether an error only says that nobody reads any more.
pub fn is_closed(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Writes a line to standard error; where that is closed there is nobody to tell.
pub fn note(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}
