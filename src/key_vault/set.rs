//! Setting a secret, and changing what is known of it.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret>

use super::operation::{self, Operation};
use super::{Properties, SecretClient};
use crate::error::{Error, Result};
use crate::json::Members;
use crate::prelude::*;
use crate::secret::Secret as Hidden;

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
    /// The request's body, with the value where one is set. A member that is not set is left out: null would be another
    /// thing to say.
    fn body(&self, value: Option<&str>) -> Hidden {
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
    /// Sets a secret: a new version of it, if there is one of that name. Gives what the vault now says of it.
    ///
    /// # Errors
    /// `InvalidArgument` for a value of more than 25 KiB, which is not sent; `Conflict` where a deleted secret has the
    /// name; every way in which a credential can fail, and the vault's refusals.
    pub async fn set_secret(&self, name: &str, value: Hidden, options: &SetOptions) -> Result<Properties> {
        let name = self.named_whole(name)?;
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
            body: options.body(Some(value.expose())),
            hidden: Some(value),
            ..Operation::on(operation::SET, name, format!("/secrets/{name}"))
        };
        self.told(options.timeout, &operation).await
    }

    /// Changes what is known of a secret, and not its value. Gives what the vault now says of it.
    ///
    /// # Errors
    /// As `set_secret`.
    pub async fn update_secret_properties(&self, name: &str, options: &SetOptions) -> Result<Properties> {
        let (name, version) = self.named(name, options.version.as_deref())?;
        // Without a version the latest one is meant, and the path ends in the slash before it.
        let path = format!("/secrets/{name}/{}", version.unwrap_or_default());
        let operation = Operation {
            secret: Some((name, version)),
            body: options.body(None),
            ..Operation::on(operation::UPDATE, name, path)
        };
        self.told(options.timeout, &operation).await
    }
}
