//! The command: trains, evaluates, solves, and compares with the official code's numbers.

#[cfg(not(target_arch = "wasm32"))]
mod command;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod processor;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    command::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
