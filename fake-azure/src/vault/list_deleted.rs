//! Listing deleted secrets.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-deleted-secrets/get-deleted-secrets>

use super::super::description::Permission;
use super::operation::{Call, Operation, OperationResult};
use super::state::State;
use super::{audit_entry, bundle, page};

pub(super) const OPERATION: Operation = Operation {
    method: "GET",
    paths: &["deletedsecrets"],
    action: "readMetadata/action",
    permission: Permission::List,
    query: page::QUERY,
    has_body: false,
    perform: list_deleted,
    audit: |_, body| Some(audit_entry::listed(body, "deleted secret", "deleted secrets", "")),
};

fn list_deleted(call: &Call<'_>, state: &mut State) -> OperationResult {
    let all = state
        .all_deleted()
        .filter_map(|(key, stored, deletion)| Some((key.to_owned(), (stored, stored.latest()?, deletion))));
    page::page(call, "deletedsecrets", all, |(stored, secret, deletion)| {
        bundle::deleted(call, stored, deletion, bundle::item(call, stored, secret))
    })
}
