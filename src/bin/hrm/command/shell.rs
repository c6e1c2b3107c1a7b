//! What a shell and `man` want to know of the command, from its own definition.

use std::process::ExitCode;

use clap::Command;

use super::{Failure, output};

/// Print what makes a shell complete this command's arguments
///
/// bash: hrm completions bash > ~/.local/share/bash-completion/completions/hrm; zsh: into a file _hrm of a folder in fpath;
/// fish: into ~/.config/fish/completions/hrm.fish.
#[derive(clap::Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

/// Print a page for man
///
/// To read it: hrm man > hrm.1; man ./hrm.1. Each command has a page of its own: hrm man train.
#[derive(clap::Args)]
pub struct ManArgs {
    /// The command whose page is printed [default: hrm itself, with the list of commands]
    command: Option<String>,
}

pub fn completions(args: CompletionsArgs, mut command: Command) -> Result<ExitCode, Failure> {
    // Into memory first: the library panics where nobody reads.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "hrm", &mut script);
    output::write(&script)?;
    Ok(ExitCode::SUCCESS)
}

pub fn man(args: ManArgs, mut command: Command) -> Result<ExitCode, Failure> {
    command.build();
    if let Some(name) = &args.command {
        let found = command.find_subcommand(name).filter(|command| !command.is_hide_set()).cloned();
        command = found.ok_or_else(|| {
            let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
            format!("{name}: there is no such command, expected one of {}", known.join(", "))
        })?;
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    output::write(&page)?;
    Ok(ExitCode::SUCCESS)
}
