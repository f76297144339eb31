//! Cloud Shell's token endpoint. It returns a token of the user for the resource in a form.
//! <https://learn.microsoft.com/azure/cloud-shell/msi-authorization>

use http::Method;
use serde_json::{Value, json};

use super::Fake;
use super::description::{Description, ExpiryFormat};
use super::identity_request;
use super::managed_identity::{self, ResponseFields};
use super::params::{self, Params};
use super::platform::IdentityEndpoint;
use crate::wire::{Request, ScriptedResponse};

/// The endpoint.
pub(super) const ENDPOINT: IdentityEndpoint =
    IdentityEndpoint { url: "http://localhost:50342/oauth2/token", has_header: false, variables, handle };

fn variables(description: &Description) -> Vec<(&'static str, String)> {
    vec![("MSI_ENDPOINT", description.identity_endpoint().to_owned())]
}

/// Handles a request. `path` is the path of the endpoint.
fn handle(fake: &Fake, path: &str, request: &Request, now: u64) -> ScriptedResponse {
    match token_for(fake, path, request, now) {
        Ok(body) => ScriptedResponse::json(200, &body),
        Err((status, code, message)) => {
            ScriptedResponse::json(status, &json!({"error": {"code": code, "message": message}}))
        }
    }
}

/// Status, code and message of an error response.
type Refusal = (u16, &'static str, String);

fn token_for(fake: &Fake, path: &str, request: &Request, now: u64) -> Result<Value, Refusal> {
    let bad = |text: &str| (400, "InvalidRequest", text.to_owned());
    if request.uri().path() != path {
        return Err((404, "NotFound", "The requested resource is not found".to_owned()));
    }
    if request.method() != Method::POST {
        return Err((405, "MethodNotAllowed", "The method is not allowed".to_owned()));
    }
    if !identity_request::has_metadata(request) {
        return Err(bad("Required metadata header not specified"));
    }
    if request.uri().query().is_some() {
        return Err(bad("The endpoint takes a form, not a query"));
    }
    if !params::is_form(request) {
        return Err(bad("The content type is not application/x-www-form-urlencoded"));
    }
    let text = std::str::from_utf8(request.body()).map_err(|_| bad("The form is not UTF-8"))?;
    let params = Params::parse(text).map_err(|error| bad(&error.0))?;
    // Ids are refused too: the user is the only identity.
    if let Some(name) = params.unknown(&["resource"]) {
        return Err(bad(&format!("The parameter '{name}' is not known to this endpoint")));
    }
    let resource = params.filled("resource").ok_or_else(|| bad("The parameter 'resource' is missing"))?;
    let user = managed_identity::system_assigned(&fake.description).ok_or_else(|| bad("There is no user"))?;
    if !fake.description.has_resource(resource) {
        let text = format!("Audience {resource} is not a supported MSI token audience.");
        return Err((400, "AudienceNotSupported", text));
    }
    Ok(managed_identity::token_response(fake, user, resource, now, ResponseFields::Imds, ExpiryFormat::String).into())
}

#[cfg(test)]
mod tests;
