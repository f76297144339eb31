//! Credentials, one a file, and the table of the default chain.
//!
//! Everything that comes from the environment is read when a credential is made; what is wrong with it is said when a
//! token is asked for, so that a chain can go on. What is wrong with the options or with `AZURE_TOKEN_CREDENTIALS`,
//! which says how the chain is made, is said at once.

pub(crate) mod chain;
mod client_assertion;
mod client_certificate;
mod client_secret;
mod confidential_client;
mod developer;
mod environment;
pub(crate) mod managed_identity;
mod options;
mod selection;
mod static_token;
mod tenants;
mod workload_identity;

use alloc::rc::Rc;
use core::time::Duration;

pub use client_certificate::Source as CertificateSource;
pub use managed_identity::{ManagedIdentityId, SOURCES};
pub use options::{CredentialOptions, TokenOptions};

use crate::env::Env;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Call;
use crate::platform::{LocalFuture, Platform};
use crate::prelude::*;
use crate::secret::Secret;
use crate::token::{AccessToken, TokenRequest};

/// What every credential can do.
pub(crate) trait TokenCredential {
    /// The class name in the Azure SDKs.
    fn name(&self) -> &'static str;
    /// A token, from memory while it is fresh.
    fn token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>>;
    /// What a whole call may take where the caller does not say.
    fn patience(&self) -> Duration {
        Duration::from_secs(30)
    }
    /// Replaces the assertion of a client assertion credential.
    fn set_assertion(&self, _assertion: Secret) -> Result<()> {
        Err(client_assertion::no_assertion())
    }
    /// Replaces the token of a static credential.
    fn set_token(&self, _token: AccessToken) -> Result<()> {
        Err(Error::new(ErrorKind::Unsupported, "set-token replaces the token of a static-token credential only"))
    }
}

type Made = Rc<dyn TokenCredential>;

/// A row of the default chain.
enum Row {
    /// Can run in a component: its class name, and how it is made from environment and options.
    Here(&'static str, fn(&Env, &CredentialOptions) -> Result<Made>),
    /// Needs a process, a browser or a desktop: its class name, and what to do instead.
    NotHere(&'static str, developer::Instead),
}

impl Row {
    fn name(&self) -> &'static str {
        match self {
            Self::Here(name, _) | Self::NotHere(name, _) => name,
        }
    }
}

/// THE TABLE: the default chain, in the order of the Azure SDKs.
/// <https://learn.microsoft.com/python/api/azure-identity/azure.identity.defaultazurecredential>
const DEFAULT_CHAIN: &[Row] = &[
    Row::Here(environment::NAME, environment::make),
    Row::Here(workload_identity::NAME, workload_identity::make),
    Row::Here(managed_identity::NAME, managed_identity::make_in_chain),
    Row::NotHere("SharedTokenCacheCredential", developer::SHARED_TOKEN_CACHE),
    Row::NotHere("VisualStudioCodeCredential", developer::VISUAL_STUDIO_CODE),
    Row::NotHere("AzureCliCredential", developer::AZURE_CLI),
    Row::NotHere("AzurePowerShellCredential", developer::AZURE_POWERSHELL),
    Row::NotHere("AzureDeveloperCliCredential", developer::AZURE_DEVELOPER_CLI),
    Row::NotHere("BrokerCredential", developer::BROKER),
];

/// The credentials that can give a token, by their class names.
pub const CREDENTIALS: &[&str] = &[
    environment::NAME,
    workload_identity::NAME,
    managed_identity::NAME,
    client_secret::NAME,
    client_certificate::NAME,
    client_assertion::NAME,
    static_token::NAME,
];

/// An identity. Clones are the same one, with the same tokens.
#[derive(Clone)]
pub struct Credential {
    platform: Rc<dyn Platform>,
    made: Made,
}

impl Credential {
    /// `DefaultAzureCredential`.
    ///
    /// # Errors
    /// Options that are not what they claim.
    pub fn default_azure(platform: Rc<dyn Platform>, options: &CredentialOptions) -> Result<Self> {
        let env = Self::checked(&*platform, options)?;
        let options = selection::apply(&env, options)?;
        let mut links: Vec<Made> = Vec::new();
        for row in DEFAULT_CHAIN.iter().filter(|row| !options.excludes(row.name())) {
            links.push(match row {
                Row::Here(name, make) => made_or_refusing(name, make(&env, &options)),
                Row::NotHere(name, instead) => Rc::new(Refusing { name, error: developer::not_here(*instead) }),
            });
        }
        Ok(Self { platform, made: Rc::new(chain::Chain::default_azure(links, &env)) })
    }

    /// `EnvironmentCredential`.
    ///
    /// # Errors
    /// Options that are not what they claim.
    pub fn environment(platform: Rc<dyn Platform>, options: &CredentialOptions) -> Result<Self> {
        Self::alone(platform, options, environment::NAME, environment::make)
    }

    /// `WorkloadIdentityCredential`.
    ///
    /// # Errors
    /// Options that are not what they claim.
    pub fn workload_identity(platform: Rc<dyn Platform>, options: &CredentialOptions) -> Result<Self> {
        Self::alone(platform, options, workload_identity::NAME, workload_identity::make)
    }

    /// `ManagedIdentityCredential`.
    ///
    /// # Errors
    /// Options that are not what they claim.
    pub fn managed_identity(platform: Rc<dyn Platform>, options: &CredentialOptions) -> Result<Self> {
        Self::alone(platform, options, managed_identity::NAME, managed_identity::make_alone)
    }

