//! What happens on the wire: the one interface between a component's requests and whatever plays Azure.
//!
//! [`Service`] is a function from a request to a [`ScriptedResponse`]. The in-process door plays the exchange with [`play`]
//! under whatever clock tokio has (a paused one in tests); a socket door may serve the same function in real time.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

/// A request as it leaves the component: absolute URI, headers, whole body.
pub type Request = http::Request<Bytes>;

/// Whatever plays Azure: a function from request to exchange.
pub trait Service: Send + Sync {
    /// The answer to `request` at `now` (unix seconds).
    fn handle(&self, request: &Request, now: u64) -> ScriptedResponse;
}

/// One exchange, with all that can go wrong in it.
#[derive(Clone, Debug)]
pub struct ScriptedResponse {
    /// What happens to the attempt to connect.
    pub connect: ConnectOutcome,
    /// The time from the request's end to the answer's first byte; `None` is silence for ever.
    pub first_byte: Option<Duration>,
    /// The answer's status.
    pub status: StatusCode,
    /// The answer's headers.
    pub headers: HeaderMap,
    /// The answer's body in pieces, each after a pause.
    pub body: Vec<(Duration, Bytes)>,
    /// What follows the last piece.
    pub end: BodyEnd,
}

/// What happens to the attempt to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectOutcome {
    /// Accepted after this time.
    After(Duration),
    /// No answer, ever.
    Never,
    /// Fails at once with this.
    Fails(NetworkError),
}

/// What follows the last piece of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyEnd {
    /// A proper end.
    Complete,
    /// The connection is reset.
    Reset,
    /// Silence for ever.
    Never,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkError {
    /// The name does not resolve.
    NameNotFound,
    /// Nothing listens there.
    Refused,
    /// No route to the host.
    Unreachable,
    /// The connection broke.
    Reset,
    /// The certificate is not trusted, expired or for another name.
    Certificate,
    /// The allow-list says no.
    Denied,
    /// The name is allowed, its address is not.
    Prohibited,
    /// Spin's answer to a dependency that inherits no hosts.
    NotPermitted,
    /// The connect limit passed.
    ConnectTimeout,
    /// The first-byte limit passed.
    FirstByteTimeout,
    /// The between-bytes limit passed.
    BetweenBytesTimeout,
}

/// The limits that the requester set.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Until the connection stands.
    pub connect: Duration,
    /// From there to the first byte of the answer.
    pub first_byte: Duration,
    /// From one piece of the body to the next.
    pub between_bytes: Duration,
}

/// A body whose pieces come in their own time.
#[derive(Debug)]
pub struct BodyChunks {
    rest: std::vec::IntoIter<(Duration, Bytes)>,
    end: BodyEnd,
    between_bytes: Duration,
}

impl BodyChunks {
    /// The next piece; `None` is the proper end.
    pub async fn next(&mut self) -> Option<Result<Bytes, NetworkError>> {
        let (pause, piece) = match (self.rest.next(), self.end) {
            (Some((pause, piece)), _) => (Some(pause), Ok(piece)),
            (None, BodyEnd::Complete) => return None,
            (None, BodyEnd::Reset) => (Some(Duration::ZERO), Err(NetworkError::Reset)),
            (None, BodyEnd::Never) => (None, Err(NetworkError::BetweenBytesTimeout)),
        };
        Some(within(pause, self.between_bytes, NetworkError::BetweenBytesTimeout).await.and(piece))
    }
}

/// Plays an exchange up to the answer's head, in tokio's time, within the requester's limits.
pub async fn play(exchange: ScriptedResponse, limits: Timeouts) -> Result<http::Response<BodyChunks>, NetworkError> {
    let connected = match exchange.connect {
        ConnectOutcome::After(pause) => Some(pause),
        ConnectOutcome::Never => None,
        ConnectOutcome::Fails(error) => return Err(error),
    };
    within(connected, limits.connect, NetworkError::ConnectTimeout).await?;
    within(exchange.first_byte, limits.first_byte, NetworkError::FirstByteTimeout).await?;
    let mut response = http::Response::new(BodyChunks {
        rest: exchange.body.into_iter(),
        end: exchange.end,
        between_bytes: limits.between_bytes,
    });
    *response.status_mut() = exchange.status;
    *response.headers_mut() = exchange.headers;
    Ok(response)
}

/// Waits for `pause`, or for `limit` and then fails, whichever is shorter.
async fn within(pause: Option<Duration>, limit: Duration, error: NetworkError) -> Result<(), NetworkError> {
    match pause {
        Some(Duration::ZERO) => Ok(()),
        Some(pause) if pause < limit => {
            tokio::time::sleep(pause).await;
            Ok(())
        }
        _ => {
            tokio::time::sleep(limit).await;
            Err(error)
        }
    }
}

impl ScriptedResponse {
    /// An answer that comes at once and whole.
    pub fn reply(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        if let Ok(value) = content_type.parse() {
            headers.insert(http::header::CONTENT_TYPE, value);
        }
        Self {
            connect: ConnectOutcome::After(Duration::ZERO),
            first_byte: Some(Duration::ZERO),
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers,
            body: vec![(Duration::ZERO, body.into())],
            end: BodyEnd::Complete,
        }
    }

    /// An answer that comes at once, has no body, and does not say of which kind it would be.
    pub fn empty(status: u16) -> Self {
        let mut exchange = Self { body: Vec::new(), ..Self::reply(status, "text/plain", "") };
        exchange.headers.clear();
        exchange
    }

    /// An answer that comes at once and whole, with a JSON body.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::reply(status, "application/json; charset=utf-8", body.to_string())
    }

    /// Sets a header. A name or value that HTTP does not allow is a mistake of the caller and is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = value.parse() {
            self.headers.insert(name, value);
        }
        self
    }

    /// No answer: the attempt to connect ends like this.
    pub fn no_connection(connect: ConnectOutcome) -> Self {
        Self { connect, ..Self::reply(500, "text/plain", "") }
    }
}
