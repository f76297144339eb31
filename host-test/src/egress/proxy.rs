//! The proxies that outgoing connections may go through.

use std::fmt;
use std::net::IpAddr;

use http::header::HeaderValue;
use http::{StatusCode, Uri};
use hyper_util::client::proxy::matcher::{Builder, Matcher};
use wasmtime_wasi_http::Error;

use super::pool::Origin;
use crate::error::ProxyVariableError;

/// The proxies of outgoing connections, from the variables that other programs read too: `HTTPS_PROXY`, `HTTP_PROXY`,
/// `ALL_PROXY` and `NO_PROXY`, each also in small letters.
///
/// For https the proxy is asked for a tunnel (`CONNECT`), and TLS is verified up to the server. This machine is never reached
/// through a proxy.
pub struct Proxies {
    matcher: Matcher,
    https: &'static str,
    http: &'static str,
    sink: Box<dyn Fn(Option<ProxyFault>) + Send + Sync>,
}

/// A connection that failed at a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyFault {
    /// The proxy, without user name and password: `http://HOST:PORT`.
    pub proxy: String,
    /// The variable that names it.
    pub variable: &'static str,
    /// Whether the variable has a user name.
    pub has_credentials: bool,
    /// The server that the connection is for, as `HOST:PORT`.
    pub server: String,
    /// What happened.
    pub problem: ProxyProblem,
}

/// What went wrong at a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyProblem {
    /// No connection to the proxy; a description of the failure.
    Unreachable(&'static str),
    /// The proxy gave no answer that is HTTP.
    NotHttp,
    /// The proxy has not answered yet. Reported at the start, in case the caller stops waiting.
    Waiting,
    /// The proxy has not answered within the limit.
    NoAnswer,
    /// The proxy answered with this status instead of opening a tunnel.
    Refused(StatusCode),
}

impl fmt::Display for ProxyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { proxy, variable, server, problem, .. } = self;
        write!(f, "the proxy {proxy} (from {variable}) ")?;
        match problem {
            ProxyProblem::Unreachable(why) => write!(f, "can't be reached: {why}"),
            ProxyProblem::NotHttp => write!(f, "gave no answer that is HTTP"),
            ProxyProblem::Waiting | ProxyProblem::NoAnswer => write!(f, "opened no connection to {server} in time"),
            ProxyProblem::Refused(status) => write!(f, "answered {status} instead of connecting to {server}"),
        }
    }
}

/// The spellings of a variable, the first that is set counts. Most programs prefer small letters (curl, Python, wget).
const HTTPS: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
const HTTP: [&str; 4] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
const NO_PROXY: [&str; 2] = ["no_proxy", "NO_PROXY"];

