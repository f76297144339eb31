//! Which managed identity is asked for, and what it means when a platform refuses it.

use crate::diagnosis;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Reply;
use crate::prelude::*;
use crate::text::encode;
use crate::token::{describe_id, is_uuid};

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
    pub(in crate::credential) fn check(&self, from: &str) -> Result<()> {
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
pub(super) struct Asked {
    pub(super) id: ManagedIdentityId,
    pub(super) from: &'static str,
    /// `AZURE_CLIENT_ID` chooses where the code does not.
    pub(super) reads_variable: bool,
}

impl Asked {
    /// The kind and the id, where one is given.
    pub(super) fn id(&self) -> Option<(&'static str, &str)> {
        match &self.id {
            ManagedIdentityId::FromEnvironment | ManagedIdentityId::SystemAssigned => None,
            ManagedIdentityId::ClientId(id) => Some(("client id", id)),
            ManagedIdentityId::ObjectId(id) => Some(("object id", id)),
            ManagedIdentityId::ResourceId(id) => Some(("resource id", id)),
        }
    }

    /// The query's part that names the identity, with the source's own names for each kind of id.
    pub(super) fn query(&self, client_id: &str, object_id: &str, resource_id: &str) -> String {
        let (name, id) = match &self.id {
            ManagedIdentityId::FromEnvironment | ManagedIdentityId::SystemAssigned => return String::new(),
            ManagedIdentityId::ClientId(id) => (client_id, id),
            ManagedIdentityId::ObjectId(id) => (object_id, id),
            ManagedIdentityId::ResourceId(id) => (resource_id, id),
        };
        format!("&{name}={}", encode(id))
    }

    /// In words.
    pub(super) fn describe(&self) -> String {
        match (&self.id, self.id()) {
            (_, Some((kind, id))) => format!("user-assigned identity with {kind} {id} (from {})", self.from),
            (ManagedIdentityId::SystemAssigned, _) => format!("system-assigned identity (from {})", self.from),
            _ => "no identity named".to_owned(),
        }
    }

    /// The error of a platform that answered that it does not have this identity, or none to give by default.
    /// With an id the chain stops: the next credential would be somebody else.
    pub(super) fn refused(&self, source: &str, reply: &Reply, message: String) -> Box<Error> {
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
    pub(super) fn not_selectable(&self, (source, how): (&str, &str), why: &str) -> Box<Error> {
        Error::invalid(format!("{source} ({how}) can't be asked for the {}", self.describe()))
            .hint(diagnosis::not_selectable(why, self.from))
    }
}
