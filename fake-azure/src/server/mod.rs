//! A server for a [`Service`] on loopback sockets in real time, for programs and SDKs in any
//! language.

mod authority;
mod body;
mod certificates;
mod connection;

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::Context;
use http::uri::Authority;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

pub use authority::CertificateAuthority;

use crate::error::ServerError;
use crate::listen::{Connections, Limits};
use crate::wire::Service;
use certificates::Certificates;
use connection::ServerState;

/// Called with the reason, in the words of rustls, when a client breaks off a TLS handshake.
pub(crate) type HandshakeFailureHandler = Box<dyn Fn(&str) + Send + Sync>;

/// All clients are strangers: the fake has no secret that an app shows to it first.
const LIMITS: Limits = Limits { connections: 128, strangers: 128 };

/// A running server. It has room for 128 connections; one more ends the one that was unused for the longest time. Dropping it closes all its connections.
#[derive(Debug)]
pub struct Server {
    plain: SocketAddr,
    tls: SocketAddr,
    ca_pem: String,
    tasks: Vec<JoinHandle<Infallible>>,
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
        let connections = Connections::new(LIMITS);
        let tasks = vec![
            tokio::spawn(accept(plain, Arc::clone(&connections), Arc::clone(&state), false)),
            tokio::spawn(accept(tls, connections, state, true)),
        ];
        Ok(Self { plain: plain_addr, tls: tls_addr, ca_pem, tasks })
    }

    /// The certificate of its authority, as PEM. Clients have to trust it.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The address for plain HTTP. It also accepts TLS: see [`Server::connect_to`].
    pub fn plain_addr(&self) -> SocketAddr {
        self.plain
    }

    /// The address for TLS only.
    pub fn tls_addr(&self) -> SocketAddr {
        self.tls
    }

    /// The address to connect to for each `host:port`. Port 443 is TLS; the address for others detects TLS itself.
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

async fn accept(
    listener: TcpListener,
    connections: Arc<Connections>,
    state: Arc<ServerState>,
    tls_only: bool,
) -> Infallible {
    connections.accept(listener, |stream, slot| connection::run(stream, Arc::clone(&state), slot, tls_only)).await
}

#[cfg(test)]
mod limit_tests;
#[cfg(test)]
mod tests;
