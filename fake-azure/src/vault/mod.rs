//! A vault. Every request passes the same gate, here, and then goes to its operation.
//! <https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups>

mod access;
mod api;
mod backup;
mod bundle;
mod convert;
mod deed;
mod delete;
mod error;
mod get;
mod get_deleted;
mod list;
mod list_deleted;
mod list_versions;
mod network;
mod operation;
mod page;
mod parameters;
mod permission;
mod purge;
mod recover;
mod restore;
mod seal;
mod set;
mod state;
mod update;

use serde_json::Value;

use super::Fake;
use super::description::Vault;
use super::params::Params;
use crate::wire::{Request, ScriptedResponse};
use api::Api;
use error::Refusal;
use operation::{Operation, Verb};

pub(super) use deed::deed;
pub(super) use state::State;

/// What an operation answers: `None` is an answer without a body.
type Answer = Result<Option<Value>, Refusal>;

/// What an operation knows of its request, besides what is in the vault.
struct Call<'a> {
    fake: &'a Fake,
    vault: &'a Vault,
    params: &'a Params,
    api: Api,
    now: u64,
    name: &'a str,
    version: Option<&'a str>,
    body: &'a [u8],
}

impl Call<'_> {
    /// What it is about is not there.
    fn not_found(&self) -> Refusal {
        let name = self.name;
        Refusal::secret_not_found(&self.version.map_or_else(|| name.to_owned(), |version| format!("{name}/{version}")))
    }
}

/// The answer of `vault`, in which is what `state` says.
pub(super) fn handle(fake: &Fake, vault: &Vault, state: &mut State, request: &Request, now: u64) -> ScriptedResponse {
    let answer = match perform(fake, vault, state, request, now) {
        Ok(Some(body)) => ScriptedResponse::json(200, &body),
        Ok(None) => ScriptedResponse::empty(204),
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

/// Who is it, from where, which version of the interface, which operation, may they, and only then what the body says: in
/// this order, so that somebody without a token learns nothing but where to get one, and somebody without a role nothing
/// of what there is.
fn perform(fake: &Fake, vault: &Vault, state: &mut State, request: &Request, now: u64) -> Answer {
    let caller = access::authenticate(vault, request, now)?;
    if state.throttle() {
        return Err(Refusal::throttled());
    }
    network::admit(vault, &caller)?;
    let query = request.uri().query().unwrap_or_default();
    let params = Params::parse(query).map_err(|flaw| Refusal::bad_parameter(flaw.0))?;
    let api = Api::named(params.get("api-version").unwrap_or_default())?;
    let Operation { verb, name, version } = Operation::of(request.method(), request.uri().path())?;
    let needs = verb.needs();
    let known = [&["api-version"], needs.query].concat();
    let too_new = verb == Verb::Get && !api.knows_certificates();
    let known = if too_new { &known[..1] } else { &known[..] };
    if let Some(name) = params.unknown(known) {
        return Err(Refusal::bad_parameter(format!("The parameter '{name}' is unknown.")));
    }
    permission::authorize(fake, vault, &caller, &needs, &name)?;
    if needs.body {
        parameters::expected(request)?
    } else {
        parameters::none(request)?
    }
    let (name, version, body) = (name.as_str(), version.as_deref(), request.body().as_ref());
    let call = Call { fake, vault, params: &params, api, now, name, version, body };
    state.pass(now);
    let perform = match verb {
        Verb::Get => get::get,
        Verb::Set => set::set,
        Verb::Update => update::update,
        Verb::List => list::list,
        Verb::ListVersions => list_versions::list_versions,
        Verb::Delete => delete::delete,
        Verb::GetDeleted => get_deleted::get_deleted,
        Verb::ListDeleted => list_deleted::list_deleted,
        Verb::Recover => recover::recover,
        Verb::Purge => purge::purge,
        Verb::Backup => backup::backup,
        Verb::Restore => restore::restore,
    };
    perform(&call, state)
}

#[cfg(test)]
mod tests;
