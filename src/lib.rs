//! Azure identity and Key Vault secrets for WebAssembly components.
//!
//! The modules stand in the order in which data flows through them, and nothing lower names anything higher. The core
//! is `async` over [`Platform`] and knows no wasm; `component` and `wasi` are its door and its ground in a component.

#[cfg(all(target_family = "wasm", feature = "component"))]
mod component;

mod vault;

mod credential;

mod entra;

mod cache;

mod token;

mod http;

mod diagnosis;

mod error;

mod env;

mod url;

mod json;

mod secret;

mod text;

mod platform;

#[cfg(target_family = "wasm")]
mod wasi;

pub use credential::{Credential, CredentialOptions, ManagedIdentityId, TokenOptions};
pub use diagnosis::Hint;
pub use error::{Attempt, Error, ErrorKind, Outcome, Result};
pub use platform::{FileError, Limits, LocalFuture, Method, Platform, Request, Response, SendError};
pub use secret::{Bytes, Secret};
pub use token::AccessToken;
pub use vault::{ClientOptions, GetSecretOptions, Properties, Secret as VaultSecret, SecretClient};
