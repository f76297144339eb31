//! A wasmtime host for Keyfob with a fake Azure inside: for tests of apps that use Keyfob, and for the `keyfob` command.
//!
//! A [`Keyfob`] is the compiled component, a [`Host`] its surroundings, an [`Instance`] one that runs. An [`Egress`]
//! is its only way out: to real sockets, or to anything that implements [`wire::Azure`], in tokio's time. With
//! `start_paused` a test about a token that ends in an hour takes milliseconds. An [`App`] has Keyfob in it: a [`Host`] runs it
//! ([`Host::run`]), serves it ([`Host::serve`]), or hands it one request ([`Host::ask`]).
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//! use keyfob_host_test::{Clock, CredentialKind, Egress, Host, Keyfob, fake::{Description, Fake}};
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
//!     let host = Host::new(&Keyfob::built()?).envs(azure.environment()).clock(clock).egress(egress);
//!
//!     let mut keyfob = host.instantiate().await?;
//!     let credential = keyfob.credential(&CredentialKind::Default.into()).await?;
//!     let client = keyfob.open("https://my-vault.vault.azure.net", credential, &Default::default()).await?;
//!     let secret = keyfob.get_secret(client, "secret-a", &Default::default()).await?;
//!     assert_eq!(secret.value, "the value");
//!     assert_eq!(requests.lines().len(), 2); // the token, the secret
//!
//!     tokio::time::advance(Duration::from_secs(25 * 60 * 60)).await; // the token's time is over
//!     keyfob.get_secret(client, "secret-a", &Default::default()).await?;
//!     assert_eq!(requests.lines().len(), 4);
//!     Ok(())
//! }
//! ```

pub mod app;
pub mod bindings;
pub mod clock;
pub mod command;
pub mod compose;
pub mod developer;
pub mod egress;
pub mod engine;
pub mod failure;
pub mod fake;
pub mod host;
pub mod instance;
pub mod names;
pub mod spec;
pub mod wire;

pub use app::App;
pub use bindings::exports::keyfob::azure::identity::{AccessToken, Candidate, Readiness};
pub use bindings::exports::keyfob::azure::secrets::{Secret, SecretProperties};
pub use bindings::exports::keyfob::azure::types::{Attempt, AzureError, ErrorKind, Outcome};
pub use clock::{Clock, WallClock};
pub use egress::{Egress, Recorder, Sockets};
pub use engine::{Build, Keyfob};
pub use failure::CallError;
pub use host::Host;
pub use instance::{Credential, Instance, SecretChange, SecretClient, SecretList};
pub use spec::{
    ClientOptions, CredentialKind, CredentialOptions, CredentialSpec, GetSecretOptions, ListOptions, ManagedIdentity,
    SetOptions, TokenOptions,
};
