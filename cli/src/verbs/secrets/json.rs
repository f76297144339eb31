//! Secrets as JSON. Scripts rely on the names.

use serde_json::{Value, json};

use crate::output::string_map;
use keyfob_host_test::bindings::exports::keyfob::azure::secrets::{DeletedSecret, Secret, SecretProperties};

/// A secret with its value, and who read it.
pub(super) fn secret(secret: &Secret) -> Value {
    let mut json = properties(&secret.properties);
    json["value"] = json!(secret.value);
    json["credential"] = json!(secret.credential);
    json["source"] = json!(secret.source);
    json
}

/// What a vault says of a secret beside its value.
pub(super) fn properties(properties: &SecretProperties) -> Value {
    json!({
        "name": properties.name,
        "id": properties.id,
        "version": properties.version,
        "content_type": properties.content_type,
        "attributes": {
            "enabled": properties.enabled,
            "not_before": properties.not_before,
            "expires_on": properties.expires_on,
            "created_on": properties.created_on,
            "updated_on": properties.updated_on,
            "recoverable_days": properties.recoverable_days,
            "recovery_level": properties.recovery_level,
        },
        "tags": string_map(&properties.tags),
        "managed": properties.managed,
        "key_id": properties.key_id,
        "previous_version": properties.previous_version,
        "details": string_map(&properties.details),
    })
}

/// A deleted secret: its properties, and how long it can be recovered. A vault that keeps no deleted secrets says nothing of that.
pub(super) fn deleted(secret: &DeletedSecret) -> Value {
    let mut json = properties(&secret.properties);
    if let Some(recovery_id) = &secret.recovery_id {
        json["recovery_id"] = json!(recovery_id);
        json["deleted_on"] = json!(secret.deleted_on);
        json["scheduled_purge_on"] = json!(secret.scheduled_purge_on);
    }
    json
}
