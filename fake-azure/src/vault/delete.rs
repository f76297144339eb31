//! Deleting a secret with all its versions, so that it can be recovered: every vault has soft delete.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/delete-secret/delete-secret>

use super::super::description::Permission;
use super::bundle;
use super::operation::{Call, Operation, OperationResult};
use super::state::{Deletion, Phase, State};

const DAY: u64 = 24 * 60 * 60;

pub(super) const OPERATION: Operation = Operation {
    method: "DELETE",
    paths: &["secrets/{name}"],
    action: "delete",
    permission: Permission::Delete,
    query: &[],
    has_body: false,
    perform: delete,
    audit: |name, _| Some(format!("deleted {name}")),
};

/// Returns the bundle of the latest version with the dates of deletion and purge.
fn delete(call: &Call<'_>, state: &mut State) -> OperationResult {
    let stored = state.active_mut(call.name)?;
    stored.require_unmanaged("delete")?;
    let deletion = Deletion { at: call.now, purge: call.now + call.vault.recoverable_days * DAY };
    stored.phase = match call.vault.deleting_seconds {
        0 => Phase::Deleted(deletion),
        seconds => Phase::Deleting(call.now + seconds, deletion),
    };
    let latest = stored.latest().ok_or_else(|| call.not_found())?;
    let bundle_json = bundle::deleted(call, stored, deletion, bundle::bundle(call, stored, latest));
    state.mark_modified();
    Ok(Some(bundle_json))
}
