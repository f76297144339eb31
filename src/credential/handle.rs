//! [`Credential`], the handle that callers hold, and how each kind of credential is made.

use alloc::rc::Rc;
use core::time::Duration;

use super::candidate::Candidate;
use super::client_certificate::Source as CertificateSource;
use super::confidential_client::Authenticate;
use super::options::{CredentialOptions, TokenOptions};
#[cfg(feature = "embedded")]
use super::provided;
use super::token_credential::{ConfiguredCredential, SharedCredential};
use super::{
    chain, client_assertion, client_certificate, client_secret, confidential_client, default_chain, environment,
    managed_identity, static_token, workload_identity,
};
use crate::env::Env;
use crate::error::{Error, Result};
use crate::http::Call;
use crate::language::{self, Language};
use crate::log::Level;
use crate::platform::Platform;
#[cfg(feature = "embedded")]
use crate::platform::provider::Provider;
use crate::prelude::*;
use crate::secret::SecretString;
use crate::token::{AccessToken, TokenRequest};

/// A credential. Clones share it and its cached tokens.
#[derive(Clone)]
pub struct Credential {
    platform: Rc<dyn Platform>,
    credential: ConfiguredCredential,
    log: Level,
    language: Language,
}

/// The kind of a credential, with its arguments.
pub enum CredentialKind {
    /// `DefaultAzureCredential`.
    DefaultAzure,
    /// `EnvironmentCredential`.
    Environment,
    /// `WorkloadIdentityCredential`.
    WorkloadIdentity,
    /// `ManagedIdentityCredential`.
    ManagedIdentity,
    /// `ClientSecretCredential`, `ClientAssertionCredential` or `ClientCertificateCredential`.
    Client {
        /// The tenant, an id or a domain name.
        tenant_id: String,
        /// The client id of the application.
        client_id: String,
        /// How the application authenticates.
        authentication: ClientAuthentication,
    },
    /// `ChainedTokenCredential`: these credentials, in this order.
    Chained(Vec<Credential>),
    /// A token that the caller already has.
    StaticToken {
        /// The token.
        token: SecretString,
        /// When the token expires, in unix seconds.
        expires_on: u64,
        /// The scope that the token is for. Without it the token is used for the resource of its audience if that is a URL,
        /// and otherwise for the vaults of the known Azure clouds.
        scope: Option<String>,
    },
    /// Tokens from the program that embeds the core.
    #[cfg(feature = "embedded")]
    Provider(Rc<dyn Provider>),
}

/// How an application authenticates to Microsoft Entra ID.
pub enum ClientAuthentication {
    /// A client secret.
    Secret(SecretString),
    /// A signed client assertion, which the caller replaces when it expires.
    Assertion(SecretString),
    /// Client assertions from the program that embeds the core, a new one for each token request.
    #[cfg(feature = "embedded")]
    Provider(Rc<dyn Provider>),
    /// A certificate with its private key, and the password of the file.
    Certificate(CertificateSource, Option<SecretString>),
}

impl ClientAuthentication {
    /// The class name of the credential, and its authentication.
    fn read(self, options: &CredentialOptions, language: Language) -> (&'static str, Result<Box<dyn Authenticate>>) {
        match self {
            Self::Secret(secret) => (client_secret::NAME, client_secret::authentication(secret, language)),
            Self::Assertion(assertion) => (client_assertion::NAME, Ok(client_assertion::authentication(assertion))),
            #[cfg(feature = "embedded")]
            Self::Provider(provider) => (client_assertion::NAME, Ok(provided::assertion(provider, language))),
            Self::Certificate(source, password) => {
                (client_certificate::NAME, client_certificate::authentication(source, password, options, language))
            }
        }
    }
}

