//! [`Platform`] over WASI 0.2.

#[cfg(feature = "filesystem")]
mod filesystem;

use alloc::rc::{Rc, Weak};
use core::cell::RefCell;
use core::future::{poll_fn, ready};
use core::task::Poll;
use core::time::Duration;

use crate::prelude::*;
use wasip2::cli::environment;
use wasip2::clocks::{monotonic_clock, wall_clock};
use wasip2::http::outgoing_handler;
use wasip2::http::types::{
    ErrorCode, Fields, IncomingBody, IncomingResponse, Method as WasiMethod, OutgoingBody, OutgoingRequest,
    RequestOptions, Scheme,
};
use wasip2::io::poll::{self, Pollable};
use wasip2::io::streams::StreamError;
use wasip2::random::random;

use crate::platform::http_errors::send_error;
use crate::platform::{
    FileError, HOST_TIMER_EARLY, Limits, LocalFuture, Method, Platform, Request, Response, SendError, append, executor,
    nanoseconds, write_to_stderr,
};
use crate::secret::SecretBytes;
#[cfg(feature = "filesystem")]
use filesystem::read_file;

/// WASI 0.2 as a platform, with the executor that waits for its pollables.
#[derive(Default)]
pub struct Wasi {
    /// The pollables that the futures of the current round wait for. Weak, because a dropped future must drop its pollable
    /// before the resource that the pollable belongs to.
    waiting: RefCell<Vec<Weak<Pollable>>>,
}

impl Wasi {
    /// Runs a future to its end, blocking in WASI's poll while nothing is ready.
    pub fn block_on<T>(&self, future: LocalFuture<'_, T>) -> T {
        executor::block_on(future, &|woken| self.wait(woken))
    }

    /// Ends a round: blocks until one of the pollables is ready, unless a task was woken.
    fn wait(&self, woken: bool) {
        let waiting: Vec<Rc<Pollable>> = self.waiting.take().iter().filter_map(Weak::upgrade).collect();
        if !woken && !waiting.is_empty() {
            poll::poll(&waiting.iter().map(|pollable| &**pollable).collect::<Vec<_>>());
        }
    }

    /// Waits until the pollable is ready (true) or the time has passed (false).
    async fn ready(&self, pollable: Pollable, limit: Duration) -> bool {
        let pollable = Rc::new(pollable);
        let timer = Rc::new(monotonic_clock::subscribe_duration(nanoseconds(limit)));
        poll_fn(|_| {
            if pollable.ready() {
                return Poll::Ready(true);
            }
            if timer.ready() {
                return Poll::Ready(false);
            }
            self.waiting.borrow_mut().extend([Rc::downgrade(&pollable), Rc::downgrade(&timer)]);
            Poll::Pending
        })
        .await
    }

    async fn send_request(&self, request: &Request, limits: Limits) -> Result<Response, SendError> {
        let start = self.monotonic();
        let remaining = |limit: Duration| limit.min(limits.deadline.saturating_sub(self.monotonic()));
        let or_deadline = |error| if self.monotonic() >= limits.deadline { SendError::Deadline } else { error };
        let (outgoing_request, body) = outgoing_request(request).ok_or(SendError::Other)?;
        let future_response = outgoing_handler::handle(outgoing_request, Some(request_options(limits)))
            .map_err(|code| send_error(&code))?;
        let first_byte = start.saturating_add(limits.first_byte);
        if let Some(body) = body {
            let stream = body.write().map_err(|()| SendError::Other)?;
            let mut unsent = request.body.expose().as_bytes();
            while !unsent.is_empty() {
                if !self.ready(stream.subscribe(), remaining(first_byte.saturating_sub(self.monotonic()))).await {
                    return Err(or_deadline(SendError::FirstByteTimeout));
                }
                // A server that responds early may close the request stream. The response counts, not the rest of the body.
                let Ok(room) = stream.check_write() else { break };
                let (now, remaining_bytes) =
                    unsent.split_at(unsent.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
                if stream.write(now).is_err() {
                    break;
                }
                unsent = remaining_bytes;
            }
            drop(stream);
            // An error of the body is reported again with the response.
            let _ = OutgoingBody::finish(body, None);
        }
        if !self.ready(future_response.subscribe(), remaining(first_byte.saturating_sub(self.monotonic()))).await {
            return Err(or_deadline(SendError::FirstByteTimeout));
        }
        let response = match future_response.get() {
            Some(Ok(Ok(response))) => response,
            Some(Ok(Err(code))) => return Err(or_deadline(send_error(&code))),
            _ => return Err(SendError::Other),
        };
        let status = response.status();
        let fields = response.headers().entries();
        let headers = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), String::from_utf8(value).ok()?.into())))
            .collect();
        let body = self.read_body(&response, request.max_body, limits, &remaining, &or_deadline).await?;
        Ok(Response { status, headers, body })
    }

    async fn read_body(
        &self,
        response: &IncomingResponse,
        max_body: usize,
        limits: Limits,
        remaining: &dyn Fn(Duration) -> Duration,
        or_deadline: &dyn Fn(SendError) -> SendError,
    ) -> Result<SecretBytes, SendError> {
        let body: IncomingBody = response.consume().map_err(|()| SendError::Other)?;
        let stream = body.stream().map_err(|()| SendError::Other)?;
        let mut bytes = SecretBytes::default();
        loop {
            let waiting_since = self.monotonic();
            // The remaining time of the call limits a server that sends byte by byte.
            if !self.ready(stream.subscribe(), remaining(limits.between_bytes)).await {
                return Err(or_deadline(SendError::BetweenBytesTimeout));
            }
            match stream.read(16 * 1024) {
                Ok(chunk) => append(&mut bytes.0, &chunk, max_body)?,
                Err(StreamError::Closed) => return Ok(bytes),
                // The host's error code would be more precise, but reading it adds 3 KB. A limit that ran out in the host
                // has run out here too.
                Err(StreamError::LastOperationFailed(_)) => {
                    let waited = self.monotonic().saturating_sub(waiting_since).saturating_add(HOST_TIMER_EARLY);
                    let silent = waited >= limits.between_bytes;
                    return Err(or_deadline(if silent { SendError::BetweenBytesTimeout } else { SendError::Reset }));
                }
            }
        }
    }
}

