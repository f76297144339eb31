//! Hands one request to an HTTP app without a socket, so that it works under a paused clock too.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::sync::oneshot;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::p3::bindings::ServicePre;
use wasmtime_wasi_http::{Error, WasiHttpView as _};

use super::instances::{Failure, Instances, Limits, absolute, answer};
use super::{App, Pre, stopped};
use crate::error::{HostError, cause};
use crate::host::Host;
use crate::store::State;

/// An app's response to one request, and its output meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppResponse {
    /// The response's status.
    pub status: StatusCode,
    /// The response's whole body.
    pub body: Vec<u8>,
    /// The app's stderr; empty if it is inherited. At most 1 MiB.
    pub stderr: Vec<u8>,
}

impl Host<App> {
    /// Hands a request to a new instance of the app, and waits for the response's end and the instance's. The request's URI
    /// must name a host.
    ///
    /// # Errors
    /// [`HostError`] if the app is a command, if it traps, and if it gives no response.
    ///
    /// ```no_run
    /// # async fn request(host: keyfob_host_test::Host<keyfob_host_test::App>) -> Result<(), Box<dyn std::error::Error>> {
    /// let response = host.handle(http::Request::get("http://my-app/").body(bytes::Bytes::new())?).await?;
    /// assert_eq!(response.status, 200);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn handle(&self, request: Request<Bytes>) -> Result<AppResponse, HostError> {
        let pre = match &self.component.pre {
            Pre::Http(pre) => pre,
            Pre::AsyncHttp(pre) => return self.handle_async(pre, request).await,
            Pre::Command(_) | Pre::AsyncCommand(_) => return Err(HostError::NoHttp),
        };
        let (mut store, captured) = self.store(&self.component.engine, &[])?;
        let request = request.map(|body| Full::new(body).map_err(|never| -> Error { match never {} }));
        let request = store.data_mut().http().new_incoming_request(Scheme::Http, request);
        let request = request.map_err(|error| HostError::Request(cause(error)))?;
        let (sender, receiver) = oneshot::channel();
        let out = store.data_mut().http().new_response_outparam(sender);
        let out = out.map_err(|error| HostError::Request(cause(error)))?;
        let app = pre.instantiate_async(&mut store).await.map_err(|error| HostError::StartApp(cause(error)))?;
        let handle = async move {
            let handled = app.wasi_http_incoming_handler().call_handle(&mut store, request, out).await;
            // The store is dropped here: with it ends what the app did not finish.
            handled.map_err(|error| stopped(&error))
        };
        let answer = async {
            let Ok(answer) = receiver.await else { return Err(HostError::NoResponse) };
            let answer = answer.map_err(|code| HostError::ResponseError(code.to_string()))?;
            let status = answer.status();
            let body = answer.into_body().collect().await;
            let body = body.map_err(|error| HostError::ResponseBody(error.to_string()))?;
            Ok((status, body.to_bytes().to_vec()))
        };
        // At the same time: the app writes the response's body while it is read here.
        let (handled, answered) = tokio::join!(handle, answer);
        handled?;
        let (status, body) = answered?;
        Ok(AppResponse { status, body, stderr: captured.stderr.contents().to_vec() })
    }

    /// The same for an app of WASI 0.3.
    async fn handle_async(&self, pre: &ServicePre<State>, request: Request<Bytes>) -> Result<AppResponse, HostError> {
        let (store, captured) = self.store(&self.component.engine, &[])?;
        let (sender, receiver) = oneshot::channel();
        let (store, sender) = (Mutex::new(Some(store)), Mutex::new(Some(sender)));
        let limits = Limits { concurrent: 1, total: 1, idle: Duration::ZERO };
        let instance = Instances::new(
            pre.clone(),
            limits,
            move || take(&store).ok_or(HostError::NoResponse),
            move |ended| {
                // The receiver is gone where the caller gave up.
                _ = take(&sender).map(|sender| sender.send(ended));
            },
        );
        let Some(uri) = absolute(&request) else {
            return Err(HostError::Request("the URI names no host".into()));
        };
        let mut request = request.map(|body| Full::new(body).map_err(|never| -> Error { match never {} }));
        *request.uri_mut() = uri;
        let answered = match answer(&instance, request).await {
            Ok(response) => {
                let status = response.status();
                let body = response.into_body().collect().await;
                Ok(body.map(|body| (status, body.to_bytes().to_vec())))
            }
            Err(failure) => Err(failure),
        };
        // Then only the instance holds the sender, if there is one.
        drop(instance);
        if let Ok(Err(trap)) = receiver.await {
            return Err(stopped(&trap));
        }
        match answered {
            Ok(Ok((status, body))) => Ok(AppResponse { status, body, stderr: captured.stderr.contents().to_vec() }),
            Ok(Err(error)) => Err(HostError::ResponseBody(error.to_string())),
            Err(Failure::Code(code)) => Err(HostError::ResponseError(code.to_string())),
            Err(Failure::Ended) => Err(HostError::NoResponse),
            Err(Failure::Other(error)) => Err(error),
        }
    }
}

fn take<T>(place: &Mutex<Option<T>>) -> Option<T> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}
