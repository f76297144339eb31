//! Identities and their tokens.

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::SecretValue;

/// An access token. `Debug` does not show the token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AccessToken {
    /// The token, for the header `Authorization: Bearer`.
    pub token: SecretValue,
    /// When the token expires.
    pub expires_on: SystemTime,
    /// When to get the next token, if the service said so or the token's lifetime implies it.
    pub refresh_on: Option<SystemTime>,
    /// The class name, in the Azure SDKs, of the credential that got the token.
    pub credential: String,
    /// Where the credential got the token, such as `App Service`, `IMDS` or `Microsoft Entra ID`.
    pub source: String,
    /// Further names and values, such as `client-id`. A later version may add names.
    pub details: BTreeMap<String, String>,
}

impl AccessToken {
    /// The token itself, for the header `Authorization: Bearer`.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.token.expose()
    }
}

/// Selects one of the managed identities of an Azure resource, which has at most one system-assigned identity and any number
/// of user-assigned ones.
/// <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview>
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ManagedIdentityId {
    /// In the default chain `AZURE_CLIENT_ID` selects the identity, and the platform does if the variable is not set. In
    /// `ManagedIdentityCredential` the platform does, as in the Azure SDKs.
    #[default]
    FromEnvironment,
    /// The system-assigned identity, even if `AZURE_CLIENT_ID` is set.
    SystemAssigned,
    /// The user-assigned identity with this client id, a UUID.
    ClientId(String),
    /// The user-assigned identity with this object id (principal id), a UUID.
    ObjectId(String),
    /// The user-assigned identity with this Azure resource id,
    /// `/subscriptions/…/resourceGroups/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/…`.
    ResourceId(String),
}

/// The configuration of one credential, as `Credential::explain` reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Candidate {
    /// The credential's class name in the Azure SDKs.
    pub credential: String,
    /// Whether the credential would be used.
    pub readiness: Readiness,
    /// Which endpoint the credential would ask, as which identity, and where that id comes from; or what is missing. One line.
    pub message: String,
    /// The change that may be needed, if any.
    pub hint: Option<String>,
    /// The names of the environment variables that the credential reads and that are set.
    pub variables: Vec<String>,
    /// Further names and values, such as `source`, `endpoint`, `client-id`, `id-from` and `tenant-id`. A later version may
    /// add names.
    pub details: BTreeMap<String, String>,
}

/// Whether `Credential::get_token` would use a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Readiness {
    /// The credential is configured. The first ready credential of a chain decides: it gives the token, or the call fails with
    /// its error. The chain goes on only if the platform answers that it has no identity.
    Ready,
    /// Only a request can tell. This is the metadata service of virtual machines, which no variable announces.
    Unproven,
    /// The credential can't be used in this environment, and the message says what is missing. The chain goes on.
    Unavailable,
    /// The credential is configured with an invalid value. The chain stops.
    Failed,
    /// The credential can't exist inside a WebAssembly component. The message names an alternative.
    NotSupported,
    /// An option or `AZURE_TOKEN_CREDENTIALS` excludes the credential from the chain.
    Excluded,
}
