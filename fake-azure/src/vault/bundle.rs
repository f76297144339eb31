//! The JSON of secrets in responses.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret#secretbundle>

use serde_json::{Value, json};

use super::super::description::{Secret, Vault};
use super::operation::Call;
use super::state::{Deletion, StoredSecret};

/// A `SecretBundle` without its value: the id has the version.
pub(super) fn bundle(call: &Call<'_>, stored: &StoredSecret, secret: &Secret) -> Value {
    let mut bundle = properties(call, version_id(call.vault, stored, secret), secret);
    if let Some(kid) = &secret.kid {
        bundle["kid"] = json!(kid);
    }
    if let (Some(previous), true) = (&secret.previous_version, call.api.has_certificate_fields()) {
        bundle["previousVersion"] = json!(previous);
    }
    bundle
}

/// A `SecretItem` of the secret: the id has no version.
pub(super) fn item(call: &Call<'_>, stored: &StoredSecret, secret: &Secret) -> Value {
    properties(call, id(call.vault, "secrets", stored), secret)
}

/// A `SecretItem` of one version.
pub(super) fn version_item(call: &Call<'_>, stored: &StoredSecret, secret: &Secret) -> Value {
    properties(call, version_id(call.vault, stored, secret), secret)
}

/// Makes a `DeletedSecretBundle` or `DeletedSecretItem` of a bundle or item.
pub(super) fn deleted(call: &Call<'_>, stored: &StoredSecret, deletion: Deletion, mut bundle_json: Value) -> Value {
    bundle_json["recoveryId"] = json!(id(call.vault, "deletedsecrets", stored));
    bundle_json["deletedDate"] = json!(deletion.at);
    bundle_json["scheduledPurgeDate"] = json!(deletion.purge);
    bundle_json
}

/// The identifier of a version.
pub(super) fn version_id(vault: &Vault, stored: &StoredSecret, secret: &Secret) -> String {
    format!("{}/{}", id(vault, "secrets", stored), secret.version)
}

/// The identifier without a version.
fn id(vault: &Vault, collection: &str, stored: &StoredSecret) -> String {
    format!("{}/{collection}/{}", vault.url.trim_end_matches('/'), stored.name)
}

fn properties(call: &Call<'_>, id: String, secret: &Secret) -> Value {
    let mut attributes = json!({
        "enabled": secret.enabled,
        "created": secret.created,
        "updated": secret.updated,
        "recoveryLevel": recovery_level(call.vault),
    });
    if call.api.has_recoverable_days() {
        attributes["recoverableDays"] = json!(call.vault.recoverable_days);
    }
    for (name, time) in [("nbf", secret.nbf), ("exp", secret.exp)] {
        if let Some(time) = time {
            attributes[name] = json!(time);
        }
    }
    let mut properties = json!({ "id": id, "attributes": attributes });
    if let Some(tags) = &secret.tags {
        properties["tags"] = json!(tags);
    }
    if let Some(content_type) = &secret.content_type {
        properties["contentType"] = json!(content_type);
    }
    if secret.managed {
        properties["managed"] = json!(true);
    }
    properties
}

/// The deletion recovery level.
/// <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret#deletionrecoverylevel>
fn recovery_level(vault: &Vault) -> &'static str {
    match (vault.recoverable_days < 90, vault.purge_protection) {
        (false, false) => "Recoverable+Purgeable",
        (false, true) => "Recoverable",
        (true, false) => "CustomizedRecoverable+Purgeable",
        (true, true) => "CustomizedRecoverable",
    }
}
