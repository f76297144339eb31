//! Listing secrets: the latest version of each, without its value.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secrets/get-secrets>

use super::super::description::Permission;
use super::operation::{Call, Operation, OperationResult};
use super::state::State;
use super::{audit_entry, bundle, page};

pub(super) const OPERATION: Operation = Operation {
    method: "GET",
    paths: &["secrets"],
    action: "readMetadata/action",
    permission: Permission::List,
    query: page::QUERY,
    has_body: false,
    perform: list,
    audit: |_, body| Some(audit_entry::listed(body, "secret", "secrets", "")),
};

fn list(call: &Call<'_>, state: &mut State) -> OperationResult {
    let all = state.all_active().filter_map(|(key, stored)| Some((key.to_owned(), (stored, stored.latest()?))));
    page::page(call, "secrets", all, |(stored, secret)| bundle::item(call, stored, secret))
}
