//! Restoring a secret from a backup, in this vault or another.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/restore-secret/restore-secret>

use serde::Deserialize;

use super::super::description::Permission;
use super::backup::Backup;
use super::error::VaultError;
use super::operation::{Call, Operation, OperationResult};
use super::request_body;
use super::state::State;
use super::{audit_entry, backup_cipher, bundle};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    value: String,
}

pub(super) const OPERATION: Operation = Operation {
    method: "POST",
    paths: &["secrets/restore"],
    action: "restore/action",
    permission: Permission::Restore,
    query: &[],
    has_body: true,
    perform: restore,
    // The name is only in the sealed body of the request.
    audit: |_, body| Some(format!("restored {}", audit_entry::name(body)?)),
};

/// Returns the bundle of the latest version, without its value. The versions keep their ids and times.
fn restore(call: &Call<'_>, state: &mut State) -> OperationResult {
    let Parameters { value } = request_body::parse(call.body)?;
    let text = backup_cipher::open(call.fake, call.vault, &value)?;
    let Backup { name, versions } = request_body::parse(&text)?;
    if let Some(stored) = state.existing_for_write(&name)? {
        let id = stored.latest().map(|secret| bundle::version_id(call.vault, stored, secret));
        return Err(VaultError::restore_conflict(&id.unwrap_or_default()));
    }
    for secret in versions {
        state.add(&name, secret);
    }
    state.mark_modified();
    let stored = state.active(&name);
    let bundle_json = stored.and_then(|stored| Some(bundle::bundle(call, stored, stored.latest()?)));
    bundle_json.map(Some).ok_or_else(|| VaultError::secret_not_found(&name))
}
