//! Listing a secret's versions, without their values.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret-versions/get-secret-versions>

use super::state::State;
use super::{Answer, Call, bundle, page};

/// In the order of their digits and not of their times, as recorded answers have them. A secret that is not there has no
/// versions, and that is no mistake: recorded too.
pub(super) fn list_versions(call: &Call<'_>, state: &mut State) -> Answer {
    let kept = state.here(call.name);
    let mut all: Vec<_> = kept
        .iter()
        .flat_map(|kept| kept.versions.iter().map(|secret| (secret.version.to_ascii_lowercase(), (*kept, secret))))
        .collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    let path = format!("secrets/{}/versions", call.name);
    page::page(call, &path, all.into_iter(), |(kept, secret)| bundle::version_item(call, kept, secret))
}
