//! Key Vault: the secrets of one vault.

mod backup;
mod challenge;
mod delete;
mod exchange;
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
use crate::text::encode;
use crate::token::AccessToken;
use challenge::Challenge;
pub use delete::Change;
pub use list::{ListOptions, SecretList};
use operation::Operation;
pub use secret::{Properties, Secret};
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
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self { verify_challenge_resource: true, api_version: None }
    }
}

/// How a secret is read.
#[derive(Clone, Debug, Default)]
pub struct GetSecretOptions {
    /// This version instead of the latest.
    pub version: Option<String>,
    /// The form that a certificate's secret shall come in: `application/x-pem-file` for one that is PKCS#12.
    pub out_content_type: Option<String>,
    /// The whole call's limit in milliseconds, 1 to 600,000.
    pub timeout: Option<u64>,
}

/// A client for the secrets of one vault.
pub struct SecretClient {
    vault: VaultUrl,
    credential: Credential,
    options: ClientOptions,
    /// What the vault said that it wants; kept for this client alone.
    challenge: RefCell<Option<Challenge>>,
}

impl SecretClient {
    /// A client for the vault at this URL. Nothing is sent.
    ///
    /// # Errors
    /// `InvalidArgument` for a URL that is not a vault's.
    pub fn open(vault_url: &str, credential: &Credential, options: ClientOptions) -> Result<Self> {
        let env = Env::read(credential.platform());
        let vault = VaultUrl::parse(vault_url, env.allows_loopback_http())?;
        if let Some(version) = &options.api_version
            && !version.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
        {
            return Err(Error::invalid("the option api-version is no version, such as 2026-04-01 or 7.4"));
        }
        Ok(Self { vault, credential: credential.clone(), options, challenge: RefCell::new(None) })
    }

    /// The scope that a token for this vault must have; `None` where only the vault's challenge tells.
    #[must_use]
    pub fn scope(&self) -> Option<String> {
        self.vault.resource.as_ref().map(|resource| format!("{resource}/.default"))
    }

    /// Reads a secret, by its name, its identifier or App Service's reference to it.
    ///
    /// # Errors
    /// Every way in which a credential can fail, and the vault's refusals; see [`ErrorKind`](crate::ErrorKind).
    pub async fn get_secret(&self, name: &str, options: &GetSecretOptions) -> Result<Secret> {
        let (name, version) = self.named(name, options.version.as_deref())?;
        let mut path = format!("/secrets/{name}");
        if let Some(version) = version {
            path.push_str(&format!("/{version}"));
        }
        if let Some(content_type) = &options.out_content_type {
            path.push_str(&format!("?outContentType={}", encode(content_type)));
        }
        let operation = Operation { secret: Some((name, version)), ..Operation::on(operation::GET, name, path) };
        self.ask(options.timeout, &operation, |reply, token| {
            let (value, properties) = secret::read(&reply.json().ok_or("it is no JSON")?, name, version)?;
            Ok(Secret { value, properties, credential: token.credential, source: token.source })
        })
        .await
    }

    /// A call that does one thing; what the vault then says of the secret that it is about.
    async fn told(&self, timeout: Option<u64>, operation: &Operation<'_>) -> Result<Properties> {
        let (name, version) = operation.secret.unzip();
        self.ask(timeout, operation, |reply, _| {
            let properties = secret::properties(&reply.json().ok_or("it is no JSON")?, name, version.flatten())?;
            // Anybody may answer `{}`: what was done is told by its identifier.
            if properties.id.is_empty() { Err("the secret has no identifier") } else { Ok(properties) }
        })
        .await
    }

    /// A call that does one thing, and what is read of its reply.
    async fn ask<T>(
        &self,
        timeout: Option<u64>,
        operation: &Operation<'_>,
        read: impl FnOnce(&Reply, &AccessToken) -> Result<T, &'static str>,
    ) -> Result<T> {
        let call = self.start(timeout)?;
        let done = self.perform(call, operation).await;
        call.end(done.and_then(|(reply, token)| read(&reply, &token).map_err(|why| self.unexpected(&reply, why))))
    }

    /// A call that starts now.
    fn start(&self, timeout: Option<u64>) -> Result<Call<'_>> {
        let call = self.credential.start_call(timeout)?;
        if self.vault.loopback {
            call.platform.log(LOOPBACK_HTTP_NOTICE);
        }
        Ok(call)
    }
}
