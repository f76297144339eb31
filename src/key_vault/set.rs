//! Setting a secret, and changing what is known of it.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret>

use super::operation::{self, Operation};
use super::{Properties, SecretClient};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::prelude::*;
use crate::secret::SecretString;

/// The longest value, in bytes. <https://learn.microsoft.com/azure/key-vault/secrets/about-secrets>
const MAX_VALUE: usize = 25 * 1024;

/// What is set beside the value. What is absent is left as it is, and in a new version to the vault.
#[derive(Clone, Debug, Default)]
pub struct SetOptions {
    /// Free text.
    pub content_type: Option<String>,
    /// Whether it can be read.
    pub enabled: Option<bool>,
    /// Not to be used before, in unix seconds.
    pub not_before: Option<u64>,
    /// Not to be used after, in unix seconds.
    pub expires_on: Option<u64>,
    /// All its tags; an empty list takes them away.
    pub tags: Option<Vec<(String, String)>>,
    /// For changing properties: those of this version instead of the latest.
    pub version: Option<String>,
    /// The whole call's limit in milliseconds, 1 to 600,000.
    pub timeout: Option<u64>,
}

impl SetOptions {
    /// The members of the request's JSON. None is null: that would be another thing to say.
    fn members(&self) -> Vec<(String, Json)> {
        let number = |name: &str, value: Option<u64>| Some((name.to_owned(), Json::Number(value?.to_string())));
        let enabled = self.enabled.map(|enabled| ("enabled".to_owned(), Json::Bool(enabled)));
        let attributes = [enabled, number("nbf", self.not_before), number("exp", self.expires_on)];
        let attributes: Vec<_> = attributes.into_iter().flatten().collect();
        let mut members = Vec::new();
        if let Some(content_type) = &self.content_type {
            members.push(("contentType".to_owned(), Json::Text(content_type.clone())));
        }
        if !attributes.is_empty() {
            members.push(("attributes".to_owned(), Json::Object(attributes)));
        }
        if let Some(tags) = &self.tags {
            let tags = tags.iter().map(|(name, value)| (name.clone(), Json::Text(value.clone()))).collect();
            members.push(("tags".to_owned(), Json::Object(tags)));
        }
        members
    }
}

/// A JSON object as a request's body.
pub(super) fn json_body(members: Vec<(String, Json)>) -> SecretString {
    let mut text = String::new();
    Json::Object(members).write(&mut text);
    text.into()
}

impl SecretClient {
    /// Sets a secret: a new version of it, if there is one of that name. Gives what the vault now says of it.
    ///
    /// # Errors
    /// `InvalidArgument` for a value of more than 25 KiB, which is not sent; `Conflict` where a deleted secret has the
    /// name; every way in which a credential can fail, and the vault's refusals.
    pub async fn set_secret(&self, name: &str, value: SecretString, options: &SetOptions) -> Result<Properties> {
        let name = self.resolve_name_without_version(name)?;
        if options.version.is_some() {
            return Err(Error::invalid(
                "the option version is for changing properties: a value is set in a new version",
            ));
        }
        let length = value.expose().len();
        if length > MAX_VALUE {
            let length = length as u64;
            return Err(Error::invalid(format!(
                "the value has {length} bytes, and Key Vault keeps at most 25,600; nothing was sent"
            )));
        }
        let mut members = vec![("value".to_owned(), Json::Text(value.expose().to_owned()))];
        members.extend(options.members());
        let operation = Operation {
            body: json_body(members),
            secret_value: Some(value),
            ..Operation::for_secret(operation::SET, name, format!("/secrets/{name}"))
        };
        self.execute_for_properties(options.timeout, &operation).await
    }

    /// Changes what is known of a secret, and not its value. Gives what the vault now says of it.
    ///
    /// # Errors
    /// As `set_secret`.
    pub async fn update_secret_properties(&self, name: &str, options: &SetOptions) -> Result<Properties> {
        let (name, version) = self.resolve_name(name, options.version.as_deref())?;
        // Without a version the latest one is meant, and the path ends in the slash before it.
        let path = format!("/secrets/{name}/{}", version.unwrap_or_default());
        let operation = Operation {
            secret: Some((name, version)),
            body: json_body(options.members()),
            ..Operation::for_secret(operation::UPDATE, name, path)
        };
        self.execute_for_properties(options.timeout, &operation).await
    }
}
