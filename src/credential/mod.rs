//! Credentials, one a file; `default_chain` is the table of `DefaultAzureCredential`.
//!
//! Environment, options and arguments are read when a credential is made. What is wrong with them is said when a token is
//! asked for: one place where an app looks for errors, and a chain can tell what it skipped.

mod candidate;
mod chain;
mod client_assertion;
mod client_certificate;
mod client_secret;
mod confidential_client;
mod default_chain;
mod developer;
mod environment;
mod handle;
mod managed_identity;
mod managed_identity_id;
mod options;
#[cfg(feature = "embedded")]
mod provided;
mod static_token;
mod tenants;
mod token_credential;
mod workload_identity;

pub use candidate::{Candidate, Readiness};
pub use client_certificate::Source as CertificateSource;
pub use handle::{ClientAuthentication, Credential, CredentialKind};
pub use managed_identity::SOURCES;
pub use managed_identity_id::ManagedIdentityId;
pub use options::{CredentialOptions, TokenOptions};

/// The credentials that can give a token, by their class names.
pub const CREDENTIALS: &[&str] = &[
    environment::NAME,
    workload_identity::NAME,
    managed_identity::NAME,
    client_secret::NAME,
    client_certificate::NAME,
    client_assertion::NAME,
    static_token::NAME,
];
