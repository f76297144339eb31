//! The credentials, one file each. `default_chain` is the table of `DefaultAzureCredential`.
//!
//! Environment, options and arguments are read when a credential is made, but errors in them are reported when a token is
//! requested. Apps then find every error in one place, and a chain can report the credentials that it skipped.
//!
//! To add a credential: a file with its name and `make`, its module and name here, and a line in `default_chain` or a
//! variant of [`CredentialKind`] in `handle`.

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

/// The class names of the credentials that can return a token. The tests check that each has cases.
pub const CREDENTIALS: &[&str] = &[
    environment::NAME,
    workload_identity::NAME,
    managed_identity::NAME,
    client_secret::NAME,
    client_certificate::NAME,
    client_assertion::NAME,
    static_token::NAME,
];
