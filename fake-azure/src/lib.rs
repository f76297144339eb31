//! A strict fake of Azure's identity endpoints and of Key Vault secrets, for tests in any language.
//!
//! A [`Description`] (TOML) names the platform, the identities and the vaults. A [`Fake`] of it is a function from a
//! request to the response that Azure would send. Its vaults remember what is written to them as long as the [`Fake`]
//! lives.
//!
//! The fake refuses what Azure refuses: a wrong method, path, header, api-version or parameter, and a token that is
//! missing, altered, expired or for another audience. It responds with Azure's status and body. It shares no code with the
//! component that it tests, so that one mistake cannot hide in both.
//!
//! There are two ways to reach it: [`Server`] serves it on loopback ports in real time, and [`wire::play`] plays a
//! response in process under the clock of the caller. Neither needs WebAssembly: teams that have nothing to do with wasm
//! can use this crate for the tests of their own programs.
//!
//! # Example
//!
//! Start a server, and give the program under test the environment of the platform. The program may be written in any
//! language; it has to connect to the server's addresses and to trust its certificate authority.
//!
//! ```
//! use std::sync::Arc;
//!
//! use fake_azure::{Description, Fake, Server};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let description = Description::from_toml(
//!     r#"
//!     platform = "app-service"
//!     [[identity]]
//!     name = "app"
//!     kind = "system-assigned"
//!     [[vault]]
//!     url = "https://my-kv.vault.azure.net"
//!     roles = { app = "Key Vault Secrets User" }
//!     [[vault.secret]]
//!     name = "db-password"
//!     value = "correct horse"
//!     "#,
//! )?;
//! let fake = Arc::new(Fake::new(description)?);
//! let server = Server::start(fake.clone()).await?;
//!
//! // For the program under test: its environment variables, the addresses to connect to, and the authority to trust.
//! let environment = fake.environment();
//! let addresses = server.connect_to(&fake.authorities());
//! let certificate = server.ca_pem();
//! assert!(environment.iter().any(|(name, _)| name == "IDENTITY_ENDPOINT"));
//! assert!(addresses.iter().any(|(authority, _)| authority == "my-kv.vault.azure.net:443"));
//! assert!(certificate.starts_with("-----BEGIN CERTIFICATE-----"));
//! # Ok(())
//! # }
//! ```

// Only JSON values are indexed: a missing field reads as null, and fields are set only on objects made here.
#![allow(clippy::indexing_slicing)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod app_service;
mod arc;
mod azure_ml;
mod cloud;
mod cloud_shell;
mod description;
mod digest;
mod entra;
mod environment;
mod error;
mod fault;
mod identity;
mod identity_request;
mod ids;
mod imds;
mod invalid;
pub mod listen;
mod managed_identity;
mod params;
mod platform;
mod queries;
mod router;
mod server;
mod service_fabric;
mod summary;
#[cfg(test)]
mod testing;
mod timestamp;
mod token;
mod toml_error;
pub mod uri;
mod validate;
mod vault;
pub mod wire;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use cloud::Cloud;
pub use description::{ArcAgent, Description, ExpiryFormat, Permission, Role, Secret, Vault};
pub use error::{DescriptionError, ServerError};
pub use fault::{ConnectFault, Fault, MISAPPLIED};
pub use identity::{Identity, IdentityKind};
pub use platform::Platform;
pub use server::{CertificateAuthority, Server};
pub use token::client_id;

use crate::wire::{Request, ScriptedResponse, Service};
use router::{Backend, Router};

/// The fake services of one [`Description`], with the current content of the vaults.
#[derive(Debug)]
pub struct Fake {
    description: Description,
    router: Router,
    /// The current content of each vault, in the order of the description.
    vaults: Vec<Mutex<vault::State>>,
    /// The faults that are left, in the order of the description.
    faults: Mutex<Vec<Fault>>,
    /// The number of the next token or request id: no two are equal.
    counter: AtomicU64,
}

