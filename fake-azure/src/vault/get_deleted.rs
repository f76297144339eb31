//! Looking at a deleted secret.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-deleted-secret/get-deleted-secret>

use super::error::Refusal;
use super::state::State;
use super::{Answer, Call, bundle};

/// What the deletion answered. While a secret is being deleted it is not found: clients ask until it is.
pub(super) fn get_deleted(call: &Call<'_>, state: &mut State) -> Answer {
    let (_, kept, deletion) = state
        .all_deleted()
        .find(|(key, ..)| key.eq_ignore_ascii_case(call.name))
        .ok_or_else(|| Refusal::deleted_secret_not_found(call.name))?;
    let latest = kept.latest().ok_or_else(|| call.not_found())?;
    Ok(Some(bundle::deleted(call, kept, deletion, bundle::bundle(call, kept, latest))))
}
