//! Sends requests over real sockets: verified TLS, pooled connections, the request's timeouts.

use std::sync::{Arc, OnceLock};

use http::header::PROXY_AUTHORIZATION;
use http::{Method, Uri};
use http_body_util::{BodyExt, Full};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio::time::timeout;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use wasmtime_wasi_http::Error;

use super::connect::{connect, connect_by};
use super::pool::{Connection, Origin, Pool};
use super::proxy::{Proxies, Proxy};
use super::timed::Timed;
use super::{Response, errors};
use crate::error::SocketsError;
use fake_azure::wire::{Request, Timeouts};

/// The options of requests over sockets. TLS is always verified, against Mozilla's roots and those that are added.
pub struct Sockets {
    roots: RootCertStore,
    redirections: Vec<Redirection>,
    proxies: Option<Proxies>,
    tls: OnceLock<Arc<ClientConfig>>,
    pool: Pool,
}

/// `HOST:PORT=ADDR:PORT`.
struct Redirection {
    host: String,
    port: u16,
    address: String,
}

impl Default for Sockets {
    fn default() -> Self {
        Self::new()
    }
}

impl Sockets {
    /// Mozilla's roots, no redirections, no proxies.
    pub fn new() -> Self {
        Self {
            roots: RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.into() },
            redirections: Vec::new(),
            proxies: None,
            tls: OnceLock::new(),
            pool: Pool::default(),
        }
    }

    /// Trusts the certificate authorities of a PEM file too.
    ///
    /// # Errors
    /// [`SocketsError`] if the file is not PEM, holds no certificate, or one that can't be an authority's.
    ///
    /// ```no_run
    /// let pem = std::fs::read("ca.pem")?;
    /// let sockets = keyfob_host_test::Sockets::new().ca_pem(&pem)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ca_pem(mut self, pem: &[u8]) -> Result<Self, SocketsError> {
        let mut count = 0;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| SocketsError::NotPem(error.into()))?;
            self.roots.add(certificate).map_err(|error| SocketsError::NotAnAuthority(error.into()))?;
            count += 1;
        }
        if count == 0 { Err(SocketsError::NoCertificate) } else { Ok(self) }
    }

    /// Trusts each certificate authority of a PEM file that can be used, as programs do with a system's list. Returns how many
    /// these are.
    pub fn add_usable_ca_pem(&mut self, pem: &[u8]) -> usize {
        self.roots.add_parsable_certificates(CertificateDer::pem_slice_iter(pem).filter_map(Result::ok)).0
    }

    /// Connects through these proxies, where no rule of [`Sockets::connect_to`] says otherwise.
    #[must_use]
    pub fn proxies(mut self, proxies: Proxies) -> Self {
        self.proxies = Some(proxies);
        self
    }

    /// Connects to another address than the URL's, as curl's option `--connect-to` does. A rule is `HOST:PORT=ADDR:PORT`. The
    /// TLS name and the `Host` header stay those of the URL.
    ///
    /// # Errors
    /// [`SocketsError`] if the rule has another form.
    ///
    /// ```
    /// use keyfob_host_test::Sockets;
    ///
    /// let sockets = Sockets::new().connect_to("my-vault.vault.azure.net:443=127.0.0.1:8443")?;
    /// assert!(Sockets::new().connect_to("my-vault.vault.azure.net").is_err());
    /// # Ok::<(), keyfob_host_test::SocketsError>(())
    /// ```
    pub fn connect_to(mut self, rule: &str) -> Result<Self, SocketsError> {
        let (from, address) = rule.split_once('=').ok_or(SocketsError::NotARule)?;
        let (host, port) = host_and_port(from)?;
        host_and_port(address)?;
        self.redirections.push(Redirection { host: host.to_ascii_lowercase(), port, address: address.to_owned() });
        Ok(self)
    }

    pub(super) async fn exchange(&self, request: &Request, limits: Timeouts) -> Result<Response, Error> {
        let origin = Origin::of(request.uri())?;
        while let Some(kept) = self.pool.take(&origin) {
            match self.attempt(kept, &origin, request, limits).await {
                Err(Broken::Unsent) => {}
                // The server closed it while the request was under way. Repeating is safe where HTTP says so
                // (RFC 9110, 9.2.2); for the others, the caller decides.
                Err(Broken::Dropped(_)) if request.method() != Method::POST && request.method() != Method::PATCH => {}
                result => return result.map_err(Error::from),
            }
        }
        let fresh = timeout(limits.connect, self.connect(&origin)).await.map_err(|_| Error::ConnectionTimeout)??;
        Ok(self.attempt(fresh, &origin, request, limits).await?)
    }

    async fn attempt(
        &self,
        mut connection: Connection,
        origin: &Origin,
        request: &Request,
        limits: Timeouts,
    ) -> Result<Response, Broken> {
        let answer = async {
            connection.ready().await.map_err(|_| Broken::Unsent)?;
            let sent = connection.try_send_request(self.message(request, origin)).await;
            sent.map_err(|mut error| match error.take_message() {
                Some(_) => Broken::Unsent,
                None => Broken::Dropped(errors::exchange(error.error())),
            })
        };
        let answer = timeout(limits.first_byte, answer).await;
        let response = answer.map_err(|_| Broken::Late)??;
        let returning = self.pool.returning(origin.clone(), connection);
        Ok(response.map(|body| Timed::new(body, limits.between_bytes, returning).boxed_unsync()))
    }

    async fn connect(&self, origin: &Origin) -> Result<Connection, Error> {
        match (self.redirection(origin), self.proxy(origin)) {
            (Some(rule), _) => connect(origin, &rule.address, self.tls()?).await,
            (None, Some(proxy)) => connect_by(&proxy, origin, self.tls()?).await,
            (None, None) => connect(origin, &format!("{}:{}", origin.host, origin.port), self.tls()?).await,
        }
    }

    fn redirection(&self, origin: &Origin) -> Option<&Redirection> {
        self.redirections.iter().find(|rule| rule.host == origin.host && rule.port == origin.port)
    }

    fn proxy(&self, origin: &Origin) -> Option<Proxy<'_>> {
        self.proxies.as_ref()?.of(origin).filter(|_| self.redirection(origin).is_none())
    }

    /// The request as it is sent: with the absolute URL to a proxy that forwards it, else with the path only.
    fn message(&self, request: &Request, origin: &Origin) -> http::Request<Full<bytes::Bytes>> {
        match self.proxy(origin).filter(|_| !origin.tls) {
            Some(proxy) => {
                let mut sent = request.clone().map(Full::new);
                if let Some(value) = proxy.authorization {
                    sent.headers_mut().insert(PROXY_AUTHORIZATION, value);
                }
                sent
            }
            None => origin_form(request),
        }
    }

    fn tls(&self) -> Result<&Arc<ClientConfig>, Error> {
        if let Some(config) = self.tls.get() {
            return Ok(config);
        }
        // No ALPN: the pool speaks HTTP/1.1.
        let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| Error::ConfigurationError)?
            .with_root_certificates(self.roots.clone())
            .with_no_client_auth();
        Ok(self.tls.get_or_init(|| Arc::new(config)))
    }
}

