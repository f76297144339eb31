//! One connection of the server.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::CONNECTION;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Method, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::{self, OnUpgrade};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncWrite, BufReader};
use tokio::task::yield_now;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::HandshakeFailureHandler;
use super::body::Body;
use crate::listen::{Slot, WriteLimit};
use crate::wire::{BodyEnd, NetworkError, Request, ScriptedResponse, Service, Timeouts, play};

/// The largest body in bytes, above that of Azure: a backup has at most 500 versions of at most 25 KB.
/// <https://learn.microsoft.com/azure/key-vault/general/backup#limitations>
const LARGEST_BODY: usize = 1 << 25;

/// The first byte of a TLS handshake. <https://datatracker.ietf.org/doc/html/rfc8446#section-5.1>
const HANDSHAKE: u8 = 22;

/// How long a client may take to send the head of a request, from the connection or the last response on. The response has no
/// time limit.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// How long a client may take for a TLS handshake.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(30);

/// How long a client may take to send the body of a request.
const BODY_LIMIT: Duration = Duration::from_secs(30);

/// How long a client may read nothing of a response.
const WRITE_LIMIT: Duration = Duration::from_secs(30);

/// The most bytes of a request's head that are read before it is refused, give or take one read of the same size. A token in
/// it may have tens of thousands.
const LARGEST_HEAD: usize = 1 << 17;

/// The server has no timeouts of its own: it waits until the client closes the connection.
const FOR_EVER: Timeouts = {
    let day = Duration::from_secs(86_400);
    Timeouts { connect: day, first_byte: day, between_bytes: day }
};

/// The state that all connections share.
pub(super) struct ServerState {
    pub(super) azure: Arc<dyn Service>,
    pub(super) acceptor: TlsAcceptor,
    /// The plain address, and the authority that requests for it are handled as.
    pub(super) alias: Option<(Authority, Authority)>,
    /// Called when a client breaks off a TLS handshake.
    pub(super) on_handshake_failure: Option<HandshakeFailureHandler>,
}

/// One connection: what its requests have in common.
#[derive(Clone)]
struct Connection {
    state: Arc<ServerState>,
    slot: Arc<Slot>,
    scheme: Scheme,
    tunnel: Tunnel,
}

/// Serves one connection to its end. A client that breaks it off is not an error.
pub(super) async fn run<S>(stream: S, state: Arc<ServerState>, slot: Arc<Slot>, tls_only: bool)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut stream = BufReader::new(WriteLimit::new(stream, WRITE_LIMIT));
    let plain = Connection { state, slot, scheme: Scheme::HTTP, tunnel: Tunnel::default() };
    if tls_only {
        return plain.secure(stream).await;
    }
    match starts_with_handshake(&mut stream).await {
        Some(true) => return plain.secure(stream).await,
        Some(false) => plain.serve(stream).await,
        None => return,
    }
    let asked = plain.tunnel.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(asked) = asked else { return };
    let Ok(upgraded) = asked.await else { return };
    let mut stream = BufReader::new(TokioIo::new(upgraded));
    let inner = Connection { tunnel: Tunnel::default(), ..plain };
    match starts_with_handshake(&mut stream).await {
        Some(true) => inner.secure(stream).await,
        Some(false) => inner.serve(stream).await,
        None => {}
    }
}

/// Waits for the first byte, and says whether it is that of a TLS handshake. None if no byte comes.
async fn starts_with_handshake(stream: &mut (impl AsyncBufRead + Unpin)) -> Option<bool> {
    let first = timeout(HEAD_LIMIT, stream.fill_buf()).await.ok()?.ok()?.first()?;
    Some(*first == HANDSHAKE)
}

/// The upgrade after a `CONNECT` request, to be used when the connection has finished with HTTP.
type Tunnel = Arc<Mutex<Option<OnUpgrade>>>;

