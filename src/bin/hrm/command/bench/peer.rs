//! The programs that this project's speed is compared with: benches/peers.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::command::{PrecisionArg, output};

/// A peer's one line of JSON; `None`, with a word on the terminal, where it cannot run.
pub fn run(script: &[&str], precision: PrecisionArg) -> Option<Value> {
    let (name, arguments) = script.split_first()?;
    let file = Path::new("benches/peers").join(name);
    let rounded = (precision == PrecisionArg::Bf16).then_some("--bf16");
    let output = Command::new("python3").arg(&file).args(arguments).args(rounded).stderr(Stdio::null()).output();
    let value = output.ok().filter(|o| o.status.success()).and_then(|o| serde_json::from_slice(&o.stdout).ok());
    if value.is_none() {
        output::note(format_args!(
            "hrm: {} did not run; python3 needs PyTorch, and the working directory is the project's",
            file.display()
        ));
    }
    value
}
