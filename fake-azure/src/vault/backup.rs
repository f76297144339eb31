//! Backing a secret up with all its versions.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/backup-secret/backup-secret>

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::description::Secret;
use super::state::State;
use super::{Answer, Call, seal};

/// What is in a backup.
#[derive(Deserialize, Serialize)]
pub(super) struct Backup {
    pub(super) name: String,
    pub(super) versions: Vec<Secret>,
}

/// The sealed backup.
pub(super) fn backup(call: &Call<'_>, state: &mut State) -> Answer {
    let kept = state.here(call.name).ok_or_else(|| call.not_found())?;
    let backup = Backup { name: kept.name.clone(), versions: kept.versions.clone() };
    let value = seal::seal(call.fake, call.vault, &json!(backup).to_string())?;
    Ok(Some(json!({ "value": value })))
}