impl Proxies {
    /// The proxies for https only. For requests that hold an identity header: plain http goes to this machine or its private
    /// network then, which no proxy must see. `get` returns the value of a variable.
    ///
    /// # Errors
    /// [`ProxyVariableError`] if a variable names no HTTP proxy. Other schemes in `ALL_PROXY` are ignored.
    ///
    /// ```
    /// use keyfob_host_test::Sockets;
    /// use keyfob_host_test::egress::Proxies;
    ///
    /// let proxies = Proxies::for_https(|name| std::env::var(name).ok())?;
    /// let sockets = Sockets::new().proxies(proxies);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn for_https(get: impl Fn(&str) -> Option<String>) -> Result<Self, ProxyVariableError> {
        Self::new(&get, None)
    }

    /// The proxies for https and plain http.
    ///
    /// # Errors
    /// As [`Proxies::for_https`].
    pub fn for_http_and_https(get: impl Fn(&str) -> Option<String>) -> Result<Self, ProxyVariableError> {
        let http = named(&get, &HTTP)?;
        Self::new(&get, http)
    }

    fn new(
        get: &dyn Fn(&str) -> Option<String>,
        http: Option<(&'static str, String)>,
    ) -> Result<Self, ProxyVariableError> {
        let (https, https_proxy) = named(get, &HTTPS)?.unwrap_or_default();
        let (http, http_proxy) = http.unwrap_or_default();
        let direct: Vec<String> =
            NO_PROXY.into_iter().filter_map(get).map(|value| hosts_without_proxy(&value)).collect();
        let matcher = Matcher::builder().https(https_proxy).http(http_proxy).no(direct.join(",")).build();
        Ok(Self { matcher, https, http, sink: Box::new(|_| {}) })
    }

    /// Passes each failure at a proxy to `sink`, and `None` for each connection that a proxy has opened. A connection begins
    /// with [`ProxyProblem::Waiting`].
    #[must_use]
    pub fn on_fault(mut self, sink: impl Fn(Option<ProxyFault>) + Send + Sync + 'static) -> Self {
        self.sink = Box::new(sink);
        self
    }

    /// The proxy for connections to an origin.
    pub(super) fn of(&self, origin: &Origin) -> Option<Proxy<'_>> {
        let scheme = if origin.tls { "https" } else { "http" };
        let url: Uri = format!("{scheme}://{}:{}/", origin.host, origin.port).parse().ok()?;
        let is_local = if origin.tls { is_this_machine(&origin.host) } else { is_private(&origin.host) };
        let intercept = self.matcher.intercept(&url).filter(|_| !is_local)?;
        let uri = intercept.uri();
        let tls = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Some(Proxy {
            tls,
            host: uri.host()?.to_owned(),
            port,
            authorization: intercept.basic_auth().cloned(),
            variable: if origin.tls { self.https } else { self.http },
            server: format!("{}:{}", origin.host, origin.port),
            proxies: self,
        })
    }
}

/// A proxy for one connection.
pub(super) struct Proxy<'a> {
    pub(super) tls: bool,
    pub(super) host: String,
    pub(super) port: u16,
    /// The value of the header `proxy-authorization`.
    pub(super) authorization: Option<HeaderValue>,
    variable: &'static str,
    server: String,
    proxies: &'a Proxies,
}

impl Proxy<'_> {
    /// Reports a failure.
    pub(super) fn failed(&self, problem: ProxyProblem) {
        let scheme = if self.tls { "https" } else { "http" };
        (self.proxies.sink)(Some(ProxyFault {
            proxy: format!("{scheme}://{}:{}", self.host, self.port),
            variable: self.variable,
            has_credentials: self.authorization.is_some(),
            server: self.server.clone(),
            problem,
        }));
    }

    /// Reports a failure to connect, and passes it on.
    pub(super) fn unreachable(&self, error: Error) -> Error {
        self.failed(ProxyProblem::Unreachable(match error {
            Error::DnsError { .. } => "the name does not resolve",
            Error::ConnectionRefused => "the connection was refused",
            Error::TlsCertificateError => "its certificate is not trusted",
            Error::TlsProtocolError | Error::TlsAlertReceived { .. } => {
                "it does not speak TLS, which https:// asks for"
            }
            Error::ConnectionTerminated => "the connection broke",
            _ => "the address is unreachable",
        }));
        error
    }

    /// Reports that the proxy has opened the connection.
    pub(super) fn connected(&self) {
        (self.proxies.sink)(None);
    }

    /// Reports the answer of a proxy that is no success, as the error of a connection.
    pub(super) fn refused(&self, status: StatusCode) -> Error {
        self.failed(ProxyProblem::Refused(status));
        match status {
            // Nothing has reached the server, so that every request can be sent again.
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
                Error::DestinationUnavailable
            }
            _ => Error::InternalError(Some(format!("the proxy answered {status}"))),
        }
    }
}

