//! Setting a secret: the new version becomes the latest.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret>

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::description::{Permission, Secret};
use super::super::digest;
use super::error::VaultError;
use super::operation::{Call, Operation, OperationResult};
use super::request_body::{self, Properties};
use super::state::State;
use super::{audit_entry, bundle};

#[derive(Deserialize)]
struct Parameters {
    value: String,
    #[serde(flatten)]
    properties: Map<String, Value>,
}

pub(super) const OPERATION: Operation = Operation {
    method: "PUT",
    paths: &["secrets/{name}"],
    action: "setSecret/action",
    permission: Permission::Set,
    query: &[],
    has_body: true,
    perform: set,
    audit: |name, body| Some(format!("set {name}, version {}", audit_entry::version(body))),
};

/// Returns the new version's bundle with its value. It inherits no property of an older version.
fn set(call: &Call<'_>, state: &mut State) -> OperationResult {
    let Parameters { value, properties } = request_body::parse(call.body)?;
    let properties: Properties = request_body::parse(json!(properties).to_string().as_bytes())?;
    request_body::check_value(&value)?;
    if let Some(stored) = state.existing_for_write(call.name)? {
        stored.require_unmanaged("set")?;
    }
    let mut secret = Secret {
        name: call.name.to_owned(),
        value,
        version: digest::hex(&[&call.fake.count().to_string(), "set", &call.vault.url]),
        content_type: None,
        enabled: true,
        tags: None,
        created: call.now,
        updated: call.now,
        nbf: None,
        exp: None,
        managed: false,
        kid: None,
        previous_version: None,
    };
    properties.apply(&mut secret)?;
    state.add(call.name, secret);
    state.mark_modified();
    let not_found = || VaultError::secret_not_found(call.name);
    let stored = state.active(call.name).ok_or_else(not_found)?;
    let secret = stored.latest().ok_or_else(not_found)?;
    let mut bundle_json = bundle::bundle(call, stored, secret);
    bundle_json["value"] = json!(secret.value);
    Ok(Some(bundle_json))
}
