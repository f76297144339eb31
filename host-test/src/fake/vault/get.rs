//! Reading a secret.

use serde_json::{Value, json};

use super::super::description::{Secret, Vault};
use super::error::Refusal;

/// The bundle of the given version, or of the latest. Names and versions have no case.
pub(super) fn get(vault: &Vault, name: &str, version: Option<&str>) -> Result<Value, Refusal> {
    let mut versions = vault.secrets.iter().rev().filter(|secret| secret.name.eq_ignore_ascii_case(name));
    let secret = match version {
        Some(version) => versions.find(|secret| secret.version.eq_ignore_ascii_case(version)),
        None => versions.next(),
    };
    let secret = secret.ok_or_else(|| {
        let id = version.map_or_else(|| name.to_owned(), |version| format!("{name}/{version}"));
        Refusal::secret_not_found(&id)
    })?;
    if !secret.enabled {
        // The latest version counts although it is disabled: an older one does not step in.
        return Err(Refusal::forbidden("SecretDisabled", "Operation get is not allowed on a disabled secret."));
    }
    Ok(bundle(vault, secret))
}

/// A `SecretBundle`.
fn bundle(vault: &Vault, secret: &Secret) -> Value {
    let mut bundle = item(vault, secret);
    bundle["value"] = json!(secret.value);
    bundle["id"] = json!(format!("{}/{}", id(vault, secret), secret.version));
    bundle
}

/// The identifier without a version.
fn id(vault: &Vault, secret: &Secret) -> String {
    format!("{}/secrets/{}", vault.url.trim_end_matches('/'), secret.name)
}

/// A `SecretItem`.
pub(super) fn item(vault: &Vault, secret: &Secret) -> Value {
    let mut attributes = json!({
        "enabled": secret.enabled,
        "created": secret.created,
        "updated": secret.updated,
        "recoveryLevel": "Recoverable+Purgeable",
        "recoverableDays": 90,
    });
    for (name, time) in [("nbf", secret.nbf), ("exp", secret.exp)] {
        if let Some(time) = time {
            attributes[name] = json!(time);
        }
    }
    let mut item = json!({ "id": id(vault, secret), "attributes": attributes, "tags": secret.tags });
    if let Some(content_type) = &secret.content_type {
        item["contentType"] = json!(content_type);
    }
    item
}
