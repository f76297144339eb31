//! The socket door: the same function from request to exchange, served on loopback in real time. For the command, the
//! demo and other people's SDKs.

mod body;
mod certificates;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use bytes::Bytes;
use http::uri::{Authority, Scheme};
use http::{Response, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::wire::{Azure, Limits, NetError, Request, play};
use body::Body;
use certificates::Certificates;

/// No client of Azure's sends more: a secret is at most 25 KB.
const LARGEST_BODY: usize = 1 << 20;

/// The first byte of a TLS handshake. <https://datatracker.ietf.org/doc/html/rfc8446#section-5.1>
const HANDSHAKE: u8 = 22;

/// How long a client may take to send a request's head. It bounds nothing of what the exchange itself takes.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// The requester's limits are the requester's: the server waits for ever, or until the client goes.
const FOR_EVER: Limits = {
    let day = Duration::from_secs(86_400);
    Limits {
        connect: day,
        first_byte: day,
        between_bytes: day,
    }
};

/// A running server; dropping it closes everything.
#[derive(Debug)]
pub struct Server {
    plain: SocketAddr,
    tls: SocketAddr,
    ca_pem: String,
    tasks: Vec<JoinHandle<()>>,
}

/// What every connection needs.
struct Door {
    azure: Arc<dyn Azure>,
    acceptor: TlsAcceptor,
    /// The authority that requests for the plain address itself are meant for.
    alias: Option<(Authority, Authority)>,
}

impl Server {
    /// Serves `azure` on the current tokio runtime, on two free ports of 127.0.0.1.
    pub async fn start(azure: Arc<dyn Azure>) -> anyhow::Result<Self> {
        Self::start_as(azure, None).await
    }

    /// The same, and what is asked of the plain address by its own name is asked of `authority`. Clients that can't be
    /// told to connect elsewhere are given the plain address as IDENTITY_ENDPOINT or
    /// AZURE_POD_IDENTITY_AUTHORITY_HOST.
    pub async fn start_for(azure: Arc<dyn Azure>, authority: &str) -> anyhow::Result<Self> {
        let authority = authority
            .parse()
            .with_context(|| format!("the authority {authority:?}"))?;
        Self::start_as(azure, Some(authority)).await
    }

    async fn start_as(azure: Arc<dyn Azure>, authority: Option<Authority>) -> anyhow::Result<Self> {
        let plain = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let tls = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (plain_addr, tls_addr) = (plain.local_addr()?, tls.local_addr()?);
        let certificates = Certificates::new()?;
        let ca_pem = certificates.ca_pem();
        let alias = match authority {
            Some(authority) => Some((plain_addr.to_string().parse()?, authority)),
            None => None,
        };
        let acceptor = TlsAcceptor::from(Arc::new(certificates.server_config()?));
        let door = Arc::new(Door {
            azure,
            acceptor,
            alias,
        });
        let tasks = vec![
            tokio::spawn(accept(plain, Arc::clone(&door), false)),
            tokio::spawn(accept(tls, door, true)),
        ];
        Ok(Self {
            plain: plain_addr,
            tls: tls_addr,
            ca_pem,
            tasks,
        })
    }

    /// The certificate of the authority that all its certificates are from.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Where it speaks plain HTTP (and TLS, to who begins with it: see [`Server::connect_to`]).
    pub fn plain_addr(&self) -> SocketAddr {
        self.plain
    }

    /// Where it speaks TLS only.
    pub fn tls_addr(&self) -> SocketAddr {
        self.tls
    }

    /// Where to connect for each `host:port`. Port 443 is TLS; any other may be either, and its door finds out.
    pub fn connect_to(&self, authorities: &[String]) -> Vec<(String, SocketAddr)> {
        let address = |authority: &str| {
            if authority.ends_with(":443") {
                self.tls
            } else {
                self.plain
            }
        };
        authorities
            .iter()
            .map(|authority| (authority.clone(), address(authority)))
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The connections of an accept loop are in its JoinSet and end with it.
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn accept(listener: TcpListener, door: Arc<Door>, tls_only: bool) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&door), tls_only));
                }
                // Out of file descriptors, say: that passes.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// One connection to its end. A client that breaks it off is no error of ours.
async fn connection(stream: TcpStream, door: Arc<Door>, tls_only: bool) {
    let mut first = [0];
    let tls = tls_only || matches!(stream.peek(&mut first).await, Ok(1) if first == [HANDSHAKE]);
    if !tls {
        serve(stream, door, Scheme::HTTP).await;
    } else if let Ok(stream) = door.acceptor.accept(stream).await {
        serve(stream, door, Scheme::HTTPS).await;
    }
}

async fn serve<S>(stream: S, door: Arc<Door>, scheme: Scheme)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let service = service_fn(move |request| respond(Arc::clone(&door), scheme.clone(), request));
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT);
    let served = builder.serve_connection(TokioIo::new(stream), service);
    // An error is a client that went, or an exchange that ends in a reset: closing is all there is to do.
    served.await.unwrap_or_default();
}

/// Plays the exchange; an error closes the connection without an answer.
async fn respond(
    door: Arc<Door>,
    scheme: Scheme,
    request: http::Request<Incoming>,
) -> Result<Response<Body>, NoAnswer> {
    let request = match absolute(&door, scheme, request).await {
        Ok(request) => request,
        Err(status) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = status;
            return Ok(response);
        }
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let exchange = door.azure.answer(&request, now);
    let length = exchange
        .body
        .iter()
        .map(|(_, piece)| piece.len() as u64)
        .sum();
    let response = play(exchange, FOR_EVER).await.map_err(NoAnswer)?;
    Ok(response.map(|pieces| Body::new(pieces, length)))
}

/// The request as the wire interface wants it: absolute URI, whole body.
async fn absolute(
    door: &Door,
    scheme: Scheme,
    request: http::Request<Incoming>,
) -> Result<Request, StatusCode> {
    let (mut parts, body) = request.into_parts();
    let host = parts
        .headers
        .get(http::header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host
        .and_then(|host| host.parse::<Authority>().ok())
        .ok_or(StatusCode::BAD_REQUEST)?;
    let authority = match &door.alias {
        Some((own, meant)) if *own == host && scheme == Scheme::HTTP => meant.clone(),
        _ => host,
    };
    let target = parts.uri.into_parts();
    // A target with a host is for a proxy.
    if target.authority.is_some() {
        return Err(StatusCode::BAD_REQUEST);
    }
    let mut uri = http::uri::Parts::default();
    (uri.scheme, uri.authority, uri.path_and_query) =
        (Some(scheme), Some(authority), target.path_and_query);
    parts.uri = Uri::from_parts(uri).map_err(|_| StatusCode::BAD_REQUEST)?;
    let limited = Limited::new(body, LARGEST_BODY).collect().await;
    let body: Bytes = limited
        .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?
        .to_bytes();
    Ok(http::Request::from_parts(parts, body))
}

/// The exchange ends without an answer.
#[derive(Debug)]
struct NoAnswer(NetError);

impl std::fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the exchange ends in {:?}", self.0)
    }
}

impl std::error::Error for NoAnswer {}

#[cfg(test)]
mod tests;
