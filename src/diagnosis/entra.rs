//! Hints for errors of Microsoft Entra ID.

use super::{Confidence, Hint, configuration, hint};
use crate::cloud::Cloud;
use crate::prelude::*;

/// The client that the request was for.
pub(crate) struct ClientContext<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) client_id: &'a str,
    /// Where the secret or the assertion comes from.
    pub(crate) credential_origin: &'a str,
    /// The client secret ends in white space.
    pub(crate) trailing_space: bool,
    /// How to get a new assertion or secret when this one has expired.
    pub(crate) renewal: &'a str,
}

/// An AADSTS code. <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
pub(crate) fn entra_error(code: &str, client: &ClientContext<'_>) -> Option<Hint> {
    let ClientContext { tenant, client_id, credential_origin, trailing_space, renewal } = client;
    // Comparing numbers takes half the bytes of comparing texts.
    let text = match code.get("AADSTS".len()..)?.parse::<u64>().ok()? {
        7_000_215 if *trailing_space => {
            format!("Remove the white space or newline at the end of the client secret from {credential_origin}")
        }
        7_000_215 => format!(
            "Use the secret's Value, not its Secret ID: the client secret from {credential_origin} is wrong. Without the Value make a new secret: portal > \
             Microsoft Entra ID > App registrations > {client_id} > Certificates & secrets"
        ),
        7_000_222 => format!(
            "Make a new client secret and set it: the one from {credential_origin} has expired. Use the portal (Microsoft Entra ID > App registrations > \
             {client_id} > Certificates & secrets) or `az ad app credential reset --id {client_id}`"
        ),
        700_016 => {
            format!("Check AZURE_CLIENT_ID and AZURE_TENANT_ID: tenant {tenant} has no application {client_id}")
        }
        90_002 | 900_023 | 50_059 => format!(
            "Check AZURE_TENANT_ID: there is no tenant {tenant}. For a cloud other than the public one, check AZURE_AUTHORITY_HOST"
        ),
        70_021 | 700_213 | 700_211 | 700_212 | 700_021 | 700_023 => format!(
            "Compare issuer, subject (system:serviceaccount:NAMESPACE:NAME) and audience (api://AzureADTokenExchange) of the token with the identity's \
             federated credentials: no federated credential of {client_id} matches the token in {credential_origin}. A new one takes some minutes"
        ),
        700_024 => {
            format!(
                "{renewal}. The assertion from {credential_origin} is not valid now: it has expired, or the clock is wrong"
            )
        }
        700_027 => format!(
            "Upload the certificate (portal > Microsoft Entra ID > App registrations > {client_id} > Certificates & secrets): {credential_origin} is not \
             registered with {client_id}"
        ),
        50_027 | 5_002_727 => format!("{renewal}. There is no valid token in {credential_origin}"),
        500_011 | 50_001 | 1_002_012 | 70_011 => return Some(no_such_resource()),
        7_000_112 => format!(
            "Enable the application {client_id}, which is disabled in tenant {tenant}: portal > Microsoft Entra ID > Enterprise applications"
        ),
        53_003 => {
            "Ask the tenant's administrator: a Conditional Access policy for workload identities blocks this".to_owned()
        }
        _ if *trailing_space => {
            format!("Remove the white space or newline at the end of the client secret from {credential_origin}")
        }
        _ => return None,
    };
    Some(hint(Confidence::ServiceResponse, text))
}

/// The tenant has no resource with the requested identifier.
pub(crate) fn no_such_resource() -> Hint {
    hint(
        Confidence::ServiceResponse,
        "Set the scope to the resource's identifier and /.default, such as https://vault.azure.net/.default: it names no \
         resource of this tenant",
    )
}

/// The vault belongs to another tenant than the credential.
pub(crate) fn other_tenant(configured: &str, requested: &str) -> Hint {
    hint(
        Confidence::ServiceResponse,
        format!(
            "If the application is registered in tenant {requested} too, allow that tenant: \
             AZURE_ADDITIONALLY_ALLOWED_TENANTS={requested}, or credential-options.additionally-allowed-tenant in code. Else use a \
             service principal of that tenant. The credential is for tenant {configured}, and the vault's tenant or the tenant \
             asked for is {requested}"
        ),
    )
}

/// The vault belongs to another cloud than the authority.
pub(crate) fn other_cloud(authority_cloud: &Cloud, vault_cloud: &Cloud) -> Hint {
    let host = vault_cloud.authorities.first().copied().unwrap_or_default();
    hint(
        Confidence::ServiceResponse,
        format!(
            "Set AZURE_AUTHORITY_HOST=https://{host} (or the option authority-host) and use a service principal of that cloud, or check the \
             vault URL. The vault is in {}, and the token was asked for in {}",
            vault_cloud.name, authority_cloud.name
        ),
    )
}

/// A certificate is configured, but this build can't use certificates.
#[cfg(not(feature = "certificate"))]
pub(crate) fn without_certificates() -> Hint {
    configuration("Use the build with the cargo feature `certificate` (the keyfob command has it), or a client secret")
}

/// The variable selects developer credentials.
pub(crate) fn developer_credentials(variable: &str) -> Hint {
    configuration(&format!(
        "Set {variable} to prod, or unset it. On a laptop start the app with `keyfob dev-identity -- COMMAND`, which lends it your \
         sign-in, or get a token outside (`az account get-access-token --scope SCOPE`) and give it to credential.static-token"
    ))
}
