//! The description of a world: which platform, which identities, which vaults. Written in TOML by cases and demos.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::Deserialize;

/// The address that App Service gives a Linux app.
const IDENTITY_ENDPOINT: &str = "http://169.254.130.4:8081/msi/token";

/// The header value that App Service gives an app; any secret does.
const IDENTITY_HEADER: &str = "6c0f2f8e-95ab-4f43-8e1d-2b6b8f3f7d41";

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
    /// App Service only: where the app's identity endpoint is.
    pub identity_endpoint: Option<String>,
    /// App Service only: the secret that the endpoint wants in `X-IDENTITY-HEADER`.
    pub identity_header: Option<String>,
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

/// What the app runs on.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    /// A laptop: Entra and the vaults are there, no identity endpoint is.
    #[default]
    None,
    /// App Service, with its identity endpoint.
    AppService,
    /// A virtual machine, with IMDS.
    Vm,
    /// A pod in AKS.
    Aks,
    /// Another cloud, whose metadata service answers 401.
    #[serde(rename = "other-cloud-401")]
    OtherCloud401,
    /// Another cloud, whose metadata service answers 403.
    #[serde(rename = "other-cloud-403")]
    OtherCloud403,
    /// Another cloud, whose metadata service answers 404.
    #[serde(rename = "other-cloud-404")]
    OtherCloud404,
}

/// Somebody whom Entra knows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Identity {
    /// How roles refer to it.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The application id; follows from the name unless given.
    #[serde(default)]
    pub client_id: String,
    /// The principal's id; follows from the name unless given.
    #[serde(default)]
    pub object_id: String,
    /// User-assigned only: the ARM id; follows from the name unless given.
    pub resource_id: Option<String>,
    /// Managed identities: assigned to the platform's compute; otherwise it merely exists in Entra.
    #[serde(default = "yes")]
    pub assigned: bool,
    /// AKS: assigned to the node, not to the pod.
    #[serde(default)]
    pub node: bool,
    /// Service principals: the good secret.
    pub client_secret: Option<String>,
    /// Service principals: Entra says of the good secret that it has expired.
    #[serde(default)]
    pub client_secret_expired: bool,
    /// The service account token that Entra accepts as a client assertion.
    pub federated_token: Option<String>,
    /// Service principals: further tenants that the application is registered in.
    #[serde(default)]
    pub other_tenants: Vec<String>,
}

/// The kinds of identity.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The compute's own managed identity.
    SystemAssigned,
    /// A managed identity that stands by itself.
    UserAssigned,
    /// An application with credentials of its own.
    ServicePrincipal,
}

/// A vault.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Vault {
    /// `https://HOST`.
    pub url: String,
    /// The tenant that its challenge names; the description's unless given.
    #[serde(default)]
    pub tenant: String,
    /// The resource that its challenge names and the only audience that it accepts; follows from the host unless given.
    #[serde(default)]
    pub resource: String,
    /// Who may do what: from an identity's name to its role.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
    /// The secrets; several of one name are versions, the last is the latest.
    #[serde(default, rename = "secret")]
    pub secrets: Vec<Secret>,
}

/// The built-in roles. <https://learn.microsoft.com/azure/key-vault/general/rbac-guide>
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub enum Role {
    /// May do everything.
    #[serde(rename = "Key Vault Administrator")]
    Administrator,
    /// May read metadata, but no secret's value.
    #[serde(rename = "Key Vault Reader")]
    Reader,
    /// May do everything with secrets.
    #[serde(rename = "Key Vault Secrets Officer")]
    SecretsOfficer,
    /// May read secrets.
    #[serde(rename = "Key Vault Secrets User")]
    SecretsUser,
}

/// One version of a secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Secret {
    /// The secret's name.
    pub name: String,
    /// The secret's value.
    pub value: String,
    /// 32 hexadecimal digits; follows from the name and the number of the entry unless given.
    #[serde(default)]
    pub version: String,
    /// Free text.
    pub content_type: Option<String>,
    /// A disabled version can't be read.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Unix seconds.
    #[serde(default = "written")]
    pub created: u64,
    /// Unix seconds.
    #[serde(default = "written")]
    pub updated: u64,
    /// Not before, unix seconds; told, not enforced, as in Azure.
    pub nbf: Option<u64>,
    /// Expiry, unix seconds; told, not enforced, as in Azure.
    pub exp: Option<u64>,
}

fn default_tenant() -> String {
    TENANT.to_owned()
}

fn yes() -> bool {
    true
}

/// 2026-01-01, when the secrets of a description were written.
fn written() -> u64 {
    1_767_225_600
}

impl Description {
    /// Reads a description and completes it with what follows from it.
    pub fn from_toml(text: &str) -> anyhow::Result<Self> {
        let mut description: Self = toml::from_str(text).context("the description of the fake Azure")?;
        description.settle()?;
        Ok(description)
    }

    /// App Service's identity endpoint.
    pub fn identity_endpoint(&self) -> &str {
        self.identity_endpoint.as_deref().unwrap_or(IDENTITY_ENDPOINT)
    }

    /// What App Service's identity endpoint wants in `X-IDENTITY-HEADER`.
    pub fn identity_header(&self) -> &str {
        self.identity_header.as_deref().unwrap_or(IDENTITY_HEADER)
    }
}
