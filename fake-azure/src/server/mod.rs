//! The socket door: the same function from request to exchange, served on loopback in real time. For the command, the
//! demo and other people's SDKs.

mod authority;
mod body;
mod certificates;
mod connection;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use http::uri::Authority;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

pub use authority::CertificateAuthority;

use crate::error::ServerError;
use crate::wire::Service;
use certificates::Certificates;
use connection::ServerState;

/// Who hears of a TLS handshake that a client broke off, and of why, in rustls' words.
pub(crate) type HandshakeFailureHandler = Box<dyn Fn(&str) + Send + Sync>;

/// A running server; dropping it closes everything.
#[derive(Debug)]
pub struct Server {
    plain: SocketAddr,
    tls: SocketAddr,
    ca_pem: String,
    tasks: Vec<JoinHandle<()>>,
}

impl Server {
    /// Serves `azure` on the current tokio runtime, on two free ports of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// No port can be bound, or the certificate authority cannot be made.
    pub async fn start(azure: Arc<dyn Service>) -> Result<Self, ServerError> {
        Self::start_as(azure, 0, None, CertificateAuthority::new()?, None).await
    }

    /// Like [`Server::start`]; a request whose `Host` is the plain address itself is handled as a request for
    /// `authority` (`host:port`). For clients that cannot be told to connect to another address: they get the plain
    /// address as `IDENTITY_ENDPOINT` or `AZURE_POD_IDENTITY_AUTHORITY_HOST`.
    ///
    /// # Errors
    ///
    /// As [`Server::start`], and when `authority` is not `host` or `host:port`.
    pub async fn start_for(azure: Arc<dyn Service>, authority: &str) -> Result<Self, ServerError> {
        let parsed = authority.parse().with_context(|| format!("the authority {authority:?}"));
        let authority = parsed.map_err(|error| ServerError::new(&error))?;
        Self::start_as(azure, 0, Some(authority), CertificateAuthority::new()?, None).await
    }

    /// Serves `azure` on this plain port of 127.0.0.1 (0: a free one) with certificates that `authority` issues.
    /// `on_handshake_failure` is called with the reason, in the words of rustls, when a client breaks off a TLS handshake.
    ///
    /// The plain port is also a proxy if `azure` accepts `CONNECT HOST:PORT`: after a success the connection is a tunnel
    /// to the TLS port.
    ///
    /// # Errors
    ///
    /// The port cannot be bound.
    pub async fn start_on(
        azure: Arc<dyn Service>,
        port: u16,
        authority: CertificateAuthority,
        on_handshake_failure: HandshakeFailureHandler,
    ) -> Result<Self, ServerError> {
        Self::start_as(azure, port, None, authority, Some(on_handshake_failure)).await
    }

    async fn start_as(
        azure: Arc<dyn Service>,
        port: u16,
        alias: Option<Authority>,
        authority: CertificateAuthority,
        on_handshake_failure: Option<HandshakeFailureHandler>,
    ) -> Result<Self, ServerError> {
        let started = Self::bind(azure, port, alias, authority, on_handshake_failure).await;
        started.map_err(|error| ServerError::new(&error))
    }

    async fn bind(
        azure: Arc<dyn Service>,
        port: u16,
        alias: Option<Authority>,
        authority: CertificateAuthority,
        on_handshake_failure: Option<HandshakeFailureHandler>,
    ) -> anyhow::Result<Self> {
        let plain = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let plain = plain.with_context(|| format!("port {port} of 127.0.0.1 can't be had"))?;
        let tls = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (plain_addr, tls_addr) = (plain.local_addr()?, tls.local_addr()?);
        let ca_pem = authority.pem().to_owned();
        let alias = match alias {
            Some(meant) => Some((plain_addr.to_string().parse()?, meant)),
            None => None,
        };
        let acceptor = TlsAcceptor::from(Arc::new(Certificates::of(authority).server_config()?));
        let state = Arc::new(ServerState { azure, acceptor, alias, on_handshake_failure });
        let tasks =
            vec![tokio::spawn(accept(plain, Arc::clone(&state), false)), tokio::spawn(accept(tls, state, true))];
        Ok(Self { plain: plain_addr, tls: tls_addr, ca_pem, tasks })
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
            if authority.ends_with(":443") { self.tls } else { self.plain }
        };
        authorities.iter().map(|authority| (authority.clone(), address(authority))).collect()
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

async fn accept(listener: TcpListener, state: Arc<ServerState>, tls_only: bool) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection::run(stream, Arc::clone(&state), tls_only));
                }
                // Out of file descriptors, say: that passes.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

#[cfg(test)]
mod tests;
