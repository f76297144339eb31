//! Restoring a secret from a backup, in this vault or another.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/restore-secret/restore-secret>

use serde::Deserialize;

use super::backup::Backup;
use super::error::Refusal;
use super::parameters;
use super::state::State;
use super::{Answer, Call, bundle, seal};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    value: String,
}

/// The bundle of the latest version, without its value. The versions keep their ids and times.
pub(super) fn restore(call: &Call<'_>, state: &mut State) -> Answer {
    let Parameters { value } = parameters::read(call.body)?;
    let text = seal::open(call.fake, call.vault, &value)?;
    let Backup { name, versions } = parameters::read(&text)?;
    if let Some(kept) = state.place(&name)? {
        let id = kept.latest().map(|secret| bundle::version_id(call.vault, kept, secret));
        return Err(Refusal::restore_conflict(&id.unwrap_or_default()));
    }
    for secret in versions {
        state.add(&name, secret);
    }
    state.write();
    let kept = state.here(&name);
    let told = kept.and_then(|kept| Some(bundle::bundle(call, kept, kept.latest()?)));
    told.map(Some).ok_or_else(|| Refusal::secret_not_found(&name))
}
