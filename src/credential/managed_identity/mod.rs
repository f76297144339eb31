//! ManagedIdentityCredential: an identity that the Azure host gives to what runs on it. One file a source.

mod app_service;
mod imds;

use alloc::rc::Rc;
use core::time::Duration;

use super::{CredentialOptions, Made, TokenCredential};
use crate::cache::{Fetch, TokenCache};
use crate::diagnosis;
use crate::env::Env;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Call, Reply};
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::text::encode;
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

    /// The query's part that names the identity, with the source's own names for object and resource ids.
    fn query(&self, object_id: &str, resource_id: &str) -> String {
        let Some((kind, id)) = self.id() else { return String::new() };
        let name = match kind {
            "client id" => "client_id",
            "object id" => object_id,
            _ => resource_id,
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
    fn refused(&self, source: &str, reply: &Reply, message: String, in_chain: bool) -> Box<Error> {
        match self.id() {
            Some((kind, id)) => {
                let mut error = reply.error(ErrorKind::AuthenticationFailed, message);
                error.hint = Some(diagnosis::identity_refused(source, kind, id, self.from));
                error
            }
            None => reply
                .error(ErrorKind::CredentialUnavailable, message)
                .hint(diagnosis::choose_identity(source, in_chain)),
        }
    }
}

/// A kind of host that gives identities.
trait Source {
    /// Its name in results and reports.
    fn name(&self) -> &'static str;
    /// Asks it for a token. The variables that led here are part of every error.
    fn ask<'a>(&'a self, call: Call<'a>, resource: &'a str, asked: &'a Asked) -> LocalFuture<'a, Result<AccessToken>>;
}

/// Detects the source, once for the life of the credential, in the order of the Azure SDKs. `None` is IMDS, which no
/// variable announces. What is detected and can't be used is an error.
fn detect(env: &Env, in_chain: bool) -> Result<Option<Box<dyn Source>>> {
    let unsupported = |name: &str| {
        let message = format!("{name} managed identity is not supported by this version");
        Err(Error::new(ErrorKind::Unsupported, message).hint(diagnosis::source_not_supported()))
    };
    match (env.get("IDENTITY_ENDPOINT"), env.get("IDENTITY_HEADER")) {
        (Some(_), Some(_)) if env.get("IDENTITY_SERVER_THUMBPRINT").is_some() => unsupported("Service Fabric"),
        (Some(endpoint), Some(header)) => Ok(Some(Box::new(app_service::AppService::new(endpoint, header, in_chain)?))),
        (Some(_), None) if env.get("IMDS_ENDPOINT").is_some() => unsupported("Azure Arc"),
        (Some(_), None) => Err(Error::unavailable(
            "ManagedIdentityCredential authentication unavailable. IDENTITY_ENDPOINT is set, but IDENTITY_HEADER is not; IMDS was not tried",
        )
        .hint(diagnosis::half_set("App Service managed identity", &["IDENTITY_ENDPOINT"], &["IDENTITY_HEADER"]))),
        (None, _) if env.get("MSI_ENDPOINT").is_some() => {
            unsupported(if env.get("MSI_SECRET").is_some() { "Azure ML" } else { "Cloud Shell" })
        }
        (None, _) => Ok(None),
    }
}

struct ManagedIdentity {
    source: Box<dyn Source>,
    asked: Asked,
    /// Alone, `AZURE_CLIENT_ID` is set but not read.
    variable_ignored: bool,
    in_chain: bool,
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

fn make(env: &Env, options: &CredentialOptions, in_chain: bool) -> Result<Made> {
    let variable = env.get("AZURE_CLIENT_ID");
    let asked = match (&options.managed_identity, variable) {
        (ManagedIdentityId::FromEnvironment, Some(id)) if in_chain => {
            Asked { id: ManagedIdentityId::ClientId(id.to_owned()), from: "AZURE_CLIENT_ID" }
        }
        (id, _) => Asked { id: id.clone(), from: "the option managed-identity" },
    };
    asked.id.check(asked.from)?;
    let source = match detect(env, in_chain)? {
        Some(source) => source,
        None => Box::new(imds::Imds::new(env, options, in_chain)?),
    };
    let variable_ignored = !in_chain && variable.is_some() && asked.id == ManagedIdentityId::FromEnvironment;
    Ok(Rc::new(ManagedIdentity { source, asked, variable_ignored, in_chain, cache: TokenCache::default() }))
}

impl ManagedIdentity {
    async fn exchange(&self, call: Call<'_>, request: &TokenRequest) -> Result<AccessToken> {
        match self.source.ask(call, request.resource()?, &self.asked).await {
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
                if self.variable_ignored {
                    error.hint = error.hint.map(diagnosis::not_read_alone);
                }
                error.details.push(("source", self.source.name().to_owned()));
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
        Box::pin(self.cache.token(call, request, self))
    }

    fn patience(&self) -> Duration {
        // A metadata service that is being updated answers 410 for up to 75 seconds.
        Duration::from_secs(if self.in_chain { 30 } else { 100 })
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
