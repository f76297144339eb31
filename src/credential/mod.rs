//! Credentials, one a file, and the table of the default chain.
//!
//! Environment, options and arguments are read when a credential is made. What is wrong with them is said when a token is
//! asked for: one place where an app looks for errors, and a chain can tell what it skipped.

mod candidate;
pub(crate) mod chain;
mod client_assertion;
mod client_certificate;
mod client_secret;
mod confidential_client;
mod developer;
mod environment;
pub(crate) mod managed_identity;
mod options;
#[cfg(feature = "embedded")]
mod provided;
mod selection;
mod static_token;
mod tenants;
mod workload_identity;

use alloc::rc::Rc;
use core::time::Duration;

pub use candidate::{Candidate, Readiness};
pub use client_certificate::Source as CertificateSource;
pub use managed_identity::SOURCES;
pub use managed_identity::id::ManagedIdentityId;
pub use options::{CredentialOptions, TokenOptions};

use confidential_client::Proof;

use crate::env::Env;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Call;
use crate::log::Level;
#[cfg(feature = "embedded")]
use crate::platform::provider::Provider;
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
    /// Adds what it is set up to do; a chain adds that of each of its credentials, in order.
    fn explain(&self, candidates: &mut Vec<Candidate>);
    /// What a whole call may take where the caller does not say.
    fn patience(&self) -> Duration {
        Duration::from_secs(30)
    }
    /// Replaces the assertion of a client assertion credential.
    fn set_assertion(&self, _assertion: Secret) -> Result<(), ErrorKind> {
        Err(ErrorKind::Unsupported)
    }
    /// Replaces the token of a static credential.
    fn set_token(&self, _token: Secret, _expires_on: u64) -> Result<(), ErrorKind> {
        Err(ErrorKind::Unsupported)
    }
}

type Made = Rc<dyn TokenCredential>;

/// A credential, and the variables that it was made from.
#[derive(Clone)]
struct Link {
    made: Made,
    variables: Vec<&'static str>,
}

impl Link {
    /// A credential that can't be made says so when it is asked.
    fn new(name: &'static str, env: &Env, made: Result<Made>) -> Self {
        let made = made.unwrap_or_else(|error| Rc::new(Refusing { name, error }));
        Self { made, variables: env.take_used() }
    }

    fn explain(&self, candidates: &mut Vec<Candidate>) {
        let before = candidates.len();
        self.made.explain(candidates);
        // The credentials of a chain know their own.
        for candidate in candidates.iter_mut().skip(before).filter(|it| it.variables.is_empty()) {
            candidate.variables = self.variables.clone();
        }
    }
}

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
    link: Link,
    log: Level,
}

/// Which credential to make.
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
        /// The application's id.
        client_id: String,
        /// How it proves who it is.
        proof: ClientProof,
    },
    /// `ChainedTokenCredential`: these, in this order.
    Chained(Vec<Credential>),
    /// A token that the caller already has.
    StaticToken {
        /// The token.
        token: Secret,
        /// When it ends, in unix seconds.
        expires_on: u64,
    },
    /// Tokens of whoever embeds the core.
    #[cfg(feature = "embedded")]
    Provider(Rc<dyn Provider>),
}

/// How an application proves who it is.
pub enum ClientProof {
    /// A client secret.
    Secret(Secret),
    /// A signed assertion, which the caller replaces when it expires.
    Assertion(Secret),
    /// Assertions of whoever embeds the core, a new one for each exchange.
    #[cfg(feature = "embedded")]
    Provider(Rc<dyn Provider>),
    /// A certificate with its private key, and its password.
    Certificate(CertificateSource, Option<Secret>),
}

impl ClientProof {
    /// The class name of the credential that proves itself so, and the proof.
    fn read(self, options: &CredentialOptions) -> (&'static str, Result<Box<dyn Proof>>) {
        match self {
            Self::Secret(secret) => (client_secret::NAME, client_secret::proof(secret)),
            Self::Assertion(assertion) => (client_assertion::NAME, Ok(client_assertion::proof(assertion))),
            #[cfg(feature = "embedded")]
            Self::Provider(provider) => (client_assertion::NAME, Ok(provided::assertion(provider))),
            Self::Certificate(source, password) => {
                (client_certificate::NAME, client_certificate::proof(source, password, options))
            }
        }
    }
}

