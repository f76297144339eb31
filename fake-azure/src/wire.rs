//! The HTTP interface between clients and a fake service.
//!
//! A [`Service`] is a function from a request to a [`ScriptedResponse`], which says what the network does and when. [`play`]
//! plays it in process, under the clock of tokio (a paused one in tests); [`Server`](crate::Server) plays it over sockets in
//! real time.
//!
//! ```
//! use fake_azure::wire::{ConnectOutcome, Request, ScriptedResponse, Service};
//!
//! /// Is never reached: every attempt to connect hangs.
//! struct Unreachable;
//!
//! impl Service for Unreachable {
//!     fn handle(&self, _request: &Request, _now: u64) -> ScriptedResponse {
//!         ScriptedResponse::no_connection(ConnectOutcome::Never)
//!     }
//! }
//! ```

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

/// A request as the client sends it: absolute URI, headers, complete body.
pub type Request = http::Request<Bytes>;

/// A fake HTTP service, or a set of them: a function from a request to a response.
pub trait Service: Send + Sync {
    /// Returns the response to `request` at `now` (unix seconds).
    fn handle(&self, request: &Request, now: u64) -> ScriptedResponse;
}

/// A response, with the timing and the network failures around it.
#[derive(Clone, Debug)]
pub struct ScriptedResponse {
    /// How the attempt to connect ends.
    pub connect: ConnectOutcome,
    /// The time from the end of the request to the first byte of the response; `None`: it never comes.
    pub first_byte: Option<Duration>,
    /// The status of the response.
    pub status: StatusCode,
    /// The headers of the response.
    pub headers: HeaderMap,
    /// The chunks of the body, each with the pause before it.
    pub body: Vec<(Duration, Bytes)>,
    /// What follows the last chunk.
    pub end: BodyEnd,
}

/// How the attempt to connect ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectOutcome {
    /// Accepted after this time.
    After(Duration),
    /// The attempt hangs until the client's timeout.
    Never,
    /// Fails immediately with this error.
    Fails(NetworkError),
}

/// What follows the last chunk of a body.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum BodyEnd {
    /// The body is complete.
    Complete,
    /// The connection is reset.
    Reset,
    /// Nothing more arrives, and the connection stays open.
    Never,
}

/// Why there is no response, or no complete one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkError {
    /// The name does not resolve.
    NameNotFound,
    /// Nothing listens on the port.
    Refused,
    /// No route to the host.
    Unreachable,
    /// The connection broke.
    Reset,
    /// The certificate is not trusted, expired or for another name.
    Certificate,
    /// The host's allow-list does not have the destination.
    Denied,
    /// The name is allowed, but its IP address is not.
    Prohibited,
    /// Spin's error for a dependency that does not inherit the allowed hosts.
    NotPermitted,
    /// The connect timeout expired.
    ConnectTimeout,
    /// The first-byte timeout expired.
    FirstByteTimeout,
    /// The between-bytes timeout expired.
    BetweenBytesTimeout,
}

/// The timeouts that the client set.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Until the connection is established.
    pub connect: Duration,
    /// From then to the first byte of the response.
    pub first_byte: Duration,
    /// From one chunk of the body to the next.
    pub between_bytes: Duration,
}

/// A body whose chunks arrive after their pauses.
#[derive(Debug)]
pub struct BodyChunks {
    rest: std::vec::IntoIter<(Duration, Bytes)>,
    end: BodyEnd,
    between_bytes: Duration,
}

impl BodyChunks {
    /// Waits for the next chunk; `None` is the end of a complete body.
    ///
    /// # Errors
    ///
    /// The body breaks off, or the between-bytes timeout expires.
    pub async fn next(&mut self) -> Option<Result<Bytes, NetworkError>> {
        let (pause, chunk) = match (self.rest.next(), self.end) {
            (Some((pause, chunk)), _) => (Some(pause), Ok(chunk)),
            (None, BodyEnd::Complete) => return None,
            (None, BodyEnd::Reset) => (Some(Duration::ZERO), Err(NetworkError::Reset)),
            (None, BodyEnd::Never) => (None, Err(NetworkError::BetweenBytesTimeout)),
        };
        Some(within(pause, self.between_bytes, NetworkError::BetweenBytesTimeout).await.and(chunk))
    }
}

/// Plays a response up to its headers, in the time of tokio and within the client's timeouts.
///
/// ```
/// use std::time::Duration;
///
/// use fake_azure::wire::{NetworkError, ScriptedResponse, Timeouts, play};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), NetworkError> {
/// let second = Duration::from_secs(1);
/// let timeouts = Timeouts { connect: second, first_byte: second, between_bytes: second };
/// let response = play(ScriptedResponse::reply(200, "text/plain", "hello"), timeouts).await?;
/// assert_eq!(response.into_body().next().await, Some(Ok("hello".into())));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The attempt to connect fails, or the connect or first-byte timeout expires.
pub async fn play(scripted: ScriptedResponse, timeouts: Timeouts) -> Result<http::Response<BodyChunks>, NetworkError> {
    let connected = match scripted.connect {
        ConnectOutcome::After(pause) => Some(pause),
        ConnectOutcome::Never => None,
        ConnectOutcome::Fails(error) => return Err(error),
    };
    within(connected, timeouts.connect, NetworkError::ConnectTimeout).await?;
    within(scripted.first_byte, timeouts.first_byte, NetworkError::FirstByteTimeout).await?;
    let mut response = http::Response::new(BodyChunks {
        rest: scripted.body.into_iter(),
        end: scripted.end,
        between_bytes: timeouts.between_bytes,
    });
    *response.status_mut() = scripted.status;
    *response.headers_mut() = scripted.headers;
    Ok(response)
}

/// Waits for `pause`; fails with `error` after `limit` if the pause is not shorter (`None` is an endless pause).
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
    /// A complete response without delay.
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

    /// A response without delay, body and headers.
    pub fn empty(status: u16) -> Self {
        let mut response = Self { body: Vec::new(), ..Self::reply(status, "text/plain", "") };
        response.headers.clear();
        response
    }

    /// A complete response without delay, with a JSON body.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::reply(status, "application/json; charset=utf-8", body.to_string())
    }

    /// Sets a header. A value that HTTP does not allow is ignored.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = value.parse() {
            self.headers.insert(name, value);
        }
        self
    }

    /// No response, because the attempt to connect ends like this.
    pub fn no_connection(connect: ConnectOutcome) -> Self {
        Self { connect, ..Self::reply(500, "text/plain", "") }
    }
}
