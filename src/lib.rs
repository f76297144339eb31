//! Azure identity and Key Vault secrets for WebAssembly components.
//!
//! The modules stand in the order in which data flows through them, and nothing lower names anything higher. The core
//! is `async` over [`Platform`] and knows no wasm; `component` is its door, `wasi` its ground in a component
//! and `embedded` that of a component that a program embeds.
//!
//! `no_std`, because in a component the standard library brings 38 KB (measured) of panic messages, standard streams
//! and a second allocator, and because the core then has no name for a thread, a clock or a file of its own.

#![cfg_attr(not(test), no_std)]

extern crate alloc;

// Wherever the component's own runtime is not: on the build machine, and inside another component.
#[cfg(all(not(test), not(all(target_family = "wasm", any(feature = "component", feature = "embedded")))))]
extern crate std;

mod prelude;

#[cfg(all(target_family = "wasm", any(feature = "component", feature = "embedded")))]
mod component;

mod key_vault;

mod credential;

#[cfg(feature = "certificate")]
mod certificate;

mod entra;

mod token_cache;

mod concurrency;

mod token;

mod http;

mod log;

mod diagnosis;

mod error;

mod env;

mod cloud;

mod url;

mod json;

mod secret;

mod date;

mod text;

mod platform;

#[cfg(fuzzing)]
pub mod fuzzing;

pub use credential::{
    CREDENTIALS, Candidate, CertificateSource, ClientAuthentication, Credential, CredentialKind, CredentialOptions,
    ManagedIdentityId, Readiness, SOURCES, TokenOptions,
};
pub use diagnosis::Hint;
pub use error::{Attempt, Error, ErrorKind, Outcome, Result};
pub use key_vault::{
    CacheOptions, Cached, Change, ClientOptions, GetSecretOptions, ListOptions, Properties, Secret as VaultSecret,
    SecretClient, SecretList, SetOptions,
};
#[cfg(feature = "embedded")]
pub use platform::provider::{ProvidedToken, Provider, ProviderError, ProviderRequest};
#[cfg(all(target_family = "wasm", not(feature = "embedded")))]
pub use platform::wasi::Wasi;
pub use platform::{FileError, Limits, LocalFuture, Method, Platform, Request, Response, SendError};
pub use secret::{SecretBytes, SecretString};
pub use token::AccessToken;