impl Credential {
    /// Makes a credential. Errors in options and arguments are returned when a token is requested.
    #[must_use]
    pub fn new(platform: Rc<dyn Platform>, kind: CredentialKind, options: &CredentialOptions) -> Self {
        let env = Env::read(&*platform);
        let language = env.language;
        let log = Level::from_env(&env, &*platform);
        // The log level is not part of the credential's configuration.
        env.take_used();
        let is_chain = matches!(kind, CredentialKind::DefaultAzure);
        let (name, make): (_, fn(&Env, &CredentialOptions) -> Result<SharedCredential>) = match kind {
            CredentialKind::DefaultAzure => (chain::DEFAULT, default_chain::make),
            CredentialKind::Environment => (environment::NAME, environment::make),
            CredentialKind::WorkloadIdentity => (workload_identity::NAME, workload_identity::make),
            CredentialKind::ManagedIdentity => (managed_identity::NAME, managed_identity::make_standalone),
            CredentialKind::Client { tenant_id, client_id, authentication } => {
                let (name, authentication) = authentication.read(options, language);
                let client = (tenant_id.as_str(), client_id.as_str());
                let credential = check(options, &env, false).and(authentication).and_then(|authentication| {
                    confidential_client::from_arguments(&env, options, name, client, authentication)
                });
                return Self { platform, credential: ConfiguredCredential::new(name, &env, credential), log, language };
            }
            CredentialKind::Chained(credentials) => {
                let credentials = credentials.into_iter().map(|credential| credential.credential).collect();
                let chain = Rc::new(chain::Chain::new(chain::CHAINED, credentials, &env));
                return Self {
                    platform,
                    credential: ConfiguredCredential::new(chain::CHAINED, &env, Ok(chain)),
                    log,
                    language,
                };
            }
            CredentialKind::StaticToken { token, expires_on, scope } => {
                let credential = Rc::new(static_token::StaticToken::new(token, expires_on, scope));
                return Self {
                    platform,
                    credential: ConfiguredCredential::new(static_token::NAME, &env, Ok(credential)),
                    log,
                    language,
                };
            }
            #[cfg(feature = "embedded")]
            CredentialKind::Provider(provider) => {
                let credential = Rc::new(provided::ProvidedTokens::new(provider));
                return Self {
                    platform,
                    credential: ConfiguredCredential::new(provided::NAME, &env, Ok(credential)),
                    log,
                    language,
                };
            }
        };
        let credential = check(options, &env, is_chain).and_then(|()| make(&env, options));
        Self { platform, credential: ConfiguredCredential::new(name, &env, credential), log, language }
    }

    /// The credential's class name in the Azure SDKs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.credential.inner.name()
    }

    /// Replaces the token of a static credential, and the scope that it is for.
    ///
    /// # Errors
    /// `Unsupported` for any other credential.
    pub fn set_token(&self, token: SecretString, expires_on: u64, scope: Option<String>) -> Result<()> {
        let replaced = self.credential.inner.set_token(token, expires_on, scope);
        let who = self.language.say(language::SET_TOKEN);
        replaced.map_err(|kind| Error::new(kind, format!("{} has no token that {who} can replace", self.name())))
    }

    /// Replaces the assertion of a client assertion credential.
    ///
    /// # Errors
    /// `Unsupported` for any other credential.
    pub fn set_assertion(&self, assertion: SecretString) -> Result<()> {
        let replaced = self.credential.inner.set_assertion(assertion);
        let who = self.language.say(language::SET_ASSERTION);
        replaced.map_err(|kind| Error::new(kind, format!("{} has no assertion that {who} can replace", self.name())))
    }

    /// A token for the scopes, from the cache while it is fresh.
    ///
    /// # Errors
    /// Every error of the credential; see [`ErrorKind`](crate::ErrorKind).
    pub async fn get_token(&self, scopes: Vec<String>, options: &TokenOptions) -> Result<AccessToken> {
        let request = options.request(scopes, self.language)?;
        let call = self.start_call(options.timeout)?;
        call.end(self.token(call, &request).await)
    }

    /// What [`Credential::get_token`] would try, in order. Only variables and options are read: nothing is sent, and no file
    /// is read.
    #[must_use]
    pub fn explain(&self) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        self.credential.explain(&mut candidates);
        candidates
    }

    /// Starts a call with the caller's timeout in milliseconds, else with the credential's default.
    pub(crate) fn start_call(&self, timeout: Option<u64>) -> Result<Call<'_>> {
        let timeout = match timeout {
            None => self.credential.inner.default_timeout(),
            Some(ms @ 1..=600_000) => Duration::from_millis(ms),
            Some(_) => return Err(Error::invalid(self.language.say(language::TIMEOUT_RANGE))),
        };
        Ok(Call::start(&*self.platform, timeout, self.log, self.language))
    }

    /// A token, within a call that has started.
    pub(crate) async fn token(&self, call: Call<'_>, request: &TokenRequest) -> Result<AccessToken> {
        self.credential.inner.token(call, request).await.map_err(|error| match self.name() {
            // The program's own credential says in its own words what is wrong.
            #[cfg(feature = "embedded")]
            provided::NAME => error,
            name => error.titled(name),
        })
    }

    /// The language of the caller.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    pub(crate) fn platform(&self) -> &dyn Platform {
        &*self.platform
    }
}

/// Checks all options.
fn check(options: &CredentialOptions, env: &Env, is_chain: bool) -> Result<()> {
    options.check(env, is_chain)?;
    default_chain::check_exclude(options, env)
}
