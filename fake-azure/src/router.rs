//! The addresses of the services, and the result of connecting to any other address.

use std::net::IpAddr;

use anyhow::{Context, ensure};
use http::Uri;

use super::cloud::Cloud;
use super::description::Description;
use super::entra::Realm;
use super::invalid::{At as _, item, value};
use super::platform::{IdentityEndpoint, Platform};
use crate::wire::{ConnectOutcome, NetworkError};

/// The address of every cloud's metadata service.
const METADATA: &str = "169.254.169.254";

/// One of the services of the fake.
#[derive(Debug)]
pub(super) enum Backend {
    /// A realm of Microsoft Entra ID.
    Entra(Realm),
    /// Azure's instance metadata service.
    Imds,
    /// Another cloud's metadata service, which responds with this status.
    OtherCloud(u16),
    /// The platform's identity endpoint, at this path.
    IdentityEndpoint(&'static IdentityEndpoint, String),
    /// The vault of this index.
    Vault(usize),
}

/// All services with their addresses.
#[derive(Debug)]
pub(super) struct Router(Vec<(Endpoint, Backend)>);

/// The address of a service.
#[derive(Debug, PartialEq)]
struct Endpoint {
    tls: bool,
    host: String,
    port: u16,
}

impl Endpoint {
    fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    fn of(uri: &Uri) -> Option<Self> {
        let tls = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Some(Self { tls, host: uri.host()?.to_ascii_lowercase(), port })
    }

    fn parse(text: &str) -> anyhow::Result<(Self, Uri)> {
        let uri: Uri = text.parse().with_context(|| format!("{text:?} is not a URL"))?;
        let endpoint = Self::of(&uri).with_context(|| format!("{text:?} is not an http(s) URL"))?;
        Ok((endpoint, uri))
    }
}

impl Router {
    /// The services of a validated description.
    pub(super) fn new(description: &Description) -> anyhow::Result<Self> {
        let mut all = Self(Vec::new());
        for cloud in Cloud::ALL {
            for host in cloud.hosts() {
                all.add(Endpoint::parse(&format!("https://{host}"))?.0, Backend::Entra(Realm::Cloud(cloud)))?;
            }
        }
        if let Some(host) = &description.adfs_host {
            let endpoint = Endpoint::parse(&format!("https://{host}")).map(|(endpoint, _)| endpoint);
            let added = endpoint.and_then(|endpoint| all.add(endpoint, Backend::Entra(Realm::Adfs)));
            added.at(&[value("adfs-host")])?;
        }
        let metadata = match description.platform {
            Platform::Vm => Some(Backend::Imds),
            Platform::Aks if description.allow_node_imds => Some(Backend::Imds),
            Platform::OtherCloud401 => Some(Backend::OtherCloud(401)),
            Platform::OtherCloud403 => Some(Backend::OtherCloud(403)),
            Platform::OtherCloud404 => Some(Backend::OtherCloud(404)),
            _ => None,
        };
        if let Some(backend) = metadata {
            all.add(Endpoint::parse(&format!("http://{METADATA}"))?.0, backend)?;
        }
        all.add_identity_endpoint(description).at(&[value("identity-endpoint")])?;
        for (index, vault) in description.vaults.iter().enumerate() {
            all.add_vault(index, &vault.url).at(&[value("vault"), item(index), value("url")])?;
        }
        Ok(all)
    }

    fn add_vault(&mut self, index: usize, url: &str) -> anyhow::Result<()> {
        let (endpoint, uri) = Endpoint::parse(url)?;
        let bare = uri.path() == "/" && uri.query().is_none();
        ensure!(endpoint.tls && bare, "vault url {url:?} is not https://HOST");
        self.add(endpoint, Backend::Vault(index))
    }

    /// The platform's identity endpoint, if it has one.
    fn add_identity_endpoint(&mut self, description: &Description) -> anyhow::Result<()> {
        let Some(service) = description.platform.identity_endpoint() else { return Ok(()) };
        let (endpoint, uri) = Endpoint::parse(description.identity_endpoint())?;
        let tls = description.platform == Platform::ServiceFabric;
        let scheme = if tls { "https" } else { "http" };
        ensure!(endpoint.tls == tls && uri.query().is_none(), "identity-endpoint is no {scheme} URL, or has a query");
        self.add(endpoint, Backend::IdentityEndpoint(service, uri.path().to_owned()))
    }

    fn add(&mut self, endpoint: Endpoint, backend: Backend) -> anyhow::Result<()> {
        let taken = self.0.iter().any(|(other, _)| (&other.host, other.port) == (&endpoint.host, endpoint.port));
        ensure!(!taken, "two services at {}:{}", endpoint.host, endpoint.port);
        self.0.push((endpoint, backend));
        Ok(())
    }

    /// The service that `uri` reaches, or how the attempt to connect ends.
    pub(super) fn find(&self, uri: &Uri) -> Result<&Backend, ConnectOutcome> {
        let Some(wanted) = Endpoint::of(uri) else {
            return Err(ConnectOutcome::Fails(NetworkError::NameNotFound));
        };
        let there = |other: &Endpoint| (&other.host, other.port) == (&wanted.host, wanted.port);
        match self.0.iter().find(|(endpoint, _)| there(endpoint)) {
            Some((endpoint, backend)) if endpoint.tls == wanted.tls => Ok(backend),
            // TLS to a plain port or the other way round: neither side understands the first byte.
            Some(_) => Err(ConnectOutcome::Fails(NetworkError::Reset)),
            None if self.0.iter().any(|(endpoint, _)| endpoint.host == wanted.host) => {
                Err(ConnectOutcome::Fails(NetworkError::Refused))
            }
            None => Err(unknown_host(&wanted.host)),
        }
    }

    /// `host:port` of all.
    pub(super) fn authorities(&self) -> Vec<String> {
        self.0.iter().map(|(endpoint, _)| endpoint.authority()).collect()
    }

    /// `host:port` of the identity endpoint or metadata service.
    pub(super) fn identity_authority(&self) -> Option<String> {
        let gives = |backend: &Backend| {
            matches!(backend, Backend::Imds | Backend::OtherCloud(_) | Backend::IdentityEndpoint(..))
        };
        self.0.iter().find(|(_, backend)| gives(backend)).map(|(endpoint, _)| endpoint.authority())
    }
}

/// The result of connecting to a host without a service.
fn unknown_host(host: &str) -> ConnectOutcome {
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) if address.is_loopback() => ConnectOutcome::Fails(NetworkError::Refused),
        // Packets to an unused address are lost: outside of Azure, IMDS behaves like that.
        Ok(_) => ConnectOutcome::Never,
        Err(_) => ConnectOutcome::Fails(NetworkError::NameNotFound),
    }
}
