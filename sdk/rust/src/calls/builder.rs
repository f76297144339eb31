//! Makes credentials with options.

use std::fmt;
use std::time::Duration;

use super::bindings::identity;
use super::kinds::DefaultAzureCredential;
use crate::model::ManagedIdentityId;
use crate::time::to_milliseconds;

/// A type of credential that options are for. Private, so that nobody else implements it.
pub trait Kind: Sized {
    /// What the credential needs besides options.
    type Arguments;

    /// Makes the credential.
    fn make(arguments: &Self::Arguments, options: Option<&identity::CredentialOptions>) -> Self;
}

/// The credentials that use a managed identity.
pub trait ManagedIdentities: Kind {}

/// The credentials that use workload identity.
pub trait WorkloadIdentities: Kind {}

/// The credentials that sign with a certificate.
pub trait Certificates: Kind {}

/// Makes a credential with options, such as [`DefaultAzureCredential::builder`]. The methods can't fail: the credential checks
/// the values when it is used, and an invalid value is then [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
pub struct CredentialBuilder<C: Kind> {
    pub(super) arguments: C::Arguments,
    options: identity::CredentialOptions,
}

impl<C: Kind> CredentialBuilder<C> {
    pub(super) fn of(arguments: C::Arguments) -> Self {
        Self { arguments, options: identity::CredentialOptions::new() }
    }

    /// Makes the credential. Nothing is sent.
    #[must_use]
    pub fn build(self) -> C {
        C::make(&self.arguments, Some(&self.options))
    }

    /// Sets the URL of the Microsoft Entra host, such as `https://login.microsoftonline.us`. Overrides `AZURE_AUTHORITY_HOST`.
    /// The host is one of the known Azure clouds, unless instance discovery is disabled.
    /// <https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud>
    #[must_use]
    pub fn authority_host(self, url: &str) -> Self {
        self.options.set_authority_host(url);
        self
    }

    /// True allows an authority host that is in no known Azure cloud, such as AD FS or Azure Stack. The credential then sends
    /// client secrets and assertions to that host. The default is false.
    #[must_use]
    pub fn disable_instance_discovery(self, disable: bool) -> Self {
        self.options.set_disable_instance_discovery(disable);
        self
    }

    /// Allows a tenant other than the credential's own, for when a vault or the caller asks for it; `*` allows every tenant.
    /// Each call allows one more. Credentials that are configured by environment variables also allow the tenants in
    /// `AZURE_ADDITIONALLY_ALLOWED_TENANTS`, which are separated by `;`.
    #[must_use]
    pub fn additionally_allowed_tenant(self, tenant_id: &str) -> Self {
        self.options.add_additionally_allowed_tenant(tenant_id);
        self
    }
}

impl<C: ManagedIdentities> CredentialBuilder<C> {
    /// Selects the managed identity. Overrides `AZURE_CLIENT_ID`.
    #[must_use]
    pub fn managed_identity(self, id: ManagedIdentityId) -> Self {
        self.options.set_managed_identity(&id.into());
        self
    }

    /// Sets the time to connect to the metadata service of a virtual machine, 1 to 60,000 ms. The default is 1 s in a chain
    /// until the service has answered once, and else 2 s.
    #[must_use]
    pub fn imds_connect_timeout(self, timeout: Duration) -> Self {
        self.options.set_imds_connect_timeout(to_milliseconds(timeout));
        self
    }
}

impl<C: WorkloadIdentities> CredentialBuilder<C> {
    /// Sets the client id, a UUID, for workload identity. Overrides `AZURE_CLIENT_ID`.
    #[must_use]
    pub fn workload_identity_client_id(self, client_id: &str) -> Self {
        self.options.set_workload_identity_client_id(client_id);
        self
    }

    /// Sets the tenant, an id or a domain name, for workload identity. Overrides `AZURE_TENANT_ID`.
    #[must_use]
    pub fn tenant_id(self, tenant_id: &str) -> Self {
        self.options.set_tenant_id(tenant_id);
        self
    }

    /// Sets the path of the federated token for workload identity. Overrides `AZURE_FEDERATED_TOKEN_FILE`.
    #[must_use]
    pub fn token_file_path(self, path: &str) -> Self {
        self.options.set_token_file_path(path);
        self
    }
}

impl<C: Certificates> CredentialBuilder<C> {
    /// True sends the certificate chain with an assertion (`x5c`), as subject name and issuer authentication needs it. The
    /// environment variable for it is `AZURE_CLIENT_SEND_CERTIFICATE_CHAIN`, `1` or `true`. The default is false.
    #[must_use]
    pub fn send_certificate_chain(self, send: bool) -> Self {
        self.options.set_send_certificate_chain(send);
        self
    }
}

impl CredentialBuilder<DefaultAzureCredential> {
    /// Excludes a credential from the chain, by its class name, such as `ManagedIdentityCredential`. Each call excludes one
    /// more.
    #[must_use]
    pub fn exclude_credential(self, credential: &str) -> Self {
        self.options.exclude_credential(credential);
        self
    }

    /// True makes the chain fail unless `AZURE_TOKEN_CREDENTIALS` is set. The default is false.
    #[must_use]
    pub fn require_token_credentials(self, require: bool) -> Self {
        self.options.set_require_token_credentials(require);
        self
    }
}

impl<C: Kind> fmt::Debug for CredentialBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialBuilder")
    }
}
