//! `keyfob man`: the manual pages.

mod page;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, Command};

use self::page::Page;
use crate::{files, output, terminal};

const EXAMPLES: &str = "\
Examples:
  keyfob man | man -l -
  keyfob man get-secret | man -l -
  keyfob man --dir ~/.local/share/man/man1

After the last command, `man keyfob` and `man keyfob-get-secret` find the pages.";

#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Man {
    /// The verb, such as get-secret; without it, the page of keyfob itself
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    verb: Option<String>,
    /// Write all pages into this folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Prints a page, or writes all of them.
pub(super) fn run(args: &Man, cli: Command) -> Result<()> {
    let pages = pages(cli);
    if let Some(folder) = &args.dir {
        return write(&pages, folder).with_context(|| format!("--dir {}", folder.display()));
    }
    let Some(page) = pages.iter().find(|page| page.verb() == args.verb.as_deref()) else {
        let known: Vec<&str> = pages.iter().filter_map(Page::verb).collect();
        bail!(
            "there is no page for {}; there are pages for {}",
            args.verb.as_deref().unwrap_or_default(),
            known.join(", ")
        );
    };
    output::print(&page.roff()?);
    Ok(())
}

fn write(pages: &[Page], folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for page in pages {
        let file = folder.join(page.file_name());
        files::write_output(&file, page.roff()?.as_bytes())
            .with_context(|| format!("{} can't be written", page.file_name()))?;
    }
    terminal::note(&format!("{}: {} pages", folder.display(), pages.len()));
    Ok(())
}

/// The command's page, and one for each verb.
fn pages(cli: Command) -> Vec<Page> {
    // `keyfob help` needs no page.
    let mut cli = cli.disable_help_subcommand(true);
    cli.build();
    let verbs = cli.get_subcommands().cloned().map(Page::for_verb);
    [Page::for_command(cli.clone())].into_iter().chain(verbs).collect()
}
