//! A strict parser for request bodies: a field that the documentation does not have is an error.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret#request-body>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::super::description::Secret;
use super::super::toml_error;
use super::error::VaultError;
use crate::wire::Request;

/// The largest value: 25 KB. This limit and that of the content type are on
/// <https://learn.microsoft.com/azure/key-vault/secrets/about-secrets>.
const VALUE: usize = 25 * 1024;
const CONTENT_TYPE: usize = 255;

/// How many tags there may be, and how long the name and the value of each.
/// <https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#secret-tags>
const TAGS: usize = 15;
const TAG: usize = 512;

/// The properties of a secret in a request to set or update it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Properties {
    content_type: Option<String>,
    attributes: Option<Attributes>,
    tags: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Attributes {
    enabled: Option<bool>,
    nbf: Option<u64>,
    exp: Option<u64>,
    // Read-only attributes: ignored, so that a client may send back what it has read.
    #[serde(rename = "created")]
    _created: Option<IgnoredAny>,
    #[serde(rename = "updated")]
    _updated: Option<IgnoredAny>,
    #[serde(rename = "recoveryLevel")]
    _recovery_level: Option<IgnoredAny>,
    #[serde(rename = "recoverableDays")]
    _recoverable_days: Option<IgnoredAny>,
}

/// Refuses a missing body, or one whose content type is not JSON.
pub(super) fn require_json(request: &Request) -> Result<(), VaultError> {
    if request.body().is_empty() {
        return Err(VaultError::bad_parameter("Request body not specified"));
    }
    let header = request.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = header.and_then(|header| header.split(';').next()).unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") { Ok(()) } else { Err(VaultError::unsupported_media_type()) }
}

/// Refuses a body for an operation without one.
pub(super) fn require_empty(request: &Request) -> Result<(), VaultError> {
    let there = !request.body().is_empty();
    if there { Err(VaultError::bad_parameter("The operation has no request body.")) } else { Ok(()) }
}

/// Parses a body. The error quotes no value of it.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, VaultError> {
    serde_json::from_slice(body).map_err(|error| {
        let text = toml_error::without_value(&error.to_string());
        // The position is of no use to a caller whose SDK writes the body.
        let what = text.split(" at line ").next().unwrap_or_default();
        VaultError::bad_parameter(format!("Property has invalid value: {what}"))
    })
}

/// Refuses a value that is too large.
pub(super) fn check_value(value: &str) -> Result<(), VaultError> {
    let size = value.len();
    if size > VALUE {
        return Err(VaultError::bad_parameter(format!(
            "The value of the secret has {size} bytes; {VALUE} are allowed."
        )));
    }
    Ok(())
}

impl Properties {
    /// Updates a secret. Missing properties stay unchanged, and the tags are replaced as a whole.
    pub(super) fn apply(self, secret: &mut Secret) -> Result<(), VaultError> {
        self.check()?;
        let attributes = self.attributes.unwrap_or_default();
        secret.content_type = self.content_type.or_else(|| secret.content_type.take());
        secret.tags = self.tags.or_else(|| secret.tags.take());
        secret.enabled = attributes.enabled.unwrap_or(secret.enabled);
        secret.nbf = attributes.nbf.or(secret.nbf);
        secret.exp = attributes.exp.or(secret.exp);
        Ok(())
    }

    fn check(&self) -> Result<(), VaultError> {
        let too_long = |text: &str, limit: usize| text.chars().count() > limit;
        if self.content_type.as_deref().is_some_and(|text| too_long(text, CONTENT_TYPE)) {
            return Err(VaultError::bad_parameter(format!(
                "The content type has more than {CONTENT_TYPE} characters."
            )));
        }
        let tags = self.tags.iter().flatten();
        if tags.clone().count() > TAGS {
            return Err(VaultError::bad_parameter(format!("There are more than {TAGS} tags.")));
        }
        if tags.clone().any(|(name, value)| too_long(name, TAG) || too_long(value, TAG)) {
            return Err(VaultError::bad_parameter(format!("A tag has more than {TAG} characters.")));
        }
        Ok(())
    }
}
