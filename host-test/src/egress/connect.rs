//! Opens a connection to an origin: DNS, TCP, TLS, HTTP/1.1.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use wasmtime_wasi_http::Error;

use super::errors;
use super::pool::{Connection, Origin};

/// How long the first address family is tried alone (RFC 8305, section 8).
const HEAD_START: Duration = Duration::from_millis(250);

/// Connects to `address` (`HOST:PORT`), with the TLS name of `origin`.
pub(super) async fn connect(origin: &Origin, address: &str, tls: &Arc<ClientConfig>) -> Result<Connection, Error> {
    let addresses: Vec<SocketAddr> = lookup_host(address).await.map_err(|error| errors::lookup(&error))?.collect();
    let tcp = first_of(addresses).await?;
    // Requests are small and sent at once, so Nagle's algorithm only delays them. A socket that refuses the option still works.
    let _ = tcp.set_nodelay(true);
    if !origin.tls {
        return handshake(tcp).await;
    }
    let name = ServerName::try_from(origin.host.trim_matches(['[', ']']).to_owned())
        .map_err(|_| Error::HttpRequestUriInvalid)?;
    let connector = TlsConnector::from(Arc::clone(tls));
    handshake(connector.connect(name, tcp).await.map_err(|error| errors::tls(&error))?).await
}

async fn handshake<S>(stream: S) -> Result<Connection, Error>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
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
