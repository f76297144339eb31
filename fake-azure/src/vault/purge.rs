//! Deleting a deleted secret for good.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/purge-deleted-secret/purge-deleted-secret>

use super::super::description::Permission;
use super::error::VaultError;
use super::operation::{Call, Operation, OperationResult};
use super::state::State;

pub(super) const OPERATION: Operation = Operation {
    method: "DELETE",
    paths: &["deletedsecrets/{name}"],
    action: "purge/action",
    permission: Permission::Purge,
    query: &[],
    has_body: false,
    perform: purge,
    audit: |name, _| Some(format!("purged {name}")),
};

/// Returns no body. The name is free immediately; in Azure that may take some seconds.
fn purge(call: &Call<'_>, state: &mut State) -> OperationResult {
    state.deleted_mut(call.name)?;
    if call.vault.purge_protection {
        return Err(VaultError::purge_protected(&call.vault.short_name()));
    }
    state.remove(call.name);
    state.mark_modified();
    Ok(None)
}
