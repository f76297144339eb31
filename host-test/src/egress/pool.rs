//! The pool of idle connections.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use http_body_util::Full;
use hyper::client::conn::http1::SendRequest;
use tokio::time::Instant;
use wasmtime_wasi_http::Error;

use fake_azure::uri;

/// Azure's load balancers drop a connection silently after four idle minutes
/// (<https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-reset>); most services close it sooner.
const LONGEST_IDLE: Duration = Duration::from_secs(60);

/// The origin of a connection, as in the request's URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Origin {
    pub(super) tls: bool,
    pub(super) host: String,
    pub(super) port: u16,
}

impl Origin {
    pub(super) fn of(uri: &Uri) -> Result<Self, Error> {
        let host = uri.host().ok_or(Error::HttpRequestUriInvalid)?.to_ascii_lowercase();
        let port = uri::port(uri).ok_or(Error::HttpRequestUriInvalid)?;
        Ok(Self { tls: uri.scheme_str() == Some("https"), host, port })
    }
}

/// A connection, ready for a request.
pub(super) type Connection = SendRequest<Full<Bytes>>;

/// Idle connections by origin; clones share them.
#[derive(Clone, Default)]
pub(super) struct Pool(Arc<Mutex<Idle>>);

type Idle = HashMap<Origin, Vec<(Connection, Instant)>>;

impl Pool {
    /// Takes the connection that was used last. The server may have closed it.
    pub(super) fn take(&self, origin: &Origin) -> Option<Connection> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = idle.get_mut(origin)?;
        idle.retain(|(connection, since)| !connection.is_closed() && since.elapsed() < LONGEST_IDLE);
        idle.pop().map(|(connection, _)| connection)
    }

    /// Wraps a connection that can be given back to the pool.
    pub(super) fn returning(&self, origin: Origin, connection: Connection) -> Returning {
        Returning { pool: self.clone(), origin, connection }
    }
}

/// A connection in use. If it is dropped before its response's end, it is closed.
pub(super) struct Returning {
    pool: Pool,
    origin: Origin,
    connection: Connection,
}

impl Returning {
    pub(super) fn give_back(self) {
        if !self.connection.is_closed() {
            let mut idle = self.pool.0.lock().unwrap_or_else(PoisonError::into_inner);
            idle.entry(self.origin).or_default().push((self.connection, Instant::now()));
        }
    }
}
