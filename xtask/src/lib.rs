//! The tasks of `cargo xtask`, as a library for its tests.

pub mod figures;
pub mod interface;
pub mod release;
pub mod weights;

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
