//! [`Platform`] over WASI 0.3. The host runs the futures, so there is no executor: while one call waits, the instance
//! serves others.

#[cfg(feature = "filesystem")]
mod filesystem;

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;

use wasip3::cli::environment;
use wasip3::clocks::{monotonic_clock, system_clock};
use wasip3::http::client;
use wasip3::http::types::{
    ErrorCode, Fields, Method as WasiMethod, Request as WasiRequest, RequestOptions, Response as WasiResponse, Scheme,
};
use wasip3::random::random;
use wasip3::wit_bindgen::{StreamResult, StreamWriter};
use wasip3::{wit_future, wit_stream};

use crate::platform::http_errors::send_error;
use crate::platform::{
    FileError, HOST_TIMER_EARLY, Limits, LocalFuture, Method, Platform, Request, Response, SendError, append,
    nanoseconds, write_to_stderr,
};
use crate::prelude::*;
use crate::secret::SecretBytes;
#[cfg(feature = "filesystem")]
use filesystem::read_file;

/// The most bytes that are read from or written to a stream at once.
const CHUNK: usize = 16 * 1024;

/// WASI 0.3 as a platform.
#[derive(Default)]
pub struct Wasi {}

/// The result of the future, or `None` if the time passes before. Dropping the future cancels what it does in the host.
async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut timer = pin!(monotonic_clock::wait_for(nanoseconds(limit)));
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        timer.as_mut().poll(context).map(|()| None)
    })
    .await
}

impl Wasi {
    async fn send_request(&self, request: &Request, limits: Limits) -> Result<Response, SendError> {
        let start = self.monotonic();
        let remaining = |limit: Duration| limit.min(limits.deadline.saturating_sub(self.monotonic()));
        let or_deadline = |error| if self.monotonic() >= limits.deadline { SendError::Deadline } else { error };
        let (outgoing_request, body) = outgoing_request(request, limits).ok_or(SendError::Other)?;
        let first_byte = start.saturating_add(limits.first_byte);
        let mut writing = pin!(async {
            let Some(mut body) = body else { return };
            for chunk in request.body.expose().as_bytes().chunks(CHUNK) {
                // A server that responds early may not read the rest of the body. The response counts.
                if !body.write_all(chunk.to_vec()).await.is_empty() {
                    break;
                }
            }
        });
        let mut written = false;
        let mut sending = pin!(client::send(outgoing_request));
        // The host reads the body while it sends, so both go on at the same time.
        let both = poll_fn(|context| {
            written = written || writing.as_mut().poll(context).is_ready();
            sending.as_mut().poll(context)
        });
        let response = match within(remaining(first_byte.saturating_sub(self.monotonic())), both).await {
            None => return Err(or_deadline(SendError::FirstByteTimeout)),
            Some(Err(code)) => return Err(or_deadline(send_error(&code))),
            Some(Ok(response)) => response,
        };
        let status = response.get_status_code();
        let fields = response.get_headers().copy_all();
        let headers = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), String::from_utf8(value).ok()?.into())))
            .collect();
        let body = self.read_body(response, request.max_body, limits, &remaining, &or_deadline).await?;
        Ok(Response { status, headers, body })
    }

    async fn read_body(
        &self,
        response: WasiResponse,
        max_body: usize,
        limits: Limits,
        remaining: &dyn Fn(Duration) -> Duration,
        or_deadline: &dyn Fn(SendError) -> SendError,
    ) -> Result<SecretBytes, SendError> {
        let (processed, outcome) = wit_future::new(|| Ok(()));
        drop(processed);
        let (mut stream, trailers) = WasiResponse::consume_body(response, outcome);
        let mut bytes = SecretBytes::default();
        loop {
            let waiting_since = self.monotonic();
            // The remaining time of the call limits a server that sends byte by byte.
            let read = within(remaining(limits.between_bytes), stream.read(Vec::with_capacity(CHUNK))).await;
            let Some((result, chunk)) = read else { return Err(or_deadline(SendError::BetweenBytesTimeout)) };
            append(&mut bytes.0, &chunk, max_body)?;
            if let StreamResult::Complete(_) = result {
                continue;
            }
            // The trailers tell whether that was the end of the body, or the connection broke.
            return match within(remaining(limits.between_bytes), trailers.into_future()).await {
                Some(Ok(_)) => Ok(bytes),
                Some(Err(_)) => {
                    // A limit that ran out in the host has run out here too.
                    let waited = self.monotonic().saturating_sub(waiting_since).saturating_add(HOST_TIMER_EARLY);
                    let silent = waited >= limits.between_bytes;
                    Err(or_deadline(if silent { SendError::BetweenBytesTimeout } else { SendError::Reset }))
                }
                None => Err(or_deadline(SendError::BetweenBytesTimeout)),
            };
        }
    }
}

