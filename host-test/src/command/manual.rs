//! What shells and `man` are told about the command.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use clap::{Args, Command, CommandFactory as _};
use clap_complete::Shell;

use super::args::Cli;
use super::output;

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  keyfob completions bash > ~/.local/share/bash-completion/completions/keyfob
  keyfob completions zsh > \"${fpath[1]}/_keyfob\"
  keyfob completions fish > ~/.config/fish/completions/keyfob.fish
  keyfob completions powershell >> $PROFILE";

const MAN_EXAMPLES: &str = "\
Examples:
  keyfob man | man -l -
  keyfob man get-secret | man -l -
  keyfob man --dir ~/.local/share/man/man1";

#[derive(Args, Debug)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(super) struct Completions {
    /// The shell that is to complete
    shell: Shell,
}

#[derive(Args, Debug)]
#[command(after_help = MAN_EXAMPLES)]
pub(super) struct Man {
    /// The command whose page it is, such as get-secret; keyfob itself where absent
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    verb: Option<String>,
    /// Write all pages into this folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Prints the shell's own script.
pub(super) fn completions(args: &Completions) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "keyfob", &mut script);
    output::text(&String::from_utf8(script)?);
    Ok(())
}

/// Prints a page, or writes all of them.
pub(super) fn man(args: &Man) -> Result<()> {
    let mut command = Cli::command();
    command.build();
    if let Some(dir) = &args.dir {
        let write = || {
            std::fs::create_dir_all(dir)?;
            clap_mangen::generate_to(command, dir)
        };
        return write().with_context(|| format!("--dir {}", dir.display()));
    }
    let page = match &args.verb {
        None => command,
        Some(verb) => page(&command, verb)?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    output::text(&String::from_utf8(text)?);
    Ok(())
}

/// A verb as a command of its own name.
fn page(command: &Command, verb: &str) -> Result<Command> {
    let found = command.get_subcommands().find(|known| known.get_name() == verb);
    let known = || command.get_subcommands().map(Command::get_name).collect::<Vec<_>>().join(", ");
    let found = found.ok_or_else(|| anyhow!("there is no page of {verb}, but of {}", known()))?;
    Ok(found.clone().version(env!("CARGO_PKG_VERSION")))
}
