//! The calls, on the bindings that the module around this one has.

mod builder;
mod chain;
mod client;
mod client_builder;
mod convert;
mod credential;
mod kinds;
mod options;
mod pollers;
mod simple;

use super::{bindings, lists};

pub use builder::CredentialBuilder;
pub use chain::{ChainedTokenCredential, StaticTokenCredential};
pub use client::SecretClient;
pub use client_builder::SecretClientBuilder;
pub use credential::Credential;
pub use kinds::{
    ClientAssertionCredential, ClientCertificate, ClientCertificateCredential, ClientSecretCredential,
    DefaultAzureCredential, EnvironmentCredential, ManagedIdentityCredential, WorkloadIdentityCredential,
};
pub use lists::{DeletedSecretList, SecretList};
pub use options::{CallOptions, GetSecretOptions, ListOptions, SetSecretOptions, TokenOptions};
pub use pollers::{DeletedSecretPoller, SecretPoller};
pub use simple::{fetch_secret, fetch_token};

#[cfg(test)]
mod tests {
    use super::*;

    /// Servers keep both in statics and in the state that their handlers share.
    #[test]
    fn clients_and_credentials_are_shared_between_tasks() {
        fn is_shared<T: Clone + Send + Sync + 'static>() {}
        is_shared::<SecretClient>();
        is_shared::<Credential>();
        is_shared::<DefaultAzureCredential>();
        is_shared::<crate::Error>();
        is_shared::<crate::Secret>();
    }
}
