//! The fake as it is served: a world that can be exchanged, under an address of its own, with every request logged.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use http::uri::PathAndQuery;
use http::{Method, Uri};

use super::{log, plain_http};
use fake_azure::Fake;
use fake_azure::uri::port;
use fake_azure::wire::{Azure, Exchange, Request};

/// What the server asks.
pub(super) struct Stage {
    fake: RwLock<Arc<Fake>>,
    /// The plain door's port, once it is open.
    port: OnceLock<u16>,
    /// Vault and Entra answer at the plain door, too.
    plain_http: bool,
}

impl Stage {
    pub(super) fn new(fake: Fake, plain_http: bool) -> Self {
        Self { fake: RwLock::new(Arc::new(fake)), port: OnceLock::new(), plain_http }
    }

    /// Says where the plain door is: who asks there by its own name means the platform's identity endpoint, or with
    /// `--plain-http` the vault or Entra.
    pub(super) fn opened(&self, port: u16) {
        self.port.get_or_init(|| port);
    }

    /// The world of now.
    pub(super) fn fake(&self) -> Arc<Fake> {
        Arc::clone(&self.fake.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Another world, from the next request on.
    pub(super) fn exchange(&self, fake: Fake) {
        *self.fake.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fake);
    }

    /// The answer, and what is to be logged of it: nothing of a tunnel, whose requests have lines of their own.
    fn play(&self, request: &Request, now: u64) -> (Exchange, Option<String>) {
        let fake = self.fake();
        let Some(asked) = authority(request.uri()) else {
            return (Exchange::reply(400, "text/plain", "a host is missing\n"), Some("a host is missing".to_owned()));
        };
        let own = self
            .port
            .get()
            .is_some_and(|port| [format!("127.0.0.1:{port}"), format!("localhost:{port}")].contains(&asked));
        if own {
            let origin = if self.plain_http { plain_http::meant(&fake, request.uri().path()) } else { None };
            if let Some(origin) = origin
                && let Some(moved) = at(request, &origin)
            {
                let (exchange, account) = told(&fake, &moved, now);
                return (plain_http::linked(exchange, &origin, &asked), account);
            }
            let identity = fake.identity_authority().and_then(|authority| at(request, &format!("http://{authority}")));
            return match identity {
                Some(moved) => told(&fake, &moved, now),
                None => refuse(404, "here is keyfob's fake Azure, and its platform has no identity endpoint"),
            };
        }
        if !fake.authorities().contains(&asked) {
            return refuse(403, &nobody(&fake, &asked));
        }
        if request.method() == Method::CONNECT {
            return (Exchange::reply(200, "text/plain", ""), None);
        }
        told(&fake, request, now)
    }
}

impl Azure for Stage {
    fn answer(&self, request: &Request, now: u64) -> Exchange {
        let (exchange, account) = self.play(request, now);
        if let Some(account) = account {
            log::exchange(request, &exchange, &account);
        }
        exchange
    }
}

/// The answer, and what happened in words.
fn told(fake: &Fake, request: &Request, now: u64) -> (Exchange, Option<String>) {
    let exchange = fake.answer(request, now);
    let account = fake.account(request, &exchange);
    (exchange, Some(account))
}

fn refuse(status: u16, why: &str) -> (Exchange, Option<String>) {
    (Exchange::reply(status, "text/plain; charset=utf-8", format!("{why}\n")), Some(why.to_owned()))
}

fn nobody(fake: &Fake, asked: &str) -> String {
    let vaults = fake.description().vaults.iter().map(|vault| vault.url.as_str()).collect::<Vec<_>>().join(", ");
    let vaults = if vaults.is_empty() { "no vault".to_owned() } else { vaults };
    format!(
        "the fake Azure is not the internet: it plays {vaults} and Microsoft Entra ID, not {asked}. A vault of that name \
         needs a [[vault]] in the description; any other host belongs in NO_PROXY"
    )
}

/// `HOST:PORT` of the URI.
fn authority(uri: &Uri) -> Option<String> {
    Some(format!("{}:{}", uri.host()?.to_ascii_lowercase(), port(uri)?))
}

/// The same request, asked at another origin.
fn at(request: &Request, origin: &str) -> Option<Request> {
    let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    let mut moved = request.clone();
    *moved.uri_mut() = format!("{origin}{path}").parse().ok()?;
    Some(moved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::Example;
    use crate::fake::Source;
    use fake_azure::wire::Connect;

    fn stage(example: Example) -> Stage {
        opened(example, false)
    }

    fn opened(example: Example, plain_http: bool) -> Stage {
        let stage = Stage::new(Source::Example(example).load().unwrap(), plain_http);
        stage.opened(7);
        stage
    }

    fn ask(stage: &Stage, method: &str, uri: &str) -> (u16, Option<String>) {
        let request = http::Request::builder().method(method).uri(uri).body(bytes::Bytes::new()).unwrap();
        let (exchange, account) = stage.play(&request, 0);
        assert!(matches!(exchange.connect, Connect::After(_)), "{uri}");
        (exchange.status.as_u16(), account)
    }

    #[test]
    fn tunnels_lead_to_what_is_played() {
        let stage = stage(Example::AppService);
        for host in ["my-vault.vault.azure.net:443", "LOGIN.microsoftonline.com:443", "169.254.130.4:8081"] {
            assert_eq!(ask(&stage, "CONNECT", host), (200, None), "{host}");
        }
        for host in ["example.com:443", "my-vault.vault.azure.net:80", "169.254.169.254:80"] {
            let (status, why) = ask(&stage, "CONNECT", host);
            assert_eq!(status, 403);
            let why = why.unwrap();
            assert!(why.contains(&format!("not {host}")) && why.contains("https://my-vault.vault.azure.net"), "{why}");
        }
    }

    #[test]
    fn with_plain_http_its_own_address_is_the_vaults_and_entras_too() {
        let identity = "The X-IDENTITY-HEADER is missing or invalid.";
        for (plain_http, path, expected) in [
            (true, "/secrets/secret-a", "told where to get the right to ask"),
            (true, "/common/oauth2/v2.0/token", "AADSTS50059"),
            (true, "/msi/token", identity),
            (false, "/secrets/secret-a", "Not Found"),
            (false, "/common/oauth2/v2.0/token", "Not Found"),
        ] {
            let stage = opened(Example::AppService, plain_http);
            let (_, account) = ask(&stage, "GET", &format!("http://127.0.0.1:7{path}"));
            let account = account.unwrap();
            assert!(account.contains(expected), "{path}: {account}");
        }
    }

    #[test]
    fn its_own_address_is_the_identity_endpoints() {
        for (example, path, expected) in [
            (Example::AppService, "/msi/token", (401, "The X-IDENTITY-HEADER is missing or invalid.")),
            (Example::Vm, "/metadata", (400, "invalid_request: Required metadata header not specified")),
            (
                Example::ServicePrincipal,
                "/",
                (404, "here is keyfob's fake Azure, and its platform has no identity endpoint"),
            ),
        ] {
            for host in ["127.0.0.1", "localhost"] {
                let (status, account) = ask(&stage(example), "GET", &format!("http://{host}:7{path}"));
                assert_eq!((status, account.as_deref()), (expected.0, Some(expected.1)), "{example:?}");
            }
        }
    }
}
