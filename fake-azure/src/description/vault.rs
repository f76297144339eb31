//! The part of a description that is about vaults.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::yes;

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
    /// ExpiryFormat, unix seconds; told, not enforced, as in Azure.
    pub exp: Option<u64>,
    /// It belongs to a certificate: it can be read, and is changed only with the certificate, which the fake has not.
    #[serde(default)]
    pub managed: bool,
    /// Managed only: the id of the certificate's key; follows from the secret's name and version unless given.
    pub kid: Option<String>,
    /// Managed only: the version of the certificate before this one.
    pub previous_version: Option<String>,
}

fn longest() -> u64 {
    90
}

/// 2026-01-01, when the secrets of a description were written.
fn written() -> u64 {
    1_767_225_600
}
