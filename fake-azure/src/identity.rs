//! Somebody whom Entra knows, as a description tells it.

use serde::Deserialize;

/// Somebody whom Entra knows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Identity {
    /// How roles refer to it.
    pub name: String,
    /// What it is.
    pub kind: IdentityKind,
    /// The application id; follows from the name unless given.
    #[serde(default)]
    pub client_id: String,
    /// The principal's id; follows from the name unless given.
    #[serde(default)]
    pub object_id: String,
    /// User-assigned only: the ARM id; follows from the name unless given.
    pub resource_id: Option<String>,
    /// Managed identities: assigned to the platform's compute; otherwise it merely exists in Entra.
    #[serde(default = "super::description::yes")]
    pub assigned: bool,
    /// AKS: assigned to the node, not to the pod.
    #[serde(default)]
    pub node: bool,
    /// Service principals: the good secret.
    pub client_secret: Option<String>,
    /// Service principals: Entra says of the good secret that it has expired.
    #[serde(default)]
    pub client_secret_expired: bool,
    /// Service principals: the registered certificate (PEM, RSA). An assertion that its key has signed is good.
    pub certificate: Option<String>,
    /// A token that Entra accepts as a client assertion, as it is: the service account token of a pod, say.
    pub federated_token: Option<String>,
    /// Further such tokens.
    #[serde(default)]
    pub federated_tokens: Vec<String>,
    /// A token that Entra accepted once: by now its time is over.
    pub federated_token_expired: Option<String>,
    /// Service principals: further tenants that the application is registered in.
    #[serde(default)]
    pub other_tenants: Vec<String>,
}

/// The kinds of identity.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityKind {
    /// The compute's own managed identity; in Cloud Shell, the user.
    SystemAssigned,
    /// A managed identity that stands by itself.
    UserAssigned,
    /// An application with credentials of its own.
    ServicePrincipal,
}

impl Identity {
    /// The tokens that Entra accepts as client assertions.
    pub(super) fn federated(&self) -> impl Iterator<Item = &str> {
        self.federated_token.iter().chain(&self.federated_tokens).map(String::as_str)
    }
}
