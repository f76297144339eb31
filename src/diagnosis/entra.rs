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
            format!("The client secret from {credential_origin} ends in white space or a newline: remove it")
        }
        7_000_215 => format!(
            "The client secret from {credential_origin} is wrong. Use the secret's Value, not its Secret ID: portal > Microsoft Entra ID > App registrations > \
             {client_id} > Certificates & secrets"
        ),
        7_000_222 => format!(
            "The client secret from {credential_origin} has expired. Make a new one (portal > Microsoft Entra ID > App registrations > {client_id} > \
             Certificates & secrets, or `az ad app credential reset --id {client_id}`) and set it"
        ),
        700_016 => {
            format!("Tenant {tenant} has no application {client_id}: check AZURE_CLIENT_ID and AZURE_TENANT_ID")
        }
        90_002 | 900_023 | 50_059 => format!(
            "There is no tenant {tenant}: check AZURE_TENANT_ID, and AZURE_AUTHORITY_HOST for a cloud other than the public one"
        ),
        70_021 | 700_213 | 700_211 | 700_212 | 700_021 | 700_023 => format!(
            "No federated credential of {client_id} matches the token in {credential_origin}. Compare issuer, subject (system:serviceaccount:NAMESPACE:NAME) \
             and audience (api://AzureADTokenExchange) with the identity's federated credentials; a new one takes some minutes"
        ),
        700_024 => {
            format!("What {credential_origin} proves is not valid now: it has expired or the clock is wrong. {renewal}")
        }
        700_027 => format!(
            "{credential_origin} is not registered with {client_id}: upload the certificate (portal > Microsoft Entra ID > App registrations > {client_id} > \
             Certificates & secrets)"
        ),
        50_027 | 5_002_727 => format!("{credential_origin} holds no valid token. {renewal}"),
        500_011 | 50_001 | 1_002_012 | 70_011 => return Some(no_such_resource()),
        7_000_112 => format!(
            "The application {client_id} is disabled in tenant {tenant}: portal > Microsoft Entra ID > Enterprise applications"
        ),
        53_003 => {
            "A Conditional Access policy for workload identities blocks this: ask the tenant's administrator".to_owned()
        }
        _ if *trailing_space => {
            format!("The client secret from {credential_origin} ends in white space or a newline: remove it")
        }
        _ => return None,
    };
    Some(hint(Confidence::ServiceResponse, text))
}

/// The tenant has no resource with the requested identifier.
pub(crate) fn no_such_resource() -> Hint {
    hint(
        Confidence::ServiceResponse,
        "The scope names no resource of this tenant: it must be the resource's identifier and /.default, \
         such as https://vault.azure.net/.default",
    )
}

/// The vault belongs to another tenant than the credential.
pub(crate) fn other_tenant(configured: &str, requested: &str) -> Hint {
    hint(
        Confidence::ServiceResponse,
        format!(
            "The credential is for tenant {configured}, and tenant {requested} was asked for (a vault names its own). \
             If the application is registered there too, allow it: AZURE_ADDITIONALLY_ALLOWED_TENANTS={requested}, or \
             credential-options.additionally-allowed-tenant in code. Else use a service principal of that tenant"
        ),
    )
}

/// The vault belongs to another cloud than the authority.
pub(crate) fn other_cloud(authority_cloud: &Cloud, vault_cloud: &Cloud) -> Hint {
    let host = vault_cloud.authorities.first().copied().unwrap_or_default();
    hint(
        Confidence::ServiceResponse,
        format!(
            "The vault is in {}, and the token was asked for in {}. Set AZURE_AUTHORITY_HOST=https://{host} (or the option authority-host), \
             with a service principal of that cloud; or check the vault URL",
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
