//! Validates a description and fills in its defaults.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use http::Uri;

use super::cloud::Cloud;
use super::description::{ArcAgent, Description, Secret, Vault};
use super::digest;
use super::entra::Certificate;
use super::identity::{Identity, IdentityKind};
use super::ids::{ADFS, GROUP, PEM, PFX, is_secret_name, is_uuid};
use super::platform::Platform;

impl Description {
    /// Fills in defaults and validates. Idempotent.
    pub(super) fn validate(&mut self) -> anyhow::Result<()> {
        ensure!(is_uuid(&self.tenant), "tenant {:?} is not a UUID", self.tenant);
        self.validate_platform()?;
        let aks = self.platform == Platform::Aks;
        ensure!(aks || !self.allow_node_imds, "allow-node-imds: only on aks");
        for identity in &mut self.identities {
            ensure!(aks || !identity.node, "identity {}: node: only on aks", identity.name);
            identity.validate().with_context(|| format!("identity {}", identity.name))?;
        }
        let names = || self.identities.iter().map(|identity| identity.name.as_str());
        if let Some(name) = &self.default_identity {
            ensure!(names().any(|known| known == name), "default-identity: there is no identity {name}");
        }
        distinct("identity name", names())?;
        distinct("client-id", self.identities.iter().map(|it| it.client_id.as_str()))?;
        distinct("object-id", self.identities.iter().map(|it| it.object_id.as_str()))?;
        let system = self.identities.iter().filter(|it| it.kind == IdentityKind::SystemAssigned && it.assigned);
        ensure!(system.count() < 2, "two system-assigned identities");
        for (index, fault) in self.faults.iter().enumerate() {
            fault.validate().with_context(|| format!("fault {}", index + 1))?;
        }
        let Self { tenant, identities, vaults, adfs_host, .. } = self;
        for vault in vaults {
            ensure!(vault.tenant != ADFS || adfs_host.is_some(), "vault {}: tenant adfs without adfs-host", vault.url);
            vault.validate(tenant).with_context(|| format!("vault {}", vault.url))?;
            ensure!(
                vault.roles.is_empty() || vault.policies.is_none(),
                "vault {}: roles or policies: a vault has one of them",
                vault.url
            );
            let policies = vault.policies.iter().flatten().map(|(name, _)| name);
            let nobody = vault.roles.keys().chain(policies).find(|name| identities.iter().all(|it| &it.name != *name));
            if let Some(name) = nobody {
                bail!("vault {}: roles and policies: there is no identity {name}", vault.url);
            }
        }
        Ok(())
    }

    /// Refuses options of another platform than the description's.
    fn validate_platform(&self) -> anyhow::Result<()> {
        let platform = self.platform;
        let endpoint = platform.identity_endpoint();
        let only = |option: &str, given: bool, supported: bool| {
            ensure!(supported || !given, "{option}: not on this platform");
            anyhow::Ok(())
        };
        only("identity-endpoint", self.identity_endpoint.is_some(), endpoint.is_some())?;
        only("identity-header", self.identity_header.is_some(), endpoint.is_some_and(|it| it.has_header))?;
        let imds = matches!(platform, Platform::Vm | Platform::Aks);
        only("expiry", self.expiry.is_some(), endpoint.is_some() || imds)?;
        only("default-identity", self.default_identity.is_some(), platform == Platform::AzureMl)?;
        let arc = self.arc_agent == ArcAgent::Old || self.arc_key_path.is_some() || self.arc_key.is_some();
        only("arc-agent, arc-key-path and arc-key", arc, platform == Platform::AzureArc)?;
        ensure!(!self.identity_header().is_empty(), "identity-header is empty");
        Ok(())
    }
}