    /// `ClientSecretCredential`.
    ///
    /// # Errors
    /// Ids, a secret or options that are not what they claim.
    pub fn client_secret(
        platform: Rc<dyn Platform>,
        tenant_id: &str,
        client_id: &str,
        secret: Secret,
        options: &CredentialOptions,
    ) -> Result<Self> {
        let env = Self::checked(&*platform, options)?;
        Ok(Self { made: client_secret::make(&env, options, (tenant_id, client_id), secret)?, platform })
    }

    /// `ClientAssertionCredential`: the caller signs, and replaces the assertion when it expires.
    ///
    /// # Errors
    /// Ids, an assertion or options that are not what they claim.
    pub fn client_assertion(
        platform: Rc<dyn Platform>,
        tenant_id: &str,
        client_id: &str,
        assertion: Secret,
        options: &CredentialOptions,
    ) -> Result<Self> {
        let env = Self::checked(&*platform, options)?;
        Ok(Self { made: client_assertion::make(&env, options, (tenant_id, client_id), assertion)?, platform })
    }

    /// `ClientCertificateCredential`.
    ///
    /// # Errors
    /// Ids, a certificate or options that are not what they claim; a build without the feature `certificate`.
    pub fn client_certificate(
        platform: Rc<dyn Platform>,
        tenant_id: &str,
        client_id: &str,
        certificate: CertificateSource,
        password: Option<Secret>,
        options: &CredentialOptions,
    ) -> Result<Self> {
        let env = Self::checked(&*platform, options)?;
        let made = client_certificate::make(&env, options, (tenant_id, client_id), certificate, password)?;
        Ok(Self { made, platform })
    }

    /// `ChainedTokenCredential`.
    ///
    /// # Errors
    /// No credential given.
    pub fn chained(platform: Rc<dyn Platform>, credentials: &[Self]) -> Result<Self> {
        if credentials.is_empty() {
            return Err(Error::invalid("at least one credential is required"));
        }
        let env = Env::read(&*platform);
        let links = credentials.iter().map(|c| c.made.clone()).collect();
        Ok(Self { platform, made: Rc::new(chain::Chain::chained(links, &env)) })
    }

    /// A token that the caller already has.
    ///
    /// # Errors
    /// Text that can be no token.
    pub fn static_token(platform: Rc<dyn Platform>, token: Secret, expires_on: u64) -> Result<Self> {
        Ok(Self { platform, made: Rc::new(static_token::StaticToken::new(token, expires_on)?) })
    }

    /// Replaces the token of a static credential.
    ///
    /// # Errors
    /// `Unsupported` for any other credential; text that can be no token.
    pub fn set_token(&self, token: Secret, expires_on: u64) -> Result<()> {
        self.made.set_token(static_token::check(token, expires_on)?)
    }

    /// Replaces the assertion of a client assertion credential.
    ///
    /// # Errors
    /// `Unsupported` for any other credential; text that can be no assertion.
    pub fn set_assertion(&self, assertion: Secret) -> Result<()> {
        self.made.set_assertion(assertion)
    }

    /// A token for the scopes, from memory while it is fresh.
    ///
    /// # Errors
    /// Every way in which a credential can fail; see [`ErrorKind`].
    pub async fn get_token(&self, scopes: Vec<String>, options: &TokenOptions) -> Result<AccessToken> {
        let request = options.request(scopes)?;
        let call = self.start_call(options.timeout)?;
        self.made.token(call, &request).await
    }

    /// A call that starts now, with the caller's timeout in milliseconds or the credential's own.
    pub(crate) fn start_call(&self, timeout: Option<u64>) -> Result<Call<'_>> {
        let timeout = match timeout {
            None => self.made.patience(),
            Some(ms @ 1..=600_000) => Duration::from_millis(ms),
            Some(ms) => return Err(Error::invalid(format!("timeout {ms} is not 1 to 600,000 milliseconds"))),
        };
        Ok(Call::start(&*self.platform, timeout))
    }

    /// A token within a call that runs already.
    pub(crate) async fn token(&self, call: Call<'_>, request: &TokenRequest) -> Result<AccessToken> {
        self.made.token(call, request).await
    }

    pub(crate) fn platform(&self) -> &dyn Platform {
        &*self.platform
    }

    fn alone(
        platform: Rc<dyn Platform>,
        options: &CredentialOptions,
        name: &'static str,
        make: fn(&Env, &CredentialOptions) -> Result<Made>,
    ) -> Result<Self> {
        let env = Self::checked(&*platform, options)?;
        let made = made_or_refusing(name, make(&env, options));
        Ok(Self { platform, made })
    }

    fn checked(platform: &dyn Platform, options: &CredentialOptions) -> Result<Env> {
        let env = Env::read(platform);
        options.check(&env)?;
        Ok(env)
    }
}

/// A credential that the environment does not allow says so when it is asked.
fn made_or_refusing(name: &'static str, made: Result<Made>) -> Made {
    made.unwrap_or_else(|error| Rc::new(Refusing { name, error }))
}

struct Refusing {
    name: &'static str,
    error: Box<Error>,
}

impl TokenCredential for Refusing {
    fn name(&self) -> &'static str {
        self.name
    }

    fn token<'a>(&'a self, _: Call<'a>, _: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        // Made before anything was sent: it has nothing but kind, message and cure.
        let mut error = Error::new(self.error.kind, self.error.message.clone());
        error.hint = self.error.hint.clone();
        Box::pin(core::future::ready(Err(error)))
    }
}
