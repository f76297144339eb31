//! A wasmtime host for Keyfob with a fake Azure inside.
pub mod fake;
pub mod wire;
