//! ManagedIdentityCredential: an identity that the Azure host gives to what runs on it. One file a source.

mod app_service;
mod azure_arc;
mod azure_ml;
mod cloud_shell;
mod endpoint;
mod federated;
pub(super) mod id;
mod imds;
mod service_fabric;

use alloc::rc::Rc;
use core::time::Duration;

use super::{Candidate, CredentialOptions, Made, Readiness, TokenCredential};
use crate::diagnosis;
use crate::env::Env;
use crate::error::{Error, Result};
use crate::http::{Call, Draft, Reply};
use crate::platform::{LocalFuture, Platform};
use crate::prelude::*;
use crate::secret::Secret;
use crate::token::{AccessToken, TokenRequest, describe_id};
use crate::token_cache::{Fetch, TokenCache};
use crate::url::Url;
use id::{Asked, ManagedIdentityId};

pub(super) const NAME: &str = "ManagedIdentityCredential";

/// A kind of host that gives identities.
trait Source {
    /// Its name in results and reports.
    fn name(&self) -> &'static str;
    /// What told that it is this one, for reports.
    fn detected_by(&self) -> &'static str;
    /// Where it is.
    fn url(&self) -> &Url;
    /// Whether something tells that it is there.
    fn is_announced(&self) -> bool {
        true
    }
    /// The client id that it sends where no id is asked for, and the variable that it is from.
    fn default_client_id(&self) -> Option<(&str, &'static str)> {
        None
    }
    /// The request for a token.
    fn draft(&self, resource: &str, asked: &Asked) -> Draft;
    /// Sends it, within the source's retry policy. Messages begin where the report has said which source was asked for
    /// which identity.
    fn send<'a>(&'a self, call: Call<'a>, draft: &'a Draft) -> LocalFuture<'a, Result<Reply>>;
    /// The key with which to send it again, where the source wants to see one first.
    fn challenged(&self, _platform: &dyn Platform, _reply: &Reply) -> Result<Option<Secret>> {
        Ok(None)
    }
    /// The token of its answer, or what its refusal means to whom `asked`.
    fn token(&self, now: u64, reply: &Reply, asked: &Asked) -> Result<AccessToken>;
}

/// The sources of managed identities, as results and reports name them.
pub const SOURCES: &[&str] = &[
    app_service::NAME,
    azure_arc::NAME,
    azure_ml::NAME,
    cloud_shell::NAME,
    service_fabric::NAME,
    federated::SOURCE,
    imds::NAME,
];

/// Detects the source, once for the life of the credential, in the order of the Azure SDKs. What is detected and can't
/// be used is an error; IMDS, which no variable announces, comes last.
fn detect(env: &Env, options: &CredentialOptions, asked: &Asked) -> Result<Box<dyn Source>> {
    let (endpoint, header) = (env.get("IDENTITY_ENDPOINT"), env.get("IDENTITY_HEADER"));
    Ok(match (endpoint, header, env.get("MSI_ENDPOINT"), env.get("MSI_SECRET")) {
        (Some(_), Some(_), ..) if env.get("IDENTITY_SERVER_THUMBPRINT").is_some() => {
            return Err(service_fabric::refuse(asked));
        }
        (Some(endpoint), Some(header), ..) => Box::new(app_service::AppService::new(endpoint, header)?),
        (Some(endpoint), None, ..) if env.get("IMDS_ENDPOINT").is_some() => {
            Box::new(azure_arc::AzureArc::new(endpoint)?)
        }
        (Some(_), None, ..) => {
            return Err(Error::unavailable(
                "ManagedIdentityCredential authentication unavailable. IDENTITY_ENDPOINT is set, but IDENTITY_HEADER is not; IMDS was not tried",
            )
            .hint(diagnosis::half_set("App Service managed identity", &["IDENTITY_ENDPOINT"], &["IDENTITY_HEADER"])));
        }
        (.., Some(endpoint), Some(secret)) => Box::new(azure_ml::AzureMl::new(env, endpoint, secret, asked)?),
        (.., Some(endpoint), None) => Box::new(cloud_shell::CloudShell::new(endpoint, asked)?),
        _ => Box::new(imds::Imds::new(env, options)?),
    })
}

struct ManagedIdentity {
    source: Box<dyn Source>,
    asked: Asked,
    /// Alone, `AZURE_CLIENT_ID` is set but not read.
    variable_ignored: bool,
    cache: TokenCache,
}

/// For the default chain, which hands `AZURE_CLIENT_ID` on.
pub(super) fn make_in_chain(env: &Env, options: &CredentialOptions) -> Result<Made> {
    make(env, options, true)
}

/// Alone: it does not read `AZURE_CLIENT_ID`, as in the Azure SDKs.
pub(super) fn make_alone(env: &Env, options: &CredentialOptions) -> Result<Made> {
    make(env, options, false)
}

