//! The description of a world: which platform, which identities, which vaults. Written in TOML by cases and demos.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::cloud::Cloud;
use super::flaw;
use super::identity::Identity;
use super::platform::Platform;

/// The header value that a platform gives an app; any secret does.
const IDENTITY_HEADER: &str = "6c0f2f8e-95ab-4f43-8e1d-2b6b8f3f7d41";

/// A key file of the Arc agent, in the only folder where clients may look for it.
/// <https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication>
pub(super) const ARC_KEY_PATH: &str = "/var/opt/azcmagent/tokens/5e1d9c3a-8b47-4f02-9a6d-c0e7b2f41835.key";

/// The content of the key file; any secret does.
const ARC_KEY: &str = "8Jw3pT7cVb2yQn9LhKx4RzF6sMdG1aEoU5iXtYqBvCrNlDkZ";

/// The tenant of a description that names none.
pub(super) const TENANT: &str = "7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10";

/// A world of fake Azure services.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Description {
    /// What the app runs on.
    #[serde(default)]
    pub platform: Platform,
    /// The tenant of all identities, and of the vaults that name no other.
    #[serde(default = "default_tenant")]
    pub tenant: String,
    /// The cloud that the identities and the tenants are in.
    #[serde(default)]
    pub cloud: Cloud,
    /// Where the platform's identity endpoint is: all platforms that have one, except IMDS.
    pub identity_endpoint: Option<String>,
    /// The secret that the endpoint wants in a header: App Service, Azure ML and Service Fabric.
    pub identity_header: Option<String>,
    /// How the platform's endpoint writes the end of a token's life; as that platform does unless given.
    pub expiry: Option<Expiry>,
    /// Azure ML only: the identity whose client id is in DEFAULT_IDENTITY_CLIENT_ID.
    pub default_identity: Option<String>,
    /// Azure Arc only: which agent is installed.
    #[serde(default)]
    pub arc_agent: ArcAgent,
    /// Azure Arc only: the path that the challenge names. An odd one is an attack.
    pub arc_key_path: Option<String>,
    /// Azure Arc only: the content of the key file.
    pub arc_key: Option<String>,
    /// The host of an AD FS, which serves the tenant `adfs` and knows all service principals; none unless given.
    pub adfs_host: Option<String>,
    /// AKS only: pods reach the node's IMDS, which serves the identities of the node.
    #[serde(default)]
    pub allow_node_imds: bool,
    /// Everybody whom Entra knows.
    #[serde(default, rename = "identity")]
    pub identities: Vec<Identity>,
    /// All vaults.
    #[serde(default, rename = "vault")]
    pub vaults: Vec<Vault>,
}

/// How an identity endpoint writes the end of a token's life. Every form has been seen in the wild.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Expiry {
    /// `expires_on`: unix seconds in a string.
    String,
    /// `expires_on`: unix seconds as a number.
    Number,
    /// `expires_on`: `MM/dd/yyyy HH:mm:ss +00:00`, App Service of 2017 on Linux.
    DateLinux,
    /// `expires_on`: `M/d/yyyy h:mm:ss AM +00:00`, App Service of 2017 on Windows.
    DateWindows,
    /// `expires_on`: `YYYY-MM-DDTHH:MM:SSZ`.
    Rfc3339,
    /// `expires_on`: `YYYY-MM-DD HH:MM:SS`.
    Iso,
    /// No `expires_on`; `expires_in` as a string.
    ExpiresInString,
    /// No `expires_on`; `expires_in` as a number.
    ExpiresInNumber,
}

/// The two kinds of Arc agent.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum ArcAgent {
    /// Knows no ids: whoever asks for an identity gets a token of the machine's own, without a word.
    Old,
    /// Knows user-assigned identities, and says in its reply whose the token is.
    #[default]
    New,
}

/// A vault.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Vault {
    /// `https://HOST`.
    pub url: String,
    /// The tenant that its challenge names; the description's unless given. `adfs` is that of the AD FS.
    #[serde(default)]
    pub tenant: String,
    /// The resource that its challenge names and the only audience that it accepts; follows from the host unless given.
    #[serde(default)]
    pub resource: String,
    /// Tokens of clients that can handle claims challenges are good only if they were asked for with the claims of this
    /// vault's challenge.
    #[serde(default)]
    pub claims_challenge: bool,
    /// The same for tokens issued before this time (unix seconds), as after a password was changed.
    pub revoke_before: Option<u64>,
    /// Who may do what: from an identity's name to its role.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
    /// Instead of roles, the vault's access policies: from an identity's name to what it may do with secrets.
    pub policies: Option<BTreeMap<String, Vec<Permission>>>,
    /// For how many days a deleted secret can be recovered: 7 to 90.
    #[serde(default = "longest")]
    pub recoverable_days: u64,
    /// Nobody may purge a deleted secret before its time.
    #[serde(default)]
    pub purge_protection: bool,
    /// For how many seconds a secret is being deleted: as long it is neither here nor there. In Azure it takes some.
    #[serde(default)]
    pub deleting_seconds: u64,
    /// For how many seconds a deleted secret is being recovered, in the same way.
    #[serde(default)]
    pub recovering_seconds: u64,
    /// The firewall lets nobody in.
    #[serde(default)]
    pub firewall: bool,
    /// Whether it can be reached from outside of its private network, where everybody is.
    #[serde(default = "yes")]
    pub public_access: bool,
    /// So many requests are too many: these answer 429, those after them as usual. Requests without a token don't count.
    #[serde(default)]
    pub throttled: u32,
    /// The secrets that it begins with; several of one name are versions, the last is the latest.
    #[serde(default, rename = "secret")]
    pub secrets: Vec<Secret>,
}

