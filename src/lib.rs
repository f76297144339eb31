//! Azure identity and Key Vault secrets for WebAssembly components.
//!
//! The modules are declared in layers: a module uses only modules declared below it. The core is `async`, reaches the
//! outside world through the trait [`Platform`], and contains nothing specific to WebAssembly. `component` exports the
//! WIT; `platform::wasi` implements [`Platform`] over WASI 0.2, `wasi3` over WASI 0.3, `embedded` over a program that embeds the component.
//!
//! The crate is `no_std`: the standard library adds panic messages, standard streams and a second allocator to a component
//! (38 KB, measured), and without it the core can't use threads, clocks or files except through [`Platform`].

#![cfg_attr(not(test), no_std)]

extern crate alloc;

// `platform::runtime` supplies an allocator and a panic handler only when this crate is the component. On the build
// machine and inside another component the standard library supplies them.
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

mod value;

mod error;

mod diagnosis;

mod env;

mod platform;

mod cloud;

mod url;

mod json;

mod secret;

mod mask;

mod language;

mod date;

mod text;

#[cfg(fuzzing)]
pub mod fuzzing;

pub use credential::{
    CREDENTIALS, Candidate, CertificateSource, ClientAuthentication, Credential, CredentialKind, CredentialOptions,
    ManagedIdentityId, Readiness, SOURCES, TokenOptions,
};
pub use diagnosis::Hint;
pub use error::{Attempt, Error, ErrorKind, Outcome, Result};
pub use key_vault::{
    CacheInfo, CacheOptions, ClientOptions, GetSecretOptions, ListOptions, Secret, SecretClient, SecretList,
    SecretPoller, SecretProperties, SetOptions,
};
#[cfg(feature = "embedded")]
pub use platform::provider::{ProvidedToken, Provider, ProviderError, ProviderRequest};
#[cfg(all(target_family = "wasm", not(any(feature = "embedded", feature = "p3"))))]
pub use platform::wasi::Wasi;
#[cfg(all(target_family = "wasm", feature = "p3"))]
pub use platform::wasi3::Wasi;
pub use platform::{FileError, Limits, LocalFuture, Method, Platform, Request, Response, SendError};
pub use secret::{SecretBytes, SecretString};
pub use token::AccessToken;
