//! A secret and its properties, as the vault returns them.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret#secretbundle>

use crate::json::Json;
use crate::prelude::*;
use crate::secret::SecretString;
use crate::text::split_once;

/// A secret, and the credential that read it.
#[derive(Clone, Debug)]
pub struct Secret {
    /// The value, exactly as it was set.
    pub value: SecretString,
    /// The properties of the secret.
    pub properties: Properties,
    /// The credential's class name in the Azure SDKs.
    pub credential: &'static str,
    /// Where the credential got its token, such as IMDS.
    pub source: &'static str,
    /// Set if the secret comes from the cache.
    pub cached: Option<Cached>,
}

/// The state of a secret from the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cached {
    /// The age in seconds, since the vault was asked for it.
    pub age: u64,
    /// Set if the secret is expired and is returned because reading it again failed with this error.
    pub error: Option<String>,
}

/// The properties of a secret, without its value. Times are in unix seconds. See `secret-properties` of the WIT package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Properties {
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

/// Reads a secret bundle that was requested by name and version; the error says what is wrong with it.
pub(super) fn read(json: &Json, name: &str, version: Option<&str>) -> Result<(SecretString, Properties), &'static str> {
    let value = json.text(&["value"]).ok_or("there is no value")?;
    Ok((value.into(), properties(json, Some(name), version)?))
}

/// Reads the properties of the requested secret or of an item of a list. If a name was requested, every field of the JSON
/// is optional.
pub(super) fn properties(json: &Json, name: Option<&str>, version: Option<&str>) -> Result<Properties, &'static str> {
    let text = |field| json.text(&[field]).map(str::to_owned);
    let number = |field| json.number(&["attributes", field]);
    let id = text("id").unwrap_or_default();
    // …/secrets/NAME/VERSION. Only name and version are compared: an emulator or a custom domain has another host.
    let mut segments = split_once(&id, "/secrets/").unwrap_or_default().1.split('/');
    let id_name = segments.next().filter(|segment| !segment.is_empty());
    let id_version = segments.next().filter(|segment| !segment.is_empty()).map(str::to_owned);
    if id_name.zip(name).is_some_and(|(got, asked)| !got.eq_ignore_ascii_case(asked))
        || version.zip(id_version.as_deref()).is_some_and(|(asked, got)| !got.eq_ignore_ascii_case(asked))
    {
        return Err("it is another secret, or another version, than the one asked for");
    }
    let tags = match json.at(&["tags"]) {
        Some(Json::Object(members)) => members.as_slice(),
        _ => &[],
    };
    let tag = |(name, value): &(String, Json)| Some((name.clone(), value.text(&[])?.to_owned()));
    Ok(Properties {
        name: id_name.or(name).ok_or("a secret has no identifier")?.to_owned(),
        version: id_version.or_else(|| version.map(str::to_owned)),
        content_type: text("contentType"),
        enabled: json.bool(&["attributes", "enabled"]),
        not_before: number("nbf"),
        expires_on: number("exp"),
        created_on: number("created"),
        updated_on: number("updated"),
        recoverable_days: number("recoverableDays").and_then(|days| days.try_into().ok()),
        recovery_level: json.text(&["attributes", "recoveryLevel"]).map(str::to_owned),
        managed: json.bool(&["managed"]),
        key_id: text("kid"),
        previous_version: text("previousVersion"),
        deleted_on: json.number(&["deletedDate"]),
        scheduled_purge_on: json.number(&["scheduledPurgeDate"]),
        recovery_id: text("recoveryId"),
        tags: tags.iter().filter_map(tag).collect(),
        id,
    })
}
