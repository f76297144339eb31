//! Reading a secret. <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret>

use serde_json::json;

use super::super::description::Permission;
use super::error::VaultError;
use super::operation::{Call, Operation, OperationResult};
use super::state::State;
use super::{audit_entry, bundle, convert};

pub(super) const OPERATION: Operation = Operation {
    method: "GET",
    paths: &["secrets/{name}", "secrets/{name}/{version}"],
    action: "getSecret/action",
    permission: Permission::Get,
    query: &[("outContentType", "2025-07-01")],
    has_body: false,
    perform: get,
    audit: |name, body| Some(format!("read {name}, version {}", audit_entry::version(body))),
};

/// Returns the bundle of the given version, or of the latest. `nbf` and `exp` are returned and not enforced.
/// <https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#secret-attributes>
fn get(call: &Call<'_>, state: &mut State) -> OperationResult {
    let stored = state.active(call.name);
    let found = stored.and_then(|stored| Some((stored, stored.version(call.version)?)));
    let (stored, secret) = found.ok_or_else(|| call.not_found())?;
    if !secret.enabled {
        // A disabled latest version is an error; an older version does not replace it.
        return Err(VaultError::forbidden("SecretDisabled", "Operation get is not allowed on a disabled secret."));
    }
    let mut bundle_json = bundle::bundle(call, stored, secret);
    bundle_json["value"] = json!(secret.value);
    if let Some(format) = call.params.get("outContentType") {
        let (value, format) = convert::convert(secret, format)?;
        bundle_json["value"] = json!(value);
        bundle_json["contentType"] = json!(format);
    }
    Ok(Some(bundle_json))
}
