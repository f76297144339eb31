//! Hints for errors of Microsoft Entra ID.

use super::aadsts::ADVICE;
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

/// The sign-in that Entra refused.
pub(crate) struct RefusedSignIn<'a> {
    pub(crate) client: &'a ClientContext<'a>,
    /// The origin of the authority.
    pub(crate) authority: &'a str,
    /// The id by which the sign-in is found in the tenant's log.
    pub(crate) correlation_id: Option<&'a str>,
    /// The resource of the scope, if Keyfob chose the scope and not the caller.
    pub(crate) chosen_resource: Option<&'a str>,
}

/// The cure for an AADSTS code; for one that is not in the table, where it is explained and where the sign-in is logged.
pub(crate) fn entra_error(code: &str, sign_in: &RefusedSignIn<'_>) -> Option<Hint> {
    let ClientContext { tenant, client_id, credential_origin, trailing_space, renewal } = sign_in.client;
    let number: u32 = code.strip_prefix("AADSTS")?.parse().ok()?;
    let advice = ADVICE.iter().find(|(codes, _)| codes.contains(&number)).map(|(_, advice)| *advice);
    let text = match (number, sign_in.chosen_resource) {
        (7_000_215 | 70_002, _) if *trailing_space => {
            "Remove the white space or newline at the end of the client secret from {origin}".to_owned()
        }
        (500_011 | 50_001 | 500_014 | 650_052, Some(resource)) => format!(
            "Check AZURE_TENANT_ID: tenant {{tenant}} does not know {resource}. The tenant is not the one of the vault's \
             subscription, or has no Azure subscription"
        ),
        _ if advice.is_some() => advice.unwrap_or_default().to_owned(),
        _ if *trailing_space => {
            "Remove the white space or newline at the end of the client secret from {origin}".to_owned()
        }
        _ => {
            let id = sign_in.correlation_id.map(|id| format!(" under the correlation id {id}")).unwrap_or_default();
            format!(
                "Look up {}/error?code={number}, which explains {code}. The tenant's administrator finds the sign-in of {{client}} in tenant \
                 {{tenant}}{id}: portal > Microsoft Entra ID > Sign-in logs > Service principal sign-ins",
                sign_in.authority
            )
        }
    };
    let fill = [("{client}", client_id), ("{tenant}", tenant), ("{origin}", credential_origin), ("{renewal}", renewal)];
    Some(hint(Confidence::ServiceResponse, fill.iter().fold(text, |text, (name, value)| text.replace(name, value))))
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