/// The WASI request, and its body to be written. `None` if WASI refuses a part of the request.
fn outgoing_request(request: &Request) -> Option<(OutgoingRequest, Option<OutgoingBody>)> {
    let headers = Fields::new();
    for (name, value) in &request.headers {
        headers.append(name, value.expose().as_bytes()).ok()?;
    }
    let method = match request.method {
        Method::Get => WasiMethod::Get,
        Method::Put => WasiMethod::Put,
        Method::Post => WasiMethod::Post,
        Method::Patch => WasiMethod::Patch,
        Method::Delete => WasiMethod::Delete,
    };
    if request.method.has_body() {
        headers.append("content-length", request.body.expose().len().to_string().as_bytes()).ok()?;
    }
    let outgoing_request = OutgoingRequest::new(headers);
    outgoing_request.set_method(&method).ok()?;
    outgoing_request.set_scheme(Some(if request.https { &Scheme::Https } else { &Scheme::Http })).ok()?;
    outgoing_request.set_authority(Some(&request.authority)).ok()?;
    outgoing_request.set_path_with_query(Some(&request.path)).ok()?;
    // Taking the body of a GET would send the GET with a body.
    let body = if request.method.has_body() { Some(outgoing_request.body().ok()?) } else { None };
    Some((outgoing_request, body))
}

/// The limits as hints: hosts differ in which they support, so the component measures them with its own clock as well.
fn request_options(limits: Limits) -> RequestOptions {
    let request_options = RequestOptions::new();
    let _ = request_options.set_connect_timeout(Some(nanoseconds(limits.connect)));
    let _ = request_options.set_first_byte_timeout(Some(nanoseconds(limits.first_byte)));
    let _ = request_options.set_between_bytes_timeout(Some(nanoseconds(limits.between_bytes)));
    request_options
}

fn send_error(code: &ErrorCode) -> SendError {
    send_error!(code, ErrorCode)
}

/// Without the feature the component does not import wasi:filesystem.
#[cfg(not(feature = "filesystem"))]
fn read_file(_: &str, _: usize) -> Result<SecretBytes, FileError> {
    Err(FileError::NotSupported)
}

impl Platform for Wasi {
    fn environment(&self) -> Vec<(String, String)> {
        environment::get_environment()
    }

    fn read_file<'a>(&'a self, path: &'a str, limit: usize) -> LocalFuture<'a, Result<SecretBytes, FileError>> {
        // WASI 0.2 has no other way than to block.
        Box::pin(ready(read_file(path, limit)))
    }

    fn unix_now(&self) -> u64 {
        wall_clock::now().seconds
    }

    fn monotonic(&self) -> Duration {
        Duration::from_nanos(monotonic_clock::now())
    }

    fn random(&self) -> u64 {
        random::get_random_u64()
    }

    fn log(&self, line: &str) {
        write_to_stderr(line);
    }

    fn sleep(&self, pause: Duration) -> LocalFuture<'_, ()> {
        Box::pin(async move {
            self.ready(monotonic_clock::subscribe_duration(nanoseconds(pause)), Duration::MAX).await;
        })
    }

    fn send<'a>(&'a self, request: &'a Request, limits: Limits) -> LocalFuture<'a, Result<Response, SendError>> {
        Box::pin(self.send_request(request, limits))
    }
}
