//! The whole outside world, as one trait: what the core needs from whatever it runs on.
//!
//! `wasi.rs` implements it over WASI; tests implement it over a script and a clock of their own.

#[cfg(all(target_family = "wasm", feature = "embedded"))]
pub(crate) mod embedded;
#[cfg(target_family = "wasm")]
mod executor;
#[cfg(feature = "embedded")]
pub(crate) mod provider;
#[cfg(all(target_family = "wasm", any(feature = "component", feature = "embedded")))]
mod runtime;
#[cfg(all(target_family = "wasm", not(feature = "embedded")))]
pub(crate) mod wasi;

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::time::Duration;

use crate::prelude::*;
use crate::secret::{SecretBytes, SecretString};

/// A boxed future that stays on its thread: WebAssembly components have one.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Everything outside the core.
pub trait Platform {
    /// The environment variables that the host passes, in any order.
    fn environment(&self) -> Vec<(String, String)>;
    /// A file's content, up to `limit` bytes.
    ///
    /// # Errors
    /// Why it can't be read.
    fn read_file(&self, path: &str, limit: usize) -> Result<SecretBytes, FileError>;
    /// Unix seconds by the wall clock, which may jump.
    fn unix_now(&self) -> u64;
    /// Time since some fixed moment, which never goes back. Deadlines are counted in it.
    fn monotonic(&self) -> Duration;
    /// A random number that nobody can guess: signatures and identifiers are made with it, and the jitter of retries.
    fn random(&self) -> u64;
    /// One line for the operator's log.
    fn log(&self, line: &str);
    /// Ends after `pause`.
    fn sleep(&self, pause: Duration) -> LocalFuture<'_, ()>;
    /// Sends a request and reads the whole answer, redirects and error statuses included, within the limits.
    fn send<'a>(&'a self, request: &'a Request, limits: Limits) -> LocalFuture<'a, Result<Response, SendError>>;
}

/// Why a file can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    /// There is no such file.
    NotFound,
    /// The host gave the component no folder that holds this path.
    NotGranted,
    /// It is larger than the limit.
    TooLarge,
    /// Anything else: no permission, a folder, an I/O error.
    Unreadable,
    /// The platform reads no files.
    NotSupported,
}

impl FileError {
    /// What is wrong, to follow a file's name.
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
    /// As HTTP writes it.
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

    /// Whether a request has a body with it, if only an empty one.
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
    /// `https`; else plain `http`.
    pub https: bool,
    /// Host and, where it is not the scheme's own, port.
    pub authority: String,
    /// Path and query, percent-encoded.
    pub path: String,
    /// Header names, lower-case, and values.
    pub headers: Vec<(&'static str, SecretString)>,
    /// The body, where the method has one.
    pub body: SecretString,
    /// The most bytes of the answer's body that are read; one more is `SendError::TooLarge`.
    pub max_body: usize,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, https, authority, path, headers, body: _, max_body } = self;
        // A query may hold an id, and where it continues a list it is the vault's own text, an echo perhaps.
        let path = path.split('?').next();
        let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
        let mut shown = f.debug_struct("Request");
        shown.field("method", method).field("https", https).field("authority", authority).field("path", &path);
        shown.field("headers", &names).field("max_body", max_body).finish_non_exhaustive()
    }
}

/// How long the parts of a request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until the connection stands. A hint to the host: WASI has no event for it.
    pub connect: Duration,
    /// From the start to the first byte of the answer, the connection included.
    pub first_byte: Duration,
    /// From one piece of the body to the next.
    pub between_bytes: Duration,
    /// When the whole must have ended, by `Platform::monotonic`.
    pub deadline: Duration,
}

/// An HTTP answer. Its `Debug` hides header values and the body.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status, 100 to 599.
    pub status: u16,
    /// Header names, lower-case, and values; those that are no UTF-8 are left out.
    pub headers: Vec<(String, SecretString)>,
    /// The whole body.
    pub body: SecretBytes,
}

impl Response {
    /// The first header of this lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.expose())
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The host runtime did not let the request out.
    Denied,
    /// The name does not resolve.
    NameNotFound,
    /// Nothing listens there.
    Refused,
    /// No way to that address.
    Unreachable,
    /// No connection within the limit.
    ConnectTimeout,
    /// The certificate is not trusted, or TLS failed otherwise.
    Tls,
    /// The connection broke before the answer was whole.
    Reset,
    /// Connected, but no first byte within the limit.
    FirstByteTimeout,
    /// The body stopped coming.
    BetweenBytesTimeout,
    /// The whole call's deadline passed.
    Deadline,
    /// The answer is larger than the limit.
    TooLarge,
    /// Anything else that the host reports.
    Other,
}

impl SendError {
    /// What happened, to follow a host's name and a colon.
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

/// A duration in nanoseconds.
#[cfg(target_family = "wasm")]
fn nanoseconds(duration: Duration) -> u64 {
    // No limit is near 500 years; `as_nanos` would count in 128 bits.
    duration.as_secs().min(1 << 33) * 1_000_000_000 + u64::from(duration.subsec_nanos())
}
