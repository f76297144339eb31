//! A wasmtime host for Keyfob: for tests of apps that use Keyfob, and for programs that embed it.
//!
//! [`Keyfob`] is the compiled component, [`Host`] what it may access, and [`Instance`] a running one. [`Egress`] is its only
//! way out: real sockets, or anything that answers requests in this process, such as [`fake_azure::Fake`]. In-process egress
//! runs in tokio's time: with `start_paused` a test of a token that expires in an hour takes milliseconds. [`App`] is a
//! component that has Keyfob in it: a [`Host`] runs it as a command ([`Host::run`]), serves it over HTTP ([`Host::serve`]), or
//! hands it one request ([`Host::handle`]).
//!
//! # Features
//! None is on by default; the component without certificates is always bundled.
//!
//! - `certificates` bundles the component that can use certificates, as `Build::WithCertificates`, and makes it the default.
//! - `compose` adds the module `compose` and `App::load`, which put Keyfob into an app that imports it.
//! - `config` bundles `keyfob-config`, secrets as wasi:config, which `App::load` puts into apps that import it.
//! - `embedded` bundles the component for programs that embed it without WASI. No host of this crate runs it.
//! - `p3` bundles the components for WASI 0.3, as `Build::P3WithoutCertificates` and, together with `certificates`, as
//!   `Build::P3WithCertificates`. [`App`]s of WASI 0.3 run without it too; those that import Keyfob for WASI 0.3
//!   (`keyfob:azure@0.2`) are given it by `App::load` only with it. wasmtime calls its own implementation of WASI 0.3 not ready
//!   for production.
//!
//! # Examples
//! A test against a fake Azure:
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//! use keyfob_host_test::{Clock, CredentialKind, Egress, Host, Keyfob};
//! use fake_azure::{Description, Fake};
//!
//! #[tokio::main(flavor = "current_thread", start_paused = true)]
//! async fn main() -> anyhow::Result<()> {
//!     let azure = Arc::new(Fake::new(Description::from_toml(r#"
//!         platform = "app-service"
//!         [[identity]]
//!         name = "app"
//!         kind = "system-assigned"
//!         [[vault]]
//!         url = "https://my-vault.vault.azure.net"
//!         roles = { app = "Key Vault Secrets User" }
//!         [[vault.secret]]
//!         name = "secret-a"
//!         value = "the value"
//!     "#)?)?);
//!     let clock = Clock::starting_at(Clock::TEST_START);
//!     let egress = Egress::in_process(azure.clone(), clock).allow_any();
//!     let requests = egress.recorder();
//!     let host = Host::new(&Keyfob::bundled()?).envs(azure.environment()).clock(clock).egress(egress);
//!
//!     let mut keyfob = host.instantiate().await?;
//!     let credential = keyfob.create_credential(&CredentialKind::Default.into()).await?;
//!     let client = keyfob.create_client("https://my-vault.vault.azure.net", credential, &Default::default()).await?;
//!     let secret = keyfob.get_secret(client, "secret-a", &Default::default()).await?;
//!     assert_eq!(secret.value, "the value");
//!     assert_eq!(requests.lines().len(), 2); // the token, the secret
//!
//!     tokio::time::advance(Duration::from_secs(25 * 60 * 60)).await; // the token has expired
//!     keyfob.get_secret(client, "secret-a", &Default::default()).await?;
//!     assert_eq!(requests.lines().len(), 4);
//!     Ok(())
//! }
//! ```
//!
//! A program that embeds Keyfob does the same with real sockets. It compiles the component once per process, and may reserve
//! memory for its instances ([`Keyfob::pooled`]). An instance keeps its cached tokens until it is dropped.
//!
//! ```no_run
//! use keyfob_host_test::{CredentialKind, Egress, Host, Keyfob, Sockets};
//!
//! # async fn read() -> anyhow::Result<String> {
//! let egress = Egress::sockets(Sockets::new())
//!     .allow("my-vault.vault.azure.net:443")
//!     .allow("169.254.169.254:80") // IMDS; on App Service what IDENTITY_ENDPOINT names
//!     .without_recorder();
//! // A variable that is not Unicode is an error: without it, another identity would be used. (`std::env::vars` would panic,
//! // and print its value.)
//! let mut azure = Vec::new();
//! for (name, value) in std::env::vars_os() {
//!     let Ok(name) = name.into_string() else { continue };
//!     if name.starts_with("AZURE_") || name.starts_with("IDENTITY_") {
//!         let value = value.into_string().map_err(|_| anyhow::anyhow!("the variable {name} is not UTF-8"))?;
//!         azure.push((name, value));
//!     }
//! }
//! let host = Host::new(&Keyfob::bundled()?).envs(azure).egress(egress);
//!
//! let mut keyfob = host.instantiate().await?;
//! let credential = keyfob.create_credential(&CredentialKind::Default.into()).await?;
//! let client = keyfob.create_client("https://my-vault.vault.azure.net", credential, &Default::default()).await?;
//! let names = ["db-user".to_owned(), "db-password".to_owned()];
//! let mut read = keyfob.get_secrets(client, &names, &Default::default()).await?;
//! Ok(read.pop().expect("as many as names")?.value)
//! # }
//! ```

#![cfg_attr(
    test,
    allow(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::result_large_err,
        clippy::unwrap_used,
        reason = "tests"
    )
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod app;
pub mod bindings;
pub mod call_error;
pub mod clock;
mod component_types;
#[cfg(feature = "compose")]
pub mod compose;
pub mod egress;
pub mod engine;
pub mod error;
pub mod host;
pub mod instance;
mod keyfob_half;
pub mod names;
mod rename;
pub mod spec;
mod store;

pub use app::App;
pub use bindings::exports::keyfob::azure::identity::{AccessToken, Candidate, Readiness};
pub use bindings::exports::keyfob::azure::secrets::{CacheInfo, DeletedSecret, Secret, SecretProperties};
pub use bindings::exports::keyfob::azure::types::{Attempt, AzureError, ErrorKind, Outcome};
pub use call_error::{CallError, TrapError};
pub use clock::{Clock, WallClock};
pub use component_types::{ComponentTypes, Wasi};
pub use egress::{Egress, Recorder, Sockets};
#[cfg(feature = "config")]
pub use engine::config_component;
#[cfg(feature = "embedded")]
pub use engine::embedded_component;
pub use engine::{Build, Keyfob};
pub use error::{ComponentError, HostError, ProxyVariableError, SocketsError};
pub use host::Host;
#[cfg(feature = "p3")]
pub use instance::ConcurrentRead;
pub use instance::{
    Credential, DeletedSecretList, DeletedSecretPoller, Handle, Instance, SecretClient, SecretList, SecretPoller,
};
pub use spec::{
    ClientOptions, CredentialKind, CredentialOptions, CredentialSpec, GetSecretOptions, ListOptions, ManagedIdentity,
    SetSecretOptions, TokenOptions,
};
