//! An HTTP server. As `wasmtime serve` does, it makes a new instance of an app of WASI 0.2 for each request, and hands several
//! requests to an instance of an app of WASI 0.3.

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
use wasmtime_wasi_http::handler::ProxyHandler;
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::{WasiBody, WasiHttpView as _};

use super::instances::{self, Failure, Instances, absolute};
use super::{App, Pre, stopped};
use crate::error::HostError;
use crate::host::Host;
use crate::store::State;

/// How long a client may take to send the head of a request.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// How long a client may read nothing of a response.
const WRITE_LIMIT: Duration = Duration::from_secs(60);

/// How many requests an instance of an app of WASI 0.3 serves: as many as in `wasmtime serve`.
const SHARED: instances::Limits = instances::Limits { concurrent: 16, total: 128, idle: Duration::from_secs(1) };

/// Connections in which no request is being answered make room for new ones.
const LIMITS: Limits = Limits { connections: 512, strangers: 512 };

const NO_HOST: &str = "the request has no valid Host header\n";

/// The app's response, or the error code that it set instead.
type Outcome = Result<Response<WasiBody>, ErrorCode>;

/// What all connections share.
struct Server {
    app: Entry,
    on_error: Arc<dyn Fn(&str) + Send + Sync>,
}

enum Entry {
    /// WASI 0.2: a new instance for each request.
    Each(Box<Host<App>>, ProxyPre<State>),
    /// WASI 0.3.
    Shared(ProxyHandler<Instances>),
}

impl Host<App> {
    /// Serves HTTP/1.1 on the current tokio runtime, until the future is dropped. A request that the app does not answer
    /// gets a 500, and `on_error` is called with the reason. There are at most 512 connections; one more ends the idle one that
    /// was unused for the longest time, and waits if none is idle. A client may take 30 seconds to send the head of a request,
    /// and read nothing of a response for 60.
    ///
    /// An app of WASI 0.2 gets a new instance for each request. One of WASI 0.3 serves up to 16 requests in an instance at once,
    /// and up to 128 in all; an instance ends after a second without a request. Such requests share the instance's memory, with
    /// Keyfob's tokens and cached values in it, and end together if the app traps.
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
        let on_error: Arc<dyn Fn(&str) + Send + Sync> = Arc::new(on_error);
        let app = match self.component.pre.clone() {
            Pre::Http(pre) => Entry::Each(Box::new(self), pre),
            Pre::AsyncHttp(pre) => {
                let tell = Arc::clone(&on_error);
                let store = move || Ok(self.store(&self.component.engine, &[])?.0);
                Entry::Shared(Instances::new(pre, SHARED, store, move |ended| {
                    if let Err(error) = ended {
                        tell(&stopped(&error).to_string());
                    }
                }))
            }
            Pre::Command(_) | Pre::AsyncCommand(_) => return Err(HostError::NoHttp),
        };
        let server = Arc::new(Server { app, on_error });
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
            return plain(StatusCode::BAD_REQUEST, NO_HOST);
        }
        // Without the query, whose values may be secrets.
        let label = format!("{} {}", request.method(), request.uri().path());
        match &self.app {
            Entry::Each(..) => self.answer_alone(request, label).await,
            Entry::Shared(handler) => {
                self.answer_shared(handler, request).await.unwrap_or_else(|reason| self.failed(&label, &reason))
            }
        }
    }

    /// Tells why there is no response, and makes one that says that there is none.
    fn failed(&self, label: &str, reason: &str) -> Response<WasiBody> {
        (self.on_error)(&format!("{label}: {reason}"));
        no_answer()
    }

    async fn answer_shared(
        &self,
        handler: &ProxyHandler<Instances>,
        mut request: Request<Incoming>,
    ) -> Result<Response<WasiBody>, String> {
        let Some(uri) = absolute(&request) else {
            return Ok(plain(StatusCode::BAD_REQUEST, NO_HOST));
        };
        *request.uri_mut() = uri;
        instances::answer(handler, request).await.map_err(|failure| match failure {
            Failure::Code(code) => format!("the app answered with the error {code}"),
            Failure::Ended => "the app stopped before it answered".to_owned(),
            Failure::Other(error) => error.to_string(),
        })
    }

    async fn answer_alone(self: Arc<Self>, request: Request<Incoming>, label: String) -> Response<WasiBody> {
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
            Ok(Ok(response)) => response,
            Ok(Err(code)) => self.failed(&label, &format!("the app answered with the error {code}")),
            Err(_) if call.await.unwrap_or(false) => self.failed(&label, "the app ended without an answer"),
            // What stopped it was told.
            Err(_) => no_answer(),
        }
    }

    async fn call(&self, request: Request<Incoming>, sender: oneshot::Sender<Outcome>) -> Result<(), HostError> {
        let internal = |error: wasmtime::Error| stopped(&error);
        let Entry::Each(host, pre) = &self.app else { return Err(HostError::NoHttp) };
        let (mut store, _) = host.store(&host.component.engine, &[])?;
        let request = store.data_mut().http().new_incoming_request(Scheme::Http, request).map_err(internal)?;
        let response = store.data_mut().http().new_response_outparam(sender).map_err(internal)?;
        let app = pre.instantiate_async(&mut store).await.map_err(internal)?;
        app.wasi_http_incoming_handler().call_handle(&mut store, request, response).await.map_err(internal)
    }
}

/// Whether the request names its host in a form that wasmtime accepts.
fn has_authority(request: &Request<Incoming>) -> bool {
    let header = |headers: &HeaderMap| headers.get(http::header::HOST).is_some_and(|host| host.to_str().is_ok());
    request.uri().authority().is_some() || header(request.headers())
}

fn no_answer() -> Response<WasiBody> {
    plain(StatusCode::INTERNAL_SERVER_ERROR, "the app gave no answer; the stderr of its host says why\n")
}

fn plain(status: StatusCode, text: &'static str) -> Response<WasiBody> {
    let body = Full::new(Bytes::from_static(text.as_bytes())).map_err(|never| match never {});
    let mut response = Response::new(WasiBody::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("text/plain"));
    response
}
