//! Azure identity and Key Vault secrets for apps that are WebAssembly components.
//!
//! The app imports the interface `keyfob:azure`, and the component Keyfob, which is put into the app afterwards, finds out
//! which Azure identity the app runs as, gets the token, and fetches the secret. The app has no Azure SDK and no HTTP client.
//!
//! ```no_run
#![doc = include_str!("../examples/get_secret.rs")]
//! ```
//!
//! Build it for `wasm32-wasip2`, and let the command `keyfob` run it; `keyfob run --fake-example app-service` needs no Azure:
//!
//! ```sh
//! cargo build --target wasm32-wasip2
//! keyfob run target/wasm32-wasip2/debug/my-app.wasm --fake-example app-service
//! ```
//!
//! # Several secrets, from the cache
//!
//! ```no_run
#![doc = include_str!("../examples/get_secrets.rs")]
//! ```
//!
//! # Changing secrets
//!
//! ```no_run
#![doc = include_str!("../examples/manage_secrets.rs")]
//! ```
//!
//! # Which identity, and its token
//!
//! ```no_run
#![doc = include_str!("../examples/identity.rs")]
//! ```
//!
//! # Apps for WASI 0.3
//!
//! The calls above block, so they work in `fn main`, and inside the handlers of waki and wstd, whose other tasks then wait. They
//! import `keyfob:azure@0.1.0`, from the component Keyfob for WASI 0.2.
//!
//! An app for WASI 0.3, such as one of spin-sdk 7, takes the same calls from `keyfob::p3`, where they are `async`:
//!
//! ```sh
//! cargo add keyfob --no-default-features --features p3
//! ```
//!
//! Both features may be on, as they are where two apps of a workspace are built together. An app imports what it calls.
//!
//! # Where it runs
//!
//! On a target that is no component the crate compiles, so that an app's own tests do, and the calls panic.

#![deny(missing_docs, clippy::missing_errors_doc)]
// src/calls is compiled for each interface.
#![allow(clippy::duplicate_mod)]

mod error;
mod model;
#[cfg(feature = "p3")]
pub mod p3;
#[cfg(any(feature = "wasip2", feature = "p3"))]
mod pages;
mod secret_value;
mod time;
#[cfg(feature = "wasip2")]
mod wasip2;

#[cfg(not(any(feature = "wasip2", feature = "p3")))]
compile_error!("keyfob has no calls without one of its features `wasip2`, which is the default, and `p3`");

pub use error::{Attempt, Error, ErrorKind, Outcome, Result};
pub use model::{
    AccessToken, CacheInfo, Candidate, DeletedSecret, ManagedIdentityId, Readiness, Secret, SecretProperties,
};
pub use secret_value::SecretValue;
#[cfg(feature = "wasip2")]
pub use wasip2::{
    CallOptions, ChainedTokenCredential, ClientAssertionCredential, ClientCertificate, ClientCertificateCredential,
    ClientSecretCredential, Credential, CredentialBuilder, DefaultAzureCredential, DeletedSecretList,
    DeletedSecretPoller, EnvironmentCredential, GetSecretOptions, ListOptions, ManagedIdentityCredential, SecretClient,
    SecretClientBuilder, SecretList, SecretPoller, SetSecretOptions, StaticTokenCredential, TokenOptions,
    WorkloadIdentityCredential, fetch_secret, fetch_token,
};
