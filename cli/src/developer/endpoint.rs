//! The token endpoint: the part of App Service's managed identity protocol that apps use.
//! <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fake_azure::listen::{LogLimit, Slot, left_out};
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use super::event::Event;
use super::resource::Resource;
use super::token_cache::TokenCache;
use super::{account, sign_in};

/// The path that App Service uses.
pub(super) const PATH: &str = "/msi/token";
const API_VERSION: &str = "2019-08-01";

/// Query parameters that select a managed identity.
const ID_PARAMETERS: [&str; 4] = ["client_id", "object_id", "principal_id", "mi_res_id"];

/// How many refusals are logged in each period.
const REFUSALS: u32 = 20;
const REFUSALS_PERIOD: Duration = Duration::from_secs(10);

pub(super) struct Endpoint {
    address: SocketAddr,
    header: String,
    tokens: TokenCache,
    id_reported: AtomicBool,
    refusals: LogLimit,
    log: Box<dyn Fn(&Event) + Send + Sync>,
}

/// A request that is rejected before a tool is run: status and message.
#[derive(Debug, PartialEq, Eq)]
struct RequestError(StatusCode, &'static str);

#[derive(Debug, PartialEq, Eq)]
struct TokenRequest {
    resource: Resource,
    id: Option<&'static str>,
}

impl Endpoint {
    pub(super) fn new(
        address: SocketAddr,
        header: String,
        tokens: TokenCache,
        log: impl Fn(&Event) + Send + Sync + 'static,
    ) -> Self {
        let refusals = LogLimit::new(REFUSALS, REFUSALS_PERIOD);
        Self { address, header, tokens, id_reported: AtomicBool::new(false), refusals, log: Box::new(log) }
    }

    pub(super) async fn handle(&self, request: &Parts, slot: &Arc<Slot>) -> Response<String> {
        let token_request = match self.validate(request) {
            Ok(token_request) => token_request,
            Err(RequestError(status, message)) => {
                self.log_refusal(status, message);
                let mut refusal = reply(status, &json!({ "statusCode": status.as_u16(), "message": message }));
                refusal.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                return refusal;
            }
        };
        slot.set_known();
        let _answering = slot.answering();
        if let Some(parameter) = token_request.id
            && !self.id_reported.swap(true, Ordering::Relaxed)
        {
            self.log_event(&Event::IdIgnored { parameter });
        }
        let resource = token_request.resource.as_str();
        match self.tokens.get(&token_request.resource).await {
            Ok((issued, from_cache)) => {
                let expires_on = issued.token.expires_on;
                let credential = issued.credential;
                let account = account::of_token(&issued.token.secret);
                self.log_event(&Event::TokenIssued {
                    resource: resource.to_owned(),
                    credential,
                    account: account.clone(),
                    expires_on,
                    from_cache,
                });
                // The SDKs require `client_id` and ignore its value.
                let body = json!({
                    "access_token": issued.token.secret,
                    "client_id": "",
                    // The component names it in the error of a vault that refuses the developer.
                    "developer": account.as_ref().map_or_else(|| credential.to_owned(), |account| format!("{account} by {credential}")),
                    "expires_on": expires_on.to_string(),
                    "resource": resource,
                    "token_type": "Bearer",
                });
                sign_in::with_headers(reply(StatusCode::OK, &body), credential, account.as_deref())
            }
            Err(message) => {
                let status = StatusCode::BAD_REQUEST;
                let body = json!({ "statusCode": 400, "code": "developer-identity", "message": message });
                self.log_event(&Event::RequestRefused { status, message });
                reply(status, &body)
            }
        }
    }

    /// Everybody on this machine can be refused, as often as they like.
    fn log_refusal(&self, status: StatusCode, message: &str) {
        let Some(lines) = self.refusals.permit() else { return };
        if let Some(left_out) = left_out(lines) {
            self.log_event(&Event::LeftOut(left_out));
        }
        self.log_event(&Event::RequestRefused { status, message: message.to_owned() });
    }

    fn log_event(&self, event: &Event) {
        (self.log)(event);
    }

    fn validate(&self, request: &Parts) -> Result<TokenRequest, RequestError> {
        // Check the host first: a web page whose name resolves to this address (DNS rebinding) must learn nothing.
        if !self.is_for_this_endpoint(request) {
            return Err(RequestError(StatusCode::FORBIDDEN, "The Host header does not name this endpoint."));
        }
        if request.uri.path() != PATH {
            return Err(RequestError(StatusCode::NOT_FOUND, "Not Found: the path is /msi/token."));
        }
        if request.method != Method::GET {
            let message = "The requested resource does not support this http method: GET expected.";
            return Err(RequestError(StatusCode::METHOD_NOT_ALLOWED, message));
        }
        let mut headers = request.headers.get_all("x-identity-header").iter();
        let header = headers.next().map(HeaderValue::as_bytes).unwrap_or_default();
        if !bool::from(header.ct_eq(self.header.as_bytes())) || headers.next().is_some() {
            let message = "The X-IDENTITY-HEADER is missing or invalid: send the value of IDENTITY_HEADER.";
            return Err(RequestError(StatusCode::UNAUTHORIZED, message));
        }
        parse_query(request.uri.query().unwrap_or_default())
            .map_err(|message| RequestError(StatusCode::BAD_REQUEST, message))
    }

    /// Whether the request was sent to a loopback name and this port.
    fn is_for_this_endpoint(&self, request: &Parts) -> bool {
        let port = self.address.port();
        let own = |name: &str| {
            ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| name.eq_ignore_ascii_case(&format!("{host}:{port}")))
        };
        let mut hosts = request.headers.get_all(HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok());
        host.is_some_and(own) && hosts.next().is_none() && request.uri.authority().is_none_or(|it| own(it.as_str()))
    }
}

/// Parses the query. Unknown parameters are ignored, as App Service ignores them.
fn parse_query(query: &str) -> Result<TokenRequest, &'static str> {
    let (mut versions, mut resources, mut id) = (Vec::new(), Vec::new(), None);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "api-version" => versions.push(value),
            "resource" => resources.push(value),
            name => id = id.or(ID_PARAMETERS.into_iter().find(|entries| *entries == name && !value.is_empty())),
        }
    }
    if versions != [API_VERSION] {
        return Err("The api-version is missing or not supported: 2019-08-01 expected.");
    }
    match &*resources {
        [resource] => Ok(TokenRequest { resource: Resource::new(resource)?, id }),
        [] => Err("The parameter 'resource' is missing."),
        _ => Err("The parameter 'resource' is duplicated."),
    }
}

fn reply(status: StatusCode, body: &Value) -> Response<String> {
    let mut response = Response::new(body.to_string());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests;
