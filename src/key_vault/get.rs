//! Reading secrets: one, or several concurrently.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret>

use super::cache::{CacheKey, ClockReading, Lookup, STALE_REFRESH_TIMEOUT};
use super::names::SecretName;
use super::operation::{self, Batch, Operation};
use super::secret::{self, Secret};
use super::{CacheInfo, SecretClient};
use crate::concurrency;
use crate::error::{Error, Result};
use crate::http::Call;
use crate::language;
use crate::log::Level;
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::text::encode;

/// The concurrent requests of `get_secrets` by default. A vault allows 4,000 reads in 10 s for all its clients.
/// <https://learn.microsoft.com/azure/key-vault/general/service-limits>
const CONCURRENCY: u32 = 10;

/// The first `api-version` with `outContentType`; the versions `7.0` to `7.6` are older.
const OUT_CONTENT_TYPE_SINCE: &str = "2025-06-01";

/// The options for reading secrets.
#[derive(Clone, Debug, Default)]
pub struct GetSecretOptions {
    /// The version to read; the latest by default.
    pub version: Option<String>,
    /// The content type to convert the secret of a certificate to: `application/x-pem-file` for a PKCS#12 certificate.
    pub out_content_type: Option<String>,
    /// Requests the secret from the vault even if it is in the cache.
    pub bypass_cache: bool,
    /// The most concurrent requests of `get_secrets`, 1 to 100; 10 by default.
    pub max_concurrency: Option<u32>,
    /// The time limit of the call in milliseconds, 1 to 600,000.
    pub timeout: Option<u64>,
}

impl SecretClient {
    /// Reads a secret by its name, its identifier, or an App Service reference to it.
    ///
    /// # Errors
    /// Every error of the credential, and every error response of the vault; see [`ErrorKind`](crate::ErrorKind).
    pub async fn get_secret(&self, name: &str, options: &GetSecretOptions) -> Result<Secret> {
        let call = self.start(options.timeout)?;
        call.end(self.read_one(call, name, options, None).await)
    }

    /// Reads several secrets concurrently, with one deadline for all. Results are in the order of the names.
    pub async fn get_secrets<'a>(&'a self, names: &'a [String], options: &'a GetSecretOptions) -> Vec<Result<Secret>> {
        let limit = options.max_concurrency.unwrap_or(CONCURRENCY);
        let language = self.credential.language();
        let started = match options {
            _ if !(1..=100).contains(&limit) => {
                Err(Error::invalid(format!("{} is not 1 to 100", language.say(language::MAX_CONCURRENCY))))
            }
            GetSecretOptions { version: Some(_), .. } => {
                Err(Error::invalid("the option version is for one secret; for several say NAME/VERSION"))
            }
            _ => self.start(options.timeout),
        };
        let call = match started {
            Ok(call) => call,
            Err(error) => return names.iter().map(|_| Err(error.clone())).collect(),
        };
        let batch = Batch::default();
        let reads = names.iter().map(|name| -> LocalFuture<'_, _> {
            let batch = Some(&batch);
            Box::pin(async move { call.end(self.read_one(call, name, options, batch).await) })
        });
        concurrency::join_all_limited(limit as usize, reads).await
    }

    /// Reads a secret from the cache or from the vault.
    async fn read_one(
        &self,
        call: Call<'_>,
        name: &str,
        options: &GetSecretOptions,
        batch: Option<&Batch>,
    ) -> Result<Secret> {
        let (name, version) = self.resolve_name(name, options.version.as_deref())?;
        let key = CacheKey::new(name, version, options.out_content_type.as_deref());
        let (requested_at, generation) = (ClockReading::now(call.platform), self.cache.generation());
        let found = if options.bypass_cache { Lookup::Missing } else { self.cache.find(&key, requested_at) };
        let (fetch_call, stale) = match found {
            Lookup::Fresh(secret) => return Ok(log_cached(call, *secret)),
            Lookup::Stale => (call.within(STALE_REFRESH_TIMEOUT.min(call.remaining() / 2)), true),
            Lookup::Missing => (call, false),
        };
        let error = match self.fetch(fetch_call, (name, version), options, batch).await {
            Ok(secret) => {
                self.cache.insert(key, &secret, requested_at, generation);
                return Ok(secret);
            }
            Err(error) => error,
        };
        let replacement = self.cache.stale_on_error(&key, &error, ClockReading::now(call.platform));
        replacement.filter(|_| stale).map(|secret| log_cached(call, secret)).ok_or(error)
    }

    async fn fetch(
        &self,
        call: Call<'_>,
        (name, version): SecretName<'_>,
        options: &GetSecretOptions,
        batch: Option<&Batch>,
    ) -> Result<Secret> {
        let mut path = format!("/secrets/{name}");
        if let Some(version) = version {
            path.push_str(&format!("/{version}"));
        }
        if let Some(content_type) = &options.out_content_type {
            if self.options.api_version.as_deref().is_some_and(|it| it.starts_with('7') || it < OUT_CONTENT_TYPE_SINCE)
            {
                let language = self.credential.language();
                return Err(Error::invalid(format!(
                    "{} needs {} to be {OUT_CONTENT_TYPE_SINCE} or later",
                    language.say(language::OUT_CONTENT_TYPE),
                    language.say(language::API_VERSION)
                )));
            }
            path.push_str(&format!("?outContentType={}", encode(content_type)));
        }
        let operation =
            Operation { secret: Some((name, version)), batch, ..Operation::for_secret(operation::GET, name, path) };
        self.execute_within(call, &operation, |reply, token| {
            let (value, properties) = secret::read(&reply.json(secret::MEMBERS)?, name, version)?;
            Ok(Secret { value, properties, credential: token.credential, source: token.source, cache: None })
        })
        .await
    }
}

/// Logs that a secret comes from the cache, and returns it.
fn log_cached(call: Call<'_>, secret: Secret) -> Secret {
    let name = &secret.properties.name;
    match &secret.cache {
        Some(CacheInfo { age, error: Some(error) }) => {
            call.log.write(Level::Warning, &|| format!("secret {name} from memory, {age} s old, because {error}"));
        }
        _ => call.log.write(Level::Verbose, &|| format!("secret {name} from memory")),
    }
    secret
}
