//! The trait [`Platform`]: everything that the core needs from its environment.
//!
//! `wasi` implements it over WASI 0.2, `wasi3` over WASI 0.3, `embedded` over a program that embeds the component. Tests implement it with scripted
//! responses and a clock of their own.

#[cfg(all(target_family = "wasm", feature = "embedded"))]
pub(crate) mod embedded;
#[cfg(all(target_family = "wasm", not(feature = "p3")))]
mod executor;
#[cfg(all(target_family = "wasm", not(feature = "embedded")))]
mod http_errors;
#[cfg(feature = "embedded")]
pub(crate) mod provider;
#[cfg(all(target_family = "wasm", any(feature = "component", feature = "embedded")))]
mod runtime;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(all(target_family = "wasm", not(any(feature = "embedded", feature = "p3"))))]
pub(crate) mod wasi;
#[cfg(all(target_family = "wasm", feature = "p3"))]
pub(crate) mod wasi3;

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::time::Duration;

use crate::prelude::*;
use crate::secret::{SecretBytes, SecretString};

/// A boxed future that is not `Send`: a WebAssembly component has one thread.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Everything outside the core: environment, files, clocks, random numbers, log, and HTTP.
pub trait Platform {
    /// The environment variables that the host passes, in any order.
    fn environment(&self) -> Vec<(String, String)>;
    /// A file's content, up to `limit` bytes.
    ///
    /// # Errors
    /// The reason why the file can't be read.
    fn read_file<'a>(&'a self, path: &'a str, limit: usize) -> LocalFuture<'a, Result<SecretBytes, FileError>>;
    /// The wall clock in unix seconds. It may be set forward and back.
    fn unix_now(&self) -> u64;
    /// The monotonic clock: time since a fixed moment. Deadlines are measured with it.
    fn monotonic(&self) -> Duration;
    /// A cryptographically secure random number, for signatures, identifiers and the jitter of retries.
    fn random(&self) -> u64;
    /// Writes one line to the operator's log.
    fn log(&self, line: &str);
    /// Waits for the duration `pause`.
    fn sleep(&self, pause: Duration) -> LocalFuture<'_, ()>;
    /// Sends a request and reads the whole response within the limits. Redirects are not followed; they and error statuses
    /// are responses.
    fn send<'a>(&'a self, request: &'a Request, limits: Limits) -> LocalFuture<'a, Result<Response, SendError>>;
}

/// Why a file can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    /// There is no such file.
    NotFound,
    /// The host granted the component no folder that contains this path.
    NotGranted,
    /// It is larger than the limit.
    TooLarge,
    /// Anything else: no permission, a folder, an I/O error.
    Unreadable,
    /// The platform can't read files.
    NotSupported,
}

impl FileError {
    /// A description that follows a file's name.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::NotFound => "does not exist",
            Self::NotGranted => "is in no folder that the host gives to the component",
            Self::TooLarge => "is larger than any such file",
            Self::Unreadable => "can't be read",
            Self::NotSupported => "can't be read: this build of Keyfob reads no files",
        }
    }
}

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Put,
    Post,
    Patch,
    Delete,
}

impl Method {
    /// The name in HTTP.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether requests with this method have a body, which may be empty.
    #[must_use]
    pub fn has_body(self) -> bool {
        !matches!(self, Self::Get | Self::Delete)
    }
}

/// An HTTP request. Its `Debug` hides header values, the query and the body.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The scheme is https, else http.
    pub https: bool,
    /// The host, and the port unless it is the scheme's default.
    pub authority: String,
    /// Path and query, percent-encoded.
    pub path: String,
    /// Header names, lower-case, and values.
    pub headers: Vec<(&'static str, SecretString)>,
    /// The body, if the method has one.
    pub body: SecretString,
    /// The most bytes of the response body that are read; a longer body is `SendError::TooLarge`.
    pub max_body: usize,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, https, authority, path, headers, body: _, max_body } = self;
        // A query may contain an id. For the next page of a list it is text of the vault, which may echo a secret.
        let path = path.split('?').next();
        let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
        let mut shown = f.debug_struct("Request");
        shown.field("method", method).field("https", https).field("authority", authority).field("path", &path);
        shown.field("headers", &names).field("max_body", max_body).finish_non_exhaustive()
    }
}

/// The time limits of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until the connection is established. Only a hint to the host: WASI has no event for it.
    pub connect: Duration,
    /// From the start to the first byte of the response, including the connection.
    pub first_byte: Duration,
    /// Between two chunks of the response body.
    pub between_bytes: Duration,
    /// When the whole request must have ended, by `Platform::monotonic`.
    pub deadline: Duration,
}