impl Credential {
    /// A credential. Options and arguments that are not what they claim are said when a token is asked for.
    #[must_use]
    pub fn new(platform: Rc<dyn Platform>, kind: CredentialKind, options: &CredentialOptions) -> Self {
        let env = Env::read(&*platform);
        let log = Level::read(&env, &*platform);
        // Of no concern to who the app is.
        env.take_used();
        let (name, make): (_, fn(&Env, &CredentialOptions) -> Result<Made>) = match kind {
            CredentialKind::DefaultAzure => (chain::DEFAULT, make_default),
            CredentialKind::Environment => (environment::NAME, environment::make),
            CredentialKind::WorkloadIdentity => (workload_identity::NAME, workload_identity::make),
            CredentialKind::ManagedIdentity => (managed_identity::NAME, managed_identity::make_alone),
            CredentialKind::Client { tenant_id, client_id, proof } => {
                let (name, proof) = proof.read(options);
                let client = (tenant_id.as_str(), client_id.as_str());
                let made = options
                    .check(&env)
                    .and(proof)
                    .and_then(|proof| confidential_client::of_code(&env, options, name, client, proof));
                return Self { platform, link: Link::new(name, &env, made), log };
            }
            CredentialKind::Chained(links) => {
                let links = links.into_iter().map(|credential| credential.link).collect();
                let chain = Rc::new(chain::Chain::new(chain::CHAINED, links, &env));
                return Self { platform, link: Link::new(chain::CHAINED, &env, Ok(chain)), log };
            }
            CredentialKind::StaticToken { token, expires_on } => {
                let made = Rc::new(static_token::StaticToken::new(token, expires_on));
                return Self { platform, link: Link::new(static_token::NAME, &env, Ok(made)), log };
            }
            #[cfg(feature = "embedded")]
            CredentialKind::Provider(provider) => {
                let made = Rc::new(provided::ProvidedTokens::new(provider));
                return Self { platform, link: Link::new(provided::NAME, &env, Ok(made)), log };
            }
        };
        let made = options.check(&env).and_then(|()| make(&env, options));
        Self { platform, link: Link::new(name, &env, made), log }
    }

    /// The credential's class name in the Azure SDKs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.link.made.name()
    }

    /// Replaces the token of a static credential.
    ///
    /// # Errors
    /// `Unsupported` for any other credential.
    pub fn set_token(&self, token: Secret, expires_on: u64) -> Result<()> {
        let replaced = self.link.made.set_token(token, expires_on);
        replaced.map_err(|kind| Error::new(kind, format!("{} has no token that set-token can replace", self.name())))
    }

    /// Replaces the assertion of a client assertion credential.
    ///
    /// # Errors
    /// `Unsupported` for any other credential.
    pub fn set_assertion(&self, assertion: Secret) -> Result<()> {
        let replaced = self.link.made.set_assertion(assertion);
        replaced.map_err(|kind| {
            Error::new(kind, format!("{} has no assertion that set-assertion can replace", self.name()))
        })
    }

    /// A token for the scopes, from memory while it is fresh.
    ///
    /// # Errors
    /// Every way in which a credential can fail; see [`ErrorKind`].
    pub async fn get_token(&self, scopes: Vec<String>, options: &TokenOptions) -> Result<AccessToken> {
        let request = options.request(scopes)?;
        let call = self.start_call(options.timeout)?;
        call.end(self.link.made.token(call, &request).await)
    }

    /// What [`Credential::get_token`] would try, in this order, from variables and options alone: nothing is sent, and no
    /// file is read.
    #[must_use]
    pub fn explain(&self) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        self.link.explain(&mut candidates);
        candidates
    }

    /// A call that starts now, with the caller's timeout in milliseconds or the credential's own.
    pub(crate) fn start_call(&self, timeout: Option<u64>) -> Result<Call<'_>> {
        let timeout = match timeout {
            None => self.link.made.patience(),
            Some(ms @ 1..=600_000) => Duration::from_millis(ms),
            Some(ms) => return Err(Error::invalid(format!("timeout {ms} is not 1 to 600,000 milliseconds"))),
        };
        Ok(Call::start(&*self.platform, timeout, self.log))
    }

    /// A token within a call that runs already.
    pub(crate) async fn token(&self, call: Call<'_>, request: &TokenRequest) -> Result<AccessToken> {
        self.link.made.token(call, request).await
    }

    pub(crate) fn platform(&self) -> &dyn Platform {
        &*self.platform
    }
}

/// The default chain.
fn make_default(env: &Env, options: &CredentialOptions) -> Result<Made> {
    let selected = selection::apply(env, options)?;
    let mut chain = chain::Chain::new(chain::DEFAULT, Vec::new(), env);
    let selected_by = env.take_used();
    for row in DEFAULT_CHAIN {
        if selected.excludes(row.name()) {
            let (by, variables) = match options.excludes(row.name()) {
                true => ("the option exclude", Vec::new()),
                false => (selection::VARIABLE, selected_by.clone()),
            };
            chain.excluded.push(Candidate { variables, ..Candidate::excluded(row.name(), by) });
            continue;
        }
        let made = match row {
            Row::Here(_, make) => make(env, &selected),
            Row::NotHere(_, instead) => Err(developer::not_here(*instead)),
        };
        chain.links.push(Link::new(row.name(), env, made));
    }
    Ok(Rc::new(chain))
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

    fn explain(&self, candidates: &mut Vec<Candidate>) {
        let candidate = Candidate::refusing(self.name, self.error.kind, self.error.message.clone());
        candidates.push(Candidate { hint: self.error.hint.clone(), ..candidate });
    }
}
