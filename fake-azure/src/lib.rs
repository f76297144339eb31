//! The fake Azure: a function from a request to what Azure would answer, for a world that a [`Description`] describes.
//! Its vaults begin as they are described, and remember what is written to them for as long as the [`Fake`] lives.
//!
//! It is strict on purpose. A wrong method, path, header, api-version or parameter, and a token that is missing,
//! altered, expired or for somebody else, are refused with Azure's status and body: what passes here is what Azure
//! lets pass. It shares no code with the component, so that both can't be wrong in the same way.
//!
//! It has two doors: [`wire::play`](crate::wire::play) in process, under the caller's clock, and [`Server`] over
//! loopback sockets, in real time.

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
mod identity;
mod identity_request;
mod ids;
mod imds;
mod managed_identity;
mod params;
mod platform;
mod queries;
mod router;
mod server;
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

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use cloud::Cloud;
pub use description::{ArcAgent, Description, ExpiryFormat, Permission, Role, Secret, Vault};
pub use error::{DescriptionError, ServerError};
pub use identity::{Identity, IdentityKind};
pub use platform::Platform;
pub use server::{CertificateAuthority, Server};
pub use token::client_id;

use crate::wire::{ConnectOutcome, NetworkError, Request, ScriptedResponse, Service};
use router::{Backend, Router};

/// A world of fake Azure services.
#[derive(Debug)]
pub struct Fake {
    description: Description,
    router: Router,
    /// What is in each vault by now.
    vaults: Vec<Mutex<vault::State>>,
    /// Counts tokens and request ids, so that no two are equal.
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
        Ok(Self { description: description, router, vaults, counter: AtomicU64::new(0) })
    }

    /// What the platform itself puts into the app's environment.
    pub fn environment(&self) -> Vec<(String, String)> {
        environment::environment(&self.description)
    }

    /// The world that it plays, complete.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// `host:port` where the app's platform gives tokens; `None` on a laptop and in a pod.
    pub fn identity_authority(&self) -> Option<String> {
        self.router.identity_authority()
    }

    /// AKS: the service account token of the pod, and where the platform mounts it. It is no part of
    /// [`Fake::files`]: it changes in a pod's life, and whoever mounts it decides what lies there.
    pub fn federated_token_file(&self) -> Option<(String, String)> {
        environment::federated_token_file(&self.description)
    }

    /// The URL of its cloud's Entra, for AZURE_AUTHORITY_HOST.
    pub fn authority_host(&self) -> String {
        format!("https://{}/", self.description.cloud.authority())
    }

    /// What the platform itself puts on the app's disk: path and content.
    pub fn files(&self) -> Vec<(String, String)> {
        environment::files(&self.description)
    }

    /// Every secret of the world, and every one that was written since: nobody may print any of them.
    pub fn planted_secrets(&self) -> Vec<String> {
        let mut secrets = self.description.planted_secrets();
        secrets.extend(self.vaults.iter().flat_map(|state| lock(state).values()));
        secrets
    }

    /// Whether a vault is not any more as it was described: something was written to it.
    pub fn is_modified(&self) -> bool {
        self.vaults.iter().any(|state| lock(state).is_modified())
    }

    /// `host:port` of everything that it plays.
    pub fn authorities(&self) -> Vec<String> {
        self.router.authorities()
    }

    /// A number that was not given out before.
    fn count(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    /// A fresh id for a request, a trace or a correlation.
    fn request_id(&self) -> String {
        digest::uuid(&["request", &self.count().to_string()])
    }
}

/// A vault's state; a panic elsewhere leaves it as good as it was.
fn lock(state: &Mutex<vault::State>) -> MutexGuard<'_, vault::State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Service for Fake {
    fn handle(&self, request: &Request, now: u64) -> ScriptedResponse {
        match self.router.find(request.uri()) {
            Ok(Backend::Entra(realm)) => entra::handle(self, realm, request, now),
            Ok(Backend::Imds) => imds::handle(self, request, now),
            Ok(Backend::OtherCloud(status)) => imds::other_cloud(*status),
            Ok(Backend::IdentityEndpoint(path)) => match self.description.platform {
                Platform::AzureArc => arc::handle(self, path, request, now),
                Platform::AzureMl => azure_ml::handle(self, path, request, now),
                Platform::CloudShell => cloud_shell::handle(self, path, request, now),
                // Its certificate is its own, and what it would answer to who knows that nobody hears here.
                Platform::ServiceFabric => {
                    ScriptedResponse::no_connection(ConnectOutcome::Fails(NetworkError::Certificate))
                }
                _ => app_service::handle(self, path, request, now),
            },
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
    fn where_nothing_is_nothing_answers() {
        let story = r#"
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
            assert_eq!(fake(story).handle(&get(url, &[]), 0).connect, connect, "{url}");
        }
    }

    #[test]
    fn nobody_trusts_service_fabrics_certificate() {
        let fabric = fake("platform = 'service-fabric'");
        let url = "https://localhost:2377/metadata/identity/oauth2/token";
        assert_eq!(fabric.handle(&get(url, &[]), 0).connect, ConnectOutcome::Fails(NetworkError::Certificate));
    }

    #[test]
    fn it_knows_its_secrets() {
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
    fn it_names_what_it_plays() {
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
