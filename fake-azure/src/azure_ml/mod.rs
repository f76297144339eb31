//! Azure Machine Learning's identity endpoint. It looks like App Service's of 2017 and differs from it: the id is always
//! required, and the expiry is a number.
//! <https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/issues/5167>

use serde_json::json;

use super::Fake;
use super::description::{Description, ExpiryFormat};
use super::identity_request::{self, SecretHeader};
use super::managed_identity::{self, ResponseFields};
use super::platform::IdentityEndpoint;
use crate::wire::{Request, ScriptedResponse};

/// The parameters. It does not have the ids of other endpoints.
const KNOWN: [&str; 3] = ["api-version", "resource", "clientid"];

/// The endpoint.
pub(super) const ENDPOINT: IdentityEndpoint =
    IdentityEndpoint { url: "http://127.0.0.1:46808/MSI/auth", has_header: true, variables, handle };

fn variables(description: &Description) -> Vec<(&'static str, String)> {
    let default = description.identities.iter().find(|it| Some(&it.name) == description.default_identity.as_ref());
    let mut variables = vec![
        ("MSI_ENDPOINT", description.identity_endpoint().to_owned()),
        ("MSI_SECRET", description.identity_header().to_owned()),
    ];
    variables.extend(default.map(|identity| ("DEFAULT_IDENTITY_CLIENT_ID", identity.client_id.clone())));
    variables
}

/// Handles a request. `path` is the path of the endpoint.
fn handle(fake: &Fake, path: &str, request: &Request, now: u64) -> ScriptedResponse {
    let description = &fake.description;
    let secret = SecretHeader { name: "secret", value: description.identity_header(), shown: "secret header" };
    let params = match identity_request::check_app_service(request, path, &secret, "2017-09-01") {
        Ok(params) => params,
        Err((status, message)) => return refuse(fake, status, &message),
    };
    if let Some(name) = params.unknown(&KNOWN) {
        return refuse(fake, 400, &format!("The parameter '{name}' is not known to this endpoint."));
    }
    let Some(resource) = params.filled("resource") else {
        return refuse(fake, 400, "The parameter 'resource' is missing.");
    };
    // Even the system-assigned identity has to be named.
    let Some(client_id) = params.filled("clientid") else {
        return refuse(fake, 400, "The parameter 'clientid' is missing.");
    };
    let identity = managed_identity::assigned(description).find(|it| it.client_id.eq_ignore_ascii_case(client_id));
    let Some(identity) = identity else {
        return refuse(fake, 400, &format!("The identity with the client id {client_id} is not on this compute."));
    };
    if !description.has_resource(resource) {
        let text = format!("AADSTS500011: The resource principal named {resource} was not found.");
        return refuse(fake, 400, &text);
    }
    let body = managed_identity::token_response(
        fake,
        identity,
        resource,
        now,
        ResponseFields::AppService,
        ExpiryFormat::Number,
    );
    ScriptedResponse::json(200, &body.into())
}

/// An error in the form of App Service's, from which the endpoint descends. Its own form is not documented.
fn refuse(fake: &Fake, status: u16, message: &str) -> ScriptedResponse {
    let body = json!({"statusCode": status, "message": message, "correlationId": fake.request_id()});
    ScriptedResponse::json(status, &body)
}

#[cfg(test)]
mod tests;
