//! Key Vault secrets as `wasi:config`, for apps that have no Azure in them: a component that is put in front of an app which
//! reads its configuration. Which secret a key means the environment says; see this folder's README.

mod mapping;
mod store;

#[cfg(target_family = "wasm")]
mod component;

pub use mapping::{Mapping, Secret};
pub use store::{Executor, Failure, Store};
