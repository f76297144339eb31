//! The identities of a description.

use serde::Deserialize;

/// A managed identity or a service principal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Identity {
    /// The name that roles, policies and `default-identity` refer to.
    pub name: String,
    /// The kind of identity.
    pub kind: IdentityKind,
    /// The client id (application id), a UUID; default: derived from the name.
    #[serde(default)]
    pub client_id: String,
    /// The object id of the principal, a UUID; default: derived from the name.
    #[serde(default)]
    pub object_id: String,
    /// User-assigned only: the ARM resource id; default: derived from the name.
    pub resource_id: Option<String>,
    /// Managed identities: whether it is assigned to the platform's compute.
    #[serde(default = "super::description::yes")]
    pub assigned: bool,
    /// AKS: assigned to the node, not to the pod.
    #[serde(default)]
    pub node: bool,
    /// Service principals: the client secret.
    pub client_secret: Option<String>,
    /// Service principals: the client secret has expired.
    #[serde(default)]
    pub client_secret_expired: bool,
    /// Service principals: the registered certificate (PEM, RSA). Entra accepts client assertions signed with its key.
    pub certificate: Option<String>,
    /// A federated token that Entra accepts as a client assertion, such as a pod's service account token.
    pub federated_token: Option<String>,
    /// Further federated tokens.
    #[serde(default)]
    pub federated_tokens: Vec<String>,
    /// A federated token that has expired.
    pub federated_token_expired: Option<String>,
    /// Service principals: the other tenants in which the application is registered.
    #[serde(default)]
    pub other_tenants: Vec<String>,
}

/// The kinds of identity.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityKind {
    /// The compute's own managed identity; in Cloud Shell, the user.
    SystemAssigned,
    /// A user-assigned managed identity.
    UserAssigned,
    /// An application with its own credentials.
    ServicePrincipal,
}

impl Identity {
    /// The tokens that Entra accepts as client assertions.
    pub(super) fn federated(&self) -> impl Iterator<Item = &str> {
        self.federated_token.iter().chain(&self.federated_tokens).map(String::as_str)
    }
}
