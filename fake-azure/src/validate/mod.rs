//! Validates a description and fills in its defaults.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use http::Uri;

use super::cloud::Cloud;
use super::description::{ArcAgent, Description, Secret, Vault};
use super::digest;
use super::entra::Certificate;
use super::identity::{Identity, IdentityKind};
use super::ids::{ADFS, GROUP, PEM, PFX, is_secret_name, is_uuid};
use super::invalid::{At as _, check, did_you_mean, item, key, value};
use super::platform::Platform;

impl Description {
    /// Fills in defaults and validates. Idempotent.
    pub(super) fn validate(&mut self) -> anyhow::Result<()> {
        uuid("tenant", &self.tenant)?;
        self.validate_platform()?;
        let aks = self.platform == Platform::Aks;
        check(aks || !self.allow_node_imds, "allow-node-imds: only on aks").at(&[value("allow-node-imds")])?;
        for (index, identity) in self.identities.iter_mut().enumerate() {
            let checked = check(aks || !identity.node, "node: only on aks").at(&[value("node")]);
            let checked = checked.and_then(|()| identity.validate());
            checked.within(&[value("identity"), item(index)], || format!("identity {}", identity.name))?;
        }
        let names = || self.identities.iter().map(|identity| identity.name.as_str());
        if let Some(name) = &self.default_identity {
            known(name, names()).within(&[value("default-identity")], || "default-identity".to_owned())?;
        }
        distinct("identity", "name", names())?;
        distinct("identity", "client-id", self.identities.iter().map(|it| it.client_id.as_str()))?;
        distinct("identity", "object-id", self.identities.iter().map(|it| it.object_id.as_str()))?;
        let is_system = |it: &Identity| it.kind == IdentityKind::SystemAssigned && it.assigned;
        let second = self.identities.iter().enumerate().filter(|(_, it)| is_system(it)).nth(1).map(|(index, _)| index);
        if let Some(index) = second {
            let twice = check(false, "two system-assigned identities");
            twice.at(&[value("identity"), item(index), value("kind")])?;
        }
        for (index, fault) in self.faults.iter().enumerate() {
            fault.validate().within(&[value("fault"), item(index)], || format!("fault {}", index + 1))?;
        }
        let Self { tenant, identities, vaults, adfs_host, .. } = self;
        for (index, vault) in vaults.iter_mut().enumerate() {
            let has_realm = vault.tenant != ADFS || adfs_host.is_some();
            let checked = check(has_realm, "tenant adfs without adfs-host").at(&[value("tenant")]);
            let checked =
                checked.and_then(|()| vault.validate(tenant)).and_then(|()| vault.validate_rights(identities));
            checked.within(&[value("vault"), item(index)], || format!("vault {}", vault.url))?;
        }
        Ok(())
    }

    /// Refuses options of another platform than the description's.
    fn validate_platform(&self) -> anyhow::Result<()> {
        let platform = self.platform;
        let endpoint = platform.identity_endpoint();
        let only = |option: &str, given: bool, supported: bool| {
            let first = option.split(',').next().unwrap_or_default();
            check(supported || !given, format!("{option}: not on this platform")).at(&[value(first)])
        };
        only("identity-endpoint", self.identity_endpoint.is_some(), endpoint.is_some())?;
        only("identity-header", self.identity_header.is_some(), endpoint.is_some_and(|it| it.has_header))?;
        let imds = matches!(platform, Platform::Vm | Platform::Aks);
        only("expiry", self.expiry.is_some(), endpoint.is_some() || imds)?;
        only("default-identity", self.default_identity.is_some(), platform == Platform::AzureMl)?;
        let arc = self.arc_agent == ArcAgent::Old || self.arc_key_path.is_some() || self.arc_key.is_some();
        only("arc-agent, arc-key-path and arc-key", arc, platform == Platform::AzureArc)?;
        check(!self.identity_header().is_empty(), "identity-header is empty").at(&[value("identity-header")])
    }
}

