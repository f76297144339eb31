//! Hints for errors of a vault.

use super::{Confidence, Hint, hint};
use crate::language::{self, Language};
use crate::prelude::*;

/// The identity that called the vault, and how to name it.
pub(crate) struct Caller<'a> {
    /// The object id in its token.
    pub(crate) object_id: Option<&'a str>,
    /// No identity was specified, so the platform chose its default.
    pub(crate) platform_chose: bool,
    /// Its network address, as the vault sees it.
    pub(crate) address: Option<&'a str>,
    pub(crate) language: Language,
}

/// The identity has no permission, or the network or the secret's state forbids the operation. The message of the error names
/// the identity.
pub(crate) fn forbidden(code: &str, permission: &str, role: &str, caller: &Caller<'_>, vault: &str) -> Hint {
    let Caller { object_id, platform_chose, address, language } = *caller;
    let object_id = object_id.unwrap_or("OBJECT_ID");
    let name = name_of(vault);
    let assignment = format!(
        "the role {role} on vault {vault} to this identity:\naz role assignment create --role \"{role}\" --assignee-object-id {object_id} \
         --scope $(az keyvault show --name {name} --query id --output tsv)\n(portal: the vault > Access control (IAM))"
    );
    let mut text = match code {
        "SecretDisabled" => {
            return hint(
                Confidence::ServiceResponse,
                format!("Enable the secret in vault {vault}, or read another version"),
            );
        }
        "ForbiddenByFirewall" if address.is_some_and(is_private) => {
            let address = address.unwrap_or_default();
            return hint(
                Confidence::ServiceResponse,
                format!(
                    "Allow the app's subnet (with the service endpoint Microsoft.KeyVault), or make a private endpoint (portal: the vault > Networking)\n\
                     The firewall of vault {vault} sees the private address {address}, and no rule for addresses can hold one"
                ),
            );
        }
        "ForbiddenByFirewall" => {
            let address =
                address.map_or_else(|| "the app's address".to_owned(), |address| format!("the address {address}"));
            return hint(
                Confidence::ServiceResponse,
                format!(
                    "Let {address} in at the firewall of vault {vault} (portal: the vault > Networking),\nor allow the app's subnet, or make a private endpoint"
                ),
            );
        }
        "ForbiddenByConnection" => {
            return hint(
                Confidence::ServiceResponse,
                format!(
                    "Call the vault from a network with a private endpoint to it, or open it to public networks (portal: the vault > Networking)\n\
                     Vault {vault} is closed to public networks"
                ),
            );
        }
        // Without an inner code the reason is only in the vault's message.
        "Forbidden" => format!(
            "Check whether the vault has purge protection or the secret belongs to a certificate: then nobody may do it\nElse assign {assignment}"
        ),
        "ForbiddenByPolicy" | "AccessDenied" => format!(
            "Give the secret permission {permission} in the access policies of vault {vault} to this identity:\n\
             az keyvault set-policy --name {name} --object-id {object_id} --secret-permissions {}",
            permission.to_ascii_lowercase()
        ),
        _ => format!("Assign {assignment}"),
    };
    if platform_chose {
        let code = language.say(language::CHAIN_CLIENT_ID_IN_CODE);
        text.push_str(&format!(
            "\nIf a user-assigned identity has it, choose that one: set AZURE_CLIENT_ID to its client id, or {code}"
        ));
    }
    text.push_str("\nA new role can take up to 10 minutes, and a role that a group has up to a day");
    hint(Confidence::ServiceResponse, text)
}

/// Whether an IPv4 address is of a private network (RFC 1918, RFC 6598).
fn is_private(address: &str) -> bool {
    matches!(
        address.parse::<core::net::Ipv4Addr>().map(|address| address.octets()),
        Ok([10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..])
    )
}

/// The name belongs to a secret that is deleted, or is being deleted or recovered.
pub(crate) fn conflict(code: &str, language: Language) -> Option<Hint> {
    let text = match code {
        "ObjectIsDeletedButRecoverable" => language.fill(language::RECOVER_OR_PURGE, &[]),
        "ObjectIsBeingDeleted" | "ObjectIsBeingRecovered" => {
            "Wait some seconds and call again: the vault is still deleting or recovering the secret".to_owned()
        }
        _ => language.fill(language::LOOK_AT_SECRET, &[]),
    };
    Some(hint(Confidence::ServiceResponse, text))
}

/// There is no deleted secret with this name.
pub(crate) fn not_deleted(name: &str, vault: &str) -> Hint {
    absent(
        "Check the name, or wait until the secret is deleted",
        &format!("deleted secret {name}"),
        "list-deleted",
        vault,
    )
}

/// There is no secret with this name or version.
pub(crate) fn not_found(name: &str, version: Option<&str>, vault: &str) -> Hint {
    match version {
        Some(version) => absent(
            "Check the version, or leave it out for the latest one",
            &format!("secret {name} in version {version} that is not deleted"),
            &format!("list-versions --name {name}"),
            vault,
        ),
        None => absent(
            "Check the name, which has letters, digits and dashes only, no underscores",
            &format!("secret {name} that is not deleted"),
            "list",
            vault,
        ),
    }
}

/// The vault does not have `what`, and the command of `az keyvault secret` lists what it has.
fn absent(fix: &str, what: &str, command: &str, vault: &str) -> Hint {
    let name = name_of(vault);
    hint(
        Confidence::ServiceResponse,
        format!("{fix}\nVault {vault} has no {what}\nTo list them: az keyvault secret {command} --vault-name {name}"),
    )
}

/// The name of the vault with this origin.
fn name_of(vault: &str) -> &str {
    let host = vault.split_once("://").map_or(vault, |(_, host)| host);
    host.split('.').next().unwrap_or_default()
}

/// The vault rejected the token although its challenge was followed.
pub(crate) fn token_refused(vault: &str) -> Hint {
    hint(
        Confidence::ServiceResponse,
        format!(
            "Use an identity of the vault's tenant, and of its cloud (AZURE_AUTHORITY_HOST)\n\
             Vault {vault} does not accept tokens of this identity: it belongs to another tenant or another cloud, or has been moved"
        ),
    )
}

/// The challenge names a resource that is not the vault's domain. `can_be_trusted`: an option accepts such a challenge.
pub(crate) fn challenge_mismatch(resource: &str, host: &str, can_be_trusted: bool, language: Language) -> Hint {
    let trust = if can_be_trusted { language.fill(language::TRUST_CHALLENGE, &[]) } else { String::new() };
    hint(
        Confidence::ServiceResponse,
        format!(
            "Check the vault URL\n{host} asks for a token for {resource}, which is not its own domain, and could use such a token elsewhere{trust}"
        ),
    )
}