/// The first variable that is set, and its value. The value may hold a password: it is in no error.
fn named(
    get: &dyn Fn(&str) -> Option<String>,
    names: &[&'static str],
) -> Result<Option<(&'static str, String)>, ProxyVariableError> {
    for &name in names {
        let Some(value) = get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()) else {
            continue;
        };
        let scheme = value.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        let is_http = scheme.as_deref().is_none_or(|scheme| ["http", "https"].contains(&scheme));
        if !is_http && name.eq_ignore_ascii_case("all_proxy") {
            continue;
        }
        if !is_http {
            return Err(ProxyVariableError::Scheme(name));
        }
        let proxy = Builder::default().https(&value).build().intercept(&Uri::from_static("https://example.com/"));
        // With a second `@` the host would be a part of the password.
        if !proxy.is_some_and(|proxy| is_host_and_port(proxy.uri())) || value.matches('@').count() > 1 {
            return Err(ProxyVariableError::NotAUrl(name));
        }
        return Ok(Some((name, value)));
    }
    Ok(None)
}

fn is_host_and_port(proxy: &Uri) -> bool {
    let Some((authority, host)) = proxy.authority().zip(proxy.host()) else { return false };
    // `$(PROXY)`, `%PROXY%` and the like, which nothing has filled in, are no names.
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    let is_host = !host.is_empty() && (is_name(host) || address(host).is_some());
    is_host && (authority.as_str() == host || authority.port_u16().is_some())
}

/// The value of `NO_PROXY` in the form that the matcher takes: a comma between hosts, no brackets and no port. `*.example.com`
/// is `.example.com`.
fn hosts_without_proxy(value: &str) -> String {
    let hosts = value.split([',', ' ', '\t']).filter(|host| !host.is_empty()).map(|host| {
        let host = match host.strip_prefix('*') {
            Some(rest) if rest.starts_with('.') => rest,
            _ => host,
        };
        match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, _)) => address,
            None => match host.split_once(':') {
                Some((name, port)) if port.parse::<u16>().is_ok() && !name.is_empty() => name,
                _ => host,
            },
        }
    });
    hosts.collect::<Vec<_>>().join(",")
}

