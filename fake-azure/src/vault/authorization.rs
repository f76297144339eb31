//! Authorization by roles or by the vault's access policies.
//! <https://learn.microsoft.com/azure/key-vault/general/rbac-access-policy>

use std::collections::BTreeMap;

use serde_json::json;

use super::super::Fake;
use super::super::description::{Permission, Role, Vault};
use super::super::ids::GROUP;
use super::super::token::Claims;
use super::error::VaultError;
use super::operation::Operation;

impl Role {
    /// Whether the role has this data action for secrets.
    /// <https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security>
    fn allows(self, action: &str) -> bool {
        match self {
            Self::Administrator | Self::SecretsOfficer => true,
            Self::SecretsUser => ["getSecret/action", "readMetadata/action"].contains(&action),
            Self::Reader => action == "readMetadata/action",
            // It has actions on deleted vaults, and no data actions.
            Self::PurgeOperator => false,
        }
    }
}

/// Checks the caller's permission. It runs before the look-up of the secret.
pub(super) fn authorize(
    fake: &Fake,
    vault: &Vault,
    caller: &Claims,
    operation: &Operation,
    secret: &str,
) -> Result<(), VaultError> {
    let identity = fake.description.application(&caller.appid).map_or("", |identity| identity.name.as_str());
    match &vault.policies {
        Some(policies) => by_policy(policies, identity, vault, caller, operation.permission),
        None if vault.roles.get(identity).is_some_and(|role| role.allows(operation.action)) => Ok(()),
        None => Err(by_rbac(vault, caller, operation.action, secret)),
    }
}

fn by_rbac(vault: &Vault, caller: &Claims, action: &str, secret: &str) -> VaultError {
    let vault = vault.short_name();
    let resource = if secret.is_empty() { String::new() } else { format!("/secrets/{secret}") };
    let Claims { appid, oid, iss, .. } = caller;
    VaultError::forbidden(
        "ForbiddenByRbac",
        format!(
            "Caller is not authorized to perform action on resource.\r\n\
             If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\n\
             Caller: appid={appid};oid={oid};iss={iss}\r\n\
             Action: 'Microsoft.KeyVault/vaults/secrets/{action}'\r\n\
             Resource: '{GROUP}/providers/microsoft.keyvault/vaults/{vault}{resource}'\r\n\
             Assignment: (not found)\r\n\
             DenyAssignmentId: null\r\n\
             DecisionReason: null \r\n\
             Vault: {vault};location=westeurope\r\n"
        ),
    )
}

/// A caller whose policy lacks the permission gets another code than a caller without a policy, as users report.
fn by_policy(
    policies: &BTreeMap<String, Vec<Permission>>,
    identity: &str,
    vault: &Vault,
    caller: &Claims,
    needed: Permission,
) -> Result<(), VaultError> {
    let policy = policies.get(identity);
    if policy.is_some_and(|allowed| allowed.contains(&needed) || allowed.contains(&Permission::All)) {
        return Ok(());
    }
    let code = if policy.is_some() { "ForbiddenByPolicy" } else { "AccessDenied" };
    let Claims { appid, oid, iss, .. } = caller;
    let (permission, vault) = (json!(needed), vault.short_name());
    let permission = permission.as_str().unwrap_or_default();
    Err(VaultError::forbidden(
        code,
        format!(
            "The user, group or application 'appid={appid};oid={oid};iss={iss}' does not have secrets {permission} \
             permission on key vault '{vault};location=westeurope'. For help resolving this issue, please see \
             https://go.microsoft.com/fwlink/?linkid=2125287"
        ),
    ))
}
