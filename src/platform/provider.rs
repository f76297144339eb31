//! What somebody else gives on request: the tokens and assertions of whoever embeds the core.

use crate::prelude::*;
use crate::secret::SecretString;

/// What gives tokens or assertions on request. A call may block.
pub trait Provider {
    /// A token.
    ///
    /// # Errors
    /// Why there is none.
    fn token(&self, request: &ProviderRequest<'_>) -> Result<ProvidedToken, ProviderError>;
    /// A signed assertion, which proves who a client is.
    ///
    /// # Errors
    /// Why there is none.
    fn assertion(&self) -> Result<SecretString, ProviderError>;
}

/// What a provider is asked for.
#[derive(Clone, Copy, Debug)]
pub struct ProviderRequest<'a> {
    /// The scopes.
    pub scopes: &'a [String],
    /// The tenant, where it is not the credential's own.
    pub tenant: Option<&'a str>,
    /// A claims challenge as JSON text.
    pub claims: Option<&'a str>,
    /// The caller can handle claims challenges.
    pub enable_cae: bool,
}

/// What a provider gives.
#[derive(Clone, Debug)]
pub struct ProvidedToken {
    /// The token itself.
    pub token: SecretString,
    /// When it ends, in unix seconds.
    pub expires_on: u64,
    /// When to ask for the next one, in unix seconds.
    pub refresh_on: Option<u64>,
}

/// Why a provider gives nothing.
#[derive(Clone, Debug)]
pub struct ProviderError {
    /// It can't be used here: a chain goes on.
    pub unavailable: bool,
    /// Why, for a person.
    pub message: String,
}
