//! A vault. Every request passes the same checks here, and then goes to its operation.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups>

mod api_version;
mod audit_entry;
mod authentication;
mod authorization;
mod backup;
mod backup_cipher;
mod bundle;
mod convert;
mod delete;
mod error;
mod get;
mod get_deleted;
mod list;
mod list_deleted;
mod list_versions;
mod network_rules;
mod operation;
mod operations;
mod page;
mod purge;
mod recover;
mod request_body;
mod restore;
mod set;
mod state;
mod update;

use serde_json::Value;

use super::Fake;
use super::description::Vault;
use super::params::Params;
use crate::wire::{Request, ScriptedResponse};
use api_version::ApiVersion;
use error::VaultError;
use operation::{Call, OperationResult};
use operations::Route;

pub(super) use state::State;

/// The audit entry of a successful request, if it was one for an operation. It holds no value.
pub(super) fn audit_entry(request: &Request, body: &Value) -> Option<String> {
    let Route { operation, name, .. } = operations::route(request.method(), request.uri().path()).ok()?;
    (operation.audit)(name, body)
}

/// Handles a request to `vault`, whose content is `state`.
pub(super) fn handle(fake: &Fake, vault: &Vault, state: &mut State, request: &Request, now: u64) -> ScriptedResponse {
    let answer = match perform(fake, vault, state, request, now) {
        Ok(Some(body)) => ScriptedResponse::json(200, &body),
        Ok(None) => ScriptedResponse::empty(204),
        Err(error) => error.response(fake, vault),
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

/// Checks the token, throttling, network rules, api-version, path, query and permission, and only then the body: in
/// this order a client without a token learns only where to get one, and a client without a role learns nothing
/// about the vault's content.
fn perform(fake: &Fake, vault: &Vault, state: &mut State, request: &Request, now: u64) -> OperationResult {
    let caller = authentication::authenticate(vault, request, now)?;
    if state.take_throttled() {
        return Err(VaultError::throttled());
    }
    network_rules::check(vault, &caller)?;
    let query = request.uri().query().unwrap_or_default();
    let params = Params::parse(query).map_err(|error| VaultError::bad_parameter(error.0))?;
    let api = ApiVersion::parse(params.get("api-version").unwrap_or_default())?;
    let Route { operation, name, version } = operations::route(request.method(), request.uri().path())?;
    let in_version = operation.query.iter().filter(|(_, since)| api.is_from(since)).map(|(name, _)| *name);
    let known: Vec<&str> = in_version.chain(["api-version"]).collect();
    if let Some(name) = params.unknown(&known) {
        return Err(VaultError::bad_parameter(format!("The parameter '{name}' is unknown.")));
    }
    authorization::authorize(fake, vault, &caller, operation, name)?;
    if operation.has_body {
        request_body::require_json(request)?;
    } else {
        request_body::require_empty(request)?;
    }
    let call = Call { fake, vault, params: &params, api, now, name, version, body: request.body() };
    state.advance_to(now);
    (operation.perform)(&call, state)
}

#[cfg(test)]
mod tests;
