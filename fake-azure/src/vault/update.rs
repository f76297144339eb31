//! Updating a version's properties. <https://learn.microsoft.com/rest/api/keyvault/secrets/update-secret/update-secret>

use super::super::description::Permission;
use super::operation::{Call, Operation, OperationResult};
use super::request_body::{self, Properties};
use super::state::State;
use super::{audit_entry, bundle};

pub(super) const OPERATION: Operation = Operation {
    method: "PATCH",
    paths: &["secrets/{name}", "secrets/{name}/{version}"],
    action: "update/action",
    permission: Permission::Set,
    query: &[],
    has_body: true,
    perform: update,
    audit: |name, body| Some(format!("updated {name}, version {}", audit_entry::version(body))),
};

/// The version's bundle, without its value. Its value can't be changed, says the documentation, whose parameters have no
/// `value`; what Azure does with one is not written, and here it is refused as every other field is that has no meaning.
fn update(call: &Call<'_>, state: &mut State) -> OperationResult {
    let properties: Properties = request_body::parse(call.body)?;
    let stored = state.active_mut(call.name)?;
    stored.require_unmanaged("update")?;
    let wanted = stored.version(call.version).ok_or_else(|| call.not_found())?.version.clone();
    let version = stored.versions.iter_mut().find(|secret| secret.version == wanted).ok_or_else(|| call.not_found())?;
    properties.apply(version)?;
    version.updated = call.now;
    state.mark_modified();
    let stored = state.active(call.name);
    let bundle_json = stored.and_then(|stored| Some(bundle::bundle(call, stored, stored.version(Some(&wanted))?)));
    bundle_json.map(Some).ok_or_else(|| call.not_found())
}
