//! A secret and its properties, as the vault returns them.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret#secretbundle>

use crate::json::{EMPTY, Object};
use crate::prelude::*;
use crate::secret::SecretString;

/// A secret, and the credential that read it.
#[derive(Clone, Debug)]
pub struct Secret {
    /// The value, exactly as it was set.
    pub value: SecretString,
    /// The properties of the secret.
    pub properties: SecretProperties,
    /// The credential's class name in the Azure SDKs.
    pub credential: &'static str,
    /// Where the credential got its token, such as IMDS.
    pub source: &'static str,
    /// Set if the secret comes from the cache.
    pub cache: Option<CacheInfo>,
}

/// The state of a secret from the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheInfo {
    /// The age in seconds, since the vault was asked for it.
    pub age: u64,
    /// Set if the secret is expired and is returned because reading it again failed with this error.
    pub error: Option<String>,
}

/// The properties of a secret, without its value. Times are in unix seconds. See `secret-properties` of the WIT package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct SecretProperties {
    pub id: String,
    pub name: String,
    pub version: Option<String>,
    pub content_type: Option<String>,
    pub enabled: Option<bool>,
    pub not_before: Option<u64>,
    pub expires_on: Option<u64>,
    pub created_on: Option<u64>,
    pub updated_on: Option<u64>,
    pub recoverable_days: Option<u32>,
    pub recovery_level: Option<String>,
    pub managed: Option<bool>,
    pub key_id: Option<String>,
    pub previous_version: Option<String>,
    pub deleted_on: Option<u64>,
    pub scheduled_purge_on: Option<u64>,
    pub recovery_id: Option<String>,
    pub tags: Vec<(String, String)>,
}

/// The members of a secret bundle that are read; items of a list have them too, except `value`.
pub(super) const MEMBERS: &[&str] = &[
    "value",
    "id",
    "contentType",
    "attributes",
    "managed",
    "kid",
    "previousVersion",
    "deletedDate",
    "scheduledPurgeDate",
    "recoveryId",
    "tags",
];

/// The members of the bundle's `attributes`.
const ATTRIBUTES: &[&str] = &["enabled", "nbf", "exp", "created", "updated", "recoverableDays", "recoveryLevel"];

/// Reads a secret bundle that was requested by name and version; the error says what is wrong with it.
pub(super) fn read(
    json: &Object<'_>,
    name: &str,
    version: Option<&str>,
) -> Result<(SecretString, SecretProperties), &'static str> {
    let value = json.text("value").ok_or("there is no value")?;
    Ok((value.into(), properties(json, Some(name), version)?))
}

/// Reads the properties of the requested secret or of an item of a list. If a name was requested, every field of the JSON
/// is optional.
pub(super) fn properties(
    json: &Object<'_>,
    name: Option<&str>,
    version: Option<&str>,
) -> Result<SecretProperties, &'static str> {
    let attributes = json.object("attributes", ATTRIBUTES)?;
    let id = json.text("id").unwrap_or_default();
    // …/secrets/NAME/VERSION. Only name and version are compared: an emulator or a custom domain has another host.
    let mut segments = id.split_once("/secrets/").unwrap_or_default().1.split('/');
    let id_name = segments.next().filter(|segment| !segment.is_empty());
    let id_version = segments.next().filter(|segment| !segment.is_empty()).map(str::to_owned);
    if id_name.zip(name).is_some_and(|(got, asked)| !got.eq_ignore_ascii_case(asked))
        || version.zip(id_version.as_deref()).is_some_and(|(asked, got)| !got.eq_ignore_ascii_case(asked))
    {
        return Err("it is another secret, or another version, than the one asked for");
    }
    let tags = json.get("tags").unwrap_or(EMPTY).texts()?;
    Ok(SecretProperties {
        name: id_name.or(name).ok_or("a secret has no identifier")?.to_owned(),
        version: id_version.or_else(|| version.map(str::to_owned)),
        content_type: json.text("contentType"),
        enabled: attributes.bool("enabled"),
        not_before: attributes.number("nbf"),
        expires_on: attributes.number("exp"),
        created_on: attributes.number("created"),
        updated_on: attributes.number("updated"),
        recoverable_days: attributes.number("recoverableDays").and_then(|days| days.try_into().ok()),
        recovery_level: attributes.text("recoveryLevel"),
        managed: json.bool("managed"),
        key_id: json.text("kid"),
        previous_version: json.text("previousVersion"),
        deleted_on: json.number("deletedDate"),
        scheduled_purge_on: json.number("scheduledPurgeDate"),
        recovery_id: json.text("recoveryId"),
        tags,
        id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn a_member_of_a_bundle_that_comes_twice_is_refused() {
        let read = |body: &str| {
            let json = json::object(body.as_bytes(), MEMBERS)?;
            super::read(&json, "n", None).map(|(value, properties)| (value, properties.enabled))
        };
        assert_eq!(
            read(r#"{"value":"v","attributes":{"enabled":true,"x":1,"x":2},"x":1,"x":2}"#),
            Ok(("v".into(), Some(true)))
        );
        for body in [
            r#"{"value":"v","value":"w"}"#,
            r#"{"value":"v","attributes":{},"attributes":{}}"#,
            r#"{"value":"v","attributes":{"enabled":false,"enabled":true}}"#,
        ] {
            assert_eq!(read(body), Err("it has a member twice"), "{body}");
        }
    }
}
