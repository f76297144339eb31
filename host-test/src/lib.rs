//! A wasmtime host for Keyfob with a fake Azure inside: for tests of apps that use Keyfob, and for the `keyfob` command.
//!
//! A [`Keyfob`] is the compiled component, a [`Host`] its surroundings, an [`Instance`] one that runs. An [`Egress`]
//! is its only way out: to real sockets, or to anything that implements [`wire::Azure`], in tokio's time. With
//! `start_paused` a test about a token that ends in an hour takes milliseconds.
//!
//! ```no_run
//! use std::sync::Arc;
//! use keyfob_host_test::{Clock, CredentialKind, Egress, Host, Keyfob, wire};
//!
//! /// Everybody gets the same answer.
//! struct Nothing;
//!
//! impl wire::Azure for Nothing {
//!     fn answer(&self, _request: &wire::Request, _now: u64) -> wire::Exchange {
//!         wire::Exchange::json(404, &serde_json::json!({ "error": "not_found" }))
//!     }
//! }
//!
//! #[tokio::main(flavor = "current_thread", start_paused = true)]
//! async fn main() -> anyhow::Result<()> {
//!     let clock = Clock::starting_at(Clock::TEST_START);
//!     let egress = Egress::in_process(Arc::new(Nothing), clock).allow("169.254.169.254");
//!     let recorder = egress.recorder();
//!     let host = Host::new(&Keyfob::built()?).env("AZURE_CLIENT_ID", "…").clock(clock).egress(egress);
//!
//!     let mut keyfob = host.instantiate().await?;
//!     let credential = keyfob.credential(&CredentialKind::Default.into()).await?;
//!     let client = keyfob.open("https://my-vault.vault.azure.net", credential, &Default::default()).await?;
//!     let failure = keyfob.get_secret(client, "secret-a", &Default::default()).await.unwrap_err();
//!     assert!(failure.azure().is_some_and(|error| error.hint.is_some()));
//!     assert_eq!(recorder.lines().len(), 1);
//!     Ok(())
//! }
//! ```

pub mod bindings;
pub mod clock;
pub mod command;
pub mod egress;
pub mod engine;
pub mod failure;
pub mod fake;
pub mod host;
pub mod instance;
pub mod spec;
pub mod wire;

pub use bindings::exports::keyfob::azure::identity::AccessToken;
pub use bindings::exports::keyfob::azure::secrets::{Secret, SecretProperties};
pub use bindings::exports::keyfob::azure::types::{Attempt, AzureError, ErrorKind, Outcome};
pub use clock::Clock;
pub use egress::{Egress, Recorder, Sockets};
pub use engine::Keyfob;
pub use failure::CallError;
pub use host::Host;
pub use instance::{Credential, Instance, SecretClient};
pub use spec::{
    ClientOptions, CredentialKind, CredentialOptions, CredentialSpec, GetSecretOptions, ManagedIdentity, TokenOptions,
};
