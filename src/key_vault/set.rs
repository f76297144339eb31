//! Setting a secret, and changing its properties.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret>

use super::operation::{self, Operation};
use super::{SecretClient, SecretProperties};
use crate::error::{Error, Result};
use crate::json::Members;
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
    /// The JSON body of the request, with the value if there is one. Members without a value are left out, because null has
    /// another meaning.
    fn json_body(&self, value: Option<&str>) -> SecretString {
        let mut attributes = Members::default();
        let enabled = self.enabled.map(|enabled| if enabled { "true" } else { "false" }.to_owned());
        let (not_before, expires_on) =
            (self.not_before.map(|at| at.to_string()), self.expires_on.map(|at| at.to_string()));
        for (name, json) in [("enabled", enabled), ("nbf", not_before), ("exp", expires_on)] {
            if let Some(json) = json {
                attributes.json(name, &json);
            }
        }
        let mut members = Members::default();
        if let Some(value) = value {
            members.text("value", value);
        }
        if let Some(content_type) = &self.content_type {
            members.text("contentType", content_type);
        }
        let attributes = attributes.finish();
        if attributes != "{}" {
            members.json("attributes", &attributes);
        }
        if let Some(tags) = &self.tags {
            let mut all = Members::default();
            for (name, value) in tags {
                all.text(name, value);
            }
            members.json("tags", &all.finish());
        }
        members.finish().into()
    }
}

impl SecretClient {
    /// Sets a secret, which creates a new version if the name exists. Returns the properties of the new version.
    ///
    /// # Errors
    /// `InvalidArgument` for a value of more than 25 KiB, which is not sent; `Conflict` if a deleted secret has the
    /// name; every error of the credential, and every error response of the vault.
    pub async fn set_secret(&self, name: &str, value: SecretString, options: &SetOptions) -> Result<SecretProperties> {
        let name = self.resolve_name_without_version(name)?;
        if options.version.is_some() {
            return Err(Error::invalid(
                "the option version is for changing properties: a value is set in a new version",
            ));
        }
        let length = value.expose().len();
        if length > MAX_VALUE {
            return Err(Error::invalid(format!(
                "the value has {length} bytes, and Key Vault keeps at most 25,600; nothing was sent"
            )));
        }
        let operation = Operation {
            body: options.json_body(Some(value.expose())),
            secret_value: Some(value),
            ..Operation::for_secret(operation::SET, name, format!("/secrets/{name}"))
        };
        self.execute_for_properties(options.timeout, &operation).await
    }

    /// Changes the properties of a secret, not its value. Returns the changed properties.
    ///
    /// # Errors
    /// As `set_secret`.
    pub async fn update_secret_properties(&self, name: &str, options: &SetOptions) -> Result<SecretProperties> {
        let (name, version) = self.resolve_name(name, options.version.as_deref())?;
        // Without a version the latest one is changed, and the path ends in a slash.
        let path = format!("/secrets/{name}/{}", version.unwrap_or_default());
        let operation = Operation {
            secret: Some((name, version)),
            body: options.json_body(None),
            ..Operation::for_secret(operation::UPDATE, name, path)
        };
        self.execute_for_properties(options.timeout, &operation).await
    }
}
