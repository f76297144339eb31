//! Makes the files of a release that are made here; `release/run` calls it, and adds the packages for other languages.

mod recipe;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use jiff::Timestamp;

#[derive(Parser)]
struct Arguments {
    /// The folder that is written to
    dist: PathBuf,
    /// The commit that is released
    #[arg(long)]
    revision: String,
    /// When it was made, in unix seconds
    #[arg(long)]
    created: i64,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    recipe::release(&arguments.dist, &arguments.revision, Timestamp::from_second(arguments.created)?)
}
