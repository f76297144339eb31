//! The description of a fake Azure in TOML: the platform, the identities and the vaults.

mod time;
mod vault;

use anyhow::Context;
use serde::Deserialize;

use super::arc;
use super::cloud::Cloud;
use super::error::DescriptionError;
use super::fault::Fault;
use super::identity::Identity;
use super::invalid::Invalid;
use super::platform::Platform;
use super::router::Router;
use super::toml_error;

pub use vault::{Permission, Role, Secret, Vault};

/// The default secret of the identity endpoint; any text would do.
const IDENTITY_HEADER: &str = "6c0f2f8e-95ab-4f43-8e1d-2b6b8f3f7d41";

/// The default content of the Arc agent's key file; any text would do.
const ARC_KEY: &str = "8Jw3pT7cVb2yQn9LhKx4RzF6sMdG1aEoU5iXtYqBvCrNlDkZ";

/// The default tenant.
pub(super) const TENANT: &str = "7f3a1c52-9d0e-4b6f-8a21-5c4e9b7d6f10";

/// The services of a fake Azure.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Description {
    /// The platform that the app runs on.
    #[serde(default)]
    pub platform: Platform,
    /// The tenant of all identities, and of the vaults that name no other.
    #[serde(default = "default_tenant")]
    pub tenant: String,
    /// The cloud that the identities and the tenants are in.
    #[serde(default)]
    pub cloud: Cloud,
    /// The URL of the platform's identity endpoint, on platforms that set one (not IMDS).
    pub identity_endpoint: Option<String>,
    /// The secret that the endpoint requires in a header: App Service, Azure ML and Service Fabric.
    pub identity_header: Option<String>,
    /// How the identity endpoint writes a token's expiry; the default is the platform's own form.
    pub expiry: Option<ExpiryFormat>,
    /// Azure ML only: the identity whose client id is in DEFAULT_IDENTITY_CLIENT_ID.
    pub default_identity: Option<String>,
    /// Azure Arc only: which agent is installed.
    #[serde(default)]
    pub arc_agent: ArcAgent,
    /// Azure Arc only: the path in the challenge. A path outside the agent's folder simulates an attack.
    pub arc_key_path: Option<String>,
    /// Azure Arc only: the content of the key file.
    pub arc_key: Option<String>,
    /// The host of an AD FS, which serves the tenant `adfs` and has all service principals; default: no AD FS.
    pub adfs_host: Option<String>,
    /// AKS only: pods can reach the node's IMDS, which serves the node's identities.
    #[serde(default)]
    pub allow_node_imds: bool,
    /// The identities that Microsoft Entra ID has.
    #[serde(default, rename = "identity")]
    pub identities: Vec<Identity>,
    /// The vaults.
    #[serde(default, rename = "vault")]
    pub vaults: Vec<Vault>,
    /// What goes wrong; by default nothing.
    #[serde(default, rename = "fault")]
    pub faults: Vec<Fault>,
}

/// How an identity endpoint writes a token's expiry. Real endpoints use, or have used, every one of these forms.
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

/// The two generations of the Arc agent.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum ArcAgent {
    /// Ignores ids: a request for a user-assigned identity gets a token of the system-assigned one.
    Old,
    /// Supports user-assigned identities, and names the token's identity in its response.
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
        description.validate().and_then(|()| Router::new(&description)).map_err(|error| {
            let span = error.downcast_ref::<Invalid>().and_then(|invalid| invalid.span(text));
            anyhow::Error::msg(toml_error::describe(text, span, &format!("{error:#}")))
                .context("the description of the fake Azure")
        })?;
        Ok(description)
    }

    /// The platform's identity endpoint; empty where there is none.
    pub fn identity_endpoint(&self) -> &str {
        self.identity_endpoint.as_deref().or(self.platform.identity_endpoint().map(|it| it.url)).unwrap_or_default()
    }

    /// The secret that the identity endpoint requires in its header.
    pub fn identity_header(&self) -> &str {
        self.identity_header.as_deref().unwrap_or(IDENTITY_HEADER)
    }

    /// The path of the key file in the Arc agent's challenge.
    pub fn arc_key_path(&self) -> &str {
        self.arc_key_path.as_deref().unwrap_or(arc::KEY_PATH)
    }

    /// The content of the Arc agent's key file.
    pub fn arc_key(&self) -> &str {
        self.arc_key.as_deref().unwrap_or(ARC_KEY)
    }

    /// Every secret of the description. A test can check that no output has any of them.
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
