//! Key Vault: the secrets of one vault.

mod backup;
mod cache;
mod challenge;
mod delete;
mod exchange;
mod get;
mod list;
mod names;
mod operation;
mod refusal;
mod secret;
mod set;
mod url;

use core::cell::RefCell;

use crate::credential::Credential;
use crate::env::{Env, LOOPBACK_HTTP_NOTICE};
use crate::error::{Error, Result};
use crate::http::{Call, Reply};
use crate::prelude::*;
use crate::token::AccessToken;
pub use cache::CacheOptions;
use cache::{Cache, ClockReading};
use challenge::Challenge;
pub use delete::Change;
pub use get::GetSecretOptions;
pub use list::{ListOptions, SecretList};
use operation::Operation;
pub use secret::{Cached, Properties, Secret};
pub use set::SetOptions;
use url::VaultUrl;

/// The newest stable version.
/// <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret>
const API_VERSION: &str = "2026-04-01";

/// How a client is made.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// False accepts a challenge for another resource than the vault's own domain.
    pub verify_challenge_resource: bool,
    /// The version of the interface, where it is not the newest stable one.
    pub api_version: Option<String>,
    /// What is kept of the values that were read.
    pub cache: CacheOptions,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self { verify_challenge_resource: true, api_version: None, cache: CacheOptions::default() }
    }
}

/// A client for the secrets of one vault.
pub struct SecretClient {
    vault: VaultUrl,
    credential: Credential,
    options: ClientOptions,
    /// What the vault said that it wants; kept for this client alone.
    challenge: RefCell<Option<Challenge>>,
    cache: Cache,
}

impl SecretClient {
    /// A client for the vault at this URL. Nothing is sent.
    ///
    /// # Errors
    /// `InvalidArgument` for a URL that is not a vault's, and for options that are out of range.
    pub fn open(vault_url: &str, credential: &Credential, options: ClientOptions) -> Result<Self> {
        let env = Env::read(credential.platform());
        let vault = VaultUrl::parse(vault_url, env.allows_loopback_http())?;
        if let Some(version) = &options.api_version
            && !version.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
        {
            return Err(Error::invalid("the option api-version is no version, such as 2026-04-01 or 7.4"));
        }
        let cache = Cache::new(options.cache.clone())?;
        Ok(Self { vault, credential: credential.clone(), options, challenge: RefCell::new(None), cache })
    }

    /// The scope that a token for this vault must have; `None` where only the vault's challenge tells.
    #[must_use]
    pub fn scope(&self) -> Option<String> {
        self.vault.resource.as_ref().map(|resource| format!("{resource}/.default"))
    }

    /// A call that does one thing; what the vault then says of the secret that it is about.
    async fn execute_for_properties(&self, timeout: Option<u64>, operation: &Operation<'_>) -> Result<Properties> {
        let (name, version) = operation.secret.unzip();
        self.execute(timeout, operation, |reply, _| {
            let properties = secret::properties(&reply.json().ok_or("it is no JSON")?, name, version.flatten())?;
            // Anybody may answer `{}`: what was done is told by its identifier.
            if properties.id.is_empty() { Err("the secret has no identifier") } else { Ok(properties) }
        })
        .await
    }

    /// A call that does one thing, and what is read of its reply.
    async fn execute<T>(
        &self,
        timeout: Option<u64>,
        operation: &Operation<'_>,
        read: impl FnOnce(&Reply, &AccessToken) -> Result<T, &'static str>,
    ) -> Result<T> {
        let call = self.start(timeout)?;
        call.end(self.execute_within(call, operation, read).await)
    }

    /// The same within a call that runs already.
    async fn execute_within<T>(
        &self,
        call: Call<'_>,
        operation: &Operation<'_>,
        read: impl FnOnce(&Reply, &AccessToken) -> Result<T, &'static str>,
    ) -> Result<T> {
        let (reply, token) = self.perform(call, operation).await?;
        read(&reply, &token).map_err(|why| self.unexpected(&reply, why))
    }

    /// A call that starts now.
    fn start(&self, timeout: Option<u64>) -> Result<Call<'_>> {
        let call = self.credential.start_call(timeout)?;
        if self.vault.loopback {
            call.platform.log(LOOPBACK_HTTP_NOTICE);
        }
        self.cache.remove_expired(ClockReading::now(call.platform));
        Ok(call)
    }
}