/// An HTTP response. Its `Debug` hides header values and the body.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status, 100 to 599.
    pub status: u16,
    /// Header names, lower-case, and values. Values that are not UTF-8 are left out.
    pub headers: Vec<(String, SecretString)>,
    /// The whole body.
    pub body: SecretBytes,
}

impl Response {
    /// The first header with this name, given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    /// All headers with this name, given in lower case.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.expose())
    }
}

/// Why there is no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The host runtime denied the request.
    Denied,
    /// The host name does not resolve.
    NameNotFound,
    /// The connection was refused.
    Refused,
    /// The address is unreachable.
    Unreachable,
    /// No connection within the limit.
    ConnectTimeout,
    /// The certificate is not trusted, or the TLS handshake failed.
    Tls,
    /// The connection broke before the response was complete.
    Reset,
    /// Connected, but no first byte within the limit.
    FirstByteTimeout,
    /// No further chunk of the body within the limit.
    BetweenBytesTimeout,
    /// The deadline of the call passed.
    Deadline,
    /// The response is larger than the limit.
    TooLarge,
    /// Anything else that the host reports.
    Other,
}

impl SendError {
    /// A description that follows a host's name and a colon.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Denied => "the host runtime denied the request",
            Self::NameNotFound => "the name does not resolve",
            Self::Refused => "the connection was refused",
            Self::Unreachable => "the address is unreachable",
            Self::ConnectTimeout => "no connection within the limit",
            Self::Tls => "the TLS handshake failed or the certificate is not trusted",
            Self::Reset => "the connection broke before the answer was whole",
            Self::FirstByteTimeout => "connected, but no answer came within the limit",
            Self::BetweenBytesTimeout => "the answer stopped midway",
            Self::Deadline => "the deadline of the call passed",
            Self::TooLarge => "the answer is larger than any that the service gives",
            Self::Other => "the host runtime reported a protocol error",
        }
    }
}

/// A duration in nanoseconds, as hosts take it.
#[cfg(target_family = "wasm")]
fn nanoseconds(duration: Duration) -> u64 {
    // Limited to 272 years, so that it fits into 64 bits; `as_nanos` would compute in 128 bits.
    duration.as_secs().min(1 << 33) * 1_000_000_000 + u64::from(duration.subsec_nanos())
}

/// How much earlier than ours the host's timer for a chunk of the body may have started.
#[cfg(all(target_family = "wasm", not(feature = "embedded")))]
const HOST_TIMER_EARLY: Duration = Duration::from_millis(100);

/// Appends a chunk to a body. The buffer is doubled as it grows, but never larger than `max_body` bytes, because a backup may
/// have some MiB and a vector of the standard growth could take twice that.
#[cfg(all(target_family = "wasm", not(feature = "embedded")))]
fn append(body: &mut Vec<u8>, chunk: &[u8], max_body: usize) -> Result<(), SendError> {
    let length = body.len().saturating_add(chunk.len());
    if length > max_body {
        return Err(SendError::TooLarge);
    }
    if length > body.capacity() {
        let capacity = body.capacity().saturating_mul(2).clamp(length, max_body);
        body.reserve_exact(capacity.saturating_sub(body.len()));
    }
    body.extend_from_slice(chunk);
    Ok(())
}

/// Writes a line to the stderr of WASI 0.2. A closed stderr must not fail the call.
#[cfg(all(target_family = "wasm", not(feature = "embedded")))]
fn write_to_stderr(line: &str) {
    let stream = wasip2::cli::stderr::get_stderr();
    // WASI traps a component that writes more than 4096 bytes at once.
    for chunk in format!("{line}\n").as_bytes().chunks(4096) {
        let _ = stream.blocking_write_and_flush(chunk);
    }
}

/// The innermost of the granted folders that contains the path, and the path in it.
#[cfg(all(target_family = "wasm", feature = "filesystem", not(feature = "embedded")))]
fn granted_folder<'a, D>(folders: &'a [(D, String)], path: &str) -> Option<(&'a D, String)> {
    let inside = |folder: &str| {
        if folder == "." {
            return (!path.starts_with('/')).then(|| path.to_owned());
        }
        path.strip_prefix(folder.trim_end_matches('/'))?.strip_prefix('/').map(str::to_owned)
    };
    folders
        .iter()
        .filter_map(|(folder, name)| Some((name.len(), folder, inside(name)?)))
        .max_by_key(|(length, ..)| *length)
        .map(|(_, folder, path_in_folder)| (folder, path_in_folder))
}
