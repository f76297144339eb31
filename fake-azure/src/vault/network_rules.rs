//! Where a request comes from. <https://learn.microsoft.com/azure/key-vault/general/network-security>

use super::super::description::Vault;
use super::super::token::Claims;
use super::error::VaultError;

/// Where everybody is who asks the fake: an address of documentation's own (RFC 5737).
const CLIENT: &str = "203.0.113.7";

/// Refuses whom the vault's network rules keep out. That is asked after who they are: the refusal tells both.
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
