//! The component's outgoing HTTP: allowed hosts, transport, recorder and trace.

mod allow;
mod connect;
mod denied;
mod errors;
mod in_process;
mod pool;
mod proxy;
mod record;
mod sockets;
#[cfg(test)]
mod tests;
mod timed;
mod trace;

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Uri};
use http_body_util::BodyExt;
use tokio::time::Instant;
use wasmtime_wasi_http::{RequestOptions, WasiBody, WasiHttpHooks};

pub use wasmtime_wasi_http::Error;

pub use self::proxy::{Proxies, ProxyFault, ProxyProblem};
pub use self::record::{RecordedRequest, Recorder, RequestOutcome};
pub use self::sockets::Sockets;

use self::allow::AllowList;
use self::denied::Denied;
use self::trace::Trace;
use crate::clock::Clock;
use fake_azure::wire::{Request, Service, Timeouts};

/// wasmtime's own timeout where the request sets none.
const UNLIMITED: Duration = Duration::from_secs(600);

/// A response whose body may still be arriving.
pub type Response = http::Response<WasiBody>;

/// Outgoing HTTP. Every host is denied until [`Egress::allow`] allows it; redirects are never followed.
pub struct Egress {
    allowed: AllowList,
    upstream: Upstream,
    recorder: Recorder,
    records: bool,
    trace: Option<Trace>,
    denied: Option<Denied>,
    on_response: Option<ResponseSink>,
}

/// Receives the URL and the headers of a response.
type ResponseSink = Box<dyn Fn(&Uri, &HeaderMap) + Send + Sync>;

enum Upstream {
    None,
    Sockets(Box<Sockets>),
    InProcess(Arc<dyn Service>, Clock),
}

impl Egress {
    /// Denies every request.
    pub fn closed() -> Self {
        Self::new(Upstream::None, Clock::real())
    }

    /// Sends requests over real sockets, in real time.
    pub fn sockets(sockets: Sockets) -> Self {
        Self::new(Upstream::Sockets(Box::new(sockets)), Clock::real())
    }

    /// Sends requests to a fake Azure in this process, in tokio's time. `clock` is its clock.
    pub fn in_process(azure: Arc<dyn Service>, clock: Clock) -> Self {
        Self::new(Upstream::InProcess(azure, clock), clock)
    }

    fn new(upstream: Upstream, clock: Clock) -> Self {
        let recorder = Recorder::new(clock);
        Self {
            allowed: AllowList::default(),
            upstream,
            recorder,
            records: true,
            trace: None,
            denied: None,
            on_response: None,
        }
    }

    /// Allows a host, as `HOST` (any port) or `HOST:PORT`. IPv6 addresses are written in brackets.
    #[must_use]
    pub fn allow(mut self, host: &str) -> Self {
        self.allowed.add(host);
        self
    }

    /// Allows every host. Meant for a fake Azure in this process.
    #[must_use]
    pub fn allow_any(mut self) -> Self {
        self.allowed.add_any();
        self
    }

    /// Passes one line for each request to `sink`. The lines hold no secrets: no header values, bodies or query values.
    #[must_use]
    pub fn trace(mut self, sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.trace = Some(Trace::new(sink));
        self
    }

    /// Passes each denied `HOST:PORT` to `sink`, once.
    #[must_use]
    pub fn on_denied(mut self, sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.denied = Some(Denied::new(Box::new(sink)));
        self
    }

    /// Passes the URL and the headers of each response to `sink`. They may hold secrets.
    #[must_use]
    pub fn on_response(mut self, sink: impl Fn(&Uri, &HeaderMap) + Send + Sync + 'static) -> Self {
        self.on_response = Some(Box::new(sink));
        self
    }

    /// Records nothing. For hosts that run for long: the recorder keeps all requests, with their tokens.
    #[must_use]
    pub fn without_recorder(mut self) -> Self {
        self.records = false;
        self
    }

    /// The recorder of all requests. It stays usable after the egress is moved into a host.
    pub fn recorder(&self) -> Recorder {
        self.recorder.clone()
    }

    /// Sends a request as one of a component is sent: checked against the allowed hosts, recorded and traced. For callers
    /// without a component.
    ///
    /// # Errors
    /// The error of wasi:http that the component would get, such as [`Error::HttpRequestDenied`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use std::time::Duration;
    /// use fake_azure::wire::{Request, Timeouts};
    /// use keyfob_host_test::{Egress, egress::Error};
    ///
    /// let mut request = Request::default();
    /// *request.uri_mut() = http::Uri::from_static("https://my-vault.vault.azure.net/secrets/a");
    /// let limit = Duration::from_secs(1);
    /// let limits = Timeouts { connect: limit, first_byte: limit, between_bytes: limit };
    /// let denied = Egress::closed().send(&request, limits).await;
    /// assert!(matches!(denied, Err(Error::HttpRequestDenied)));
    /// # }
    /// ```
    pub async fn send(&self, request: &Request, limits: Timeouts) -> Result<Response, Error> {
        let started = Instant::now();
        let entry = self.records.then(|| self.recorder.begin(request));
        let result = self.answer(request, limits).await;
        if let Some(entry) = entry {
            self.recorder.end(entry, &result);
        }
        if let (Some(sink), Ok(response)) = (&self.on_response, &result) {
            sink(request.uri(), response.headers());
        }
        if let Some(trace) = &self.trace {
            trace.exchange(request, &result, started.elapsed());
        }
        result
    }

    async fn answer(&self, request: &Request, limits: Timeouts) -> Result<Response, Error> {
        if !self.allowed.permits(request.uri()) {
            if let Some(denied) = &self.denied {
                denied.tell(request.uri());
            }
            return Err(Error::HttpRequestDenied);
        }
        match &self.upstream {
            Upstream::None => Err(Error::HttpRequestDenied),
            Upstream::Sockets(sockets) => sockets.exchange(request, limits).await,
            Upstream::InProcess(azure, clock) => in_process::exchange(&**azure, *clock, request, limits).await,
        }
    }
}

fn limits(options: Option<RequestOptions>) -> Timeouts {
    let options = options.unwrap_or_default();
    Timeouts {
        connect: options.connect_timeout.unwrap_or(UNLIMITED),
        first_byte: options.first_byte_timeout.unwrap_or(UNLIMITED),
        between_bytes: options.between_bytes_timeout.unwrap_or(UNLIMITED),
    }
}

/// The hooks that wasmtime calls, one for each instance.
pub(crate) struct Hooks(pub(crate) Arc<Egress>);

/// The error of a connection after the response's head. Here such errors arrive through the body instead.
type Afterwards = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _body_error: Afterwards,
    ) -> Box<dyn Future<Output = Result<(Response, Afterwards), Error>> + Send> {
        let egress = Arc::clone(&self.0);
        Box::new(async move {
            let (parts, body) = request.into_parts();
            let request = Request::from_parts(parts, body.collect().await?.to_bytes());
            let response = egress.send(&request, limits(options)).await?;
            Ok((response, Box::new(std::future::ready(Ok(()))) as Afterwards))
        })
    }
}
