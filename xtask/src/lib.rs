//! What `cargo xtask` does, as a library for its tests.

pub mod figures;
pub mod release;
pub mod weights;

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
