//! The network rules of a vault. <https://learn.microsoft.com/azure/key-vault/general/network-security>

use super::super::description::Vault;
use super::super::token::Claims;
use super::error::VaultError;

/// The address of every client of the fake, from a range for documentation (RFC 5737).
const CLIENT: &str = "203.0.113.7";

/// Refuses clients that the network rules exclude. It runs after authentication: the error names the caller.
pub(super) fn check(vault: &Vault, caller: &Claims) -> Result<(), VaultError> {
    let Claims { appid, oid, iss, .. } = caller;
    let whose =
        format!("Caller: appid={appid};oid={oid};iss={iss}\r\nVault: {};location=westeurope", vault.short_name());
    if !vault.public_access {
        let text = "Public network access is disabled and request is not from a trusted service nor via an approved private link.";
        return Err(VaultError::forbidden("ForbiddenByConnection", format!("{text}\r\n{whose}")));
    }
    if vault.firewall {
        let text = "Client address is not authorized and caller is not a trusted service.";
        return Err(VaultError::forbidden(
            "ForbiddenByFirewall",
            format!("{text}\r\nClient address: {CLIENT}\r\n{whose}"),
        ));
    }
    Ok(())
}
