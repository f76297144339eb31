//! The fake Azure that the server calls: it can be replaced while it is served, also answers at its own address, and logs
//! every request.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use fake_azure::Fake;
use fake_azure::uri::port;
use fake_azure::wire::{Request, ScriptedResponse, Service};
use http::uri::PathAndQuery;
use http::{Method, Uri};

use super::log::{self, Subject};
use super::plain_http;

/// What the log says about a request.
struct Outcome {
    words: String,
    subject: Subject,
}

/// A replaceable fake Azure.
pub(super) struct ReloadableFake {
    fake: RwLock<Arc<Fake>>,
    /// The port of the plain HTTP listener, once it is known.
    port: OnceLock<u16>,
    /// Vault and Entra are also served at the plain HTTP listener.
    plain_http: bool,
}

impl ReloadableFake {
    pub(super) fn new(fake: Fake, plain_http: bool) -> Self {
        Self { fake: RwLock::new(Arc::new(fake)), port: OnceLock::new(), plain_http }
    }

    /// Sets the port of the plain HTTP listener. Requests to its own address go to the platform's identity endpoint, or with
    /// `--plain-http` to the vault or Entra.
    pub(super) fn set_port(&self, port: u16) {
        self.port.get_or_init(|| port);
    }

    /// The current fake.
    pub(super) fn fake(&self) -> Arc<Fake> {
        Arc::clone(&self.fake.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the fake, from the next request on.
    pub(super) fn replace(&self, fake: Fake) {
        *self.fake.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fake);
    }

    /// The response, and the outcome to log. A tunnel is not logged, only the requests in it.
    fn respond(&self, request: &Request, now: u64) -> (ScriptedResponse, Option<Outcome>) {
        let fake = self.fake();
        let Some(host) = authority(request.uri()) else {
            return refusal(400, "a host is missing");
        };
        let is_own_address = self
            .port
            .get()
            .is_some_and(|port| [format!("127.0.0.1:{port}"), format!("localhost:{port}")].contains(&host));
        if is_own_address {
            let origin = if self.plain_http { plain_http::real_origin(&fake, request.uri().path()) } else { None };
            if let Some(origin) = origin
                && let Some(redirected) = with_origin(request, &origin)
            {
                let (exchange, account) = respond_as(&fake, &redirected, now);
                return (plain_http::rewrite_links(exchange, &origin, &host), account);
            }
            let identity =
                fake.identity_authority().and_then(|authority| with_origin(request, &format!("http://{authority}")));
            return match identity {
                Some(redirected) => respond_as(&fake, &redirected, now),
                None => refusal(404, "this is keyfob's fake Azure, and its platform has no identity endpoint"),
            };
        }
        if !fake.authorities().contains(&host) {
            return refusal(403, &unknown_host_message(&fake, &host));
        }
        if request.method() == Method::CONNECT {
            return (ScriptedResponse::reply(200, "text/plain", ""), None);
        }
        respond_as(&fake, request, now)
    }
}

impl Service for ReloadableFake {
    fn handle(&self, request: &Request, now: u64) -> ScriptedResponse {
        let (exchange, account) = self.respond(request, now);
        if let Some(account) = account {
            log::request(request, &exchange, &account.words, account.subject);
        }
        exchange
    }
}

/// The fake's response, and the outcome in words.
fn respond_as(fake: &Fake, request: &Request, now: u64) -> (ScriptedResponse, Option<Outcome>) {
    let exchange = fake.handle(request, now);
    let words = fake.summarize(request, &exchange);
    (exchange, Some(Outcome { words, subject: Subject::Request }))
}

/// A response of the server itself. It ends the connection, so that the next request costs the client another one.
fn refusal(status: u16, why: &str) -> (ScriptedResponse, Option<Outcome>) {
    let response = ScriptedResponse::reply(status, "text/plain; charset=utf-8", format!("{why}\n"));
    (response.header("connection", "close"), Some(Outcome { words: why.to_owned(), subject: Subject::Refusal }))
}

fn unknown_host_message(fake: &Fake, host: &str) -> String {
    let vaults = fake.description().vaults.iter().map(|vault| vault.url.as_str()).collect::<Vec<_>>().join(", ");
    let vaults = if vaults.is_empty() { "no vault".to_owned() } else { vaults };
    format!(
        "the fake Azure serves {vaults} and Microsoft Entra ID, not {host}. If that is a vault, add a [[vault]] to the \
        description; add any other host to NO_PROXY"
    )
}

/// `HOST:PORT` of the URI.
fn authority(uri: &Uri) -> Option<String> {
    Some(format!("{}:{}", uri.host()?.to_ascii_lowercase(), port(uri)?))
}

/// The same request with another origin.
fn with_origin(request: &Request, origin: &str) -> Option<Request> {
    let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    let mut redirected = request.clone();
    *redirected.uri_mut() = format!("{origin}{path}").parse().ok()?;
    Some(redirected)
}

#[cfg(test)]
mod tests {
    use fake_azure::wire::ConnectOutcome;

