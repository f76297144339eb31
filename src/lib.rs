//! stub
#[cfg(all(target_family = "wasm", feature = "component"))]
mod component;
