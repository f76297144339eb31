//! Setting a secret, and changing its properties.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret>

use super::operation::{self, Operation};
use super::{Properties, SecretClient};
use crate::error::{Error, Result};
use crate::json::Json;
use crate::prelude::*;
use crate::secret::SecretString;

/// The longest value that Key Vault accepts, in bytes. <https://learn.microsoft.com/azure/key-vault/secrets/about-secrets>
const MAX_VALUE: usize = 25 * 1024;

/// The properties to set. One that is `None` keeps its value, and in a new version gets the vault's default.
#[derive(Clone, Debug, Default)]
pub struct SetOptions {
    /// The content type, any text.
    pub content_type: Option<String>,
    /// Whether the secret can be read.
    pub enabled: Option<bool>,
    /// The start of validity, in unix seconds.
    pub not_before: Option<u64>,
    /// The end of validity, in unix seconds.
    pub expires_on: Option<u64>,
    /// All tags; an empty list removes them.
    pub tags: Option<Vec<(String, String)>>,
    /// For changing properties only: the version to change; the latest by default.
    pub version: Option<String>,
    /// The time limit of the call in milliseconds, 1 to 600,000.
    pub timeout: Option<u64>,
}

impl SetOptions {
    /// The members of the JSON body. Members without a value are left out, because null has another meaning.
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

/// A JSON object as the body of a request.
pub(super) fn json_body(members: Vec<(String, Json)>) -> SecretString {
    let mut text = String::new();
    Json::Object(members).write(&mut text);
    text.into()
}

impl SecretClient {
    /// Sets a secret, which creates a new version if the name exists. Returns the properties of the new version.
    ///
    /// # Errors
    /// `InvalidArgument` for a value of more than 25 KiB, which is not sent; `Conflict` if a deleted secret has the
    /// name; every error of the credential, and every error response of the vault.
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

    /// Changes the properties of a secret, not its value. Returns the changed properties.
    ///
    /// # Errors
    /// As `set_secret`.
    pub async fn update_secret_properties(&self, name: &str, options: &SetOptions) -> Result<Properties> {
        let (name, version) = self.resolve_name(name, options.version.as_deref())?;
        // Without a version the latest one is changed, and the path ends in a slash.
        let path = format!("/secrets/{name}/{}", version.unwrap_or_default());
        let operation = Operation {
            secret: Some((name, version)),
            body: json_body(options.members()),
            ..Operation::for_secret(operation::UPDATE, name, path)
        };
        self.execute_for_properties(options.timeout, &operation).await
    }
}
