//! What shells and `man` are told about the command.

mod page;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use self::page::Page;
use super::args::Cli;
use super::{output, screen};

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  keyfob completions bash > ~/.local/share/bash-completion/completions/keyfob
  keyfob completions zsh > \"${fpath[1]}/_keyfob\"
  keyfob completions fish > ~/.config/fish/completions/keyfob.fish

A new shell completes then. In PowerShell: keyfob completions powershell >> $PROFILE";

const MAN_EXAMPLES: &str = "\
Examples:
  keyfob man | man -l -
  keyfob man get-secret | man -l -
  keyfob man --dir ~/.local/share/man/man1

After the last one, `man keyfob` and `man keyfob-get-secret` find them.";

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
    let pages = pages();
    if let Some(folder) = &args.dir {
        return write(&pages, folder).with_context(|| format!("--dir {}", folder.display()));
    }
    let Some(page) = pages.iter().find(|page| page.verb() == args.verb.as_deref()) else {
        let known: Vec<&str> = pages.iter().filter_map(Page::verb).collect();
        bail!("there is no page of {}, but of {}", args.verb.as_deref().unwrap_or_default(), known.join(", "));
    };
    output::text(&page.roff()?);
    Ok(())
}

fn write(pages: &[Page], folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for page in pages {
        let file = folder.join(page.file());
        std::fs::write(&file, page.roff()?).with_context(|| format!("{} can't be written", page.file()))?;
    }
    screen::note(&format!("{}: {} pages", folder.display(), pages.len()));
    Ok(())
}

/// The command's page, and one for each verb.
fn pages() -> Vec<Page> {
    // `keyfob help` says what it is by itself.
    let mut cli = Cli::command().disable_help_subcommand(true);
    cli.build();
    let verbs = cli.get_subcommands().cloned().map(Page::of_verb);
    [Page::of_command(cli.clone())].into_iter().chain(verbs).collect()
}
