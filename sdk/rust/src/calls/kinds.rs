//! The credentials that have options.

use std::fmt;

use zeroize::Zeroize as _;

use super::bindings::identity;
use super::builder::{Certificates, CredentialBuilder, Kind, ManagedIdentities, WorkloadIdentities};
use super::credential::{Credential, credential_type};
use crate::SecretValue;
use crate::error::Result;

credential_type! {
    /// A chain of environment, workload identity and managed identity, in this order. It uses the first credential that is
    /// available. `AZURE_TOKEN_CREDENTIALS` selects one of them by its class name, or all of them as `prod`.
    /// <https://learn.microsoft.com/python/api/azure-identity/azure.identity.defaultazurecredential>
    ///
    /// ```no_run
    #[doc = concat!("use ", module!(), "::{DefaultAzureCredential, ManagedIdentityId};")]
    ///
    /// let credential = DefaultAzureCredential::builder()
    ///     .managed_identity(ManagedIdentityId::ClientId("5f0b3c1e-7d42-4a9b-8c36-2e1d9a7f4b08".to_owned()))
    ///     .exclude_credential("EnvironmentCredential")
    ///     .build();
    /// ```
    DefaultAzureCredential
}

credential_type! {
    /// A service principal from `AZURE_TENANT_ID`, `AZURE_CLIENT_ID`, and either `AZURE_CLIENT_SECRET` or
    /// `AZURE_CLIENT_CERTIFICATE_PATH` with `AZURE_CLIENT_CERTIFICATE_PASSWORD`.
    EnvironmentCredential
}

credential_type! {
    /// A pod's identity on AKS, from `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and `AZURE_FEDERATED_TOKEN_FILE`.
    /// <https://learn.microsoft.com/azure/aks/workload-identity-overview>
    WorkloadIdentityCredential
}

credential_type! {
    /// The identity of the Azure resource that the app runs on. It does not read `AZURE_CLIENT_ID`, as in the Azure SDKs.
    ManagedIdentityCredential
}

credential_type! {
    /// A service principal with a client secret.
    ClientSecretCredential
}

credential_type! {
    /// A service principal with a JWT that another party signed.
    /// [`set_assertion`](super::ClientAssertionCredential::set_assertion) replaces the JWT when it expires.
    ClientAssertionCredential
}

credential_type! {
    /// A service principal with a certificate. In a component built without certificates every use of it is
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument).
    /// <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>
    ClientCertificateCredential
}

/// A certificate with its RSA private key, as PEM (the key as PKCS#8 or PKCS#1) or as PKCS#12. `Debug` does not show it, and
/// its bytes are zeroed when it is dropped.
pub struct ClientCertificate(identity::ClientCertificate);

impl ClientCertificate {
    /// The content of the file.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(identity::ClientCertificate::Bytes(bytes))
    }

    /// The path of the file. It is read again for each assertion, so that a renewed certificate is used.
    #[must_use]
    pub fn from_path(path: impl Into<String>) -> Self {
        Self(identity::ClientCertificate::Path(path.into()))
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            identity::ClientCertificate::Bytes(_) => f.write_str("ClientCertificate([redacted])"),
            identity::ClientCertificate::Path(path) => write!(f, "ClientCertificate({path:?})"),
        }
    }
}

impl Drop for ClientCertificate {
    fn drop(&mut self) {
        if let identity::ClientCertificate::Bytes(bytes) = &mut self.0 {
            bytes.zeroize();
        }
    }
}

/// A service principal and the secret that proves it.
#[doc(hidden)]
pub struct ServicePrincipal<S> {
    tenant_id: String,
    client_id: String,
    proof: S,
}

impl<S> ServicePrincipal<S> {
    fn new(tenant_id: &str, client_id: &str, proof: S) -> Self {
        Self { tenant_id: tenant_id.to_owned(), client_id: client_id.to_owned(), proof }
    }
}

/// A certificate and the password of its private key.
#[doc(hidden)]
pub struct CertificateProof {
    certificate: ClientCertificate,
    password: Option<SecretValue>,
}

/// Makes the kinds whose configuration is options and environment alone.
macro_rules! configured_by_environment {
    ($($name:ident = $make:ident),*) => {
        $(
            impl Kind for $name {
                type Arguments = ();

                fn make((): &(), options: Option<&identity::CredentialOptions>) -> Self {
                    Self(Credential::wrap(identity::Credential::$make(options)))
                }
            }

            impl $name {
                /// Makes the credential with nothing set in code: the environment variables decide.
                #[must_use]
                pub fn new() -> Self {
                    Self::make(&(), None)
                }

                /// Begins to make the credential with options.
                #[must_use]
                pub fn builder() -> CredentialBuilder<Self> {
                    CredentialBuilder::of(())
                }
            }

            impl Default for $name {
                fn default() -> Self {
                    Self::new()
                }
            }
        )*
    };
}