fn make(env: &Env, options: &CredentialOptions, reads_variable: bool) -> Result<Made> {
    let variable = env.get("AZURE_CLIENT_ID");
    let (id, from) = match (&options.managed_identity, variable) {
        (ManagedIdentityId::FromEnvironment, Some(id)) if reads_variable => {
            (ManagedIdentityId::ClientId(id.to_owned()), "AZURE_CLIENT_ID")
        }
        (id, _) => (id.clone(), "the option managed-identity"),
    };
    let asked = Asked { id, from, reads_variable };
    asked.id.check(from)?;
    let announced = env.get("IDENTITY_ENDPOINT").or(env.get("MSI_ENDPOINT")).is_some();
    if !announced && let Some(made) = federated::make(env, options, &asked)? {
        return Ok(made);
    }
    let source = detect(env, options, &asked)?;
    let variable_ignored = !reads_variable && variable.is_some() && asked.id == ManagedIdentityId::FromEnvironment;
    Ok(Rc::new(ManagedIdentity { source, asked, variable_ignored, cache: TokenCache::default() }))
}

impl ManagedIdentity {
    async fn ask(&self, call: Call<'_>, resource: &str) -> Result<AccessToken> {
        let mut draft = self.source.draft(resource, &self.asked);
        let mut reply = self.source.send(call, &draft).await?;
        if let Some(key) = self.source.challenged(call.platform, &reply)? {
            draft.request.headers.push(("authorization", format!("Basic {}", key.expose()).into()));
            draft.secrets.push(key);
            reply = self.source.send(call, &draft).await?;
        }
        self.source.token(call.platform.unix_now(), &reply, &self.asked)
    }

    async fn exchange(&self, call: Call<'_>, request: &TokenRequest) -> Result<AccessToken> {
        match self.ask(call, request.resource()?).await {
            Ok(token) => Ok(AccessToken {
                credential: NAME,
                source: self.source.name(),
                identity: match self.asked.id() {
                    Some(_) => self.asked.describe(),
                    None => "the managed identity that the platform gives by default".to_owned(),
                },
                platform_chose: self.asked.id == ManagedIdentityId::FromEnvironment,
                ..token
            }),
            Err(mut error) => {
                error.message = format!("{}: {}", self.describe(), error.message);
                if let (None, Some((id, from))) = (self.asked.id(), self.source.default_client_id()) {
                    error.message.push_str(&default_id(id, from));
                }
                if self.variable_ignored {
                    error.hint = error.hint.map(diagnosis::not_read_alone);
                }
                // Entra's answer, passed on.
                if error.message.contains("AADSTS50001") {
                    error.hint.get_or_insert_with(diagnosis::no_such_resource);
                }
                error.details.push(("source", self.source.name().to_owned()));
                Err(error)
            }
        }
    }

    /// Which source it asks, what told so, and for which identity.
    fn describe(&self) -> String {
        let (source, how) = (self.source.name(), self.source.detected_by());
        format!("{source} managed identity ({how}), {}", self.asked.describe())
    }
}

impl Fetch for ManagedIdentity {
    fn fetch<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        Box::pin(self.exchange(call, request))
    }
}

impl TokenCredential for ManagedIdentity {
    fn name(&self) -> &'static str {
        NAME
    }

    fn token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>> {
        // A managed identity has one tenant, and no endpoint takes a client capability.
        let request = TokenRequest { tenant: None, cae: false, ..request.clone() };
        Box::pin(async move { self.cache.token(call, &request, self).await })
    }

    fn explain(&self, candidates: &mut Vec<Candidate>) {
        let (source, endpoint) = (self.source.name(), self.source.url().origin());
        let mut candidate = Candidate::ready(NAME, format!("{}, at {endpoint}", self.describe()));
        candidate.details = vec![("source", source.to_owned()), ("endpoint", endpoint)];
        match (self.asked.id(), self.source.default_client_id()) {
            (Some((kind, id)), _) => {
                let kind = match kind {
                    "client id" => "client-id",
                    "object id" => "object-id",
                    _ => "resource-id",
                };
                candidate.details.extend([(kind, id.to_owned()), ("id-from", self.asked.from.to_owned())]);
            }
            (None, Some((id, from))) => {
                candidate.message.push_str(&default_id(id, from));
                candidate.details.extend([("client-id", describe_id(id)), ("id-from", from.to_owned())]);
            }
            // In Cloud Shell there is one identity, the user's.
            (None, None) if self.asked.id == ManagedIdentityId::FromEnvironment && source != cloud_shell::NAME => {
                candidate.hint = Some(diagnosis::platform_chooses(self.asked.reads_variable, self.variable_ignored));
            }
            (None, None) => {}
        }
        if !self.source.is_announced() {
            candidate.readiness = Readiness::Unproven;
            candidate.message.push_str("; only asking tells whether it is there");
        }
        candidates.push(candidate);
    }

    fn patience(&self) -> Duration {
        // A metadata service that is being updated answers 410 for up to 75 seconds.
        Duration::from_secs(100)
    }
}

/// The id that a source has sent of its own accord, in words.
fn default_id(id: &str, from: &str) -> String {
    format!(" (asked for client id {}, from {from})", describe_id(id))
}

/// What the platform says of its refusal, in whichever of its fields: App Service has `message`, IMDS
/// `error_description`, others nest them in `error`.
fn said(reply: &Reply) -> Option<String> {
    let json = reply.json(&["message", "error_description", "error", "Message"]).ok()?;
    let nested = json.object("error", &["message"]).unwrap_or_default();
    let texts = [
        json.text("message"),
        json.text("error_description"),
        nested.text("message"),
        json.text("Message"),
        json.text("error"),
    ];
    let text = texts.into_iter().flatten().find(|text| !text.is_empty())?;
    Some(reply.quote(&text))
}