/// The built-in roles. <https://learn.microsoft.com/azure/key-vault/general/rbac-guide>
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub enum Role {
    /// May do everything.
    #[serde(rename = "Key Vault Administrator")]
    Administrator,
    /// May purge vaults, and nothing in them.
    #[serde(rename = "Key Vault Purge Operator")]
    PurgeOperator,
    /// May read metadata, but no secret's value.
    #[serde(rename = "Key Vault Reader")]
    Reader,
    /// May do everything with secrets.
    #[serde(rename = "Key Vault Secrets Officer")]
    SecretsOfficer,
    /// May read secrets.
    #[serde(rename = "Key Vault Secrets User")]
    SecretsUser,
}

/// What an access policy may allow. <https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#secret-access-control>
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// Everything.
    All,
    /// Back a secret up.
    Backup,
    /// Delete a secret.
    Delete,
    /// Read a secret, its value too.
    Get,
    /// List secrets and versions.
    List,
    /// Delete a deleted secret for good.
    Purge,
    /// Recover a deleted secret.
    Recover,
    /// Restore a secret from a backup.
    Restore,
    /// Set a secret, and change what is told of it.
    Set,
}

/// One version of a secret.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Secret {
    /// The secret's name.
    pub name: String,
    /// The secret's value.
    pub value: String,
    /// 32 hexadecimal digits; follows from the name and the number of the entry unless given.
    #[serde(default)]
    pub version: String,
    /// Free text.
    pub content_type: Option<String>,
    /// A disabled version can't be read.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The tags. None is not the same as an empty set: Azure tells what it was told.
    pub tags: Option<BTreeMap<String, String>>,
    /// Unix seconds.
    #[serde(default = "written")]
    pub created: u64,
    /// Unix seconds.
    #[serde(default = "written")]
    pub updated: u64,
    /// Not before, unix seconds; told, not enforced, as in Azure.
    pub nbf: Option<u64>,
    /// Expiry, unix seconds; told, not enforced, as in Azure.
    pub exp: Option<u64>,
    /// It belongs to a certificate: it can be read, and is changed only with the certificate, which the fake has not.
    #[serde(default)]
    pub managed: bool,
    /// Managed only: the id of the certificate's key; follows from the secret's name and version unless given.
    pub kid: Option<String>,
    /// Managed only: the version of the certificate before this one.
    pub previous_version: Option<String>,
}

fn default_tenant() -> String {
    TENANT.to_owned()
}

pub(super) fn yes() -> bool {
    true
}

fn longest() -> u64 {
    90
}

/// 2026-01-01, when the secrets of a description were written.
fn written() -> u64 {
    1_767_225_600
}

impl Description {
    /// Reads a description and completes it with what follows from it. An error quotes no secret of it.
    pub fn from_toml(text: &str) -> anyhow::Result<Self> {
        let read = toml::from_str(text).map_err(|error| flaw::in_words(text, error.span(), error.message()));
        let mut description: Self = read.map_err(anyhow::Error::msg).context("the description of the fake Azure")?;
        description.settle()?;
        Ok(description)
    }

    /// The platform's identity endpoint; empty where there is none.
    pub fn identity_endpoint(&self) -> &str {
        self.identity_endpoint.as_deref().or(self.platform.identity_endpoint()).unwrap_or_default()
    }

    /// What the endpoint wants in its header.
    pub fn identity_header(&self) -> &str {
        self.identity_header.as_deref().unwrap_or(IDENTITY_HEADER)
    }

    /// The path that the Arc agent's challenge names.
    pub fn arc_key_path(&self) -> &str {
        self.arc_key_path.as_deref().unwrap_or(ARC_KEY_PATH)
    }

    /// The content of the Arc agent's key file.
    pub fn arc_key(&self) -> &str {
        self.arc_key.as_deref().unwrap_or(ARC_KEY)
    }

    /// Every secret of the world: nobody may print any of them.
    pub fn planted_secrets(&self) -> Vec<String> {
        let mut secrets = vec![self.identity_header().to_owned(), self.arc_key().to_owned()];
        for identity in &self.identities {
            secrets.extend(identity.client_secret.clone());
            secrets.extend(identity.federated().map(str::to_owned));
            secrets.extend(identity.federated_token_expired.clone());
        }
        secrets.extend(self.vaults.iter().flat_map(|vault| &vault.secrets).map(|secret| secret.value.clone()));
        secrets
    }
}
