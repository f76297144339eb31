//! The token endpoint of Azure's instance metadata service, and the metadata services of other clouds.
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>

use http::Uri;
use serde_json::{Value, json};

use super::Fake;
use super::description::{Description, ExpiryFormat};
use super::identity::{Identity, IdentityKind};
use super::identity_request::{self, ImdsError, invalid_request};
use super::managed_identity::{self, IdKind, ResponseFields};
use super::params::Params;
use crate::wire::{Request, ScriptedResponse};

const PATH: &str = "/metadata/identity/oauth2/token";

/// The api-versions, from the first one with tokens.
/// <https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service#versions>
const VERSIONS: &str = "2018-02-01 2018-04-02 2018-10-01 2019-02-01 2019-03-11 2019-04-30 2019-06-01 \
    2019-06-04 2019-08-01 2019-08-15 2019-11-01 2020-06-01 2020-07-15 2020-09-01 \
    2020-10-01 2020-12-01 2021-01-01 2021-02-01 2021-03-01 2021-05-01 2021-10-01 \
    2021-11-01 2021-11-15 2021-12-13 2023-07-01 2023-11-15 2024-03-15 2025-04-07";

/// The parameters that select an identity.
const IDS: [(&str, IdKind); 3] =
    [("client_id", IdKind::Client), ("object_id", IdKind::Object), ("msi_res_id", IdKind::Resource)];

/// The other parameters that Azure's own clients send.
const OTHERS: [&str; 4] = ["api-version", "resource", "bypass_cache", "xms_cc"];

/// Handles a request.
pub(super) fn handle(fake: &Fake, request: &Request, now: u64) -> ScriptedResponse {
    let body = match token_for(fake, request, now) {
        Ok(body) => ScriptedResponse::json(200, &body),
        Err((status, error, text)) => {
            ScriptedResponse::json(status, &json!({"error": error, "error_description": text}))
        }
    };
    body.header("server", "IMDS/150.870.65.1854").header("x-ms-request-id", &fake.request_id())
}

fn token_for(fake: &Fake, request: &Request, now: u64) -> Result<Value, ImdsError> {
    // Two rules against requests that an attacker makes a server send: they lack the metadata header, and proxies add the
    // other one.
    let forbidden = [("x-forwarded-for", "Request contains an X-Forwarded-For header")];
    let params = identity_request::check_imds(request, PATH, &forbidden)?;
    let version = params.get("api-version");
    let version = version.ok_or_else(|| invalid_request("Required query variable 'api-version' is missing"))?;
    if !VERSIONS.split(' ').any(|known| known == version) {
        return Err(invalid_request("The api-version is not supported"));
    }
    let resource = identity_request::resource(&params, &IDS, &OTHERS)?;
    let identity = choose(&fake.description, &params).map_err(invalid_request)?;
    let absolute = resource.parse::<Uri>().is_ok_and(|uri| uri.scheme().is_some());
    if !absolute || !fake.description.has_resource(resource) {
        let tenant = &fake.description.tenant;
        let text = format!(
            "AADSTS500011: The resource principal named {resource} was not found in the tenant named {tenant}."
        );
        return Err((400, "invalid_resource", text));
    }
    Ok(managed_identity::token_response(fake, identity, resource, now, ResponseFields::Imds, ExpiryFormat::String)
        .into())
}

/// The identity with the requested id or, without an id, the default one.
fn choose<'a>(description: &'a Description, params: &Params) -> Result<&'a Identity, &'static str> {
    let missing = "Identity not found";
    match managed_identity::requested_id(params, &IDS) {
        Err(()) => Err("More than one identity was asked for"),
        Ok(Some((id, value))) => managed_identity::user_assigned(description, id, value).ok_or(missing),
        Ok(None) => {
            let mut users = managed_identity::assigned(description).filter(|it| it.kind == IdentityKind::UserAssigned);
            match (managed_identity::system_assigned(description), users.next(), users.next()) {
                (Some(system), ..) => Ok(system),
                (None, Some(only), None) => Ok(only),
                (None, None, _) => Err(missing),
                (None, Some(_), Some(_)) => Err(
                    "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request",
                ),
            }
        }
    }
}

/// The response of another cloud's metadata service to an unknown path.
pub(super) fn other_cloud(status: u16) -> ScriptedResponse {
    let page = |title: &str| {
        format!("<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n")
    };
    match status {
        401 => ScriptedResponse::reply(401, "text/plain", "Unauthorized\n").header("server", "EC2ws"),
        403 => ScriptedResponse::reply(403, "text/html; charset=UTF-8", page("403 Forbidden"))
            .header("server", "Metadata Server for VM"),
        _ => ScriptedResponse::reply(status, "text/html", page("404 Not Found")).header("server", "nginx"),
    }
}

#[cfg(test)]
mod tests;
