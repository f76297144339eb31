//! The description of a world: which platform, which identities, which vaults. Written in TOML by cases and demos.

mod vault;

use anyhow::Context;
use serde::Deserialize;

use super::cloud::Cloud;
use super::error::DescriptionError;
use super::identity::Identity;
use super::platform::{ARC_KEY_PATH, Platform};
use super::toml_error;

pub use vault::{Permission, Role, Secret, Vault};

/// The header value that a platform gives an app; any secret does.
const IDENTITY_HEADER: &str = "6c0f2f8e-95ab-4f43-8e1d-2b6b8f3f7d41";

/// The content of the key file; any secret does.
const ARC_KEY: &str = "8Jw3pT7cVb2yQn9LhKx4RzF6sMdG1aEoU5iXtYqBvCrNlDkZ";

/// The tenant of a description that names none.
pub(super) const TENANT: &str = "7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10";

/// A world of fake Azure services.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Description {
    /// What the app runs on.
    #[serde(default)]
    pub platform: Platform,
    /// The tenant of all identities, and of the vaults that name no other.
    #[serde(default = "default_tenant")]
    pub tenant: String,
    /// The cloud that the identities and the tenants are in.
    #[serde(default)]
    pub cloud: Cloud,
    /// Where the platform's identity endpoint is: all platforms that have one, except IMDS.
    pub identity_endpoint: Option<String>,
    /// The secret that the endpoint wants in a header: App Service, Azure ML and Service Fabric.
    pub identity_header: Option<String>,
    /// How the platform's endpoint writes the end of a token's life; as that platform does unless given.
    pub expiry: Option<ExpiryFormat>,
    /// Azure ML only: the identity whose client id is in DEFAULT_IDENTITY_CLIENT_ID.
    pub default_identity: Option<String>,
    /// Azure Arc only: which agent is installed.
    #[serde(default)]
    pub arc_agent: ArcAgent,
    /// Azure Arc only: the path that the challenge names. An odd one is an attack.
    pub arc_key_path: Option<String>,
    /// Azure Arc only: the content of the key file.
    pub arc_key: Option<String>,
    /// The host of an AD FS, which serves the tenant `adfs` and knows all service principals; none unless given.
    pub adfs_host: Option<String>,
    /// AKS only: pods reach the node's IMDS, which serves the identities of the node.
    #[serde(default)]
    pub allow_node_imds: bool,
    /// Everybody whom Entra knows.
    #[serde(default, rename = "identity")]
    pub identities: Vec<Identity>,
    /// All vaults.
    #[serde(default, rename = "vault")]
    pub vaults: Vec<Vault>,
}

/// How an identity endpoint writes the end of a token's life. Every form has been seen in the wild.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum ExpiryFormat {
    /// `expires_on`: unix seconds in a string.
    String,
    /// `expires_on`: unix seconds as a number.
    Number,
    /// `expires_on`: `MM/dd/yyyy HH:mm:ss +00:00`, App Service of 2017 on Linux.
    DateLinux,
    /// `expires_on`: `M/d/yyyy h:mm:ss AM +00:00`, App Service of 2017 on Windows.
    DateWindows,
    /// `expires_on`: `YYYY-MM-DDTHH:MM:SSZ`.
    Rfc3339,
    /// `expires_on`: `YYYY-MM-DD HH:MM:SS`.
    Iso,
    /// No `expires_on`; `expires_in` as a string.
    ExpiresInString,
    /// No `expires_on`; `expires_in` as a number.
    ExpiresInNumber,
}

/// The two kinds of Arc agent.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum ArcAgent {
    /// Knows no ids: whoever asks for an identity gets a token of the machine's own, without a word.
    Old,
    /// Knows user-assigned identities, and says in its reply whose the token is.
    #[default]
    New,
}

fn default_tenant() -> String {
    TENANT.to_owned()
}

pub(super) fn yes() -> bool {
    true
}

impl Description {
    /// Parses a description, checks it, and fills in the defaults: ids, resources and versions that follow from names.
    ///
    /// ```
    /// # fn main() -> Result<(), fake_azure::DescriptionError> {
    /// let description = fake_azure::Description::from_toml("platform = 'vm'")?;
    /// assert_eq!(description.platform, fake_azure::Platform::Vm);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The text is not TOML, has an unknown key or a value of the wrong type, or the values contradict each other. The
    /// error names the line and column where it can, and quotes no secret.
    pub fn from_toml(text: &str) -> Result<Self, DescriptionError> {
        Self::parse(text).map_err(|error| DescriptionError::new(&error))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let read = toml::from_str(text).map_err(|error| toml_error::describe(text, error.span(), error.message()));
        let mut description: Self = read.map_err(anyhow::Error::msg).context("the description of the fake Azure")?;
        description.validate()?;
        Ok(description)
    }

    /// The platform's identity endpoint; empty where there is none.
    pub fn identity_endpoint(&self) -> &str {
        self.identity_endpoint.as_deref().or(self.platform.identity_endpoint()).unwrap_or_default()
    }

    /// What the endpoint wants in its header.
    pub fn identity_header(&self) -> &str {
        self.identity_header.as_deref().unwrap_or(IDENTITY_HEADER)
    }

    /// The path that the Arc agent's challenge names.
    pub fn arc_key_path(&self) -> &str {
        self.arc_key_path.as_deref().unwrap_or(ARC_KEY_PATH)
    }

    /// The content of the Arc agent's key file.
    pub fn arc_key(&self) -> &str {
        self.arc_key.as_deref().unwrap_or(ARC_KEY)
    }

    /// Every secret of the world: nobody may print any of them.
    pub fn planted_secrets(&self) -> Vec<String> {
        let mut secrets = vec![self.identity_header().to_owned(), self.arc_key().to_owned()];
        for identity in &self.identities {
            secrets.extend(identity.client_secret.clone());
            secrets.extend(identity.federated().map(str::to_owned));
            secrets.extend(identity.federated_token_expired.clone());
        }
        secrets.extend(self.vaults.iter().flat_map(|vault| &vault.secrets).map(|secret| secret.value.clone()));
        secrets
    }
}
