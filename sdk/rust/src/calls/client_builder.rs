//! Makes a client with options.

use std::fmt;
use std::time::Duration;

use super::bindings::secrets;
use super::client::SecretClient;
use super::credential::Credential;
use crate::error::Result;

/// Makes a [`SecretClient`] with options. [`build`](Self::build) checks the values.
pub struct SecretClientBuilder {
    vault_url: String,
    credential: Credential,
    options: secrets::ClientOptions,
}

impl SecretClientBuilder {
    pub(super) fn new(vault_url: &str, credential: Credential) -> Self {
        Self { vault_url: vault_url.to_owned(), credential, options: secrets::ClientOptions::new() }
    }

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) for a URL that is not a vault's, and for options that are out of
    /// range.
    pub fn build(self) -> Result<SecretClient> {
        SecretClient::create(&self.vault_url, &self.credential, Some(&self.options))
    }

    /// Caches the values of secrets in memory for this time, 1 to 86,400 s; a fraction of a second is dropped. By default
    /// nothing is cached. Operations of this client that change a secret remove it from the cache.
    /// [`Secret::cache`](crate::Secret::cache) tells that a value came from the cache.
    #[must_use]
    pub fn cache_ttl(self, ttl: Duration) -> Self {
        self.options.set_cache_ttl(ttl.as_secs());
        self
    }

    /// Limits the cache: the number of secrets, 1 to 10,000, and their size in bytes, 1 to 16,777,216. The defaults are 100
    /// secrets and 262,144 bytes. The least recently used secret is removed first.
    #[must_use]
    pub fn cache_limits(self, secrets: u32, bytes: u64) -> Self {
        self.options.set_cache_limits(secrets, bytes);
        self
    }

    /// Returns a cached value for this much longer than its time to live, 1 to 86,400 s, if the vault or the identity endpoint
    /// can't be reached or fails: no connection, a broken one, a timeout, or HTTP status 429 or 5xx after all retries. A
    /// fraction of a second is dropped. [`CacheInfo::stale`](crate::CacheInfo::stale) is then true. Every other answer is an
    /// error, and one about the secret or the identity (400, 401, 403, 404 with an error code) discards the value too. By
    /// default every failure is an error. Needs [`cache_ttl`](Self::cache_ttl).
    #[must_use]
    pub fn cache_stale_if_error(self, duration: Duration) -> Self {
        self.options.set_cache_stale_if_error(duration.as_secs());
        self
    }

    /// Sets the version of the Key Vault REST API, such as `7.4`. The default is the newest stable version.
    #[must_use]
    pub fn api_version(self, version: &str) -> Self {
        self.options.set_api_version(version);
        self
    }

    /// False accepts an authentication challenge that asks for a token of another resource than the vault's own domain. The
    /// server then chooses what the token can be used for, so this is for emulators only. The default is true.
    /// <https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses>
    #[must_use]
    pub fn verify_challenge_resource(self, verify: bool) -> Self {
        self.options.set_verify_challenge_resource(verify);
        self
    }
}

impl fmt::Debug for SecretClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretClientBuilder").field("vault_url", &self.vault_url).finish_non_exhaustive()
    }
}