/// The WASI request, and where its body is written. `None` if WASI refuses a part of the request.
fn outgoing_request(request: &Request, limits: Limits) -> Option<(WasiRequest, Option<StreamWriter<u8>>)> {
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
    let (mut writer, mut body) = (None, None);
    if request.method.has_body() {
        headers.append("content-length", request.body.expose().len().to_string().as_bytes()).ok()?;
        let (write, read) = wit_stream::new();
        (writer, body) = (Some(write), Some(read));
    }
    let (no_trailers, trailers) = wit_future::new(|| Ok(None));
    drop(no_trailers);
    // Hints: hosts differ in which they support, so the component measures the limits with its own clock as well.
    let options = RequestOptions::new();
    let _ = options.set_connect_timeout(Some(nanoseconds(limits.connect)));
    let _ = options.set_first_byte_timeout(Some(nanoseconds(limits.first_byte)));
    let _ = options.set_between_bytes_timeout(Some(nanoseconds(limits.between_bytes)));
    let (outgoing_request, _) = WasiRequest::new(headers, body, trailers, Some(options));
    outgoing_request.set_method(&method).ok()?;
    outgoing_request.set_scheme(Some(if request.https { &Scheme::Https } else { &Scheme::Http })).ok()?;
    outgoing_request.set_authority(Some(&request.authority)).ok()?;
    outgoing_request.set_path_with_query(Some(&request.path)).ok()?;
    Some((outgoing_request, writer))
}

fn send_error(code: &ErrorCode) -> SendError {
    send_error!(code, ErrorCode)
}

/// Without the feature the component does not import wasi:filesystem.
#[cfg(not(feature = "filesystem"))]
async fn read_file(_: &str, _: usize) -> Result<SecretBytes, FileError> {
    Err(FileError::NotSupported)
}

impl Platform for Wasi {
    fn environment(&self) -> Vec<(String, String)> {
        environment::get_environment()
    }

    fn read_file<'a>(&'a self, path: &'a str, limit: usize) -> LocalFuture<'a, Result<SecretBytes, FileError>> {
        Box::pin(read_file(path, limit))
    }

    fn unix_now(&self) -> u64 {
        u64::try_from(system_clock::now().seconds).unwrap_or_default()
    }

    fn monotonic(&self) -> Duration {
        Duration::from_nanos(monotonic_clock::now())
    }

    fn random(&self) -> u64 {
        random::get_random_u64()
    }

    fn log(&self, line: &str) {
        // In WASI 0.3 writing to stderr waits, and what writes a line here does not. Hosts of WASI 0.3 have that of 0.2 too.
        write_to_stderr(line);
    }

    fn sleep(&self, pause: Duration) -> LocalFuture<'_, ()> {
        Box::pin(monotonic_clock::wait_for(nanoseconds(pause)))
    }

    fn send<'a>(&'a self, request: &'a Request, limits: Limits) -> LocalFuture<'a, Result<Response, SendError>> {
        Box::pin(self.send_request(request, limits))
    }
}
