//! Credentials and options as plain data. In WIT they are resources.

use std::time::Duration;

pub use crate::bindings::exports::keyfob::azure::identity::{ClientCertificate, ManagedIdentity};

/// A credential to create.
#[derive(Clone, Debug, Default)]
pub struct CredentialSpec {
    /// Which credential.
    pub kind: CredentialKind,
    /// Its options; most kinds use only few of them.
    pub options: CredentialOptions,
}

/// The kind of a credential, by its name in the Azure SDKs.
#[derive(Clone, Debug, Default)]
pub enum CredentialKind {
    /// `DefaultAzureCredential`.
    #[default]
    Default,
    /// `EnvironmentCredential`.
    Environment,
    /// `WorkloadIdentityCredential`.
    WorkloadIdentity,
    /// `ManagedIdentityCredential`.
    ManagedIdentity,
    /// `ClientSecretCredential`.
    ClientSecret {
        /// The tenant.
        tenant_id: String,
        /// The client id of the service principal.
        client_id: String,
        /// Its secret.
        client_secret: String,
    },
    /// `ClientAssertionCredential`.
    ClientAssertion {
        /// The tenant.
        tenant_id: String,
        /// The client id of the service principal.
        client_id: String,
        /// Its assertion.
        assertion: String,
    },
    /// `ClientCertificateCredential`.
    ClientCertificate {
        /// The tenant.
        tenant_id: String,
        /// The client id of the service principal.
        client_id: String,
        /// Its certificate.
        certificate: ClientCertificate,
        /// The certificate's password.
        password: Option<String>,
    },
    /// `ChainedTokenCredential`.
    Chained(Vec<CredentialSpec>),
    /// A token that the caller already has.
    Static {
        /// The token.
        token: String,
        /// When it expires, in unix seconds.
        expires_on: u64,
        /// The scope that it is for.
        scope: Option<String>,
    },
}

/// The WIT resource `credential-options`. An option that is `None` is not set.
#[derive(Clone, Debug, Default)]
pub struct CredentialOptions {
    /// The user-assigned managed identity; `None` is the system-assigned one.
    pub managed_identity: Option<ManagedIdentity>,
    /// The client id of the workload identity.
    pub workload_identity_client_id: Option<String>,
    /// The tenant of the workload identity.
    pub tenant_id: Option<String>,
    /// The federated token file.
    pub token_file_path: Option<String>,
    /// Credentials left out of the default chain, by class name.
    pub exclude: Vec<String>,
    /// The Microsoft Entra host.
    pub authority_host: Option<String>,
    /// Whether to accept an authority that Keyfob does not know.
    pub disable_instance_discovery: Option<bool>,
    /// The timeout of connecting to IMDS.
    pub imds_connect_timeout: Option<Duration>,
    /// Tenants to accept besides the credential's own.
    pub additionally_allowed_tenants: Vec<String>,
    /// Whether `AZURE_TOKEN_CREDENTIALS` must be set.
    pub require_token_credentials: Option<bool>,
    /// Whether to send the certificate chain with the assertion (`x5c`).
    pub send_certificate_chain: Option<bool>,
}

/// The WIT resource `token-options`.
#[derive(Clone, Debug, Default)]
pub struct TokenOptions {
    /// The timeout of the whole call.
    pub timeout: Option<Duration>,
    /// Another tenant than the credential's own.
    pub tenant_id: Option<String>,
    /// A claims challenge, as JSON.
    pub claims: Option<String>,
    /// Whether the caller can handle claims challenges.
    pub enable_cae: Option<bool>,
}

/// The WIT resource `client-options`.
#[derive(Clone, Debug, Default)]
pub struct ClientOptions {
    /// Whether a challenge must name the vault's own domain.
    pub verify_challenge_resource: Option<bool>,
    /// The version of Key Vault's REST API.
    pub api_version: Option<String>,
    /// How long values of secrets are cached, in whole seconds.
    pub cache_ttl: Option<Duration>,
    /// How many secrets, and how many bytes of them, are cached at most.
    pub cache_limits: Option<(u32, u64)>,
    /// How much longer a cached value is used while the vault can't be reached, in whole seconds.
    pub cache_stale_if_error: Option<Duration>,
}

/// The WIT resource `get-secret-options`.
#[derive(Clone, Debug, Default)]
pub struct GetSecretOptions {
    /// The version; `None` is the latest.
    pub version: Option<String>,
    /// The content type to convert a certificate's secret to.
    pub out_content_type: Option<String>,
    /// Reads from the vault even if the value is cached.
    pub bypass_cache: bool,
    /// How many secrets are read at the same time.
    pub max_concurrency: Option<u32>,
    /// The timeout of the whole call, token included.
    pub timeout: Option<Duration>,
}

/// The WIT resource `set-secret-options`.
#[derive(Clone, Debug, Default)]
pub struct SetSecretOptions {
    /// The content type: free text.
    pub content_type: Option<String>,
    /// Whether the secret can be read.
    pub enabled: Option<bool>,
    /// When the secret becomes valid, in unix seconds.
    pub not_before: Option<u64>,
    /// When the secret expires, in unix seconds.
    pub expires_on: Option<u64>,
    /// The tags, which replace all others.
    pub tags: Option<Vec<(String, String)>>,
    /// The version; `None` is the latest.
    pub version: Option<String>,
    /// The timeout of the whole call, token included.
    pub timeout: Option<Duration>,
}

/// The WIT resource `list-options`.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// The most secrets on a page, 1 to 25.
    pub max_page_size: Option<u32>,
    /// The timeout of reading a page, token included.
    pub timeout: Option<Duration>,
}

impl From<CredentialKind> for CredentialSpec {
    fn from(kind: CredentialKind) -> Self {
        Self { kind, options: CredentialOptions::default() }
    }
}

/// Whole milliseconds, rounded up, so that a timeout below one millisecond does not become none.
pub(crate) fn milliseconds(limit: Duration) -> u64 {
    u64::try_from(limit.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_rounded_up() {
        assert_eq!(milliseconds(Duration::from_micros(1)), 1);
        assert_eq!(milliseconds(Duration::from_millis(1500)), 1500);
    }
}