impl Identity {
    fn validate(&mut self) -> anyhow::Result<()> {
        ensure!(!self.name.is_empty(), "it has no name");
        for (id, what) in [(&mut self.client_id, "client-id"), (&mut self.object_id, "object-id")] {
            if id.is_empty() {
                *id = digest::uuid(&[what, &self.name]);
            }
            uuid(what, id)?;
        }
        if self.kind == IdentityKind::UserAssigned {
            let path = "providers/Microsoft.ManagedIdentity/userAssignedIdentities";
            let derived = || format!("{GROUP}/{path}/{}", self.name);
            let id = self.resource_id.get_or_insert_with(derived);
            let is_arm = id.starts_with("/subscriptions/");
            check(is_arm, format!("resource-id {id:?} is not an ARM id")).at(&[value("resource-id")])?;
        } else {
            check(self.resource_id.is_none(), "resource-id: only for user-assigned").at(&[value("resource-id")])?;
        }
        let principal = self.kind == IdentityKind::ServicePrincipal;
        let only = |holds: bool, option: &str, rule: &str| check(holds, format!("{option}{rule}")).at(&[value(option)]);
        const ONLY_PRINCIPALS: &str = ": only for service-principal";
        only(principal || self.client_secret.is_none(), "client-secret", ONLY_PRINCIPALS)?;
        only(principal || self.other_tenants.is_empty(), "other-tenants", ONLY_PRINCIPALS)?;
        only(!(principal && self.node), "node", ": not for service-principal")?;
        let has_secret = self.client_secret.is_some() || !self.client_secret_expired;
        only(has_secret, "client-secret-expired", " without client-secret")?;
        let may_federate = self.kind != IdentityKind::SystemAssigned || self.federated().next().is_none();
        only(may_federate, "federated-token", ": not for system-assigned")?;
        let tokens =
            [("federated-token", &self.federated_token), ("federated-token-expired", &self.federated_token_expired)];
        let tokens = tokens.into_iter().filter_map(|(option, token)| Some((option, token.as_ref()?)));
        for (option, token) in tokens.chain(self.federated_tokens.iter().map(|token| ("federated-tokens", token))) {
            let is_jwt = token.split('.').count() == 3;
            check(is_jwt, "a federated-token is not of the form a.b.c").at(&[value(option)])?;
        }
        only(principal || self.certificate.is_none(), "certificate", ONLY_PRINCIPALS)?;
        if let Some(pem) = &self.certificate {
            Certificate::read(pem).map(drop).context("certificate").at(&[value("certificate")])?;
        }
        for (index, tenant) in self.other_tenants.iter().enumerate() {
            let is_tenant = check(is_uuid(tenant), format!("other-tenants: {tenant:?} is not a UUID"));
            is_tenant.at(&[value("other-tenants"), item(index)])?;
        }
        Ok(())
    }
}

impl Vault {
    fn validate(&mut self, tenant: &str) -> anyhow::Result<()> {
        if self.tenant.is_empty() {
            tenant.clone_into(&mut self.tenant);
        }
        if self.tenant != ADFS {
            uuid("tenant", &self.tenant)?;
        }
        if self.resource.is_empty() {
            self.resource = self.resource_of_url().at(&[value("url")])?;
        }
        let days = self.recoverable_days;
        let is_allowed = check((7..=90).contains(&days), format!("recoverable-days: {days} is not 7 to 90"));
        is_allowed.at(&[value("recoverable-days")])?;
        let mut entries: BTreeMap<String, usize> = BTreeMap::new();
        let mut versions = Vec::new();
        for (index, secret) in self.secrets.iter_mut().enumerate() {
            let name = secret.name.to_ascii_lowercase();
            let entry = entries.entry(name.clone()).or_default();
            *entry += 1;
            if secret.version.is_empty() {
                secret.version = digest::hex(&["version", &name, &entry.to_string()]);
            }
            secret.validate(&self.url).at(&[value("secret"), item(index)])?;
            versions.push(format!("{name}/{}", secret.version.to_ascii_lowercase()));
        }
        distinct("secret", "version", versions.iter().map(String::as_str))
    }

