//! ManagedIdentityCredential: an identity that Azure assigns to the machine or service that the app runs on. Each source of
//! such identities has a file.
//!
//! To add a source: a file that implements [`Source`], its module here, and a line in `detect`.

mod app_service;
mod azure_arc;
mod azure_ml;
mod cloud_shell;
mod detect;
mod endpoint;
mod federated;
mod imds;
mod selector;
mod service_fabric;
mod source;

use alloc::rc::Rc;
use core::time::Duration;

use super::candidate::{Candidate, Readiness};
use super::managed_identity_id::ManagedIdentityId;
use super::options::CredentialOptions;
use super::token_credential::{SharedCredential, TokenCredential};
use crate::diagnosis;
use crate::env::Env;
use crate::error::Result;
use crate::http::Call;
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::token::{AccessToken, TokenRequest, describe_id};
use crate::token_cache::{FetchToken, TokenCache};
pub use detect::SOURCES;
use selector::IdentitySelector;
pub(super) use source::NAME;
use source::Source;

struct ManagedIdentity {
    source: Box<dyn Source>,
    selector: IdentitySelector,
    /// `AZURE_CLIENT_ID` is set, but this credential was made outside the default chain and does not read it.
    client_id_variable_ignored: bool,
    cache: TokenCache,
}

/// Makes the credential of the default chain, which reads `AZURE_CLIENT_ID`.
pub(super) fn make_in_chain(env: &Env, options: &CredentialOptions) -> Result<SharedCredential> {
    make(env, options, true)
}

/// Makes the credential on its own, which does not read `AZURE_CLIENT_ID`, as in the Azure SDKs.
pub(super) fn make_standalone(env: &Env, options: &CredentialOptions) -> Result<SharedCredential> {
    make(env, options, false)
}

fn make(env: &Env, options: &CredentialOptions, reads_client_id_variable: bool) -> Result<SharedCredential> {
    let variable = env.get("AZURE_CLIENT_ID");
    let (id, from) = match (&options.managed_identity, variable) {
        (ManagedIdentityId::FromEnvironment, Some(id)) if reads_client_id_variable => {
            (ManagedIdentityId::ClientId(id.to_owned()), "AZURE_CLIENT_ID")
        }
        (id, _) => (id.clone(), env.language.say(id.option(reads_client_id_variable))),
    };
    let selector = IdentitySelector { id, from, reads_client_id_variable, language: env.language };
    selector.id.check(from, env.language)?;
    let endpoint_set = env.get("IDENTITY_ENDPOINT").or(env.get("MSI_ENDPOINT")).is_some();
    if !endpoint_set && let Some(credential) = federated::make(env, options, &selector)? {
        return Ok(credential);
    }
    let source = detect::detect(env, options, &selector)?;
    let client_id_variable_ignored =
        !reads_client_id_variable && variable.is_some() && selector.id == ManagedIdentityId::FromEnvironment;
    Ok(Rc::new(ManagedIdentity { source, selector, client_id_variable_ignored, cache: TokenCache::default() }))
}

impl ManagedIdentity {
    async fn request_token(&self, call: Call<'_>, resource: &str) -> Result<AccessToken> {
        let mut prepared = self.source.prepare(resource, &self.selector);
        let mut reply = self.source.send(call, &prepared).await?;
        if let Some(key) = self.source.challenge_key(call, &reply).await? {
            prepared.request.headers.push(("authorization", format!("Basic {}", key.expose()).into()));
            prepared.secrets.push(key);
            reply = self.source.send(call, &prepared).await?;
        }
        self.source.token(call.platform.unix_now(), &reply, &self.selector)
    }

    async fn exchange(&self, call: Call<'_>, request: &TokenRequest) -> Result<AccessToken> {
        match self.request_token(call, request.resource()?).await {
            Ok(token) => Ok(AccessToken {
                credential: NAME,
                source: self.source.name(),
                platform_chose: self.selector.id == ManagedIdentityId::FromEnvironment && token.identity.is_empty(),
                identity: match self.selector.id() {
                    _ if !token.identity.is_empty() => token.identity,
                    Some(_) => self.selector.describe(),
                    None => "the managed identity that the platform gives by default".to_owned(),
                },
                ..token
            }),
            Err(mut error) => {
                let asked = match (self.selector.asked(), self.source.default_client_id()) {
                    (None, Some((id, from))) => Some(default_id_note(id, from)),
                    (asked, _) => asked,
                };
                error.message.push_str(&asked.unwrap_or_default());
                if self.client_id_variable_ignored {
                    error.hint = error.hint.map(diagnosis::client_id_variable_ignored);
                }
                // The source passes Entra's error on.
                if let Some(code) = diagnosis::aadsts_code(&error.message)
                    && error.hint.is_none()
                {
                    error.hint = Some(if matches!(code, "50001" | "500011") {
                        diagnosis::no_such_resource()
                    } else {
                        diagnosis::managed_identity_refused(code)
                    });
                }
                error.details.push(("source", self.source.name().to_owned()));
                error.details.push(("detected-by", self.source.detected_by().to_owned()));
                Err(error)
            }
        }
    }

    /// The source, how it was detected, and the requested identity.
    fn describe(&self) -> String {
        let (source, how) = (self.source.name(), self.source.detected_by());
        format!("{source} managed identity ({how}), {}", self.selector.describe())
    }
}

impl FetchToken for ManagedIdentity {
    fn fetch_token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(self.exchange(call, request))
    }
}

impl TokenCredential for ManagedIdentity {
    fn name(&self) -> &'static str {
        NAME
    }

    fn token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        // A managed identity has one tenant, and no source takes a client capability.
        let request = TokenRequest { tenant: None, cae: false, ..request.clone() };
        Box::pin(async move { self.cache.token(call, &request, self).await })
    }

    fn explain(&self, candidates: &mut Vec<Candidate>) {
        let (source, endpoint) = (self.source.name(), self.source.url().origin());
        let mut candidate = Candidate::ready(NAME, format!("{}, at {endpoint}", self.describe()));
        candidate.details = vec![("source", source.to_owned()), ("endpoint", endpoint)];
        match (self.selector.id(), self.source.default_client_id()) {
            (Some((kind, id)), _) => {
                let kind = match kind {
                    "client id" => "client-id",
                    "object id" => "object-id",
                    _ => "resource-id",
                };
                candidate.details.extend([(kind, id.to_owned()), ("id-from", self.selector.from.to_owned())]);
            }
            (None, Some((id, from))) => {
                candidate.message.push_str(&default_id_note(id, from));
                candidate.details.extend([("client-id", describe_id(id)), ("id-from", from.to_owned())]);
            }
            // Cloud Shell has only one identity, the user's.
            (None, None) if self.selector.id == ManagedIdentityId::FromEnvironment && source != cloud_shell::NAME => {
                candidate.hint = Some(diagnosis::platform_chooses(
                    self.selector.reads_client_id_variable,
                    self.client_id_variable_ignored,
                    self.selector.language,
                ));
            }
            (None, None) => {}
        }
        if !self.source.is_proven() {
            candidate.readiness = Readiness::Unproven;
            candidate.message.push_str("; only asking tells whether it is there");
        }
        candidates.push(candidate);
    }

    fn default_timeout(&self) -> Duration {
        // An IMDS that is being updated returns 410 for up to 75 seconds.
        Duration::from_secs(100)
    }
}

/// A note for messages: the client id that the source sends although none is requested.
fn default_id_note(id: &str, from: &str) -> String {
    format!(" (asked for client id {}, from {from})", describe_id(id))
}
