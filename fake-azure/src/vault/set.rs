//! Setting a secret: a new version, the latest from now on.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret>

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::description::Secret;
use super::super::digest;
use super::error::Refusal;
use super::parameters::{self, Properties};
use super::state::State;
use super::{Answer, Call, bundle};

#[derive(Deserialize)]
struct Parameters {
    value: String,
    #[serde(flatten)]
    properties: Map<String, Value>,
}

/// The new version's bundle, with its value. Nothing of an older version passes on to it.
pub(super) fn set(call: &Call<'_>, state: &mut State) -> Answer {
    let Parameters { value, properties } = parameters::read(call.body)?;
    let properties: Properties = parameters::read(json!(properties).to_string().as_bytes())?;
    parameters::check_value(&value)?;
    if let Some(kept) = state.place(call.name)? {
        kept.unmanaged("set")?;
    }
    let mut secret = Secret {
        name: call.name.to_owned(),
        value,
        version: digest::hex(&[&call.fake.count().to_string(), "set", &call.vault.url]),
        content_type: None,
        enabled: true,
        tags: None,
        created: call.now,
        updated: call.now,
        nbf: None,
        exp: None,
        managed: false,
        kid: None,
        previous_version: None,
    };
    properties.apply(&mut secret)?;
    state.add(call.name, secret);
    state.write();
    let not_found = || Refusal::secret_not_found(call.name);
    let kept = state.here(call.name).ok_or_else(not_found)?;
    let secret = kept.latest().ok_or_else(not_found)?;
    let mut told = bundle::bundle(call, kept, secret);
    told["value"] = json!(secret.value);
    Ok(Some(told))
}
