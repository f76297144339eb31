//! Reading a secret. <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret>

use serde_json::json;

use super::error::Refusal;
use super::state::State;
use super::{Answer, Call, bundle, convert};

/// The bundle of the given version, or of the latest. `nbf` and `exp` are told, and stop nobody.
/// <https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#secret-attributes>
pub(super) fn get(call: &Call<'_>, state: &mut State) -> Answer {
    let kept = state.here(call.name);
    let found = kept.and_then(|kept| Some((kept, kept.version(call.version)?)));
    let (kept, secret) = found.ok_or_else(|| call.not_found())?;
    if !secret.enabled {
        // The latest version counts although it is disabled: an older one does not step in.
        return Err(Refusal::forbidden("SecretDisabled", "Operation get is not allowed on a disabled secret."));
    }
    let mut told = bundle::bundle(call, kept, secret);
    told["value"] = json!(secret.value);
    if let Some(format) = call.params.get("outContentType") {
        let (value, format) = convert::convert(secret, format)?;
        told["value"] = json!(value);
        told["contentType"] = json!(format);
    }
    Ok(Some(told))
}
