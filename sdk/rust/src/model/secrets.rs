//! Secrets and their properties.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use crate::SecretValue;

/// A secret with its value. `Debug` does not show the value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Secret {
    /// The value, exactly as it was set.
    pub value: SecretValue,
    /// The other fields of the secret.
    pub properties: SecretProperties,
    /// The class name, in the Azure SDKs, of the credential whose token read the secret.
    pub credential: String,
    /// Where that credential got the token, such as `App Service` or `IMDS`.
    pub source: String,
    /// Present if the value came from the client's cache, absent if it came from the vault.
    pub cache: Option<CacheInfo>,
}

impl Secret {
    /// The value itself. What is made of it, such as a copy or a formatted text, is neither hidden nor zeroed.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.value.expose()
    }
}

/// How a value came from the client's cache.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheInfo {
    /// The time since the vault was asked for the value, in whole seconds.
    pub age: Duration,
    /// True if the value is older than `SecretClientBuilder::cache_ttl` allows, and is returned because
    /// reading it again failed.
    pub stale: bool,
    /// If the value is stale, the message of the error that reading it again ended with.
    pub error: Option<String>,
}

/// The properties of a secret: what the vault returns except the value. A field is absent if the vault does not return it.
/// <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret#secretattributes>
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretProperties {
    /// The identifier: a URL of vault, name and version.
    pub id: String,
    /// The name in the identifier.
    pub name: String,
    /// The version in the identifier.
    pub version: Option<String>,
    /// The content type, which the caller of `set_secret` chose. For the secret of a certificate it is
    /// `application/x-pkcs12` or `application/x-pem-file`.
    pub content_type: Option<String>,
    /// Whether the value can be read.
    pub enabled: Option<bool>,
    /// The time before which the secret is not meant to be used.
    pub not_before: Option<SystemTime>,
    /// The time after which the secret is not meant to be used.
    pub expires_on: Option<SystemTime>,
    /// When this version was created.
    pub created_on: Option<SystemTime>,
    /// When the properties of this version last changed.
    pub updated_on: Option<SystemTime>,
    /// For how many days the vault keeps the secret after its deletion, 7 to 90; 0 if it keeps no deleted secrets.
    pub recoverable_days: Option<u32>,
    /// What a deletion means in this vault, such as `Recoverable+Purgeable`.
    pub recovery_level: Option<String>,
    /// True if the secret belongs to a certificate.
    pub managed: Option<bool>,
    /// The identifier of the certificate's key, if the secret belongs to a certificate.
    pub key_id: Option<String>,
    /// The previous version, for the secret of a certificate created since June 2025.
    pub previous_version: Option<String>,
    /// The tags: names and values.
    pub tags: BTreeMap<String, String>,
    /// Further names and values. A later version may add names.
    pub details: BTreeMap<String, String>,
}

/// A deleted secret, which can be recovered until it is purged.
/// <https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview>
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeletedSecret {
    /// The properties that the secret had.
    pub properties: SecretProperties,
    /// When the secret was deleted.
    pub deleted_on: Option<SystemTime>,
    /// When the vault will purge the secret.
    pub scheduled_purge_on: Option<SystemTime>,
    /// The identifier for recovering the secret. Absent if the vault keeps no deleted secrets.
    pub recovery_id: Option<String>,
}
