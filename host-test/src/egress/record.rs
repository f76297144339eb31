//! What was asked, for tests to look at.

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
/// It holds tokens and secrets in the clear: it is made for a fake Azure.
#[derive(Clone, Debug)]
pub struct Recorder {
    clock: Clock,
    list: Arc<Mutex<Vec<RecordedRequest>>>,
}

/// One request and how it ended.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    /// When the request was complete, since the start of the egress' clock.
    pub at: Duration,
    /// The method.
    pub method: Method,
    /// The absolute URL.
    pub url: String,
    /// The headers, `Host` included.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// How it ended.
    pub outcome: RequestOutcome,
}

/// How a request ended, up to the answer's head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestOutcome {
    /// Not yet, or the component gave it up.
    Unanswered,
    /// With this status.
    Status(StatusCode),
    /// With this error of wasi:http, in words.
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
