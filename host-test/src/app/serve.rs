//! An HTTP server that makes a new instance of the app for each request, as `wasmtime serve` does.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use fake_azure::listen::{Answering, Connections, Limits, Slot, WriteLimit};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::{WasiBody, WasiHttpView as _};

use super::{App, Pre, stopped};
use crate::error::HostError;
use crate::host::Host;
use crate::store::State;

/// How long a client may take to send the head of a request.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// How long a client may read nothing of a response.
const WRITE_LIMIT: Duration = Duration::from_secs(60);

/// Connections in which no request is being answered make room for new ones.
const LIMITS: Limits = Limits { connections: 512, strangers: 512 };

/// The app's response, or the error code that it set instead.
type Outcome = Result<Response<WasiBody>, ErrorCode>;

/// What all connections share.
struct Server {
    host: Host<App>,
    pre: ProxyPre<State>,
    on_error: Box<dyn Fn(&str) + Send + Sync>,
}

impl Host<App> {
    /// Serves HTTP/1.1 on the current tokio runtime, until the future is dropped. A request that the app does not answer
    /// gets a 500, and `on_error` is called with the reason. There are at most 512 connections; one more ends the idle one that
    /// was unused for the longest time, and waits if none is idle. A client may take 30 seconds to send the head of a request,
    /// and read nothing of a response for 60.
    ///
    /// # Errors
    /// [`HostError::NoHttp`] if the app is a command.
    ///
    /// ```no_run
    /// # async fn serve(host: keyfob_host_test::Host<keyfob_host_test::App>) -> Result<(), Box<dyn std::error::Error>> {
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    /// host.serve(listener, |reason| eprintln!("{reason}")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn serve(
        self,
        listener: TcpListener,
        on_error: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Infallible, HostError> {
        let Pre::Http(pre) = self.component.pre.clone() else {
            return Err(HostError::NoHttp);
        };
        let server = Arc::new(Server { host: self, pre, on_error: Box::new(on_error) });
        let connections = Connections::new(LIMITS);
        Ok(connections.accept(listener, |stream, slot| connection(stream, slot, Arc::clone(&server))).await)
    }
}

async fn connection<S>(stream: S, slot: Arc<Slot>, server: Arc<Server>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let service = service_fn(move |request| {
        let (server, answering) = (Arc::clone(&server), slot.answering());
        async move {
            let response = server.answer(request).await;
            Ok::<_, Infallible>(response.map(|body| Answer { body, _answering: answering }))
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_LIMIT);
    // An error means that the client left, or that the app stopped in the middle of its response, which was reported.
    builder.serve_connection(TokioIo::new(WriteLimit::new(stream, WRITE_LIMIT)), service).await.unwrap_or_default();
}

/// The body of a response. Its connection is not dropped for another before it has been sent.
struct Answer {
    body: WasiBody,
    _answering: Answering,
}

impl Body for Answer {
    type Data = <WasiBody as Body>::Data;
    type Error = <WasiBody as Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Server {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<WasiBody> {
        if !has_authority(&request) {
            return plain(StatusCode::BAD_REQUEST, "the request has no valid Host header\n");
        }
        // Without the query, whose values may be secrets.
        let label = format!("{} {}", request.method(), request.uri().path());
        let (sender, receiver) = oneshot::channel();
        let server = Arc::clone(&self);
        let name = label.clone();
        // A task of its own: the app may go on after the head of its response.
        let call = tokio::spawn(async move {
            let ended = server.call(request, sender).await;
            if let Err(error) = &ended {
                (server.on_error)(&format!("{name}: {}", error));
            }
            ended.is_ok()
        });
        match receiver.await {
            Ok(Ok(response)) => return response,
            Ok(Err(code)) => (self.on_error)(&format!("{label}: the app answered with the error {code}")),
            Err(_) => {
                if call.await.unwrap_or(false) {
                    (self.on_error)(&format!("{label}: the app ended without an answer"));
                }
            }
        }
        plain(StatusCode::INTERNAL_SERVER_ERROR, "the app gave no answer; the stderr of its host says why\n")
    }

    async fn call(&self, request: Request<Incoming>, sender: oneshot::Sender<Outcome>) -> Result<(), HostError> {
        let internal = |error: wasmtime::Error| stopped(&error);
        let (mut store, _) = self.host.store(&self.host.component.engine, &[])?;
        let request = store.data_mut().http().new_incoming_request(Scheme::Http, request).map_err(internal)?;
        let response = store.data_mut().http().new_response_outparam(sender).map_err(internal)?;
        let app = self.pre.instantiate_async(&mut store).await.map_err(internal)?;
        app.wasi_http_incoming_handler().call_handle(&mut store, request, response).await.map_err(internal)
    }
}

/// Whether the request names its host in a form that wasmtime accepts.
fn has_authority(request: &Request<Incoming>) -> bool {
    let header = |headers: &HeaderMap| headers.get(http::header::HOST).is_some_and(|host| host.to_str().is_ok());
    request.uri().authority().is_some() || header(request.headers())
}

fn plain(status: StatusCode, text: &'static str) -> Response<WasiBody> {
    let body = Full::new(Bytes::from_static(text.as_bytes())).map_err(|never| match never {});
    let mut response = Response::new(WasiBody::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("text/plain"));
    response
}
