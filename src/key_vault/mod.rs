//! Key Vault: a client for the secrets of one vault.
//!
//! To add an operation: its [`OperationKind`](operation::OperationKind) in `operation`, a method of [`SecretClient`] in a file
//! for it, and the module here.

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
use crate::language;
use crate::prelude::*;
use crate::token::AccessToken;
pub use cache::CacheOptions;
use cache::{Cache, ClockReading};
use challenge::Challenge;
pub use delete::SecretPoller;
pub use get::GetSecretOptions;
pub use list::{ListOptions, SecretList};
use operation::Operation;
pub use secret::{CacheInfo, Secret, SecretProperties};
pub use set::SetOptions;
use url::VaultUrl;

/// The newest stable version of the REST interface.
/// <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret>
const API_VERSION: &str = "2026-04-01";

/// The options of a client.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// Requires that a challenge is for the vault's own domain. False accepts any resource.
    pub verify_challenge_resource: bool,
    /// The version of the REST interface, if not the newest stable one.
    pub api_version: Option<String>,
    /// The cache of secret values.
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
    /// The vault's last challenge. It is not shared with other clients.
    challenge: RefCell<Option<Challenge>>,
    cache: Cache,
}

impl SecretClient {
    /// Makes a client for the vault at this URL. Nothing is sent.
    ///
    /// # Errors
    /// `InvalidArgument` for a URL that is not a vault's, and for options out of range.
    pub fn open(vault_url: &str, credential: &Credential, options: ClientOptions) -> Result<Self> {
        let env = Env::read(credential.platform());
        let vault = VaultUrl::parse(vault_url, env.allows_loopback_http())?;
        if let Some(version) = &options.api_version
            && !version.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
        {
            return Err(Error::invalid(format!(
                "{} is no version, such as 2026-04-01 or 7.4",
                env.language.say(language::API_VERSION)
            )));
        }
        let cache = Cache::new(options.cache.clone(), env.language)?;
        Ok(Self { vault, credential: credential.clone(), options, challenge: RefCell::new(None), cache })
    }

    /// The vault's URL: scheme and host in lower case, and the port if it is not the scheme's default.
    #[must_use]
    pub fn vault_url(&self) -> String {
        self.vault.url.origin()
    }

    /// The scope of tokens for this vault; `None` if only the vault's challenge can tell.
    #[must_use]
    pub fn scope(&self) -> Option<String> {
        self.vault.resource.as_ref().map(|resource| format!("{resource}/.default"))
    }

    /// Executes an operation in a call of its own, and reads the secret's properties from the response.
    async fn execute_for_properties(
        &self,
        timeout: Option<u64>,
        operation: &Operation<'_>,
    ) -> Result<SecretProperties> {
        let (name, version) = operation.secret.unzip();
        self.execute(timeout, operation, |reply, _| {
            let properties = secret::properties(&reply.json(secret::MEMBERS)?, name, version.flatten())?;
            // A server that is no vault may respond with `{}`, so the identifier is required.
            if properties.id.is_empty() { Err("the secret has no identifier") } else { Ok(properties) }
        })
        .await
    }

    /// Executes an operation in a call of its own. `read` reads the response; its error says what is wrong with it.
    async fn execute<T>(
        &self,
        timeout: Option<u64>,
        operation: &Operation<'_>,
        read: impl FnOnce(&Reply, &AccessToken) -> Result<T, &'static str>,
    ) -> Result<T> {
        let call = self.start(timeout)?;
        call.end(self.execute_within(call, operation, read).await)
    }

    /// Executes an operation within a call that has started.
    async fn execute_within<T>(
        &self,
        call: Call<'_>,
        operation: &Operation<'_>,
        read: impl FnOnce(&Reply, &AccessToken) -> Result<T, &'static str>,
    ) -> Result<T> {
        let (reply, token) = self.perform(call, operation).await?;
        read(&reply, &token).map_err(|why| self.unexpected(&reply, why))
    }

    /// Starts a call, with the caller's timeout in milliseconds.
    fn start(&self, timeout: Option<u64>) -> Result<Call<'_>> {
        let call = self.credential.start_call(timeout)?;
        if self.vault.loopback {
            call.platform.log(LOOPBACK_HTTP_NOTICE);
        }
        self.cache.remove_expired(ClockReading::now(call.platform));
        Ok(call)
    }
}
