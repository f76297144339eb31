//! HTTP out of the component: who may be asked, by which way, and what is noted down about it.

mod allow;
mod connect;
mod denied;
mod errors;
mod in_process;
mod pool;
mod record;
mod sockets;
#[cfg(test)]
mod tests;
mod timed;
mod trace;

use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt;
use tokio::time::Instant;
use wasmtime_wasi_http::{RequestOptions, WasiBody, WasiHttpHooks};

pub use wasmtime_wasi_http::Error;

pub use self::record::{RecordedRequest, Recorder, RequestOutcome};
pub use self::sockets::Sockets;

use self::allow::AllowList;
use self::denied::Denied;
use self::trace::Trace;
use crate::clock::Clock;
use fake_azure::wire::{Request, Service, Timeouts};

/// What wasmtime takes for a limit that the request does not set.
const UNLIMITED: Duration = Duration::from_secs(600);

/// An answer whose body may still be on its way.
pub type Response = http::Response<WasiBody>;

/// The way out for HTTP. Nothing may be asked until [`Egress::allow`] says so; redirects are never followed.
pub struct Egress {
    allowed: AllowList,
    upstream: Upstream,
    recorder: Recorder,
    records: bool,
    trace: Option<Trace>,
    denied: Option<Denied>,
}

enum Upstream {
    None,
    Sockets(Sockets),
    InProcess(Arc<dyn Service>, Clock),
}

impl Egress {
    /// No way out.
    pub fn closed() -> Self {
        Self::new(Upstream::None, Clock::real())
    }

    /// Over real sockets, in real time.
    pub fn sockets(sockets: Sockets) -> Self {
        Self::new(Upstream::Sockets(sockets), Clock::real())
    }

    /// To a fake Azure in this process, in tokio's time. `clock` tells it the date.
    pub fn in_process(azure: Arc<dyn Service>, clock: Clock) -> Self {
        Self::new(Upstream::InProcess(azure, clock), clock)
    }

    fn new(upstream: Upstream, clock: Clock) -> Self {
        let recorder = Recorder::new(clock);
        Self { allowed: AllowList::default(), upstream, recorder, records: true, trace: None, denied: None }
    }

    /// Allows a host, as `HOST` (any port) or `HOST:PORT`. IPv6 addresses stand in brackets.
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

    /// Hands every exchange to `sink` as one line without secrets: no header values, no bodies, no query values.
    #[must_use]
    pub fn trace(mut self, sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.trace = Some(Trace::new(sink));
        self
    }

    /// Tells `sink` every `HOST:PORT` that is asked for and not allowed, once each.
    #[must_use]
    pub fn on_denied(mut self, sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.denied = Some(Denied::new(Box::new(sink)));
        self
    }

    /// Records nothing, for a host that runs for long: the recorder keeps all requests, with their tokens.
    #[must_use]
    pub fn without_recorder(mut self) -> Self {
        self.records = false;
        self
    }

    /// What was asked so far, and with which outcome. The recorder stays usable when the egress is given away.
    pub fn recorder(&self) -> Recorder {
        self.recorder.clone()
    }

    /// Sends a request as a component's request is sent: allowed or not, recorded, traced. For callers that are no
    /// component.
    pub async fn send(&self, request: &Request, limits: Timeouts) -> Result<Response, Error> {
        let started = Instant::now();
        let entry = self.records.then(|| self.recorder.begin(request));
        let result = self.answer(request, limits).await;
        if let Some(entry) = entry {
            self.recorder.end(entry, &result);
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

/// What wasmtime calls, one for each instance.
pub(crate) struct Hooks(pub(crate) Arc<Egress>);

/// The error of a connection after its answer's head. Ours arrive through the body instead.
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
