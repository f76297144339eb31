//! Instances of an HTTP app of WASI 0.3: each serves several requests at once.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Request, Response, Uri};
use http_body_util::BodyExt as _;
use hyper::body::Body;
use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, InstantiationError, Proxy, ProxyHandler, ShouldAccept, TrapOrPanicError, WorkerExpiration,
    WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::p3::bindings::ServicePre;
use wasmtime_wasi_http::p3::bindings::http::types::ErrorCode;
use wasmtime_wasi_http::{Error, WasiBody, WasiHttpView as _};

use super::stopped;
use crate::error::HostError;
use crate::store::State;

/// How many requests an instance serves, and when it ends.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// At once.
    pub(super) concurrent: usize,
    /// In all.
    pub(super) total: usize,
    /// Without a request.
    pub(super) idle: Duration,
}

type MakeStore = Box<dyn Fn() -> Result<Store<State>, HostError> + Send + Sync>;
type OnEnd = Arc<dyn Fn(wasmtime::Result<()>) + Send + Sync>;

/// Makes an instance where a request finds none that takes it.
pub(super) struct Instances {
    pre: ServicePre<State>,
    make_store: MakeStore,
    limits: Limits,
    on_end: OnEnd,
}

/// Why a request has no response.
pub(super) enum Failure {
    /// The app answered with this error code.
    Code(ErrorCode),
    /// The instance ended meanwhile; why is told to `on_end`.
    Ended,
    /// Anything else.
    Other(HostError),
}

impl Instances {
    /// `on_end` is called when an instance ends, with the reason if it trapped.
    pub(super) fn new(
        pre: ServicePre<State>,
        limits: Limits,
        make_store: impl Fn() -> Result<Store<State>, HostError> + Send + Sync + 'static,
        on_end: impl Fn(wasmtime::Result<()>) + Send + Sync + 'static,
    ) -> ProxyHandler<Self> {
        ProxyHandler::new(Self { pre, make_store: Box::new(make_store), limits, on_end: Arc::new(on_end) })
    }
}

/// Hands a request to an instance. Its URI must be absolute: see [`absolute`].
pub(super) async fn answer<B>(
    handler: &ProxyHandler<Instances>,
    request: Request<B>,
) -> Result<Response<WasiBody>, Failure>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Error>,
{
    let request = request.map(|body| WasiBody::new(body.map_err(Into::into)));
    handler.handle((), request).await.map_err(|error| {
        if let Some(code) = error.downcast_ref::<ErrorCode>() {
            Failure::Code(code.clone())
        } else if error.is::<TrapOrPanicError>() {
            Failure::Ended
        } else if let Some(failed) = error.downcast_ref::<InstantiationError<()>>() {
            Failure::Other(stopped(&failed.error))
        } else {
            Failure::Other(stopped(&error))
        }
    })
}

/// The URI of a request with scheme and host, which is in the header `Host` unless the URI has it. `None` if there is none.
pub(super) fn absolute<B>(request: &Request<B>) -> Option<Uri> {
    let uri = request.uri();
    let header = || Authority::try_from(request.headers().get(http::header::HOST)?.as_bytes()).ok();
    Uri::builder()
        .scheme(uri.scheme().cloned().unwrap_or(Scheme::HTTP))
        .authority(uri.authority().cloned().or_else(header)?)
        .path_and_query(uri.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/")))
        .build()
        .ok()
}

impl HandlerState for Instances {
    type StoreData = State;
    type WorkerExpiration = Idle;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, Idle, Worker>> {
        let mut store = (self.make_store)()?;
        let proxy = Proxy::P3(self.pre.instantiate_async(&mut store).await?);
        let state = Worker { limits: self.limits, on_end: Arc::clone(&self.on_end) };
        Ok(Instance { store, proxy, view: State::http, expiration: Idle::new(self.limits.idle), state })
    }
}

/// Decides whether an instance takes another request.
pub(super) struct Worker {
    limits: Limits,
    on_end: OnEnd,
}

impl WorkerState for Worker {
    type StoreData = State;
    type RequestData = ();

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        match self.limits {
            limits if total >= limits.total => ShouldAccept::Never,
            limits if concurrent >= limits.concurrent => ShouldAccept::No,
            _ => ShouldAccept::Yes,
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, State>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        // The host does not limit the time of a request, as for an app of WASI 0.2.
        Box::pin(std::future::pending())
    }

    fn drop(&self, store: Store<State>, result: wasmtime::Result<()>) {
        drop(store);
        (self.on_end)(result);
    }
}

/// Ends an instance that has had no request for a time.
pub(super) struct Idle {
    limit: Duration,
    /// While it is idle.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Idle {
    fn new(limit: Duration) -> Self {
        Self { limit, timer: None }
    }
}

impl WorkerExpiration for Idle {
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        status: WorkerStatus,
        _: std::time::Instant,
    ) -> Poll<()> {
        if status != WorkerStatus::Idle {
            self.timer = None;
            return Poll::Pending;
        }
        let limit = self.limit;
        self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit))).as_mut().poll(context)
    }
}
