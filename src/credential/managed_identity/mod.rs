//! ManagedIdentityCredential: an identity that the Azure host gives to what runs on it. One file a source.

mod app_service;
mod azure_arc;
mod azure_ml;
mod cloud_shell;
mod endpoint;
mod federated;
mod imds;
mod service_fabric;

use alloc::rc::Rc;
use core::time::Duration;

use super::{CredentialOptions, Made, TokenCredential};
use crate::cache::{Fetch, TokenCache};
use crate::diagnosis;
use crate::env::Env;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Call, Draft, Reply};
use crate::platform::{LocalFuture, Platform};
use crate::prelude::*;
use crate::secret::Secret;
use crate::text::{encode, find};
use crate::token::{AccessToken, TokenRequest, describe_id, is_uuid};

pub(super) const NAME: &str = "ManagedIdentityCredential";

/// Which managed identity. See `managed-identity` of the WIT package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ManagedIdentityId {
    /// In the default chain `AZURE_CLIENT_ID` chooses, else the platform.
    #[default]
    FromEnvironment,
    /// The system-assigned one.
    SystemAssigned,
    /// By client id, a UUID.
    ClientId(String),
    /// By object (principal) id, a UUID.
    ObjectId(String),
    /// By Azure resource id.
    ResourceId(String),
}

impl ManagedIdentityId {
    /// Checks that the id is of the kind that it claims to be. Nothing has been sent yet.
    pub(super) fn check(&self, from: &str) -> Result<()> {
        let (kind, id, fine) = match self {
            Self::FromEnvironment | Self::SystemAssigned => return Ok(()),
            Self::ClientId(id) => ("a client id (a UUID)", id, is_uuid(id)),
            Self::ObjectId(id) => ("an object id (a UUID)", id, is_uuid(id)),
            Self::ResourceId(id) => (
                "a resource id (/subscriptions/…/resourceGroups/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/…)",
                id,
                is_resource_id(id),
            ),
        };
        if fine {
            return Ok(());
        }
        let cure = if is_resource_id(id) {
            "It is a resource id: pass it as one (resource-id in code), or put the identity's client id in its place"
        } else if is_uuid(id) {
            "It is a client id or an object id: pass it as one"
        } else {
            "The client id stands in the portal under the managed identity > Overview > Client ID; it has no braces, quotes or white space around it"
        };
        Err(Error::invalid(format!("{from} is not {kind}: {}", describe_id(id))).hint(diagnosis::expected(cure)))
    }
}

fn is_resource_id(id: &str) -> bool {
    let parts: Vec<&str> = id.split('/').collect();
    id.len() <= 1024
        && id.bytes().all(|b| b.is_ascii_graphic())
        && matches!(parts.as_slice(), ["", subscriptions, _, groups, _, providers, provider, kind, name]
            if subscriptions.eq_ignore_ascii_case("subscriptions") && groups.eq_ignore_ascii_case("resourcegroups")
                && providers.eq_ignore_ascii_case("providers") && provider.eq_ignore_ascii_case("Microsoft.ManagedIdentity")
                && kind.eq_ignore_ascii_case("userAssignedIdentities") && !name.is_empty())
}

/// The identity that is asked for, and where its id came from.
struct Asked {
    id: ManagedIdentityId,
    from: &'static str,
    /// `AZURE_CLIENT_ID` chooses where the code does not.
    reads_variable: bool,
}

impl Asked {
    /// The kind and the id, where one is given.
    fn id(&self) -> Option<(&'static str, &str)> {
        match &self.id {
            ManagedIdentityId::FromEnvironment | ManagedIdentityId::SystemAssigned => None,
            ManagedIdentityId::ClientId(id) => Some(("client id", id)),
            ManagedIdentityId::ObjectId(id) => Some(("object id", id)),
            ManagedIdentityId::ResourceId(id) => Some(("resource id", id)),
        }
    }

    /// The query's part that names the identity, with the source's own names for each kind of id.
    fn query(&self, client_id: &str, object_id: &str, resource_id: &str) -> String {
        let (name, id) = match &self.id {
            ManagedIdentityId::FromEnvironment | ManagedIdentityId::SystemAssigned => return String::new(),
            ManagedIdentityId::ClientId(id) => (client_id, id),
            ManagedIdentityId::ObjectId(id) => (object_id, id),
            ManagedIdentityId::ResourceId(id) => (resource_id, id),
        };
        format!("&{name}={}", encode(id))
    }

    /// In words.
    fn describe(&self) -> String {
        match (&self.id, self.id()) {
            (_, Some((kind, id))) => format!("user-assigned identity with {kind} {id} (from {})", self.from),
            (ManagedIdentityId::SystemAssigned, _) => format!("system-assigned identity (from {})", self.from),
            _ => "no identity named".to_owned(),
        }
    }

    /// The error of a platform that answered that it does not have this identity, or none to give by default.
    /// With an id the chain stops: the next credential would be somebody else.
    fn refused(&self, source: &str, reply: &Reply, message: String) -> Box<Error> {
        match self.id() {
            Some((kind, id)) => {
                let mut error = reply.error(ErrorKind::AuthenticationFailed, message);
                error.hint = Some(diagnosis::identity_refused(source, kind, id, self.from));
                error
            }
            None => reply
                .error(ErrorKind::CredentialUnavailable, message)
                .hint(diagnosis::choose_identity(source, self.reads_variable)),
        }
    }

    /// The error of a source that can't be asked for the identity that was asked for. Nothing was sent.
    fn not_selectable(&self, (source, how): (&str, &str), why: &str) -> Box<Error> {
        Error::invalid(format!("{source} ({how}) can't be asked for the {}", self.describe()))
            .hint(diagnosis::not_selectable(why, self.from))
    }
}

/// A kind of host that gives identities.
trait Source {
    /// Its name in results and reports.
    fn name(&self) -> &'static str;
    /// What told that it is this one, for reports.
    fn detected_by(&self) -> &'static str;
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
                let (source, how) = (self.source.name(), self.source.detected_by());
                error.message =
                    format!("{source} managed identity ({how}), {}: {}", self.asked.describe(), error.message);
                if self.variable_ignored {
                    error.hint = error.hint.map(diagnosis::not_read_alone);
                }
                // Entra's answer, passed on.
                if find(&error.message, "AADSTS50001").is_some() {
                    error.hint.get_or_insert_with(diagnosis::no_such_resource);
                }
                error.details.push(("source", source.to_owned()));
                Err(error)
            }
        }
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

    fn patience(&self) -> Duration {
        // A metadata service that is being updated answers 410 for up to 75 seconds.
        Duration::from_secs(100)
    }
}

/// What the platform says of its refusal, in whichever of its fields: App Service has `message`, IMDS
/// `error_description`, others nest them in `error`.
fn said(reply: &Reply) -> Option<String> {
    let json = reply.json()?;
    let paths: [&[&str]; 5] = [&["message"], &["error_description"], &["error", "message"], &["Message"], &["error"]];
    let text = paths.into_iter().find_map(|path| json.text(path).filter(|text| !text.is_empty()))?;
    Some(reply.quote(text))
}
