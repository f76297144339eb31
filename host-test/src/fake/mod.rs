//! The fake Azure: a function from a request to what Azure would answer, for a world that a [`Description`] describes.
//!
//! It is strict on purpose. A wrong method, path, header, api-version or parameter, and a token that is missing,
//! altered, expired or for somebody else, are refused with Azure's status and body: what passes here is what Azure
//! lets pass. It shares no code with the component, so that both can't be wrong in the same way.
//!
//! It has two doors: [`wire::play`](crate::wire::play) in process, under the caller's clock, and [`Server`] over
//! loopback sockets, in real time.

mod app_service;
mod calendar;
mod description;
mod digest;
mod entra;
mod imds;
mod lookup;
mod managed;
mod params;
mod place;
mod server;
mod settle;
#[cfg(test)]
mod testing;
mod token;
mod vault;

use std::sync::atomic::{AtomicU64, Ordering};

pub use description::{Description, Identity, Kind, Platform, Role, Secret, Vault};
pub use server::Server;
pub use token::client_id;

use crate::wire::{Azure, Exchange, Request};
use place::{Place, Places};

/// Where the platform mounts the service account token of a pod with workload identity.
/// <https://azure.github.io/azure-workload-identity/docs/installation/mutating-admission-webhook.html>
const FEDERATED_TOKEN_FILE: &str = "/var/run/secrets/azure/tokens/azure-identity-token";

/// A world of fake Azure services.
#[derive(Debug)]
pub struct Fake {
    world: Description,
    places: Places,
    /// Counts tokens and request ids, so that no two are equal.
    counter: AtomicU64,
}

impl Fake {
    /// The world that `description` describes, or what is wrong with the description.
    pub fn new(mut description: Description) -> anyhow::Result<Self> {
        description.settle()?;
        let places = Places::of(&description)?;
        Ok(Self { world: description, places, counter: AtomicU64::new(0) })
    }

    /// What the platform itself puts into the app's environment.
    pub fn environment(&self) -> Vec<(String, String)> {
        let world = &self.world;
        let variables = match world.platform {
            Platform::AppService => {
                vec![("IDENTITY_ENDPOINT", world.identity_endpoint()), ("IDENTITY_HEADER", world.identity_header())]
            }
            Platform::Aks => {
                let federated = world.identities.iter().find(|it| it.federated_token.is_some());
                federated.map_or_else(Vec::new, |identity| {
                    vec![
                        ("AZURE_CLIENT_ID", identity.client_id.as_str()),
                        ("AZURE_TENANT_ID", world.tenant.as_str()),
                        ("AZURE_FEDERATED_TOKEN_FILE", FEDERATED_TOKEN_FILE),
                        ("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com/"),
                    ]
                })
            }
            _ => Vec::new(),
        };
        variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// `host:port` of everything that it plays.
    pub fn authorities(&self) -> Vec<String> {
        self.places.authorities()
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

impl Azure for Fake {
    fn answer(&self, request: &Request, now: u64) -> Exchange {
        match self.places.find(request.uri()) {
            Ok(Place::Entra) => entra::answer(self, request, now),
            Ok(Place::Imds) => imds::answer(self, request, now),
            Ok(Place::OtherCloud(status)) => imds::other_cloud(*status),
            Ok(Place::AppService(path)) => app_service::answer(self, path, request, now),
            Ok(Place::Vault(index)) => match self.world.vaults.get(*index) {
                Some(vault) => vault::answer(self, vault, request, now),
                None => Exchange::reply(500, "text/plain", "no such vault"),
            },
            Err(connect) => Exchange::no_connection(connect),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{fake, get};
    use crate::wire::{Azure, Connect, NetError};

    #[test]
    fn where_nothing_is_nothing_answers() {
        let story = r#"
            platform = "app-service"
            [[vault]]
            url = "https://story-kv.vault.azure.net"
        "#;
        for (url, connect) in [
            ("http://169.254.169.254/metadata/identity/oauth2/token", Connect::Never),
            ("https://other.vault.azure.net/", Connect::Fails(NetError::NameNotFound)),
            ("https://story-kv.vault.azure.net:8443/", Connect::Fails(NetError::Refused)),
            ("http://story-kv.vault.azure.net/", Connect::Fails(NetError::Refused)),
            ("http://story-kv.vault.azure.net:443/", Connect::Fails(NetError::Reset)),
            ("http://169.254.130.4/msi/token", Connect::Fails(NetError::Refused)),
            ("http://127.0.0.1:9/", Connect::Fails(NetError::Refused)),
            ("http://10.0.0.1/", Connect::Never),
        ] {
            assert_eq!(fake(story).answer(&get(url, &[]), 0).connect, connect, "{url}");
        }
    }

    #[test]
    fn the_platform_sets_its_variables() {
        let names = |text: &str| {
            let set = fake(text).environment().into_iter();
            set.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
        };
        assert!(names("platform = 'vm'").is_empty());
        assert!(names("platform = 'aks'").is_empty());
        let app_service = names(
            "platform = 'app-service'\nidentity-endpoint = 'http://172.16.5.3:8081/msi/token'\nidentity-header = 'h'",
        );
        assert_eq!(app_service, ["IDENTITY_ENDPOINT=http://172.16.5.3:8081/msi/token", "IDENTITY_HEADER=h"]);
        let aks = names(
            "platform = 'aks'\n[[identity]]\nname = 'A'\nkind = 'user-assigned'\nclient-id = '00000000-0000-0000-0000-00000000000a'\nfederated-token = 'a.b.c'",
        );
        assert_eq!(aks.len(), 4);
        assert_eq!(aks[0], "AZURE_CLIENT_ID=00000000-0000-0000-0000-00000000000a");
    }

    #[test]
    fn it_names_what_it_plays() {
        let text = "platform = 'app-service'\n[[vault]]\nurl = 'https://story-kv.vault.azure.net'";
        assert_eq!(
            fake(text).authorities(),
            ["login.microsoftonline.com:443", "169.254.130.4:8081", "story-kv.vault.azure.net:443"]
        );
    }
}
