//! Plays every file of `tests/cases` twice: the core natively, and the real `.wasm` in wasmtime; both against the fake
//! Azure, in virtual time. A new case is a new file, and no Rust.

// A test may panic, and its modules need no borders.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod case;
mod expect;
mod faults;
mod native;
mod play;
mod wasm;

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files = files(&folder);
    files.sort();
    let mut trials = Vec::new();
    for file in files {
        let name = file.strip_prefix(&folder).unwrap().with_extension("").display().to_string();
        for player in [play::Kind::Native, play::Kind::Wasm] {
            let file = file.clone();
            trials.push(Trial::test(format!("{player}/{name}"), move || test(&file, player)));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn test(file: &Path, player: play::Kind) -> Result<(), Failed> {
    let text = std::fs::read_to_string(file)?;
    let case: case::Case = toml::from_str(&text).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()?;
    Ok(runtime.block_on(play::play(case, player))?)
}
