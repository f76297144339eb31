//! The Azure Arc agent's identity endpoint. It gives tokens to clients that can read a file of the agent's group.
//! <https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication>

use serde_json::{Value, json};

use super::Fake;
use super::description::{ArcAgent, Description, ExpiryFormat};
use super::identity::Identity;
use super::identity_request::{self, ImdsError, invalid_request};
use super::managed_identity::{self, IdKind, ResponseFields};
use super::platform::IdentityEndpoint;
use crate::wire::{Request, ScriptedResponse};

/// The parameters that select an identity.
const IDS: [(&str, IdKind); 3] =
    [("client_id", IdKind::Client), ("object_id", IdKind::Object), ("msi_res_id", IdKind::Resource)];

/// The other parameters. The agent ignores `mi_res_id` and returns a token of the system-assigned identity.
const OTHERS: [&str; 3] = ["api-version", "resource", "mi_res_id"];

/// A key file of the agent, in the only folder where clients may look for it.
pub(super) const KEY_PATH: &str = "/var/opt/azcmagent/tokens/5e1d9c3a-8b47-4f02-9a6d-c0e7b2f41835.key";

/// The endpoint.
pub(super) const ENDPOINT: IdentityEndpoint = IdentityEndpoint {
    url: "http://localhost:40342/metadata/identity/oauth2/token",
    has_header: false,
    variables,
    handle,
};

fn variables(description: &Description) -> Vec<(&'static str, String)> {
    let endpoint = description.identity_endpoint();
    // Up to the path: the slashes of `http://` are the first two.
    let origin = endpoint.match_indices('/').nth(2).and_then(|(at, _)| endpoint.get(..at));
    vec![("IDENTITY_ENDPOINT", endpoint.to_owned()), ("IMDS_ENDPOINT", origin.unwrap_or(endpoint).to_owned())]
}

/// The agent's key file: its path and content.
pub(super) fn key_file(description: &Description) -> (String, String) {
    // A path with `..` is only for the challenge: the files may be written below another folder, and must not leave it.
    let path = description.arc_key_path();
    let safe = path.starts_with('/') && path.split('/').all(|part| part != "..");
    let path = if safe { path } else { KEY_PATH };
    (path.to_owned(), description.arc_key().to_owned())
}

/// Handles a request. `path` is the path of the endpoint.
fn handle(fake: &Fake, path: &str, request: &Request, now: u64) -> ScriptedResponse {
    match token_for(fake, path, request, now) {
        Ok(body) => ScriptedResponse::json(200, &body),
        Err((status, error, text)) => {
            let answer = ScriptedResponse::json(status, &json!({"error": error, "error_description": text}));
            if status != 401 {
                return answer;
            }
            answer.header("www-authenticate", &format!("Basic realm={}", fake.description.arc_key_path()))
        }
    }
}

fn token_for(fake: &Fake, path: &str, request: &Request, now: u64) -> Result<Value, ImdsError> {
    let params = identity_request::check_imds(request, path, &[])?;
    if params.get("api-version") != Some("2020-06-01") {
        return Err(invalid_request("The api-version is missing or not supported"));
    }
    let resource = identity_request::resource(&params, &IDS, &OTHERS)?;
    let expected = format!("Basic {}", fake.description.arc_key());
    if !identity_request::has_header(request, "authorization", &expected) {
        let text = "The request has to carry the content of the file that the challenge names";
        return Err((401, "unauthorized", text.to_owned()));
    }
    let missing = || (404, "identity_not_found", "Identity not found".to_owned());
    let wanted = managed_identity::requested_id(&params, &IDS)
        .map_err(|()| invalid_request("More than one identity was asked for"))?;
    let wanted = wanted.filter(|_| fake.description.arc_agent == ArcAgent::New);
    let identity = match wanted {
        Some((id, value)) => managed_identity::user_assigned(&fake.description, id, value),
        None => managed_identity::system_assigned(&fake.description),
    };
    let identity = identity.ok_or_else(missing)?;
    if !fake.description.has_resource(resource) {
        let text = format!("AADSTS500011: The resource principal named {resource} was not found.");
        return Err((400, "invalid_resource", text));
    }
    let mut body =
        managed_identity::token_response(fake, identity, resource, now, ResponseFields::Imds, ExpiryFormat::String);
    // The old agent returns no id; the new one returns the id that the request has.
    body.remove("client_id");
    if let Some((id, _)) = wanted {
        let (name, value) = echo(identity, id);
        body.insert(name.to_owned(), value.into());
    }
    Ok(body.into())
}

/// The field that confirms the identity of the token.
fn echo(identity: &Identity, id: IdKind) -> (&'static str, &str) {
    match id {
        IdKind::Client => ("client_id", &identity.client_id),
        IdKind::Object => ("object_id", &identity.object_id),
        IdKind::Resource => ("msi_res_id", identity.resource_id.as_deref().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests;
