//! Secrets as JSON. The member names are a stable interface for scripts.

use keyfob_host_test::bindings::exports::keyfob::azure::secrets::{DeletedSecret, Secret, SecretProperties};
use serde_json::{Value, json};

use crate::output::{merged, string_map};

/// A secret with its value, and the credential that read it.
pub(super) fn secret(secret: &Secret) -> Value {
    let read = json!({ "value": secret.value, "credential": secret.credential, "source": secret.source });
    merged(properties(&secret.properties), read)
}

/// A secret's properties, without its value.
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

/// A deleted secret: its properties, and until when it can be recovered. Without soft-delete the latter is left out.
pub(super) fn deleted(secret: &DeletedSecret) -> Value {
    let properties = properties(&secret.properties);
    let Some(recovery_id) = &secret.recovery_id else { return properties };
    let deletion = json!({
        "recovery_id": recovery_id,
        "deleted_on": secret.deleted_on,
        "scheduled_purge_on": secret.scheduled_purge_on,
    });
    merged(properties, deletion)
}
