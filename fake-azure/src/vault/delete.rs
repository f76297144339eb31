//! Deleting a secret with all its versions, so that it can be recovered: every vault has soft delete.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/delete-secret/delete-secret>

use super::state::{Deletion, Phase, State};
use super::{Answer, Call, bundle};

const DAY: u64 = 24 * 60 * 60;

/// The bundle of the latest version, and until when it can be recovered.
pub(super) fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    let kept = state.here_to_change(call.name)?;
    kept.unmanaged("delete")?;
    let deletion = Deletion { at: call.now, purge: call.now + call.vault.recoverable_days * DAY };
    kept.phase = match call.vault.deleting_seconds {
        0 => Phase::Deleted(deletion),
        seconds => Phase::Deleting(call.now + seconds, deletion),
    };
    let latest = kept.latest().ok_or_else(|| call.not_found())?;
    let told = bundle::deleted(call, kept, deletion, bundle::bundle(call, kept, latest));
    state.write();
    Ok(Some(told))
}
