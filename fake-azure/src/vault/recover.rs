//! Recovering a deleted secret with all its versions.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/recover-deleted-secret/recover-deleted-secret>

use super::state::{Phase, State};
use super::{Answer, Call, bundle};

/// The bundle of the latest version, without its value.
pub(super) fn recover(call: &Call<'_>, state: &mut State) -> Answer {
    let (kept, _) = state.deleted_to_change(call.name)?;
    kept.phase = match call.vault.recovering_seconds {
        0 => Phase::Here,
        seconds => Phase::Recovering(call.now + seconds),
    };
    let latest = kept.latest().ok_or_else(|| call.not_found())?;
    let told = bundle::bundle(call, kept, latest);
    state.write();
    Ok(Some(told))
}
