//! The calls over WASI 0.2, which block until they have an answer.

mod bindings;
#[path = "../calls/mod.rs"]
mod calls;
mod lists;

pub use calls::*;
