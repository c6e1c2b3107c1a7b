//! The command: trains, evaluates, solves, and compares with the official code's numbers.

#[cfg(not(target_arch = "wasm32"))]
mod command;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    let missing = hrm_core::engine::cpu::missing_instructions();
    if missing.is_empty() { command::main() } else { command::refuse(&missing) }
}

#[cfg(target_arch = "wasm32")]
fn main() {}
