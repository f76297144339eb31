//! A vault. Every request passes the same gate, here, and then goes to its operation.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups>

mod access;
mod error;
mod get;
mod list;
mod operation;

use serde_json::Value;

use super::Fake;
use super::description::Vault;
use super::params::Params;
use crate::wire::{Exchange, Request};
use access::Action;
use error::Refusal;
use operation::Operation;

/// The versions of the data plane.
const VERSIONS: [&str; 10] =
    ["2016-10-01", "7.0", "7.1", "7.2", "7.3", "7.4", "7.5", "7.6", "2025-07-01", "2026-04-01"];

/// The answer of `vault`.
pub(super) fn answer(fake: &Fake, vault: &Vault, request: &Request, now: u64) -> Exchange {
    let answer = match perform(fake, vault, request, now) {
        Ok(body) => Exchange::json(200, &body),
        Err(refusal) => refusal.reply(fake, vault),
    };
    let asked = request.headers().get("x-ms-client-request-id").and_then(|id| id.to_str().ok());
    let client_request = asked.map_or_else(|| fake.request_id(), str::to_owned);
    answer
        .header("cache-control", "no-cache")
        .header("pragma", "no-cache")
        .header("x-ms-keyvault-region", "westeurope")
        .header("x-ms-client-request-id", &client_request)
        .header("x-ms-request-id", &fake.request_id())
        .header("x-ms-keyvault-service-version", "1.9.2698.1")
        .header("x-ms-keyvault-network-info", "conn_type=Ipv4;addr=203.0.113.7;act_addr_fam=InterNetwork;")
        .header("x-content-type-options", "nosniff")
        .header("strict-transport-security", "max-age=31536000;includeSubDomains")
}

/// Who is it, which version of the interface, which operation, may they: in this order, so that somebody without a
/// token learns nothing but where to get one.
fn perform(fake: &Fake, vault: &Vault, request: &Request, now: u64) -> Result<Value, Refusal> {
    let caller = access::authenticate(vault, request, now)?;
    let query = request.uri().query().unwrap_or_default();
    let params = Params::parse(query).map_err(|flaw| Refusal::bad_parameter(flaw.0))?;
    let version = params.get("api-version").unwrap_or_default();
    if !VERSIONS.contains(&version) {
        return Err(Refusal::bad_parameter(format!(
            "The specified version ({version}) is not recognized. Consider using the latest supported version 2026-04-01."
        )));
    }
    let operation = Operation::of(request.method(), request.uri().path())?;
    let known: &[&str] = match operation {
        Operation::List => &["api-version", "maxresults", "$skiptoken"],
        _ => &["api-version"],
    };
    if let Some(name) = params.unknown(known) {
        return Err(Refusal::bad_parameter(format!("The parameter '{name}' is unknown.")));
    }
    match operation {
        Operation::Get { name, version } => {
            bodiless(request)?;
            access::authorize(fake, vault, &caller, &Action::GetSecret(&name))?;
            get::get(vault, &name, version.as_deref())
        }
        Operation::List => {
            bodiless(request)?;
            access::authorize(fake, vault, &caller, &Action::ReadMetadata)?;
            list::list(vault, &params)
        }
        Operation::Unplayed(what) => Err(Refusal::unplayed(what)),
    }
}

fn bodiless(request: &Request) -> Result<(), Refusal> {
    if request.body().is_empty() {
        return Ok(());
    }
    Err(Refusal::bad_parameter("A GET has no body.".to_owned()))
}

#[cfg(test)]
mod tests;
