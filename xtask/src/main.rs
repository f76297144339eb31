//! Tasks of this repository that need Rust: `cargo xtask TASK`.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};
use jiff::Timestamp;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Writes the files of a release that are made here; `release/run` adds the packages for other languages
    Release {
        /// The folder that is written to
        dist: PathBuf,
        /// The commit that is released
        #[arg(long)]
        revision: String,
        /// When it was made, in unix seconds
        #[arg(long)]
        created: i64,
    },
    /// Prints what each crate weighs in the component, as docs/dependencies.md has it
    Weights,
    /// Measures the documentation's figures here and now; run it with --release
    Figures,
}

fn main() -> Result<()> {
    match Arguments::parse().task {
        Task::Release { dist, revision, created } => {
            xtask::release::release(&dist, &revision, Timestamp::from_second(created)?)
        }
        Task::Weights => xtask::weights::print(),
        Task::Figures => xtask::figures::print(),
    }
}
