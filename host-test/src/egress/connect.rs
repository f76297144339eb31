//! Opens a connection to an origin: DNS, TCP, a proxy's tunnel, TLS, HTTP/1.1.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, PROXY_AUTHORIZATION};
use http::{Method, Request};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use wasmtime_wasi_http::Error;

use super::errors;
use super::pool::{Connection, Origin};
use super::proxy::{Proxy, ProxyProblem};

/// How long the first address family is tried alone (RFC 8305, section 8).
const HEAD_START: Duration = Duration::from_millis(250);

/// Connects to `address` (`HOST:PORT`), with the TLS name of `origin`.
pub(super) async fn connect(origin: &Origin, address: &str, tls: &Arc<ClientConfig>) -> Result<Connection, Error> {
    let tcp = tcp(address).await?;
    if origin.tls { secured(&origin.host, tcp, tls).await } else { handshake(tcp).await }
}

/// Connects to `origin` through a proxy: for https through a tunnel, else to the proxy itself, which forwards requests.
pub(super) async fn connect_by(
    proxy: &Proxy<'_>,
    origin: &Origin,
    tls: &Arc<ClientConfig>,
) -> Result<Connection, Error> {
    let mut waiting = Waiting::begin(proxy);
    let mut unreachable = |error| waiting.failed(proxy.unreachable(error));
    let tcp = tcp(&format!("{}:{}", proxy.host, proxy.port)).await.map_err(&mut unreachable)?;
    if proxy.tls {
        let stream = tls_stream(&proxy.host, tcp, tls).await.map_err(&mut unreachable)?;
        through(waiting, origin, stream, tls).await
    } else {
        through(waiting, origin, tcp, tls).await
    }
}

/// Reports [`ProxyProblem::NoAnswer`] if the caller stops waiting.
struct Waiting<'a> {
    proxy: &'a Proxy<'a>,
    ended: bool,
}

impl<'a> Waiting<'a> {
    fn begin(proxy: &'a Proxy<'a>) -> Self {
        proxy.failed(ProxyProblem::Waiting);
        Self { proxy, ended: false }
    }

    /// The proxy has opened the connection.
    fn connected(mut self) {
        self.ended = true;
        self.proxy.connected();
    }

    /// The connection failed, for a reason that was reported.
    fn failed<E>(&mut self, error: E) -> E {
        self.ended = true;
        error
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.proxy.failed(ProxyProblem::NoAnswer);
        }
    }
}

async fn through<S>(
    mut waiting: Waiting<'_>,
    origin: &Origin,
    stream: S,
    tls: &Arc<ClientConfig>,
) -> Result<Connection, Error>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    if !origin.tls {
        waiting.connected();
        return handshake(stream).await;
    }
    let tunnel = tunnel(waiting.proxy, origin, stream).await.map_err(|error| waiting.failed(error))?;
    waiting.connected();
    secured(&origin.host, tunnel, tls).await
}

/// Asks the proxy for a connection to the origin (RFC 9110, 9.3.6).
async fn tunnel<S>(proxy: &Proxy<'_>, origin: &Origin, stream: S) -> Result<TokioIo<Upgraded>, Error>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let broken = |error: &hyper::Error| {
        let error = errors::exchange(error);
        proxy.failed(match error {
            Error::HttpProtocolError => ProxyProblem::NotHttp,
            _ => ProxyProblem::Unreachable("the connection broke"),
        });
        error
    };
    let authority = format!("{}:{}", origin.host, origin.port);
    let mut request = Request::builder().method(Method::CONNECT).uri(&authority).header(HOST, &authority);
    if let Some(value) = &proxy.authorization {
        request = request.header(PROXY_AUTHORIZATION, value);
    }
    let request = request.body(Empty::<Bytes>::new()).map_err(|_| Error::HttpRequestUriInvalid)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
    let running = tokio::spawn(async { drop(connection.with_upgrades().await) });
    let response = sender.send_request(request).await.map_err(|error| broken(&error))?;
    if !response.status().is_success() {
        running.abort();
        return Err(proxy.refused(response.status()));
    }
    Ok(TokioIo::new(hyper::upgrade::on(response).await.map_err(|error| broken(&error))?))
}

async fn tcp(address: &str) -> Result<TcpStream, Error> {
    let addresses: Vec<SocketAddr> = lookup_host(address).await.map_err(|error| errors::lookup(&error))?.collect();
    let tcp = first_of(addresses).await?;
    // Requests are small and sent at once, so Nagle's algorithm only delays them. A socket that refuses the option still works.
    let _ = tcp.set_nodelay(true);
    Ok(tcp)
}

async fn secured<S>(host: &str, stream: S, tls: &Arc<ClientConfig>) -> Result<Connection, Error>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    handshake(tls_stream(host, stream, tls).await?).await
}

async fn tls_stream<S>(host: &str, stream: S, tls: &Arc<ClientConfig>) -> Result<TlsStream<S>, Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let name =
        ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(|_| Error::HttpRequestUriInvalid)?;
    TlsConnector::from(Arc::clone(tls)).connect(name, stream).await.map_err(|error| errors::tls(&error))
}

async fn handshake<S>(stream: S) -> Result<Connection, Error>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| errors::exchange(&error))?;
    // Its errors reach the requests; without a request they concern nobody.
    tokio::spawn(async { drop(connection.await) });
    Ok(sender)
}

/// Connects to the first address that accepts. An address family without a route must not use up the timeout of the other.
async fn first_of(addresses: Vec<SocketAddr>) -> Result<TcpStream, Error> {
    let Some(first) = addresses.first() else {
        return Err(errors::name_not_found());
    };
    let preferred_is_v6 = first.is_ipv6();
    let (preferred, others): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == preferred_is_v6);

    let mut preferred = pin!(TcpStream::connect(&*preferred));
    match timeout(HEAD_START, &mut preferred).await {
        Ok(Ok(stream)) => return Ok(stream),
        Ok(Err(error)) if others.is_empty() => return Err(errors::connection(&error)),
        Ok(Err(_)) => {
            return TcpStream::connect(&*others).await.map_err(|error| errors::connection(&error));
        }
        Err(_) if others.is_empty() => {
            return preferred.await.map_err(|error| errors::connection(&error));
        }
        Err(_) => {}
    }
    let mut others = pin!(TcpStream::connect(&*others));
    tokio::select! {
        Ok(stream) = &mut preferred => Ok(stream),
        Ok(stream) = &mut others => Ok(stream),
        else => Err(Error::DestinationUnavailable),
    }
}
