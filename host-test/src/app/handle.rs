//! One request to an HTTP app without a socket: under a paused clock, too, where sockets have no place.

use anyhow::{Result, anyhow, bail};
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::sync::oneshot;
use wasmtime::error::Context as _;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::{Error, WasiHttpView as _};

use super::{App, Pre, stopped};
use crate::host::Host;

/// What came of a request, and what the app wrote meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppResponse {
    /// The answer's status.
    pub status: StatusCode,
    /// The answer's whole body.
    pub body: Vec<u8>,
    /// What the app wrote to stderr; empty where it is shown or inherited. At most 1 MiB.
    pub stderr: Vec<u8>,
}

impl Host<App> {
    /// Hands a request to a new instance of the app, and waits for the end of both. Its URI names a host.
    ///
    /// Fails where the app is a command, where it traps, and where it gives no answer.
    pub async fn handle(&self, request: Request<Bytes>) -> Result<AppResponse> {
        let Pre::Http(pre) = &self.component.pre else {
            bail!("the app is a command and serves no HTTP");
        };
        let (mut store, captured) = self.store(&self.component.engine, &[])?;
        let request = request.map(|body| Full::new(body).map_err(|never| -> Error { match never {} }));
        let request = store.data_mut().http().new_incoming_request(Scheme::Http, request)?;
        let (sender, receiver) = oneshot::channel();
        let out = store.data_mut().http().new_response_outparam(sender)?;
        let app = pre.instantiate_async(&mut store).await.context("the app does not start")?;
        let handle = async move {
            let handled = app.wasi_http_incoming_handler().call_handle(&mut store, request, out).await;
            // What the app did not answer or finish ends with its store, which is dropped here.
            handled.map_err(|error| anyhow!(stopped(&error.into())))
        };
        let answer = async {
            let Ok(answer) = receiver.await else { bail!("the app ended without an answer") };
            let answer = answer.map_err(|code| anyhow!("the app answered with the error {code}"))?;
            let status = answer.status();
            let body = answer.into_body().collect().await.map_err(|error| anyhow!("the answer breaks off: {error}"))?;
            Ok((status, body.to_bytes().to_vec()))
        };
        // Together: the app writes its answer's body while it is read.
        let (handled, answered) = tokio::join!(handle, answer);
        handled?;
        let (status, body) = answered?;
        Ok(AppResponse { status, body, stderr: captured.stderr.contents().to_vec() })
    }
}
