//! Microsoft Entra ID: the token endpoint for applications, and the discovery documents that SDKs read before it.
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>

mod assertion;
mod certificate;
mod claims;
mod discovery;
mod error;
mod grant;
mod proof;
#[cfg(test)]
mod tests;

use http::Method;

use super::Fake;
use super::cloud::Cloud;
use super::ids::{ADFS, is_uuid};
use crate::wire::{Request, ScriptedResponse};
pub(super) use certificate::Certificate;
use error::EntraError;

/// The kind of token service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Realm {
    /// The Entra of a cloud.
    Cloud(Cloud),
    /// An AD FS, which has only the tenant `adfs`.
    /// <https://learn.microsoft.com/windows-server/identity/ad-fs/overview/ad-fs-openid-connect-oauth-concepts>
    Adfs,
}

/// Handles a request to the Entra of `realm`.
pub(super) fn handle(fake: &Fake, realm: &Realm, request: &Request, now: u64) -> ScriptedResponse {
    let answer = dispatch(fake, *realm, request, now).unwrap_or_else(|error| error.response(fake, request, now));
    answer
        .header("cache-control", "no-store, no-cache")
        .header("pragma", "no-cache")
        .header("x-ms-request-id", &fake.request_id())
}

fn dispatch(fake: &Fake, realm: Realm, request: &Request, now: u64) -> Result<ScriptedResponse, EntraError> {
    let path = request.uri().path();
    let get = request.method() == Method::GET;
    let (tenant, rest) = path.trim_start_matches('/').split_once('/').unwrap_or((path, ""));
    let token = |tenant| {
        if request.method() != Method::POST {
            let text = format!("The endpoint only accepts POST requests. Received a {} request.", request.method());
            return Err(EntraError::new(405, "invalid_request", 900_561, text));
        }
        grant::token(fake, realm, tenant, request, now)
    };
    match (realm, tenant, rest) {
        (Realm::Cloud(_), "common", "discovery/instance") if get => discovery::instance(fake, request),
        (Realm::Cloud(cloud), _, "v2.0/.well-known/openid-configuration") if get => {
            discovery::configuration(cloud, known(fake, cloud, tenant)?)
        }
        (Realm::Cloud(cloud), _, "oauth2/v2.0/token") => token(known(fake, cloud, tenant)?),
        (Realm::Adfs, ADFS, ".well-known/openid-configuration") if get => Ok(discovery::adfs(request)),
        // The first two are AD FS's own; the last one is used by SDKs that treat AD FS as a tenant of Entra.
        (Realm::Adfs, ADFS, "oauth2/token" | "oauth2/token/" | "oauth2/v2.0/token") => token(tenant),
        _ => Err(EntraError::new(404, "invalid_request", 90_023, "The endpoint does not exist.")),
    }
}

/// The tenant, if the cloud has one of that name.
fn known<'a>(fake: &Fake, cloud: Cloud, tenant: &'a str) -> Result<&'a str, EntraError> {
    if cloud == fake.description.cloud && tenant != ADFS && fake.description.has_tenant(tenant) {
        return Ok(tenant);
    }
    let refuse = |code, text: String| Err(EntraError::new(400, "invalid_request", code, text));
    if ["common", "organizations", "consumers"].contains(&tenant) {
        let text =
            "No tenant-identifying information found in either the request or implied by any provided credentials.";
        return refuse(50_059, text.to_owned());
    }
    if !is_uuid(tenant) && !tenant.contains('.') {
        return refuse(
            900_023,
            format!("Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain."),
        );
    }
    refuse(
        90_002,
        format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
        ),
    )
}
