//! Listing a secret's versions, without their values.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret-versions/get-secret-versions>

use super::super::description::Permission;
use super::operation::{Call, Operation, OperationResult};
use super::state::State;
use super::{audit_entry, bundle, page};

pub(super) const OPERATION: Operation = Operation {
    method: "GET",
    paths: &["secrets/{name}/versions"],
    action: "readMetadata/action",
    permission: Permission::List,
    query: page::QUERY,
    has_body: false,
    perform: list_versions,
    audit: |name, body| Some(audit_entry::listed(body, "version", "versions", &format!(" of {name}"))),
};

/// Sorted by version id and not by time, as in recorded responses. A missing secret gives an empty list and no
/// error, as in recorded responses.
fn list_versions(call: &Call<'_>, state: &mut State) -> OperationResult {
    let stored = state.active(call.name);
    let mut all: Vec<_> = stored
        .iter()
        .flat_map(|stored| {
            stored.versions.iter().map(|secret| (secret.version.to_ascii_lowercase(), (*stored, secret)))
        })
        .collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    let path = format!("secrets/{}/versions", call.name);
    page::page(call, &path, all.into_iter(), |(stored, secret)| bundle::version_item(call, stored, secret))
}
