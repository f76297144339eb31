//! App Service's identity endpoint.
//! <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>

use serde_json::json;

use super::Fake;
use super::description::{Description, ExpiryFormat};
use super::identity_request::{self, SecretHeader};
use super::managed_identity::{self, IdKind, ResponseFields};
use super::platform::IdentityEndpoint;
use crate::wire::{Request, ScriptedResponse};

/// The parameters that select an identity; `principal_id` and `object_id` mean the same.
const IDS: [(&str, IdKind); 4] = [
    ("client_id", IdKind::Client),
    ("object_id", IdKind::Object),
    ("principal_id", IdKind::Object),
    ("mi_res_id", IdKind::Resource),
];

/// Names of other endpoints and protocols. App Service ignores them, and the caller gets the wrong identity or none:
/// the fake refuses them to reveal the mistake.
const FOREIGN: [&str; 4] = ["scope", "clientid", "resource_id", "msi_res_id"];

/// The message if the request names no identity and there is no system-assigned one.
pub(super) const NOBODY: &str = "Unable to load the proper Managed Identity.";

/// The endpoint.
pub(super) const ENDPOINT: IdentityEndpoint =
    IdentityEndpoint { url: "http://169.254.130.4:8081/msi/token", has_header: true, variables, handle };

fn variables(description: &Description) -> Vec<(&'static str, String)> {
    vec![
        ("IDENTITY_ENDPOINT", description.identity_endpoint().to_owned()),
        ("IDENTITY_HEADER", description.identity_header().to_owned()),
    ]
}

/// Handles a request. `path` is the path of the endpoint.
fn handle(fake: &Fake, path: &str, request: &Request, now: u64) -> ScriptedResponse {
    let description = &fake.description;
    let secret =
        SecretHeader { name: "x-identity-header", value: description.identity_header(), shown: "X-IDENTITY-HEADER" };
    let params = match identity_request::check_app_service(request, path, &secret, "2019-08-01") {
        Ok(params) => params,
        Err((status, message)) => return refuse(fake, status, &message),
    };
    if let Some(name) = FOREIGN.iter().find(|name| params.get(name).is_some()) {
        return refuse(fake, 400, &format!("The parameter '{name}' is not known to this endpoint."));
    }
    if let Some(name) = params.empty() {
        return refuse(fake, 400, &format!("The parameter '{name}' is empty."));
    }
    let Some(resource) = params.get("resource") else {
        return refuse(fake, 400, "The parameter 'resource' is missing.");
    };
    let identity = match managed_identity::requested_id(&params, &IDS) {
        Err(()) => return refuse(fake, 400, "More than one identity was asked for."),
        Ok(Some((id, value))) => managed_identity::user_assigned(description, id, value).ok_or(
            "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.",
        ),
        // Unlike IMDS, the endpoint never picks the only user-assigned identity by itself.
        Ok(None) => managed_identity::system_assigned(description).ok_or(NOBODY),
    };
    let identity = match identity {
        Ok(identity) => identity,
        Err(message) => return refuse(fake, 400, message),
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
        ExpiryFormat::String,
    );
    ScriptedResponse::json(200, &body.into()).header("server", "Kestrel")
}

/// An error response.
fn refuse(fake: &Fake, status: u16, message: &str) -> ScriptedResponse {
    let body = json!({
        "statusCode": status,
        "message": message,
        "correlationId": fake.request_id(),
    });
    ScriptedResponse::json(status, &body).header("server", "Kestrel")
}

#[cfg(test)]
mod tests;
