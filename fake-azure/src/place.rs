//! Which address is which service, and what happens where there is none.

use std::net::IpAddr;

use anyhow::{Context, ensure};
use http::Uri;

use super::cloud::Cloud;
use super::description::Description;
use super::entra::Realm;
use super::platform::Platform;
use crate::wire::{ConnectOutcome, NetworkError};

/// The address of every cloud's metadata service.
const METADATA: &str = "169.254.169.254";

/// A service of the fake.
#[derive(Debug)]
pub(super) enum Place {
    /// A realm of Microsoft Entra ID.
    Entra(Realm),
    /// Azure's instance metadata service.
    Imds,
    /// Another cloud's metadata service, which answers with this status.
    OtherCloud(u16),
    /// The platform's identity endpoint, at this path.
    Endpoint(String),
    /// The vault of this index.
    Vault(usize),
}

/// All services, with where they listen.
#[derive(Debug)]
pub(super) struct Places(Vec<(Door, Place)>);

/// Where a service listens.
#[derive(Debug, PartialEq)]
struct Door {
    tls: bool,
    host: String,
    port: u16,
}

impl Door {
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
        let door = Self::of(&uri).with_context(|| format!("{text:?} is not an http(s) URL"))?;
        Ok((door, uri))
    }
}

impl Places {
    /// The places of a settled description.
    pub(super) fn of(world: &Description) -> anyhow::Result<Self> {
        let mut all = Self(Vec::new());
        for cloud in Cloud::ALL {
            for host in cloud.hosts() {
                all.add(Door::parse(&format!("https://{host}"))?.0, Place::Entra(Realm::Cloud(cloud)))?;
            }
        }
        if let Some(host) = &world.adfs_host {
            all.add(Door::parse(&format!("https://{host}"))?.0, Place::Entra(Realm::Adfs))?;
        }
        let metadata = match world.platform {
            Platform::Vm => Some(Place::Imds),
            Platform::Aks if world.allow_node_imds => Some(Place::Imds),
            Platform::OtherCloud401 => Some(Place::OtherCloud(401)),
            Platform::OtherCloud403 => Some(Place::OtherCloud(403)),
            Platform::OtherCloud404 => Some(Place::OtherCloud(404)),
            _ => None,
        };
        if let Some(place) = metadata {
            all.add(Door::parse(&format!("http://{METADATA}"))?.0, place)?;
        }
        if world.platform.identity_endpoint().is_some() {
            let (door, uri) = Door::parse(world.identity_endpoint())?;
            let tls = world.platform == Platform::ServiceFabric;
            let scheme = if tls { "https" } else { "http" };
            ensure!(door.tls == tls && uri.query().is_none(), "identity-endpoint is no {scheme} URL, or has a query");
            all.add(door, Place::Endpoint(uri.path().to_owned()))?;
        }
        for (index, vault) in world.vaults.iter().enumerate() {
            let (door, uri) = Door::parse(&vault.url)?;
            let bare = uri.path() == "/" && uri.query().is_none();
            ensure!(door.tls && bare, "vault url {:?} is not https://HOST", vault.url);
            all.add(door, Place::Vault(index))?;
        }
        Ok(all)
    }

    fn add(&mut self, door: Door, place: Place) -> anyhow::Result<()> {
        let taken = self.0.iter().any(|(other, _)| (&other.host, other.port) == (&door.host, door.port));
        ensure!(!taken, "two services at {}:{}", door.host, door.port);
        self.0.push((door, place));
        Ok(())
    }

    /// The service that `uri` reaches, or how the attempt to connect ends.
    pub(super) fn find(&self, uri: &Uri) -> Result<&Place, ConnectOutcome> {
        let Some(wanted) = Door::of(uri) else {
            return Err(ConnectOutcome::Fails(NetworkError::NameNotFound));
        };
        let there = |other: &Door| (&other.host, other.port) == (&wanted.host, wanted.port);
        match self.0.iter().find(|(door, _)| there(door)) {
            Some((door, place)) if door.tls == wanted.tls => Ok(place),
            // TLS to a plain port or the other way round: neither side understands the first byte.
            Some(_) => Err(ConnectOutcome::Fails(NetworkError::Reset)),
            None if self.0.iter().any(|(door, _)| door.host == wanted.host) => {
                Err(ConnectOutcome::Fails(NetworkError::Refused))
            }
            None => Err(nobody(&wanted.host)),
        }
    }

    /// `host:port` of all.
    pub(super) fn authorities(&self) -> Vec<String> {
        self.0.iter().map(|(door, _)| door.authority()).collect()
    }

    /// `host:port` of the identity endpoint or metadata service.
    pub(super) fn identity_authority(&self) -> Option<String> {
        let gives = |place: &Place| matches!(place, Place::Imds | Place::OtherCloud(_) | Place::Endpoint(_));
        self.0.iter().find(|(_, place)| gives(place)).map(|(door, _)| door.authority())
    }
}

/// What connecting to a host that is not there does.
fn nobody(host: &str) -> ConnectOutcome {
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) if address.is_loopback() => ConnectOutcome::Fails(NetworkError::Refused),
        // Packets to an address that nobody has are lost: that is what IMDS looks like outside of Azure.
        Ok(_) => ConnectOutcome::Never,
        Err(_) => ConnectOutcome::Fails(NetworkError::NameNotFound),
    }
}
