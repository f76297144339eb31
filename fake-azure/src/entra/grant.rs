//! The client credentials grant.

use serde_json::json;

use super::super::params::{self, Params};
use super::super::token::{self, CHALLENGEABLE_LIFETIME, ENTRA_LIFETIME};
use super::super::{Fake, Identity};
use super::assertion::TokenRequestTarget;
use super::error::EntraError;
use super::proof::prove;
use super::{Realm, claims};
use crate::wire::{Request, ScriptedResponse};

/// The parameters of the token endpoint; MSAL sends the last one, and it has no effect here.
const KNOWN: [&str; 8] = [
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "grant_type",
    "scope",
    "claims",
    "client_info",
];

/// The token endpoint of a tenant.
pub(super) fn token(
    fake: &Fake,
    realm: Realm,
    tenant: &str,
    request: &Request,
    now: u64,
) -> Result<ScriptedResponse, EntraError> {
    let form = form(request)?;
    let must = |name| form.filled(name).ok_or_else(|| EntraError::missing(name));
    let grant = must("grant_type")?;
    if grant != "client_credentials" {
        let text = format!("The app requested an unsupported grant type '{grant}'.");
        return Err(EntraError::new(400, "unsupported_grant_type", 70_003, text));
    }
    if form.get("resource").is_some() {
        let text = "The 'resource' request parameter is not supported.";
        return Err(EntraError::new(400, "invalid_request", 901_002, text));
    }
    if let Some(name) = form.unknown(&KNOWN) {
        return Err(EntraError::malformed(&format!("The parameter '{name}' is unknown.")));
    }
    let client_id = must("client_id")?;
    let resource = resource(must("scope")?)?;
    let description = &fake.description;
    // An AD FS is in the home tenant of its applications.
    let directory = if realm == Realm::Adfs { description.tenant.as_str() } else { tenant };
    let here = |it: &&Identity| it.is_in(directory, &description.tenant);
    let identity = description.application(client_id).filter(here).ok_or_else(|| {
        let text = format!(
            "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."
        );
        EntraError::new(400, "unauthorized_client", 700_016, text)
    })?;
    let asked = claims::parse(form.get("claims"))?;
    let uri = request.uri();
    let target = TokenRequestTarget { realm, host: uri.host().unwrap_or_default(), path: uri.path(), tenant, now };
    prove(identity, &form, &target)?;
    if !description.has_resource(resource) {
        let text = format!(
            "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."
        );
        return Err(EntraError::new(400, "invalid_resource", 500_011, text));
    }
    let lifetime = if asked.can_be_challenged() { CHALLENGEABLE_LIFETIME } else { ENTRA_LIFETIME };
    let tenant = tenant.to_ascii_lowercase();
    let body = json!({
        "token_type": "Bearer",
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": token::issue_as_asked(fake, identity, &tenant, resource, now, lifetime, asked),
    });
    Ok(ScriptedResponse::json(200, &body))
}

/// The form. Entra treats a body of another content type as an empty form.
fn form(request: &Request) -> Result<Params, EntraError> {
    if !params::is_form(request) {
        return Ok(Params::default());
    }
    let text = std::str::from_utf8(request.body()).map_err(|_| EntraError::malformed("It is not UTF-8."))?;
    Params::parse(text).map_err(|error| EntraError::malformed(&error.0))
}

/// The resource of the one scope.
fn resource(scope: &str) -> Result<&str, EntraError> {
    if scope.split_ascii_whitespace().count() != 1 || scope.trim() != scope {
        let text =
            format!("The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.");
        return Err(EntraError::new(400, "invalid_scope", 70_011, text));
    }
    scope.strip_suffix("/.default").ok_or_else(|| {
        let text = format!(
            "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
        );
        EntraError::new(400, "invalid_scope", 1_002_012, text)
    })
}