impl Fake {
    /// A fake Azure for this description. The vaults begin with the secrets of the description.
    ///
    /// # Errors
    ///
    /// The values of the description contradict each other, or two services have the same host and port.
    pub fn new(description: Description) -> Result<Self, DescriptionError> {
        Self::build(description).map_err(|error| DescriptionError::new(&error))
    }

    fn build(mut description: Description) -> anyhow::Result<Self> {
        description.validate()?;
        let router = Router::new(&description)?;
        let vaults = description.vaults.iter().map(|vault| Mutex::new(vault::State::new(vault))).collect();
        let faults = Mutex::new(description.faults.clone());
        Ok(Self { description, router, vaults, faults, counter: AtomicU64::new(0) })
    }

    /// The environment variables that the platform sets for the app: names and values.
    pub fn environment(&self) -> Vec<(String, String)> {
        environment::environment(&self.description)
    }

    /// The description, with its defaults filled in.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// `host:port` of the platform's identity endpoint; `None` where there is none, as on a laptop and in a pod.
    pub fn identity_authority(&self) -> Option<String> {
        self.router.identity_authority()
    }

    /// AKS: the path where the platform mounts the pod's service account token, and the token. [`Fake::files`] does not
    /// have it, because the token changes while a pod runs.
    pub fn federated_token_file(&self) -> Option<(String, String)> {
        environment::federated_token_file(&self.description)
    }

    /// The URL of Microsoft Entra ID in the description's cloud, for `AZURE_AUTHORITY_HOST`.
    pub fn authority_host(&self) -> String {
        format!("https://{}/", self.description.cloud.authority())
    }

    /// The files that the platform puts on the app's disk: paths and contents.
    pub fn files(&self) -> Vec<(String, String)> {
        environment::files(&self.description)
    }

    /// Every secret of the description, and every secret value that was written since. A test can check that no output
    /// has any of them.
    pub fn planted_secrets(&self) -> Vec<String> {
        let mut secrets = self.description.planted_secrets();
        secrets.extend(self.vaults.iter().flat_map(|state| lock(state).values()));
        secrets
    }

    /// Whether anything was written to a vault since the start.
    pub fn is_modified(&self) -> bool {
        self.vaults.iter().any(|state| lock(state).is_modified())
    }

    /// `host:port` of every service of the fake.
    pub fn authorities(&self) -> Vec<String> {
        self.router.authorities()
    }

    /// The domains of its services, for [`CertificateAuthority::for_domains`]: those of its vaults, each with all vaults of the
    /// cloud, the hosts of Microsoft Entra ID, and loopback. A vault in no Azure cloud is a domain of its own.
    pub fn domains(&self) -> Vec<String> {
        let host = |authority: String| {
            let name = authority.rsplit_once(':').map_or(authority.as_str(), |(host, _)| host).trim_matches(['[', ']']);
            match name.parse::<IpAddr>() {
                Ok(address) => address.is_loopback().then(|| name.to_owned()),
                Err(_) => Some(Cloud::of_vault(name).map_or(name, |(_, suffix)| suffix).to_owned()),
            }
        };
        let own = ["localhost", "127.0.0.1"].map(str::to_owned);
        let domains: BTreeSet<String> = self.authorities().into_iter().filter_map(host).chain(own).collect();
        domains.into_iter().collect()
    }

    /// The faults that are left, each with its number of requests to come.
    pub fn faults(&self) -> Vec<Fault> {
        lock(&self.faults).clone()
    }

    /// Replaces the faults; none ends them all.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        *lock(&self.faults) = faults;
    }

    /// A number that no earlier call returned.
    fn count(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    /// A new id for a request, a trace or a correlation.
    fn request_id(&self) -> String {
        digest::uuid(&["request", &self.count().to_string()])
    }
}