    use super::*;
    use crate::fake::Example;
    use crate::fake::Source;

    fn served(example: Example) -> ReloadableFake {
        opened(example, false)
    }

    fn opened(example: Example, plain_http: bool) -> ReloadableFake {
        let served = ReloadableFake::new(Source::Example(example).load().unwrap(), plain_http);
        served.set_port(7);
        served
    }

    fn ask(served: &ReloadableFake, method: &str, uri: &str) -> (u16, Option<String>) {
        let request = http::Request::builder().method(method).uri(uri).body(bytes::Bytes::new()).unwrap();
        let (exchange, account) = served.respond(&request, 0);
        assert!(matches!(exchange.connect, ConnectOutcome::After(_)), "{uri}");
        (exchange.status.as_u16(), account.map(|outcome| outcome.words))
    }

    #[test]
    fn tunnels_reach_only_the_fakes_hosts() {
        let served = served(Example::AppService);
        for host in ["my-vault.vault.azure.net:443", "LOGIN.microsoftonline.com:443", "169.254.130.4:8081"] {
            assert_eq!(ask(&served, "CONNECT", host), (200, None), "{host}");
        }
        for host in ["example.com:443", "my-vault.vault.azure.net:80", "169.254.169.254:80"] {
            let (status, why) = ask(&served, "CONNECT", host);
            assert_eq!(status, 403);
            let why = why.unwrap();
            assert!(why.contains(&format!("not {host}")) && why.contains("https://my-vault.vault.azure.net"), "{why}");
        }
    }

    #[test]
    fn with_plain_http_its_own_address_serves_vault_and_entra() {
        let identity = "The X-IDENTITY-HEADER is missing or invalid.";
        for (plain_http, path, expected) in [
            (true, "/secrets/secret-a", "told where to get the right to ask"),
            (true, "/common/oauth2/v2.0/token", "AADSTS50059"),
            (true, "/msi/token", identity),
            (false, "/secrets/secret-a", "Not Found"),
            (false, "/common/oauth2/v2.0/token", "Not Found"),
        ] {
            let served = opened(Example::AppService, plain_http);
            let (_, account) = ask(&served, "GET", &format!("http://127.0.0.1:7{path}"));
            let account = account.unwrap();
            assert!(account.contains(expected), "{path}: {account}");
        }
    }

    #[test]
    fn its_own_address_serves_the_identity_endpoint() {
        for (example, path, expected) in [
            (Example::AppService, "/msi/token", (401, "The X-IDENTITY-HEADER is missing or invalid.")),
            (Example::Vm, "/metadata", (400, "invalid_request: Required metadata header not specified")),
            (
                Example::ServicePrincipal,
                "/",
                (404, "this is keyfob's fake Azure, and its platform has no identity endpoint"),
            ),
        ] {
            for host in ["127.0.0.1", "localhost"] {
                let (status, account) = ask(&served(example), "GET", &format!("http://{host}:7{path}"));
                assert_eq!((status, account.as_deref()), (expected.0, Some(expected.1)), "{example:?}");
            }
        }
    }
}
