//! The recorder of requests, for tests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use wasmtime_wasi_http::Error;

use super::Response;
use crate::clock::Clock;
use fake_azure::wire::Request;

/// The requests that left a component, in order, denied ones included. Clones share the list.
///
/// It holds tokens and secrets in clear text: use it with a fake Azure.
#[derive(Clone, Debug)]
pub struct Recorder {
    clock: Clock,
    list: Arc<Mutex<Vec<RecordedRequest>>>,
}

/// A request and its outcome.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    /// When the request was sent, since the start of the egress's clock.
    pub at: Duration,
    /// The method.
    pub method: Method,
    /// The absolute URL.
    pub url: String,
    /// The headers, `Host` included.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// Its outcome.
    pub outcome: RequestOutcome,
}

/// The outcome of a request, up to the response's head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestOutcome {
    /// No response yet, or the component cancelled the request.
    Unanswered,
    /// A response with this status.
    Status(StatusCode),
    /// The message of an error of wasi:http.
    Failed(String),
}

impl Recorder {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, list: Arc::default() }
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.lock().clone()
    }

    /// `METHOD URL` of each request.
    pub fn lines(&self) -> Vec<String> {
        self.lock().iter().map(|request| format!("{} {}", request.method, request.url)).collect()
    }

    pub(super) fn begin(&self, request: &Request) -> usize {
        let mut list = self.lock();
        list.push(RecordedRequest {
            at: self.clock.elapsed(),
            method: request.method().clone(),
            url: request.uri().to_string(),
            headers: request.headers().clone(),
            body: request.body().clone(),
            outcome: RequestOutcome::Unanswered,
        });
        list.len() - 1
    }

    pub(super) fn end(&self, entry: usize, result: &Result<Response, Error>) {
        if let Some(entry) = self.lock().get_mut(entry) {
            entry.outcome = match result {
                Ok(response) => RequestOutcome::Status(response.status()),
                Err(error) => RequestOutcome::Failed(error.to_string()),
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<RecordedRequest>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
