//! An HTTP server whose every request meets a new instance of the app, as with `wasmtime serve`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::{WasiBody, WasiHttpView as _};

use super::{App, Pre, stopped};
use crate::host::Host;
use crate::store::State;

/// How long a client may take to send a request's head.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// What an answer comes out of, or the reason why there is none.
type Outcome = Result<Response<WasiBody>, ErrorCode>;

struct Door {
    host: Host<App>,
    pre: ProxyPre<State>,
    tell: Box<dyn Fn(&str) + Send + Sync>,
}

impl Host<App> {
    /// Serves HTTP/1.1 on the current tokio runtime, until the future is dropped. A request that the app does not answer
    /// gets a 500, and `tell` the reason.
    ///
    /// Fails where the app is a command.
    pub async fn serve(self, listener: TcpListener, tell: impl Fn(&str) + Send + Sync + 'static) -> Result<Infallible> {
        let Pre::Http(pre) = self.component.pre.clone() else {
            bail!("the app is a command and serves no HTTP");
        };
        let door = Arc::new(Door { host: self, pre, tell: Box::new(tell) });
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(connection(stream, Arc::clone(&door)));
                    }
                    // Out of file descriptors, say: that passes.
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

async fn connection(stream: TcpStream, door: Arc<Door>) {
    let service = service_fn(move |request| {
        let door = Arc::clone(&door);
        async move { Ok::<_, Infallible>(door.answer(request).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_LIMIT);
    // An error is a client that went, or an app that stopped in the middle of its answer, which has been told.
    builder.serve_connection(TokioIo::new(stream), service).await.unwrap_or_default();
}

impl Door {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<WasiBody> {
        if !has_authority(&request) {
            return plain(StatusCode::BAD_REQUEST, "the request has no valid Host header\n");
        }
        // Without the query, whose values may be secrets.
        let asked = format!("{} {}", request.method(), request.uri().path());
        let (sender, receiver) = oneshot::channel();
        let door = Arc::clone(&self);
        let told = asked.clone();
        // A task of its own: the app may go on after the head of its answer.
        let call = tokio::spawn(async move {
            let ended = door.call(request, sender).await;
            if let Err(error) = &ended {
                (door.tell)(&format!("{told}: {}", stopped(error)));
            }
            ended.is_ok()
        });
        match receiver.await {
            Ok(Ok(response)) => return response,
            Ok(Err(code)) => (self.tell)(&format!("{asked}: the app answered with the error {code}")),
            Err(_) => {
                if call.await.unwrap_or(false) {
                    (self.tell)(&format!("{asked}: the app ended without an answer"));
                }
            }
        }
        plain(StatusCode::INTERNAL_SERVER_ERROR, "the app gave no answer; the stderr of its host says why\n")
    }

    async fn call(&self, request: Request<Incoming>, sender: oneshot::Sender<Outcome>) -> Result<()> {
        let (mut store, _) = self.host.store(&self.host.component.engine, &[])?;
        let request = store.data_mut().http().new_incoming_request(Scheme::Http, request)?;
        let response = store.data_mut().http().new_response_outparam(sender)?;
        let app = self.pre.instantiate_async(&mut store).await?;
        app.wasi_http_incoming_handler().call_handle(&mut store, request, response).await?;
        Ok(())
    }
}

/// Whether it says which host it is for, in a form that wasmtime takes.
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
