//! The release that all tests look into: made once, and once more to compare.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Once;

use xtask::release;

pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
pub(crate) const REVISION: &str = "0123456789abcdef0123456789abcdef01234567";
pub(crate) const CREATED: &str = "2025-11-26T00:00:00Z";

/// Which of the two.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Making {
    First,
    Second,
}

pub(crate) fn folder(making: Making) -> PathBuf {
    static MADE: Once = Once::new();
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("release");
    MADE.call_once(|| {
        // What an earlier test run has left.
        if root.exists() {
            fs::remove_dir_all(&root).unwrap();
        }
        for making in [Making::First, Making::Second] {
            release::release(&root.join(format!("{making:?}")), REVISION, CREATED.parse().unwrap()).unwrap();
        }
    });
    root.join(format!("{making:?}"))
}

pub(crate) fn names(making: Making) -> Vec<String> {
    let files = fs::read_dir(folder(making)).unwrap();
    let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

pub(crate) fn read(making: Making, name: &str) -> Vec<u8> {
    fs::read(folder(making).join(name)).unwrap()
}

/// A file that a component has: its `wasm`, its `oci.tar` or its `cdx.json`.
pub(crate) fn of(component: &str, kind: &str) -> Vec<u8> {
    read(Making::First, &format!("{component}-{VERSION}.{kind}"))
}
