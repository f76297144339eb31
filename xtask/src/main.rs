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
    /// Write the components, OCI images and bills of materials of a release; `release/run` adds the other packages
    Release {
        /// The folder to write to
        dist: PathBuf,
        /// The commit that is released
        #[arg(long)]
        revision: String,
        /// The time of the commit, in unix seconds
        #[arg(long)]
        created: i64,
    },
    /// Write the interface for WASI 0.3 to wit-0.2, from the one for WASI 0.2
    Interface,
    /// Print how many bytes of the component each crate takes, for docs/dependencies.md
    Weights,
    /// Measure the figures of docs/benchmarks.md; run it with --release
    Figures,
}

fn main() -> Result<()> {
    match Arguments::parse().task {
        Task::Release { dist, revision, created } => {
            xtask::release::release(&dist, &revision, Timestamp::from_second(created)?)
        }
        Task::Interface => xtask::interface::write(),
        Task::Weights => xtask::weights::print(),
        Task::Figures => xtask::figures::print(),
    }
}
