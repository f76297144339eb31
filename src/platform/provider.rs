//! Tokens and assertions from the program that embeds the core.

use crate::prelude::*;
use crate::secret::SecretString;

/// Gives tokens or assertions on request. A call may block.
pub trait Provider {
    /// A token.
    ///
    /// # Errors
    /// The reason why there is none.
    fn token(&self, request: &ProviderRequest<'_>) -> Result<ProvidedToken, ProviderError>;
    /// A signed client assertion.
    ///
    /// # Errors
    /// The reason why there is none.
    fn assertion(&self) -> Result<SecretString, ProviderError>;
}

/// The request for a token.
#[derive(Clone, Copy, Debug)]
pub struct ProviderRequest<'a> {
    /// The scopes.
    pub scopes: &'a [String],
    /// The tenant, if not the credential's own.
    pub tenant: Option<&'a str>,
    /// A claims challenge as JSON text.
    pub claims: Option<&'a str>,
    /// The caller handles claims challenges (continuous access evaluation).
    pub enable_cae: bool,
}

/// A token from a provider.
#[derive(Clone, Debug)]
pub struct ProvidedToken {
    /// The token itself.
    pub token: SecretString,
    /// When the token expires, in unix seconds.
    pub expires_on: u64,
    /// When to request the next token, in unix seconds.
    pub refresh_on: Option<u64>,
}

/// Why a provider gives no token or assertion.
#[derive(Clone, Debug)]
pub struct ProviderError {
    /// The provider is not available here: a chain goes on to its next credential.
    pub unavailable: bool,
    /// The reason, for a person to read.
    pub message: String,
}