    /// Validates roles and policies, which name identities.
    fn validate_rights(&self, identities: &[Identity]) -> anyhow::Result<()> {
        let one = self.roles.is_empty() || self.policies.is_none();
        check(one, "roles or policies: a vault has one of them").at(&[value("policies")])?;
        let roles = self.roles.keys().map(|name| ("roles", name));
        for (table, name) in roles.chain(self.policies.iter().flatten().map(|(name, _)| ("policies", name))) {
            let names = identities.iter().map(|identity| identity.name.as_str());
            known(name, names).within(&[value(table), key(name)], || "roles and policies".to_owned())?;
        }
        Ok(())
    }

    /// The resource that follows from the host.
    fn resource_of_url(&self) -> anyhow::Result<String> {
        let uri: Uri = self.url.parse().context("its url is not a URL")?;
        ensure!(uri.scheme().is_some(), "its url has no https:// in front");
        let host = uri.host().context("its url has no host")?.to_ascii_lowercase();
        resource_of(&host).context("it needs a resource")
    }
}

impl Secret {
    fn validate(&mut self, vault: &str) -> anyhow::Result<()> {
        let Self { name, version, .. } = self;
        let is_name =
            check(is_secret_name(name), format!("secret name {name:?} is not 1 to 127 letters, digits and dashes"));
        is_name.at(&[value("name")])?;
        let is_version = version.len() == 32 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
        check(is_version, format!("version {version:?} is not 32 hex")).at(&[value("version")])?;
        self.validate_certificate(vault)
    }

    /// Validates the options of secrets that belong to a certificate.
    /// <https://learn.microsoft.com/azure/key-vault/certificates/about-certificates#composition-of-a-certificate>
    fn validate_certificate(&mut self, vault: &str) -> anyhow::Result<()> {
        let name = &self.name;
        if !self.managed {
            let kid = check(self.kid.is_none(), format!("secret {name}: kid: only where managed"));
            kid.at(&[value("kid")])?;
            let only = format!("secret {name}: previous-version: only where managed");
            return check(self.previous_version.is_none(), only).at(&[value("previous-version")]);
        }
        let format = self.content_type.get_or_insert_with(|| PFX.to_owned());
        let is_format = [PFX, PEM].contains(&format.as_str());
        let expected = format!("secret {name}: content-type: {PFX} or {PEM} where managed");
        check(is_format, expected).at(&[value("content-type")])?;
        let kid = || format!("{}/keys/{name}/{}", vault.trim_end_matches('/'), self.version);
        self.kid.get_or_insert_with(kid);
        let previous = self.previous_version.iter().flat_map(|version| version.bytes());
        let is_version = previous.clone().all(|byte| byte.is_ascii_hexdigit()) && [0, 32].contains(&previous.count());
        let expected = format!("secret {name}: previous-version is not 32 hex");
        check(is_version, expected).at(&[value("previous-version")])
    }
}

/// The resource of a vault by its host: the known suffix, else the host without its first label.
fn resource_of(host: &str) -> Option<String> {
    let known = Cloud::of_vault(host).map(|(_, suffix)| suffix);
    let rest = known.or_else(|| host.split_once('.').map(|(_, rest)| rest));
    rest.filter(|rest| !rest.is_empty()).map(|rest| format!("https://{rest}"))
}

/// Checks the UUID of a key.
fn uuid(name: &str, id: &str) -> anyhow::Result<()> {
    check(is_uuid(id), format!("{name} {id:?} is not a UUID")).at(&[value(name)])
}

/// Checks the name of an identity.
fn known<'a>(name: &str, names: impl Iterator<Item = &'a str> + Clone) -> anyhow::Result<()> {
    let otherwise = || format!("there is no identity {name}{}", did_you_mean(name, names.clone()));
    check(names.clone().any(|known| known == name), otherwise())
}

/// Checks that no two values of `key` in an array of tables are equal.
fn distinct<'a>(array: &str, key: &str, all: impl Iterator<Item = &'a str>) -> anyhow::Result<()> {
    let what = if key == "name" || key == "version" { format!("{array} {key}") } else { key.to_owned() };
    let mut seen = Vec::new();
    for (index, one) in all.enumerate() {
        let lowercase = one.to_ascii_lowercase();
        let is_new = check(!seen.contains(&lowercase), format!("{what} {one} twice"));
        is_new.at(&[value(array), item(index), value(key)])?;
        seen.push(lowercase);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
