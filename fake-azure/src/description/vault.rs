//! The vaults of a description.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::time::{optional_time, time};
use super::yes;

/// A vault.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Vault {
    /// `https://HOST`.
    pub url: String,
    /// The tenant in its challenge; default: the description's. `adfs` is that of the AD FS.
    #[serde(default)]
    pub tenant: String,
    /// The resource in its challenge and the only audience that it accepts; default: derived from the host.
    #[serde(default)]
    pub resource: String,
    /// A token of a client that can handle claims challenges is accepted only if it was requested with the claims of the
    /// challenge.
    #[serde(default)]
    pub claims_challenge: bool,
    /// The same, only for tokens issued before this time, as after a change of password: unix seconds or RFC 3339.
    #[serde(default, deserialize_with = "optional_time")]
    pub revoke_before: Option<u64>,
    /// Role assignments: from an identity's name to its role.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
    /// Access policies instead of roles: from an identity's name to its permissions for secrets.
    pub policies: Option<BTreeMap<String, Vec<Permission>>>,
    /// How many days a deleted secret can be recovered: 7 to 90.
    #[serde(default = "longest")]
    pub recoverable_days: u64,
    /// Purge protection: a deleted secret cannot be purged before the days of `recoverable_days` have passed.
    #[serde(default)]
    pub purge_protection: bool,
    /// How many seconds a deletion takes. Until then the secret is neither active nor among the deleted ones.
    #[serde(default)]
    pub deleting_seconds: u64,
    /// How many seconds a recovery takes. Until then the secret is neither active nor among the deleted ones.
    #[serde(default)]
    pub recovering_seconds: u64,
    /// The vault's firewall refuses every client.
    #[serde(default)]
    pub firewall: bool,
    /// Whether public network access is enabled. Every client of the fake comes from the public network.
    #[serde(default = "yes")]
    pub public_access: bool,
    /// The number of requests with a valid token that get 429; the requests after them are handled normally.
    #[serde(default)]
    pub throttled: u32,
    /// The initial secrets. Several of one name are its versions; the last one is the latest.
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
    /// Set a secret, and change its properties.
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
    /// 32 hexadecimal digits; default: derived from the name and the position among the versions.
    #[serde(default)]
    pub version: String,
    /// Free text.
    pub content_type: Option<String>,
    /// A disabled version can't be read.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The tags. `None` and an empty set differ: the response has the field only in the second case.
    pub tags: Option<BTreeMap<String, String>>,
    /// When it was created: unix seconds or RFC 3339, as every time here. Each has the name of the command's output, and the
    /// one of the REST API.
    #[serde(rename = "created-on", alias = "created", default = "written", deserialize_with = "time")]
    pub created: u64,
    /// When it was updated.
    #[serde(rename = "updated-on", alias = "updated", default = "written", deserialize_with = "time")]
    pub updated: u64,
    /// Not before; returned but not enforced, as in Azure.
    #[serde(rename = "not-before", alias = "nbf", default, deserialize_with = "optional_time")]
    pub nbf: Option<u64>,
    /// Expiry; returned but not enforced, as in Azure.
    #[serde(rename = "expires-on", alias = "exp", default, deserialize_with = "optional_time")]
    pub exp: Option<u64>,
    /// The secret belongs to a certificate. It can be read; it changes only with the certificate, which the fake lacks.
    #[serde(default)]
    pub managed: bool,
    /// Managed only: the id of the certificate's key; default: derived from the secret's name and version.
    pub kid: Option<String>,
    /// Managed only: the version of the certificate before this one.
    pub previous_version: Option<String>,
}

fn longest() -> u64 {
    90
}

/// 2026-01-01, the default for the creation and update of secrets.
fn written() -> u64 {
    1_767_225_600
}
