//! Recovering a deleted secret with all its versions.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/recover-deleted-secret/recover-deleted-secret>

use super::super::description::Permission;
use super::bundle;
use super::operation::{Call, Operation, OperationResult};
use super::state::{Phase, State};

pub(super) const OPERATION: Operation = Operation {
    method: "POST",
    paths: &["deletedsecrets/{name}/recover"],
    action: "recover/action",
    permission: Permission::Recover,
    query: &[],
    has_body: false,
    perform: recover,
    audit: |name, _| Some(format!("recovered {name}")),
};

/// Returns the bundle of the latest version, without its value.
fn recover(call: &Call<'_>, state: &mut State) -> OperationResult {
    let (stored, _) = state.deleted_mut(call.name)?;
    stored.phase = match call.vault.recovering_seconds {
        0 => Phase::Active,
        seconds => Phase::Recovering(call.now + seconds),
    };
    let latest = stored.latest().ok_or_else(|| call.not_found())?;
    let bundle_json = bundle::bundle(call, stored, latest);
    state.mark_modified();
    Ok(Some(bundle_json))
}
