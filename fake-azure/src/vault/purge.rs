//! Deleting a deleted secret for good.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/purge-deleted-secret/purge-deleted-secret>

use super::error::Refusal;
use super::state::State;
use super::{Answer, Call};

/// Nothing is told. The name is free at once; in Azure that may take some seconds.
pub(super) fn purge(call: &Call<'_>, state: &mut State) -> Answer {
    state.deleted_to_change(call.name)?;
    if call.vault.purge_protection {
        return Err(Refusal::purge_protected(&call.vault.short_name()));
    }
    state.remove(call.name);
    state.write();
    Ok(None)
}
