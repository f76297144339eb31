//! Changing what is told of a version. <https://learn.microsoft.com/rest/api/keyvault/secrets/update-secret/update-secret>

use super::parameters::{self, Properties};
use super::state::State;
use super::{Answer, Call, bundle};

/// The version's bundle, without its value. Its value can't be changed, says the documentation, whose parameters have no
/// `value`; what Azure does with one is not written, and here it is refused as every other field is that has no meaning.
pub(super) fn update(call: &Call<'_>, state: &mut State) -> Answer {
    let properties: Properties = parameters::read(call.body)?;
    let kept = state.here_to_change(call.name)?;
    kept.unmanaged("update")?;
    let wanted = kept.version(call.version).ok_or_else(|| call.not_found())?.version.clone();
    let version = kept.versions.iter_mut().find(|secret| secret.version == wanted).ok_or_else(|| call.not_found())?;
    properties.apply(version)?;
    version.updated = call.now;
    state.write();
    let kept = state.here(call.name);
    let told = kept.and_then(|kept| Some(bundle::bundle(call, kept, kept.version(Some(&wanted))?)));
    told.map(Some).ok_or_else(|| call.not_found())
}
