//! How code names a managed identity.

use crate::diagnosis;
use crate::error::{Error, Result};
use crate::language::{self, Language, Phrase};
use crate::prelude::*;
use crate::secret::quote;
use crate::token::{describe_id, is_uuid};
use crate::value;

/// The managed identity to use. See `managed-identity` of the WIT package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ManagedIdentityId {
    /// In the default chain `AZURE_CLIENT_ID`, if it is set; else the default of the platform.
    #[default]
    FromEnvironment,
    /// The system-assigned identity.
    SystemAssigned,
    /// By client id, a UUID.
    ClientId(String),
    /// By object (principal) id, a UUID.
    ObjectId(String),
    /// By Azure resource id.
    ResourceId(String),
}

impl ManagedIdentityId {
    /// The option by which code names this identity: of the default chain, or of ManagedIdentityCredential.
    pub(super) fn option(&self, chain: bool) -> Phrase {
        match (self, chain) {
            (Self::ClientId(_), true) => language::CHAIN_CLIENT_ID,
            (Self::ClientId(_), false) => language::CLIENT_ID,
            (Self::ObjectId(_), true) => language::CHAIN_OBJECT_ID,
            (Self::ObjectId(_), false) => language::OBJECT_ID,
            (Self::ResourceId(_), true) => language::CHAIN_RESOURCE_ID,
            (Self::ResourceId(_), false) => language::RESOURCE_ID,
            (Self::FromEnvironment | Self::SystemAssigned, _) => language::SYSTEM_ASSIGNED,
        }
    }

    /// Checks the form of the id. `from` names the option or variable that it comes from.
    pub(super) fn check(&self, from: &str, language: Language) -> Result<()> {
        let (kind, id, is_valid) = match self {
            Self::FromEnvironment | Self::SystemAssigned => return Ok(()),
            Self::ClientId(id) => ("a client id (a UUID)", id, is_uuid(id)),
            Self::ObjectId(id) => ("an object id (a UUID)", id, is_uuid(id)),
            Self::ResourceId(id) => (
                "a resource id (/subscriptions/…/resourceGroups/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/…)",
                id,
                is_resource_id(id),
            ),
        };
        value::check_public(from, id)?;
        if is_valid {
            return Ok(());
        }
        let cure = if is_resource_id(id) {
            &language.fill(language::PASS_RESOURCE_ID, &[])
        } else if contains_resource_id(id) {
            "Write it as /subscriptions/…/userAssignedIdentities/NAME, from the first slash to the name: nothing is in front of it, and no slash behind it"
        } else if is_uuid(id) {
            "Pass it as what it is, a client id or an object id"
        } else {
            "Copy the client id from the portal: the managed identity > Overview > Client ID."
        };
        Err(Error::invalid(format!("{from} is not {kind}: {}", describe_id(id)))
            .with_hint(diagnosis::configuration(cure)))
    }
}

/// Whether the text is the resource id of a user-assigned identity. The name of a resource group may have letters and digits
/// of any script. <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftresources>
fn is_resource_id(id: &str) -> bool {
    let parts: Vec<&str> = id.split('/').collect();
    let is_ascii = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic());
    // Letters of some scripts are several characters, so of those outside of ASCII only the invisible are refused.
    let is_name = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "_-.()".contains(c);
    let is_group = |part: &str| !part.is_empty() && part.chars().all(is_name) && quote(part, &[]) == part;
    id.len() <= 1024
        && matches!(parts.as_slice(), ["", subscriptions, subscription, groups, group, providers, provider, kind, name]
            if subscriptions.eq_ignore_ascii_case("subscriptions") && is_ascii(subscription)
                && groups.eq_ignore_ascii_case("resourcegroups") && is_group(group)
                && providers.eq_ignore_ascii_case("providers") && provider.eq_ignore_ascii_case("Microsoft.ManagedIdentity")
                && kind.eq_ignore_ascii_case("userAssignedIdentities") && is_ascii(name))
}

/// Whether a resource id is in the text, as in the address of a page of the portal, or only its first slash is missing, or a
/// slash too many is at its end.
fn contains_resource_id(text: &str) -> bool {
    let start = text.to_ascii_lowercase().find("subscriptions/");
    let id = start.and_then(|start| text.get(start..)).unwrap_or_default().trim_end_matches('/');
    is_resource_id(&format!("/{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_id_with_another_beginning_or_end_is_known() {
        let id = "subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id";
        for text in [id, &format!("/{id}/"), &format!("https://portal.azure.com/#@contoso/resource/{id}")] {
            assert!(contains_resource_id(text), "{text}");
        }
        for text in [
            "",
            "subscriptions/",
            "s/resourceGroups/rg",
            &format!("/{id}/more"),
            "11111111-aaaa-4aaa-8aaa-000000000001",
        ] {
            assert!(!contains_resource_id(text), "{text}");
        }
    }

    #[test]
    fn a_resource_group_may_have_letters_of_any_script() {
        let is_valid = |group: &str, name: &str| {
            is_resource_id(&format!(
                "/subscriptions/s/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
            ))
        };
        for group in ["rg", "Büro-Köln_(1).test", "東京", "हिन्दी"] {
            assert!(is_valid(group, "id"), "{group}");
        }
        for (group, name) in
            [("", "id"), ("a b", "id"), ("a%20b", "id"), ("a\u{202e}b", "id"), ("rg", ""), ("rg", "é"), ("rg", "a b")]
        {
            assert!(!is_valid(group, name), "{group:?} {name:?}");
        }
    }
}
