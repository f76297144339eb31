//! The credentials that are made of what the app already has.

use std::time::SystemTime;

use super::bindings::identity;
use super::credential::{Credential, credential_type};
use crate::error::Result;
use crate::time::to_unix;

credential_type! {
    /// The given credentials, in this order. It uses the first one that is available.
    ///
    /// ```no_run
    #[doc = concat!("use ", module!(), "::{ChainedTokenCredential, EnvironmentCredential, ManagedIdentityCredential};")]
    ///
    /// let chain = ChainedTokenCredential::new([
    ///     EnvironmentCredential::new().into(),
    ///     ManagedIdentityCredential::new().into(),
    /// ]);
    /// ```
    ChainedTokenCredential
}

impl ChainedTokenCredential {
    /// Makes the chain.
    #[must_use]
    pub fn new(credentials: impl IntoIterator<Item = Credential>) -> Self {
        let credentials: Vec<Credential> = credentials.into_iter().collect();
        let handles: Vec<&identity::Credential> = credentials.iter().map(Credential::handle).collect();
        Self(Credential::wrap(identity::Credential::chained(&handles)))
    }
}

credential_type! {
    /// A token that the app has. [`set_token`](super::StaticTokenCredential::set_token) replaces it when it expires.
    StaticTokenCredential
}

impl StaticTokenCredential {
    /// Makes the credential. The token is used for the resource of its audience if it is a JWT whose audience is a URL, and
    /// otherwise for vaults in the known Azure clouds.
    #[must_use]
    pub fn new(token: &str, expires_on: SystemTime) -> Self {
        Self(Credential::wrap(identity::Credential::static_token(token, to_unix(expires_on), None)))
    }

    /// Makes the credential for one scope only, such as `https://vault.azure.net/.default`.
    #[must_use]
    pub fn with_scope(token: &str, expires_on: SystemTime, scope: &str) -> Self {
        Self(Credential::wrap(identity::Credential::static_token(token, to_unix(expires_on), Some(scope))))
    }

    /// Replaces the token and the scope. Clients that use the credential get the new token too.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) if the text can't be a token.
    pub fn set_token(&self, token: &str, expires_on: SystemTime, scope: Option<&str>) -> Result<()> {
        Ok(self.handle().set_token(token, to_unix(expires_on), scope)?)
    }
}