/// Why a connection gave no response.
enum Broken {
    /// No byte of the request was sent.
    Unsent,
    /// Some of the request was sent, and the connection broke before a response.
    Dropped(Error),
    /// The first-byte timeout passed.
    Late,
}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Unsent => Self::ConnectionTerminated,
            Broken::Dropped(error) => error,
            Broken::Late => Self::ConnectionReadTimeout,
        }
    }
}

/// The request in origin form: only the path in its target, the host in its header.
fn origin_form(request: &Request) -> http::Request<Full<bytes::Bytes>> {
    let mut sent = request.clone().map(Full::new);
    *sent.uri_mut() =
        request.uri().path_and_query().map_or_else(|| Uri::from_static("/"), |path| Uri::from(path.clone()));
    sent
}

fn host_and_port(text: &str) -> Result<(&str, u16), SocketsError> {
    let (host, port) = text.rsplit_once(':').ok_or_else(|| SocketsError::NoPort(text.to_owned()))?;
    if host.is_empty() {
        return Err(SocketsError::NoHost(text.to_owned()));
    }
    let port = port.parse().map_err(|cause| SocketsError::NotAPort { port: port.to_owned(), cause })?;
    Ok((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connect_to_is_checked() {
        let good = Sockets::new().connect_to("V.vault.azure.net:443=127.0.0.1:8443").expect("a rule");
        assert_eq!(good.redirections[0].host, "v.vault.azure.net");
        assert_eq!(good.redirections[0].address, "127.0.0.1:8443");
        assert!(Sockets::new().connect_to("[::1]:80=[::1]:8080").is_ok());
        for bad in ["", "a:1", "a=b", "a:1=b", "a:1=:2", ":1=b:2", "a:x=b:2", "a:1=b:70000"] {
            assert!(Sockets::new().connect_to(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        assert!(Sockets::new().ca_pem(b"").is_err());
        assert!(Sockets::new().ca_pem(b"hello").is_err());
        assert!(Sockets::new().ca_pem(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_err());
    }
}
