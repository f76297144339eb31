//! Hints for errors of a vault.

use super::{Confidence, Hint, hint};
use crate::prelude::*;
use crate::text::split_once;

/// The identity that called the vault.
pub(crate) struct Caller<'a> {
    /// A description of the identity.
    pub(crate) identity: &'a str,
    /// The object id in its token.
    pub(crate) object_id: Option<&'a str>,
    /// No identity was specified, so the platform chose its default.
    pub(crate) platform_chose: bool,
    /// Its network address, as the vault sees it.
    pub(crate) address: Option<&'a str>,
}

/// The identity has no permission, or the network or the secret's state forbids the operation.
pub(crate) fn forbidden(code: &str, permission: &str, role: &str, caller: &Caller<'_>, vault: &str) -> Hint {
    let Caller { identity, object_id, platform_chose, address } = *caller;
    let object_id = object_id.unwrap_or("OBJECT_ID");
    let host = split_once(vault, "://").map_or(vault, |(_, host)| host);
    let name = host.split('.').next().unwrap_or_default();
    let assign = || {
        format!(
            "Assign it the role {role} on vault {vault} (portal: the vault > Access control (IAM), or \
             `az role assignment create --role \"{role}\" --assignee-object-id {object_id} \
             --scope $(az keyvault show --name {name} --query id --output tsv)`)"
        )
    };
    let mut text = match code {
        "SecretDisabled" => {
            return hint(
                Confidence::ServiceResponse,
                format!("The secret is disabled: enable it in vault {vault}, or read another version"),
            );
        }
        "ForbiddenByFirewall" => {
            let address = address.map_or_else(|| "this address".to_owned(), |address| format!("the address {address}"));
            return hint(
                Confidence::ServiceResponse,
                format!(
                    "The firewall of vault {vault} does not let {address} in: add it, the app's subnet or a private endpoint (portal: Networking)"
                ),
            );
        }
        "ForbiddenByConnection" => {
            return hint(
                Confidence::ServiceResponse,
                format!(
                    "Vault {vault} is closed to public networks: call it from a network that has a private endpoint to it, or open it (portal: Networking)"
                ),
            );
        }
        // Without an inner code the reason is only in the vault's message.
        "Forbidden" => {
            format!(
                "Nobody may do it where the vault has purge protection or the secret belongs to a certificate. Else: the identity used was {identity}. {}",
                assign()
            )
        }
        "ForbiddenByPolicy" | "AccessDenied" => {
            format!(
                "The identity used was {identity}. Give it the secret permission {permission} in the access policies of vault {vault} \
                 (`az keyvault set-policy --name {name} --object-id {object_id} --secret-permissions {}`)",
                permission.to_ascii_lowercase()
            )
        }
        _ => format!("The identity used was {identity}. {}", assign()),
    };
    text.push_str("; a new role can take up to 10 minutes");
    if platform_chose {
        text.push_str(". If a user-assigned identity has the role, choose it: set AZURE_CLIENT_ID to its client id, or pass it in code");
    }
    hint(Confidence::ServiceResponse, text)
}

/// The name belongs to a secret that is deleted, or is being deleted or recovered.
pub(crate) fn conflict(code: &str) -> Option<Hint> {
    let text = match code {
        "ObjectIsDeletedButRecoverable" => {
            "A deleted secret has this name: recover it (recover-deleted-secret), or purge it for good (purge-deleted-secret)"
        }
        "ObjectIsBeingDeleted" | "ObjectIsBeingRecovered" => {
            "The vault is still at it: wait some seconds and call again"
        }
        _ => "The vault has it already, or is changing it: look with get-secret, and call again after some seconds",
    };
    Some(hint(Confidence::ServiceResponse, text))
}

/// There is no deleted secret with this name.
pub(crate) fn not_deleted(name: &str, vault: &str) -> Hint {
    hint(
        Confidence::ServiceResponse,
        format!(
            "Vault {vault} has no deleted secret {name}, or has not done deleting it: `az keyvault secret list-deleted --vault-name NAME` lists them"
        ),
    )
}

/// There is no secret with this name or version.
pub(crate) fn not_found(name: &str, version: Option<&str>, vault: &str) -> Hint {
    let version = version.map(|v| format!(" in version {v}")).unwrap_or_default();
    hint(
        Confidence::ServiceResponse,
        format!(
            "Vault {vault} has no secret {name}{version} that is not deleted: `az keyvault secret list --vault-name NAME` lists them. \
             Names have letters, digits and dashes only, no underscores"
        ),
    )
}

/// The vault rejected the token although its challenge was followed.
pub(crate) fn token_refused(vault: &str) -> Hint {
    hint(
        Confidence::ServiceResponse,
        format!(
            "Vault {vault} does not accept tokens of this identity: it belongs to another tenant or another cloud (AZURE_AUTHORITY_HOST), or has been moved"
        ),
    )
}

/// The challenge names a resource that is not the vault's domain.
pub(crate) fn challenge_mismatch(resource: &str, host: &str) -> Hint {
    hint(
        Confidence::ServiceResponse,
        format!(
            "{host} asks for a token for {resource}, which is not its own domain: a token sent there could be used elsewhere. Check the vault URL; \
             for an emulator or a private domain that you trust set client-options.verify-challenge-resource to false in code"
        ),
    )
}
