//! Ctrl-C and SIGTERM: the first one asks for an orderly end, a second one ends the process at once.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::Failure;

/// What has been asked for.
pub struct Signals {
    /// The signal's number; 0 before there was one.
    last: Arc<AtomicUsize>,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// The system refuses.
    pub fn listen() -> Result<Self, Failure> {
        let (asked, last) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds the flag down and raises it.
            flag::register_conditional_shutdown(signal, 128 + signal, asked.clone())?;
            flag::register(signal, asked.clone())?;
            flag::register_usize(signal, last.clone(), signal as usize)?;
        }
        Ok(Self { last })
    }

    /// Whether an end has been asked for.
    pub fn asked(&self) -> bool {
        self.last.load(Ordering::SeqCst) != 0
    }

    /// The status to end with: 128 and the signal's number, as a shell has it.
    pub fn status(&self) -> ExitCode {
        ExitCode::from(128_u8.saturating_add(self.last.load(Ordering::SeqCst) as u8))
    }
}
