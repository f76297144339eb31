//! Backing a secret up with all its versions.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/backup-secret/backup-secret>

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::description::{Permission, Secret};
use super::backup_cipher;
use super::operation::{Call, Operation, OperationResult};
use super::state::State;

/// The content of a backup.
#[derive(Deserialize, Serialize)]
pub(super) struct Backup {
    pub(super) name: String,
    pub(super) versions: Vec<Secret>,
}

pub(super) const OPERATION: Operation = Operation {
    method: "POST",
    paths: &["secrets/{name}/backup"],
    action: "backup/action",
    permission: Permission::Backup,
    query: &[],
    has_body: false,
    perform: backup,
    audit: |name, _| Some(format!("backed up {name}")),
};

/// Returns the encrypted backup.
fn backup(call: &Call<'_>, state: &mut State) -> OperationResult {
    let stored = state.active(call.name).ok_or_else(|| call.not_found())?;
    let backup = Backup { name: stored.name.clone(), versions: stored.versions.clone() };
    let value = backup_cipher::seal(call.fake, call.vault, &json!(backup).to_string())?;
    Ok(Some(json!({ "value": value })))
}
