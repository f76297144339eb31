//! What the test binaries share.
//!
//! A [`case::Case`] describes a fake Azure, an app, and what the app does. [`world`] sets it up, and [`player`] runs
//! its steps with one of two players: [`native`] calls the core over a scripted `Platform`, [`wasm`] calls the built
//! component in wasmtime. [`checks`] compares what happened with what the case expects and searches everything visible
//! for secrets, with [`runs`] for parts of them. [`fault_table`] reads the table of `tests/faults`. [`imports`] reads what a built component imports.
//!
//! The fake Azure and the host are re-exported here, so that the test binaries do not name the crates that they come
//! from.

// A test may panic.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::result_large_err
)]

pub mod case;
pub mod checks;
pub mod fault_table;
pub mod imports;
pub mod native;
pub mod player;
pub mod runs;
pub mod wasm;
pub mod world;

use std::path::{Path, PathBuf};

pub use fake_azure::{self as fake, wire};
pub use keyfob_host_test as host;

/// The root of the repository.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// All files below a folder, in the order of their paths.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

/// Runs a future in virtual time: tokio's clock stands still until everything waits for it.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(future)
}
