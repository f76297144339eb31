//! Hints for errors of Microsoft Entra ID.

use super::aadsts::ADVICE;
use super::{Confidence, Hint, configuration, hint};
use crate::cloud::Cloud;
use crate::language::{self, Language};
use crate::prelude::*;

/// The client that the request was for.
pub(crate) struct ClientContext<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) client_id: &'a str,
    /// Where the secret or the assertion comes from.
    pub(crate) credential_origin: &'a str,
    /// How to get a new assertion or secret when this one has expired.
    pub(crate) renewal: &'a str,
    pub(crate) language: Language,
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

/// The number of the first AADSTS code in a text.
pub(crate) fn aadsts_code(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("AADSTS")?;
    let digits = rest.get(..rest.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len()))?;
    (1..12).contains(&digits.len()).then_some(digits)
}

/// Where the code with this number is explained.
fn look_up(authority: &str, code: &str) -> String {
    format!("Look up {authority}/error?code={code}, which explains AADSTS{code}\n")
}

/// The cause and the cure for an AADSTS code, by its number; for one that is not in the table, and for an answer without a code, where the
/// sign-in is logged. An AD FS has other logs.
pub(crate) fn entra_error(code: Option<&str>, sign_in: &RefusedSignIn<'_>) -> Option<Hint> {
    let ClientContext { tenant, client_id, credential_origin, renewal, language } = sign_in.client;
    let number = code.and_then(|code| code.parse().ok()).unwrap_or_default();
    if number == 0 && tenant.eq_ignore_ascii_case("adfs") {
        return None;
    }
    let advice = ADVICE.iter().find(|(codes, ..)| codes.contains(&number)).map(|(_, cause, cure)| (*cause, *cure));
    let id = sign_in.correlation_id.map(|id| format!(" under the correlation id {id}")).unwrap_or_default();
    let look_up = format!(
        "{}The tenant's administrator finds the sign-in of {{client}} in tenant {{tenant}}{id}:\nportal > Microsoft Entra ID \
         > Sign-in logs > Service principal sign-ins",
        code.map(|code| look_up(sign_in.authority, code)).unwrap_or_default()
    );
    let (cause, cure) = match (number, sign_in.chosen_resource, advice) {
        (500_011 | 50_001 | 500_014 | 650_052, Some(_), _) => (
            "tenant {tenant} does not know {resource}",
            "Check AZURE_TENANT_ID: the tenant is not the one of the vault's subscription, or has no Azure subscription",
        ),
        (.., Some(advice)) => advice,
        _ => ("Microsoft Entra ID refused the sign-in of client id {client} in tenant {tenant}", look_up.as_str()),
    };
    let send_chain = language.fill(language::SEND_CERTIFICATE_CHAIN, &[]);
    let fill = [
        ("{renewal}", *renewal),
        ("{client}", client_id),
        ("{tenant}", tenant),
        ("{origin}", credential_origin),
        ("{resource}", sign_in.chosen_resource.unwrap_or_default()),
        ("{send-chain}", &send_chain),
    ];
    let filled = |text: &str| fill.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
    let cure = hint(Confidence::ServiceResponse, filled(cure));
    // Without a code, the message says more.
    Some(match code {
        Some(code) => cure.because(format!("{} (AADSTS{code})", filled(cause))),
        None => cure,
    })
}

/// Entra refused a managed identity, as its source says.
pub(crate) fn managed_identity_refused(code: &str) -> Hint {
    let mut hint = hint(Confidence::ServiceResponse, look_up("https://login.microsoftonline.com", code));
    hint.text.push_str(
        "If the identity was deleted, or its subscription has moved to another tenant, assign one anew (portal: the app or machine > Identity)",
    );
    hint.because(format!("Microsoft Entra ID refused the managed identity (AADSTS{code})"))
}

/// The tenant has no resource with the requested identifier.
pub(crate) fn no_such_resource() -> Hint {
    hint(
        Confidence::ServiceResponse,
        "Set the scope to the resource's identifier and /.default, such as https://vault.azure.net/.default",
    )
    .because("the scope names no resource of this tenant")
}

/// The vault belongs to another tenant than the credential.
pub(crate) fn other_tenant(requested: &str, language: Language) -> Hint {
    let option = language.say(language::ALLOW_TENANT);
    hint(
        Confidence::ServiceResponse,
        format!(
            "Use a service principal of tenant {requested}\n\
             If the application is registered there too, allow that tenant: AZURE_ADDITIONALLY_ALLOWED_TENANTS={requested}{option}"
        ),
    )
}

/// The vault belongs to another cloud than the authority.
pub(crate) fn other_cloud(authority_cloud: &Cloud, vault_cloud: &Cloud, language: Language) -> Hint {
    let host = vault_cloud.authorities.first().copied().unwrap_or_default();
    let option = language.say(language::OR_AUTHORITY_HOST);
    hint(
        Confidence::ServiceResponse,
        format!(
            "Set AZURE_AUTHORITY_HOST=https://{host}{option} and use a service principal of that cloud,\nor check the vault URL"
        ),
    )
    .because(format!("the vault is in {}, and the token was asked for in {}", vault_cloud.name, authority_cloud.name))
}

/// A certificate is configured, but this build can't use certificates.
#[cfg(not(feature = "certificate"))]
pub(crate) fn without_certificates() -> Hint {
    configuration("Use the build with the cargo feature `certificate` (the keyfob command has it), or a client secret")
}

/// The variable selects developer credentials.
pub(crate) fn developer_credentials(variable: &str, language: Language) -> Hint {
    configuration(&format!(
        "Set {variable} to prod, or unset it\nOn a laptop: {}{}",
        language.say(language::LAPTOP),
        language.say(language::OR_OWN_TOKEN)
    ))
}
