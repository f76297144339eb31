//! Faults: what goes wrong with some requests of a fake Azure that otherwise responds as Azure does.

mod apply;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use http::{HeaderName, StatusCode};
use serde::Deserialize;

use crate::Fake;
use crate::invalid::{At as _, check, key, value};
use crate::wire::{BodyEnd, Request, ScriptedResponse};

/// A fault of the requests whose URL begins with `url`: a `[[fault]]` of the description. It replaces the response, or with
/// `real` changes it. The first fault of the description that matches a request happens to it.
///
/// In `headers` and `body`, `@echo` stands for the headers and the body of the request, and `@token` for its bearer token.
///
/// IMDS is busy for the first two requests, and every response of the vault breaks off in the middle:
///
/// ```
/// let description = fake_azure::Description::from_toml(r#"
///     platform = "vm"
///     [[fault]]
///     url = "http://169.254.169.254/"
///     times = 2
///     status = 429
///     headers = { retry-after = "1" }
///     [[fault]]
///     url = "https://my-vault.vault.azure.net/"
///     real = true
///     percent = 50
///     end = "reset"
/// "#)?;
/// assert_eq!(description.faults.len(), 2);
/// # Ok::<(), fake_azure::DescriptionError>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fault {
    /// The beginning of the URL; by default every request matches.
    pub url: String,
    /// The number of requests that pass before the first fault.
    pub skip: u32,
    /// The number of requests that it then happens to; all where absent.
    pub times: Option<u32>,
    /// The connection fails. A server on sockets accepts it, and closes it without a response.
    pub connect: Option<ConnectFault>,
    /// The time until the connection is established, in milliseconds.
    pub connect_ms: u64,
    /// The time from the end of the request to the first byte of the response, in milliseconds.
    pub first_byte_ms: u64,
    /// The first byte never comes.
    pub silent: bool,
    /// The other fields change the response of the fake Azure. Without it, the response is made of them alone.
    pub real: bool,
    /// 100 to 999; 200 where absent, or with `real` the status of the response.
    pub status: Option<u16>,
    /// Headers that are set.
    pub headers: BTreeMap<String, String>,
    /// The number of additional headers, of 8 KiB each.
    pub large_headers: usize,
    /// The body.
    pub body: String,
    /// The size of the body in bytes: `@fill` in `body` stands for as many repetitions of `fill` as fit. Without a `body` it
    /// is so many spaces.
    pub body_size: Option<usize>,
    /// What `@fill` repeats. A hostile reply is dense: many values in few bytes, such as `1,`.
    pub fill: String,
    /// The body is so many opening brackets instead.
    pub brackets: usize,
    /// Members of the JSON object that get another value.
    pub set: BTreeMap<String, serde_json::Value>,
    /// Members of the JSON object that are removed.
    pub remove: Vec<String>,
    /// Parts of the body's text, and what replaces them.
    pub replace: BTreeMap<String, String>,
    /// The body ends after so many percent of it.
    pub percent: Option<usize>,
    /// What happens after the body, instead of its end.
    pub end: Option<BodyEnd>,
    /// The pause before each byte of the body, in milliseconds.
    pub trickle_ms: Option<u64>,
}

/// How a connection fails.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectFault {
    /// Nothing listens on the port.
    Refused,
    /// No route to the host.
    Unreachable,
    /// The name does not resolve.
    NameNotFound,
    /// The certificate is not trusted, expired or for another name.
    Certificate,
    /// The connection is reset before a response.
    Reset,
    /// The attempt hangs until the client's timeout.
    Never,
    /// The host of a WebAssembly app denies the destination.
    Denied,
    /// The host of a WebAssembly app allows the name, but not its IP address.
    Prohibited,
    /// Spin's error for a dependency that does not inherit the allowed hosts.
    NotPermitted,
}

impl ConnectFault {
    /// Whether the host denies the request, rather than the network failing.
    pub fn is_host_denial(self) -> bool {
        matches!(self, Self::Denied | Self::Prohibited | Self::NotPermitted)
    }
}

/// The header of a response that stands for a fault that can't be applied; its value says why.
pub const MISAPPLIED: &str = "x-fake-azure-misapplied-fault";

impl Fault {
    pub(crate) fn validate(&self) -> anyhow::Result<()> {
        if let Some(status) = self.status {
            let is_status = StatusCode::from_u16(status).is_ok();
            check(is_status, format!("status {status}: not 100 to 999")).at(&[value("status")])?;
        }
        for name in self.headers.keys() {
            let is_name = name.parse::<HeaderName>().is_ok();
            let checked = check(is_name, format!("headers: {name:?} is no header's name"));
            checked.at(&[value("headers"), key(name)])?;
        }
        let is_used = self.fill.is_empty() || self.body.contains("@fill");
        check(is_used, "fill: the body has no @fill").at(&[value("fill")])?;
        let is_filled = !self.body.contains("@fill") || (!self.fill.is_empty() && self.body_size.is_some());
        check(is_filled, "body: @fill needs fill and body-size").at(&[value("body")])?;
        check(self.percent.is_none_or(|percent| percent <= 100), "percent: more than 100").at(&[value("percent")])
    }

    /// Whether it happens to this request. Counts the request.
    fn hits(&mut self) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if let Some(times) = &mut self.times {
            *times -= 1;
        }
        true
    }
}

/// The fault that happens to this request, of which `faults` counts the occurrences.
pub(crate) fn find(faults: &mut [Fault], request: &Request) -> Option<Fault> {
    let url = request.uri().to_string();
    let fault = faults.iter_mut().find(|fault| url.starts_with(&fault.url) && fault.times != Some(0))?;
    fault.hits().then(|| fault.clone())
}

/// The response to a request that meets the fault.
pub(crate) fn respond(fault: &Fault, fake: &Fake, request: &Request, now: u64) -> ScriptedResponse {
    let response = match fault.real {
        true => fake.respond(request, now),
        false => ScriptedResponse::reply(200, "application/json", ""),
    };
    apply::apply(&apply::with_echo(fault, request), response).unwrap_or_else(|why| {
        let text = format!("A fault of the fake Azure can't be applied to this response: {why}.\n");
        ScriptedResponse::reply(500, "text/plain", text).header(MISAPPLIED, &why.to_string())
    })
}
