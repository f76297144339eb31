//! A wasmtime host for Keyfob with a fake Azure inside.

pub mod bindings;
pub mod clock;
pub mod command;
pub mod egress;
pub mod engine;
pub mod failure;
pub mod host;
pub mod instance;
pub mod spec;
pub mod wire;