fn address(host: &str) -> Option<IpAddr> {
    host.trim_matches(['[', ']']).parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// Whether it is loopback.
fn is_this_machine(host: &str) -> bool {
    let is_local_name = host == "localhost" || host.ends_with(".localhost");
    is_local_name || address(host).is_some_and(|address| address.is_loopback())
}

/// Whether it is this machine or in its private network, where identity endpoints are.
fn is_private(host: &str) -> bool {
    const SUFFIXES: [&str; 5] = [".localhost", ".local", ".internal", ".svc", ".cluster.local"];
    match address(host) {
        Some(IpAddr::V4(address)) => {
            let is_shared = matches!(address.octets(), [100, second, ..] if second & 0xc0 == 64);
            address.is_loopback() || address.is_private() || address.is_link_local() || is_shared
        }
        Some(IpAddr::V6(address)) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
        None => !host.contains('.') || SUFFIXES.iter().any(|suffix| host.ends_with(suffix)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Result<Proxies, ProxyVariableError> {
        let get = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Proxies::for_http_and_https(get)
    }

    /// `HOST:PORT` of the proxy for a URL, and the variable.
    fn proxy(variables: &[(&str, &str)], url: &'static str) -> Option<String> {
        let origin = Origin::of(&Uri::from_static(url)).expect("an origin");
        let proxies = proxies(variables).unwrap_or_else(|error| panic!("{error}"));
        proxies.of(&origin).map(|it| format!("{}:{} {}", it.host, it.port, it.variable))
    }

    #[test]
    fn both_spellings_count() {
        const URL: &str = "https://v.vault.azure.net/";
        for (variables, expected) in [
            (&[("HTTPS_PROXY", "http://proxy:8080")][..], Some("proxy:8080 HTTPS_PROXY")),
            (&[("https_proxy", "proxy:8080"), ("HTTPS_PROXY", "other:1")], Some("proxy:8080 https_proxy")),
            (&[("https_proxy", ""), ("HTTPS_PROXY", "http://proxy")], Some("proxy:80 HTTPS_PROXY")),
            (&[("HTTPS_PROXY", "https://proxy")], Some("proxy:443 HTTPS_PROXY")),
            (&[("ALL_PROXY", "http://proxy:1")], Some("proxy:1 ALL_PROXY")),
            (&[("ALL_PROXY", "socks5h://proxy:1")], None),
            (&[("HTTP_PROXY", "http://proxy:1")], None),
            (&[("HTTPS_PROXY", "http://proxy:1"), ("NO_PROXY", "*")], None),
            (&[("HTTPS_PROXY", "http://proxy:1"), ("no_proxy", "a, *.azure.net:443")], None),
            (&[("HTTPS_PROXY", "http://proxy:1"), ("NO_PROXY", "a"), ("no_proxy", ".azure.net")], None),
            (&[("HTTPS_PROXY", "http://proxy:1"), ("NO_PROXY", "b.vault.azure.net")], Some("proxy:1 HTTPS_PROXY")),
            (&[], None),
        ] {
            assert_eq!(proxy(variables, URL).as_deref(), expected, "{variables:?}");
        }
    }

    #[test]
    fn identity_endpoints_are_reached_directly() {
        let variables = [("HTTP_PROXY", "http://proxy:1"), ("HTTPS_PROXY", "http://proxy:1")];
        for url in [
            "http://169.254.169.254/metadata",
            "http://172.16.5.3:8081/msi/token",
            "http://100.64.0.1/",
            "http://localhost:42356/msi/token",
            "http://[::1]:40342/",
            "http://[::ffff:10.0.0.1]/",
            "http://[fd00::1]/",
            "http://proxy.svc.cluster.local/",
            "http://imds/",
            "https://localhost:8443/",
            "https://127.0.0.1:8443/",
        ] {
            assert_eq!(proxy(&variables, url), None, "{url}");
        }
        for url in ["http://api.example.com/", "http://93.184.215.14/", "https://10.0.0.1/"] {
            assert!(proxy(&variables, url).is_some(), "{url}");
        }
        let https = |name: &str| variables.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
        let https = Proxies::for_https(https).expect("proxies");
        let origin = Origin::of(&Uri::from_static("http://api.example.com/")).expect("an origin");
        assert!(https.of(&origin).is_none());
    }

    #[test]
    fn what_is_no_proxy_is_told_without_its_value() {
        for (value, says) in [
            ("socks5://user:canary@proxy:1", "not SOCKS"),
            ("http://user:can@ary@proxy:1", "percent-encode"),
            ("http://proxy:port-canary", "http://HOST:PORT expected"),
            ("http://", "http://HOST:PORT expected"),
            ("$(canary)", "http://HOST:PORT expected"),
            ("http://$canary:8080", "http://HOST:PORT expected"),
            ("http://${canary}:8080", "http://HOST:PORT expected"),
            ("%canary%", "http://HOST:PORT expected"),
            ("http://<canary>:8080", "http://HOST:PORT expected"),
        ] {
            let error = proxies(&[("HTTPS_PROXY", value)]).err().expect("an error").to_string();
            assert!(error.contains(says) && error.contains("HTTPS_PROXY"), "{value}: {error}");
            assert!(!error.contains("canary") && !error.contains("ary@"), "{error}");
        }
    }

    #[test]
    fn credentials_are_sent_and_not_shown() {
        let proxies = proxies(&[("HTTPS_PROXY", "http://user:p%40ss@proxy:1")]).expect("proxies");
        let proxy = proxies.of(&Origin::of(&Uri::from_static("https://v.example/")).expect("an origin"));
        let value = proxy.and_then(|proxy| proxy.authorization).expect("a value");
        // Of `user:p@ss`.
        assert_eq!(value, "Basic dXNlcjpwQHNz");
        assert!(value.is_sensitive());
    }
}
