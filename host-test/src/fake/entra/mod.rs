//! Microsoft Entra ID: the token endpoint for applications, and the discovery documents that SDKs read before it.
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>

mod discovery;
mod error;
mod grant;
mod proof;
#[cfg(test)]
mod tests;

use http::Method;

use super::Fake;
use super::settle::is_uuid;
use crate::wire::{Exchange, Request};
use error::Refusal;

/// The answer of `login.microsoftonline.com`.
pub(super) fn answer(fake: &Fake, request: &Request, now: u64) -> Exchange {
    let answer = dispatch(fake, request, now).unwrap_or_else(|refusal| refusal.reply(fake, request, now));
    answer
        .header("cache-control", "no-store, no-cache")
        .header("pragma", "no-cache")
        .header("x-ms-request-id", &fake.request_id())
}

fn dispatch(fake: &Fake, request: &Request, now: u64) -> Result<Exchange, Refusal> {
    let path = request.uri().path();
    let get = request.method() == Method::GET;
    match path.trim_start_matches('/').split_once('/') {
        Some(("common", "discovery/instance")) if get => discovery::instance(fake, request),
        Some((tenant, "v2.0/.well-known/openid-configuration")) if get => {
            discovery::configuration(known(fake, tenant)?)
        }
        Some((tenant, "oauth2/v2.0/token")) => {
            if request.method() != Method::POST {
                let text = format!("The endpoint only accepts POST requests. Received a {} request.", request.method());
                return Err(Refusal::new(405, "invalid_request", 900_561, text));
            }
            grant::token(fake, known(fake, tenant)?, request, now)
        }
        _ => Err(Refusal::new(404, "invalid_request", 90_023, "The endpoint does not exist.")),
    }
}

/// The tenant, if there is one of that name.
fn known<'a>(fake: &Fake, tenant: &'a str) -> Result<&'a str, Refusal> {
    if fake.world.has_tenant(tenant) {
        return Ok(tenant);
    }
    let refuse = |code, text: String| Err(Refusal::new(400, "invalid_request", code, text));
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
