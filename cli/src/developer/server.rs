//! The HTTP server of the token endpoint.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use fake_azure::listen::{Connections, Limits, Slot, WriteLimit};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::chain::Chain;
use super::endpoint::{Endpoint, PATH};
use super::event::Event;
use super::token_cache::TokenCache;

/// How long a client may take to send a request's headers, from the connection or the last response on.
const REQUEST_HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a client may read nothing of a response.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// The most bytes of a request's head.
const LARGEST_REQUEST_HEAD: usize = 1 << 14;

/// Whoever has not sent the identity header yet is a stranger.
const LIMITS: Limits = Limits { connections: 128, strangers: 64 };

/// A running server. Dropping it closes all connections and stops running tools.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    header: String,
    accept_task: JoinHandle<Infallible>,
}

impl Server {
    /// Serves the chain's tokens on the current tokio runtime, on the given port of 127.0.0.1 or a free one. `log` receives
    /// each event. Fails if the port is in use.
    pub(crate) async fn start(
        chain: Chain,
        port: Option<u16>,
        log: impl Fn(&Event) + Send + Sync + 'static,
    ) -> Result<Self> {
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap_or(0)));
        let listener = TcpListener::bind(wanted).await.with_context(|| format!("can't listen on {wanted}"))?;
        let address = listener.local_addr()?;
        let header = random_header_value()?;
        let endpoint = Endpoint::new(address, header.clone(), TokenCache::new(chain), log);
        let accept_task = tokio::spawn(accept(listener, Arc::new(endpoint)));
        Ok(Self { address, header, accept_task })
    }

    /// The value of `IDENTITY_ENDPOINT`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// The value of `IDENTITY_HEADER`. It grants access to the developer's tokens.
    pub(crate) fn header(&self) -> &str {
        &self.header
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accept_task.abort();
    }
}

/// 256 random bits in hexadecimal.
fn random_header_value() -> Result<String> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).ok().context("the system gives no random numbers")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

async fn accept(listener: TcpListener, endpoint: Arc<Endpoint>) -> Infallible {
    Connections::new(LIMITS).accept(listener, |stream, slot| serve(stream, slot, Arc::clone(&endpoint))).await
}

async fn serve<S>(stream: S, slot: Arc<Slot>, endpoint: Arc<Endpoint>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let service = service_fn(|request: http::Request<hyper::body::Incoming>| {
        let (endpoint, slot) = (Arc::clone(&endpoint), Arc::clone(&slot));
        async move {
            let (parts, _) = request.into_parts();
            Ok::<_, Infallible>(endpoint.handle(&parts, &slot).await.map(Full::<bytes::Bytes>::from))
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(REQUEST_HEAD_TIMEOUT).max_buf_size(LARGEST_REQUEST_HEAD);
    let stream = TokioIo::new(WriteLimit::new(stream, WRITE_TIMEOUT));
    // An error means that the client disconnected.
    builder.serve_connection(stream, service).await.unwrap_or_default();
}

#[cfg(test)]
mod tests;
