//! Key Vault secrets as `wasi:config`, for apps that do not know Azure: a component that is composed with an app that reads
//! its configuration. Environment variables map keys to secrets; see this folder's README.

mod mapping;
mod store;

#[cfg(target_family = "wasm")]
mod component;

pub use mapping::{Mapping, Secret};
pub use store::{Executor, Failure, Store};