impl Connection {
    async fn secure<S>(self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        match timeout(HANDSHAKE_LIMIT, self.state.acceptor.accept(stream)).await {
            Ok(Ok(stream)) => {
                let inner = Self { scheme: Scheme::HTTPS, tunnel: Tunnel::default(), ..self };
                inner.serve(stream).await;
            }
            Ok(Err(error)) => {
                if let Some(tell) = &self.state.on_handshake_failure {
                    tell(&error.to_string());
                }
            }
            // A client that stays silent says nothing about the certificate.
            Err(_) => {}
        }
    }

    async fn serve<S>(&self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let service = service_fn(move |request| self.clone().respond(request));
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(HEAD_LIMIT).max_buf_size(LARGEST_HEAD);
        let served = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
        // An error means that the client left, or that the response ends in a reset. In both cases the connection closes.
        served.await.unwrap_or_default();
    }

    /// Plays the response; an error closes the connection without one.
    async fn respond(self, mut request: http::Request<Incoming>) -> Result<Response<Body>, NoResponse> {
        // One request of each connection at a time: a client that sends thousands in advance must not keep out the others.
        yield_now().await;
        let upgrade = (request.method() == Method::CONNECT).then(|| upgrade::on(&mut request));
        let request = match absolute(&self.state, self.scheme, request).await {
            Ok(request) => request,
            Err(status) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = status;
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                return Ok(response);
            }
        };
        let _answering = self.slot.answering();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let response = self.state.azure.handle(&request, now);
        let length = announced(&response);
        let response = play(response, FOR_EVER).await.map_err(NoResponse)?;
        if let Some(upgrade) = upgrade.filter(|_| response.status().is_success()) {
            *self.tunnel.lock().unwrap_or_else(PoisonError::into_inner) = Some(upgrade);
            return Ok(response.map(|_| Body::empty()));
        }
        Ok(response.map(|chunks| Body::new(chunks, length)))
    }
}

/// The length in the response's head. A scripted header may be wrong on purpose; a body that breaks off has
/// none, because a client that has read all chunks would not wait for the break.
fn announced(response: &ScriptedResponse) -> Option<u64> {
    let header = response.headers.get(http::header::CONTENT_LENGTH);
    let header = header.and_then(|length| length.to_str().ok()?.parse().ok());
    let complete_length = || response.body.iter().map(|(_, chunk)| chunk.len() as u64).sum();
    header.or_else(|| (response.end == BodyEnd::Complete).then(complete_length))
}

/// The request for the service: absolute URI, complete body. A request to a proxy has that URI already, or names
/// only the destination of a tunnel.
async fn absolute(
    state: &ServerState,
    scheme: Scheme,
    request: http::Request<Incoming>,
) -> Result<Request, StatusCode> {
    let (mut parts, body) = request.into_parts();
    if parts.uri.authority().is_none() {
        let host = parts.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
        let host = host.and_then(|host| host.parse::<Authority>().ok()).ok_or(StatusCode::BAD_REQUEST)?;
        let authority = match &state.alias {
            Some((own, meant)) if *own == host && scheme == Scheme::HTTP => meant.clone(),
            _ => host,
        };
        let mut uri = parts.uri.into_parts();
        (uri.scheme, uri.authority) = (Some(scheme), Some(authority));
        parts.uri = Uri::from_parts(uri).map_err(|_| StatusCode::BAD_REQUEST)?;
    } else if parts.method != Method::CONNECT && parts.uri.scheme() != Some(&scheme) {
        return Err(StatusCode::BAD_REQUEST);
    }
    let limited = timeout(BODY_LIMIT, Limited::new(body, LARGEST_BODY).collect()).await;
    let limited = limited.map_err(|_| StatusCode::REQUEST_TIMEOUT)?;
    let body: Bytes = limited.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?.to_bytes();
    Ok(http::Request::from_parts(parts, body))
}

/// The connection ends without a response.
#[derive(Debug)]
struct NoResponse(NetworkError);

impl std::fmt::Display for NoResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the exchange ends in {:?}", self.0)
    }
}

impl std::error::Error for NoResponse {}