configured_by_environment! {
    DefaultAzureCredential = default_azure,
    EnvironmentCredential = environment,
    WorkloadIdentityCredential = workload_identity,
    ManagedIdentityCredential = managed_identity
}

impl ManagedIdentities for DefaultAzureCredential {}
impl ManagedIdentities for ManagedIdentityCredential {}
impl WorkloadIdentities for DefaultAzureCredential {}
impl WorkloadIdentities for WorkloadIdentityCredential {}
impl Certificates for DefaultAzureCredential {}
impl Certificates for EnvironmentCredential {}
impl Certificates for ClientCertificateCredential {}

impl Kind for ClientSecretCredential {
    type Arguments = ServicePrincipal<SecretValue>;

    fn make(principal: &Self::Arguments, options: Option<&identity::CredentialOptions>) -> Self {
        let ServicePrincipal { tenant_id, client_id, proof } = principal;
        Self(Credential::wrap(identity::Credential::client_secret(tenant_id, client_id, proof.expose(), options)))
    }
}

impl ClientSecretCredential {
    /// Makes the credential for a tenant (an id or a domain name), a client id (a UUID) and a client secret.
    #[must_use]
    pub fn new(tenant_id: &str, client_id: &str, client_secret: &str) -> Self {
        Self::builder(tenant_id, client_id, client_secret).build()
    }

    /// Begins to make the credential with options.
    #[must_use]
    pub fn builder(tenant_id: &str, client_id: &str, client_secret: &str) -> CredentialBuilder<Self> {
        CredentialBuilder::of(ServicePrincipal::new(tenant_id, client_id, client_secret.into()))
    }
}

impl Kind for ClientAssertionCredential {
    type Arguments = ServicePrincipal<SecretValue>;

    fn make(principal: &Self::Arguments, options: Option<&identity::CredentialOptions>) -> Self {
        let ServicePrincipal { tenant_id, client_id, proof } = principal;
        Self(Credential::wrap(identity::Credential::client_assertion(tenant_id, client_id, proof.expose(), options)))
    }
}

impl ClientAssertionCredential {
    /// Makes the credential for a tenant (an id or a domain name), a client id (a UUID) and a signed JWT.
    #[must_use]
    pub fn new(tenant_id: &str, client_id: &str, assertion: &str) -> Self {
        Self::builder(tenant_id, client_id, assertion).build()
    }

    /// Begins to make the credential with options.
    #[must_use]
    pub fn builder(tenant_id: &str, client_id: &str, assertion: &str) -> CredentialBuilder<Self> {
        CredentialBuilder::of(ServicePrincipal::new(tenant_id, client_id, assertion.into()))
    }

    /// Replaces the assertion. Clients that use the credential send the new one with their next token request.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the text can't be an assertion.
    pub fn set_assertion(&self, assertion: &str) -> Result<()> {
        Ok(self.handle().set_assertion(assertion)?)
    }
}

impl Kind for ClientCertificateCredential {
    type Arguments = ServicePrincipal<CertificateProof>;

    fn make(principal: &Self::Arguments, options: Option<&identity::CredentialOptions>) -> Self {
        let ServicePrincipal { tenant_id, client_id, proof } = principal;
        let password = proof.password.as_ref().map(SecretValue::expose);
        let certificate = &proof.certificate.0;
        let made = identity::Credential::client_certificate(tenant_id, client_id, certificate, password, options);
        Self(Credential::wrap(made))
    }
}

impl ClientCertificateCredential {
    /// Makes the credential for a tenant (an id or a domain name), a client id (a UUID) and a certificate whose private key has
    /// no password.
    #[must_use]
    pub fn new(tenant_id: &str, client_id: &str, certificate: ClientCertificate) -> Self {
        Self::builder(tenant_id, client_id, certificate).build()
    }

    /// Begins to make the credential with a password or options.
    #[must_use]
    pub fn builder(tenant_id: &str, client_id: &str, certificate: ClientCertificate) -> CredentialBuilder<Self> {
        let proof = CertificateProof { certificate, password: None };
        CredentialBuilder::of(ServicePrincipal::new(tenant_id, client_id, proof))
    }
}

impl CredentialBuilder<ClientCertificateCredential> {
    /// Sets the password that decrypts the certificate's private key.
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        self.arguments.proof.password = Some(password.into());
        self
    }
}
