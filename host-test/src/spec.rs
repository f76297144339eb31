//! What to ask of the component, as plain data: the options that are resources in WIT.

use std::time::Duration;

pub use crate::bindings::exports::keyfob::azure::identity::{ClientCertificate, ManagedIdentity};

/// How to make a credential.
#[derive(Clone, Debug, Default)]
pub struct CredentialSpec {
    /// Which credential.
    pub kind: CredentialKind,
    /// Its options; most kinds use few of them or none.
    pub options: CredentialOptions,
}

/// Which credential to make.
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
        /// The service principal.
        client_id: String,
        /// Its secret.
        client_secret: String,
    },
    /// `ClientAssertionCredential`.
    ClientAssertion {
        /// The tenant.
        tenant_id: String,
        /// The service principal.
        client_id: String,
        /// Its assertion.
        assertion: String,
    },
    /// `ClientCertificateCredential`.
    ClientCertificate {
        /// The tenant.
        tenant_id: String,
        /// The service principal.
        client_id: String,
        /// Its certificate.
        certificate: ClientCertificate,
        /// The certificate's password.
        password: Option<String>,
    },
    /// `ChainedTokenCredential`.
    Chained(Vec<CredentialSpec>),
    /// A token that the caller has.
    Static {
        /// The token.
        token: String,
        /// When it ends, in unix seconds.
        expires_on: u64,
    },
}

/// The WIT resource `credential-options`. What is `None` is not set at all.
#[derive(Clone, Debug, Default)]
pub struct CredentialOptions {
    /// Which managed identity.
    pub managed_identity: Option<ManagedIdentity>,
    /// The client id for workload identity.
    pub workload_identity_client_id: Option<String>,
    /// The tenant for workload identity.
    pub tenant_id: Option<String>,
    /// The federated token file.
    pub token_file_path: Option<String>,
    /// Credentials left out of the default chain, by class name.
    pub exclude: Vec<String>,
    /// The Microsoft Entra host.
    pub authority_host: Option<String>,
    /// Whether the authority may be one that Keyfob does not know.
    pub disable_instance_discovery: Option<bool>,
    /// How long to wait for a connection to IMDS.
    pub imds_connect_timeout: Option<Duration>,
    /// Tenants that may be asked besides the credential's own.
    pub additionally_allowed_tenants: Vec<String>,
    /// Whether `AZURE_TOKEN_CREDENTIALS` must be set.
    pub require_token_credentials: Option<bool>,
    /// Whether the certificates go along with an assertion.
    pub send_certificate_chain: Option<bool>,
}

/// The WIT resource `token-options`.
#[derive(Clone, Debug, Default)]
pub struct TokenOptions {
    /// The whole call's limit.
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
    /// The version of Key Vault's interface.
    pub api_version: Option<String>,
    /// For how long the values of secrets are kept, in whole seconds.
    pub cache_ttl: Option<Duration>,
    /// How many secrets are kept at most, and how many bytes of them.
    pub cache_limits: Option<(u32, u64)>,
    /// For how much longer one stands in where the vault can't be asked, in whole seconds.
    pub cache_stale_if_error: Option<Duration>,
}

/// The WIT resource `get-secret-options`.
#[derive(Clone, Debug, Default)]
pub struct GetSecretOptions {
    /// This version, not the latest.
    pub version: Option<String>,
    /// The form that a certificate's secret shall come in.
    pub out_content_type: Option<String>,
    /// Asks the vault, whatever is kept.
    pub bypass_cache: bool,
    /// How many of several are fetched at the same time.
    pub max_concurrency: Option<u32>,
    /// The whole call's limit, token included.
    pub timeout: Option<Duration>,
}

/// The WIT resource `set-secret-options`.
#[derive(Clone, Debug, Default)]
pub struct SetSecretOptions {
    /// Free text.
    pub content_type: Option<String>,
    /// Whether the secret can be read.
    pub enabled: Option<bool>,
    /// Not to be used before, in unix seconds.
    pub not_before: Option<u64>,
    /// Not to be used after, in unix seconds.
    pub expires_on: Option<u64>,
    /// All its tags.
    pub tags: Option<Vec<(String, String)>>,
    /// This version, not the latest.
    pub version: Option<String>,
    /// The whole call's limit, token included.
    pub timeout: Option<Duration>,
}

/// The WIT resource `list-options`.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// How many secrets a page has at most, 1 to 25.
    pub max_page_size: Option<u32>,
    /// The limit of fetching a page, token included.
    pub timeout: Option<Duration>,
}

impl From<CredentialKind> for CredentialSpec {
    fn from(kind: CredentialKind) -> Self {
        Self { kind, options: CredentialOptions::default() }
    }
}

/// Whole milliseconds, rounded up: a limit of less than one is not no limit.
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