impl Identity {
    fn validate(&mut self) -> anyhow::Result<()> {
        ensure!(!self.name.is_empty(), "it has no name");
        for (id, what) in [(&mut self.client_id, "client-id"), (&mut self.object_id, "object-id")] {
            if id.is_empty() {
                *id = digest::uuid(&[what, &self.name]);
            }
            ensure!(is_uuid(id), "{what} {id:?} is not a UUID");
        }
        if self.kind == IdentityKind::UserAssigned {
            let path = "providers/Microsoft.ManagedIdentity/userAssignedIdentities";
            let derived = || format!("{GROUP}/{path}/{}", self.name);
            let id = self.resource_id.get_or_insert_with(derived);
            ensure!(id.starts_with("/subscriptions/"), "resource-id {id:?} is not an ARM id");
        } else {
            ensure!(self.resource_id.is_none(), "resource-id: only for user-assigned");
        }
        let principal = self.kind == IdentityKind::ServicePrincipal;
        ensure!(principal || self.client_secret.is_none(), "client-secret: only for service-principal");
        ensure!(principal || self.other_tenants.is_empty(), "other-tenants: only for service-principal");
        ensure!(!(principal && self.node), "node: not for service-principal");
        ensure!(
            self.client_secret.is_some() || !self.client_secret_expired,
            "client-secret-expired without client-secret"
        );
        ensure!(
            self.kind != IdentityKind::SystemAssigned || self.federated().next().is_none(),
            "federated-token: not for system-assigned"
        );
        for token in self.federated().chain(self.federated_token_expired.as_deref()) {
            ensure!(token.split('.').count() == 3, "a federated-token is not of the form a.b.c");
        }
        ensure!(principal || self.certificate.is_none(), "certificate: only for service-principal");
        if let Some(pem) = &self.certificate {
            Certificate::read(pem).context("certificate")?;
        }
        for tenant in &self.other_tenants {
            ensure!(is_uuid(tenant), "other-tenants: {tenant:?} is not a UUID");
        }
        Ok(())
    }
}

impl Vault {
    fn validate(&mut self, tenant: &str) -> anyhow::Result<()> {
        if self.tenant.is_empty() {
            tenant.clone_into(&mut self.tenant);
        }
        ensure!(is_uuid(&self.tenant) || self.tenant == ADFS, "tenant {:?} is not a UUID", self.tenant);
        if self.resource.is_empty() {
            let uri: Uri = self.url.parse().context("its url is not a URL")?;
            ensure!(uri.scheme().is_some(), "its url has no https:// in front");
            let host = uri.host().context("its url has no host")?.to_ascii_lowercase();
            self.resource = resource_of(&host).context("it needs a resource")?;
        }
        ensure!(
            (7..=90).contains(&self.recoverable_days),
            "recoverable-days: {} is not 7 to 90",
            self.recoverable_days
        );
        let mut entries: BTreeMap<String, usize> = BTreeMap::new();
        let mut versions = Vec::new();
        for secret in &mut self.secrets {
            ensure!(
                is_secret_name(&secret.name),
                "secret name {:?} is not 1 to 127 letters, digits and dashes",
                secret.name
            );
            let name = secret.name.to_ascii_lowercase();
            let entry = entries.entry(name.clone()).or_default();
            *entry += 1;
            if secret.version.is_empty() {
                secret.version = digest::hex(&["version", &name, &entry.to_string()]);
            }
            let hex = secret.version.bytes().all(|byte| byte.is_ascii_hexdigit());
            ensure!(hex && secret.version.len() == 32, "version {:?} is not 32 hex", secret.version);
            versions.push(format!("{name}/{}", secret.version.to_ascii_lowercase()));
            secret.validate_certificate(&self.url)?;
        }
        distinct("secret version", versions.iter().map(String::as_str))
    }
}

impl Secret {
    /// Validates the options of secrets that belong to a certificate.
    /// <https://learn.microsoft.com/azure/key-vault/certificates/about-certificates#composition-of-a-certificate>
    fn validate_certificate(&mut self, vault: &str) -> anyhow::Result<()> {
        let name = &self.name;
        if !self.managed {
            ensure!(self.kid.is_none(), "secret {name}: kid: only where managed");
            ensure!(self.previous_version.is_none(), "secret {name}: previous-version: only where managed");
            return Ok(());
        }
        let format = self.content_type.get_or_insert_with(|| PFX.to_owned());
        ensure!([PFX, PEM].contains(&format.as_str()), "secret {name}: content-type: {PFX} or {PEM} where managed");
        let kid = || format!("{}/keys/{name}/{}", vault.trim_end_matches('/'), self.version);
        self.kid.get_or_insert_with(kid);
        let previous = self.previous_version.iter().flat_map(|version| version.bytes());
        ensure!(
            previous.clone().all(|byte| byte.is_ascii_hexdigit()) && [0, 32].contains(&previous.count()),
            "secret {name}: previous-version is not 32 hex"
        );
        Ok(())
    }
}

/// The resource of a vault by its host: the known suffix, else the host without its first label.
fn resource_of(host: &str) -> Option<String> {
    let known = Cloud::of_vault(host).map(|(_, suffix)| suffix);
    let rest = known.or_else(|| host.split_once('.').map(|(_, rest)| rest));
    rest.filter(|rest| !rest.is_empty()).map(|rest| format!("https://{rest}"))
}

fn distinct<'a>(what: &str, all: impl Iterator<Item = &'a str>) -> anyhow::Result<()> {
    let mut seen = Vec::new();
    for one in all {
        let key = one.to_ascii_lowercase();
        ensure!(!seen.contains(&key), "{what} {one} twice");
        seen.push(key);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
