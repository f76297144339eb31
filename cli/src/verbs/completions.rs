//! `keyfob completions`: completion scripts for shells.

use anyhow::Result;
use clap::{Args, Command};
use clap_complete::Shell;

use crate::output;

const EXAMPLES: &str = "\
Examples:
  keyfob completions bash > ~/.local/share/bash-completion/completions/keyfob
  keyfob completions zsh > \"${fpath[1]}/_keyfob\"
  keyfob completions fish > ~/.config/fish/completions/keyfob.fish

Start a new shell to use it. In PowerShell: keyfob completions powershell >> $PROFILE";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

/// Prints the script.
pub(super) fn run(args: &Completions, mut cli: Command) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut cli, "keyfob", &mut script);
    output::print(&String::from_utf8(script)?);
    Ok(())
}
