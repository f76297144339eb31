//! The identity that is requested from a source, and the errors when the source does not have it.

use crate::credential::managed_identity_id::ManagedIdentityId;
use crate::diagnosis;
use crate::error::{Error, ErrorKind};
use crate::http::Reply;
use crate::language::Language;
use crate::prelude::*;
use crate::text::encode;

/// The requested identity, and where its id comes from.
pub(super) struct IdentitySelector {
    pub(super) id: ManagedIdentityId,
    pub(super) from: &'static str,
    /// `AZURE_CLIENT_ID` selects the identity if the code does not.
    pub(super) reads_client_id_variable: bool,
    pub(super) language: Language,
}

impl IdentitySelector {
    /// The kind of the id and the id, if there is one.
    pub(super) fn id(&self) -> Option<(&'static str, &str)> {
        match &self.id {
            ManagedIdentityId::FromEnvironment | ManagedIdentityId::SystemAssigned => None,
            ManagedIdentityId::ClientId(id) => Some(("client id", id)),
            ManagedIdentityId::ObjectId(id) => Some(("object id", id)),
            ManagedIdentityId::ResourceId(id) => Some(("resource id", id)),
        }
    }

    /// The part of a query that names the identity. The arguments are the source's parameter names for each kind of id.
    pub(super) fn query(&self, client_id: &str, object_id: &str, resource_id: &str) -> String {
        let (name, id) = match &self.id {
            ManagedIdentityId::FromEnvironment | ManagedIdentityId::SystemAssigned => return String::new(),
            ManagedIdentityId::ClientId(id) => (client_id, id),
            ManagedIdentityId::ObjectId(id) => (object_id, id),
            ManagedIdentityId::ResourceId(id) => (resource_id, id),
        };
        format!("&{name}={}", encode(id))
    }

    /// The end of an error's message: which identity was asked for, if one was.
    pub(super) fn asked(&self) -> Option<String> {
        match (&self.id, self.id()) {
            (_, Some((kind, id))) => Some(format!(" (asked for {kind} {id}, from {})", self.from)),
            (ManagedIdentityId::SystemAssigned, _) => {
                Some(format!(" (asked for the system-assigned identity, from {})", self.from))
            }
            _ => None,
        }
    }

    /// A description for messages.
    pub(super) fn describe(&self) -> String {
        match (&self.id, self.id()) {
            (_, Some((kind, id))) => format!("user-assigned identity with {kind} {id} (from {})", self.from),
            (ManagedIdentityId::SystemAssigned, _) => format!("system-assigned identity (from {})", self.from),
            _ => "no identity named".to_owned(),
        }
    }

    /// The error of a source that does not have this identity, or has no default identity. If an id was requested a chain
    /// stops, because the next credential would be another identity.
    pub(super) fn refused(&self, source: &str, reply: &Reply, message: String) -> Box<Error> {
        match self.id() {
            Some((kind, id)) => {
                let mut error = reply.error(ErrorKind::AuthenticationFailed, message);
                error.hint = Some(diagnosis::identity_refused(source, kind, id, self.from, self.language));
                error
            }
            None => reply.error(ErrorKind::CredentialUnavailable, message).with_hint(diagnosis::choose_identity(
                source,
                self.reads_client_id_variable,
                self.language,
            )),
        }
    }

    /// The error of a source that can't select the requested identity. Nothing was sent.
    pub(super) fn not_selectable(&self, (source, how): (&str, &str), why: &str) -> Box<Error> {
        Error::invalid(format!("{source} ({how}) can't be asked for the {}", self.describe()))
            .with_hint(diagnosis::not_selectable(why, self.from, self.language))
    }
}
