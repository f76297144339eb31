//! Reading a deleted secret.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-deleted-secret/get-deleted-secret>

use super::super::description::Permission;
use super::bundle;
use super::error::VaultError;
use super::operation::{Call, Operation, OperationResult};
use super::state::State;

pub(super) const OPERATION: Operation = Operation {
    method: "GET",
    paths: &["deletedsecrets/{name}"],
    // The response has no value; it is inferred that a role therefore needs less for it than a policy.
    action: "readMetadata/action",
    permission: Permission::Get,
    query: &[],
    has_body: false,
    perform: get_deleted,
    audit: |name, _| Some(format!("looked at the deleted {name}")),
};

/// Returns what the deletion returned. A secret that is still being deleted is not found: clients poll until it is.
fn get_deleted(call: &Call<'_>, state: &mut State) -> OperationResult {
    let (_, stored, deletion) = state
        .all_deleted()
        .find(|(key, ..)| key.eq_ignore_ascii_case(call.name))
        .ok_or_else(|| VaultError::deleted_secret_not_found(call.name))?;
    let latest = stored.latest().ok_or_else(|| call.not_found())?;
    Ok(Some(bundle::deleted(call, stored, deletion, bundle::bundle(call, stored, latest))))
}