/// Locks a vault's state or the faults. A panic in another thread leaves them consistent.
fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Service for Fake {
    fn handle(&self, request: &Request, now: u64) -> ScriptedResponse {
        let fault = fault::find(&mut lock(&self.faults), request);
        match fault {
            Some(fault) => fault::respond(&fault, self, request, now),
            None => self.respond(request, now),
        }
    }
}

impl Fake {
    /// The response of Azure, without faults.
    fn respond(&self, request: &Request, now: u64) -> ScriptedResponse {
        match self.router.find(request.uri()) {
            Ok(Backend::Entra(realm)) => entra::handle(self, realm, request, now),
            Ok(Backend::Imds) => imds::handle(self, request, now),
            Ok(Backend::OtherCloud(status)) => imds::other_cloud(*status),
            Ok(Backend::IdentityEndpoint(endpoint, path)) => (endpoint.handle)(self, path, request, now),
            Ok(Backend::Vault(index)) => match (self.description.vaults.get(*index), self.vaults.get(*index)) {
                (Some(vault), Some(state)) => vault::handle(self, vault, &mut lock(state), request, now),
                _ => ScriptedResponse::reply(500, "text/plain", "no such vault"),
            },
            Err(connect) => ScriptedResponse::no_connection(connect),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{fake, get};
    use crate::wire::{ConnectOutcome, NetworkError, Service};

    #[test]
    fn connecting_without_a_service_fails() {
        let text = r#"
            platform = "app-service"
            [[vault]]
            url = "https://story-kv.vault.azure.net"
        "#;
        for (url, connect) in [
            ("http://169.254.169.254/metadata/identity/oauth2/token", ConnectOutcome::Never),
            ("https://other.vault.azure.net/", ConnectOutcome::Fails(NetworkError::NameNotFound)),
            ("https://story-kv.vault.azure.net:8443/", ConnectOutcome::Fails(NetworkError::Refused)),
            ("http://story-kv.vault.azure.net/", ConnectOutcome::Fails(NetworkError::Refused)),
            ("http://story-kv.vault.azure.net:443/", ConnectOutcome::Fails(NetworkError::Reset)),
            ("http://169.254.130.4/msi/token", ConnectOutcome::Fails(NetworkError::Refused)),
            ("http://127.0.0.1:9/", ConnectOutcome::Fails(NetworkError::Refused)),
            ("http://10.0.0.1/", ConnectOutcome::Never),
        ] {
            assert_eq!(fake(text).handle(&get(url, &[]), 0).connect, connect, "{url}");
        }
    }

    #[test]
    fn service_fabric_certificate_is_untrusted() {
        let fabric = fake("platform = 'service-fabric'");
        let url = "https://localhost:2377/metadata/identity/oauth2/token";
        assert_eq!(fabric.handle(&get(url, &[]), 0).connect, ConnectOutcome::Fails(NetworkError::Certificate));
    }

    #[test]
    fn planted_secrets_are_complete() {
        let secrets = fake(
            r#"
                platform = "azure-arc"
                arc-key = "the key"
                [[identity]]
                name = "P"
                kind = "service-principal"
                client-secret = "the secret"
                federated-tokens = ["a.b.c", "d.e.f"]
                [[vault]]
                url = "https://story-kv.vault.azure.net"
                [[vault.secret]]
                name = "a"
                value = "the value"
            "#,
        )
        .planted_secrets();
        for secret in ["the key", "the secret", "a.b.c", "d.e.f", "the value"] {
            assert!(secrets.iter().any(|known| known == secret), "{secret}");
        }
    }

    #[test]
    fn authorities_has_every_service() {
        let text = "platform = 'app-service'\n[[vault]]\nurl = 'https://story-kv.vault.azure.net'";
        let all = fake(text).authorities();
        // The Entra of every cloud is always there.
        assert_eq!(
            (all[0].as_str(), all.iter().filter(|it| it.starts_with("login.")).count()),
            ("login.microsoftonline.com:443", 10)
        );
        assert_eq!(all[all.len() - 2..], ["169.254.130.4:8081", "story-kv.vault.azure.net:443"]);
    }
}
