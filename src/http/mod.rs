//! One call's deadline, and the retry policy of each kind of hop.

mod retry;

use core::time::Duration;

use crate::diagnosis;
use crate::error::{Error, ErrorKind, Result};
use crate::json::Json;
use crate::log::{Level, Log};
use crate::platform::{Method, Platform, Request, Response, SendError};
use crate::prelude::*;
use crate::secret::{self, SecretString};
use crate::url::Url;
#[cfg(fuzzing)]
pub(crate) use retry::retry_after;
pub(crate) use retry::{DEFAULT_RETRY, RetryPolicy, ServicePolicy};

/// The most bytes of a reply that are read, unless the hop says otherwise. Tokens of 24 h with many groups reach 16 KiB.
const MAX_BODY: usize = 64 * 1024;

/// One call of the user: the world it runs in and when it must have ended.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) platform: &'a dyn Platform,
    /// By `Platform::monotonic`.
    pub(crate) deadline: Duration,
    /// Other credentials may be asked after this one.
    pub(crate) chained: bool,
    pub(crate) log: Log<'a>,
}

impl<'a> Call<'a> {
    /// A call that starts now and must end after `timeout`.
    pub(crate) fn start(platform: &'a dyn Platform, timeout: Duration, level: Level) -> Self {
        let deadline = platform.monotonic().saturating_add(timeout);
        Self { platform, deadline, chained: false, log: Log { platform, level } }
    }

    /// Tells how the call ended.
    pub(crate) fn end<T>(&self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result {
            self.log.write(Level::Error, &|| error.message.clone());
        }
        result
    }

    /// What is left of the time.
    pub(crate) fn remaining(&self) -> Duration {
        self.deadline.saturating_sub(self.platform.monotonic())
    }

    /// The same call with at most this much time.
    pub(crate) fn within(self, timeout: Duration) -> Self {
        Self { deadline: self.deadline.min(self.platform.monotonic().saturating_add(timeout)), ..self }
    }
}

/// A request, and what of it a reply must not give away, should it echo it.
pub(crate) struct PreparedRequest {
    pub(crate) request: Request,
    pub(crate) secrets: Vec<SecretString>,
    /// Done twice it is the same as once. Where it is not, it is sent again only if nothing can have come of it.
    pub(crate) idempotent: bool,
}

impl PreparedRequest {
    /// A request for JSON at this path and query of the URL's host; those of the URL itself are not used.
    pub(crate) fn new(url: &Url, path: String, mut headers: Vec<(&'static str, SecretString)>) -> Self {
        headers.push(("accept", "application/json".into()));
        headers.push(("user-agent", SecretString::from(concat!("keyfob/", env!("CARGO_PKG_VERSION")))));
        let request = Request {
            method: Method::Get,
            https: url.https,
            authority: url.authority(),
            path,
            headers,
            body: SecretString::default(),
            max_body: MAX_BODY,
        };
        Self { request, secrets: Vec::new(), idempotent: true }
    }

    /// The same with a form as its body.
    pub(crate) fn post(mut self, form: String) -> Self {
        self.request.method = Method::Post;
        self.request.headers.push(("content-type", "application/x-www-form-urlencoded".into()));
        self.request.body = form.into();
        self
    }
}

/// The last answer, and how the service wants to be treated.
pub(crate) struct Reply {
    pub(crate) response: Response,
    /// The delay that the service asked for.
    pub(crate) retry_after: Option<Duration>,
    /// That delay is longer than the call may take.
    pub(crate) wait_too_long: bool,
    /// What the request held that a reply may echo.
    secrets: Vec<SecretString>,
}

impl Reply {
    /// Quotes a field of the reply, safe to print.
    pub(crate) fn quote(&self, text: &str) -> String {
        secret::quote(text, &self.secrets)
    }

    /// The status, for a text. In 64 bits: a formatter for each width would weigh 300 bytes.
    pub(crate) fn status(&self) -> u64 {
        self.response.status.into()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Option<Json> {
        Json::parse(&self.response.body.0)
    }

    /// An error about this answer, with its status, delay and request id.
    pub(crate) fn error(&self, kind: ErrorKind, message: String) -> Box<Error> {
        let throttled = self.wait_too_long || self.response.status == 429;
        let mut error = Error::new(if throttled { ErrorKind::Throttled } else { kind }, message);
        error.status = Some(self.response.status);
        error.retry_after = self.retry_after.map(|delay| delay.as_secs() + u64::from(delay.subsec_nanos() > 0));
        if let Some(id) = self.response.header("x-ms-request-id") {
            error.details.push(("x-ms-request-id", self.quote(id)));
        }
        if throttled {
            error.hint = Some(diagnosis::throttled(error.retry_after));
        }
        error
    }
}

/// The error of a request that got no answer from `who` at `url`.
pub(crate) fn no_response(call: &Call<'_>, error: SendError, who: &str, url: &Url) -> Box<Error> {
    // A limit that the deadline cut short is the deadline.
    let kind = match error {
        SendError::Denied => ErrorKind::DeniedByHost,
        SendError::Deadline | SendError::FirstByteTimeout | SendError::BetweenBytesTimeout => ErrorKind::TimedOut,
        SendError::TooLarge => ErrorKind::UnexpectedReply,
        _ if call.remaining().is_zero() => ErrorKind::TimedOut,
        _ => ErrorKind::Transport,
    };
    Error::new(kind, format!("{who} at {}: {}", url.origin(), error.describe()))
        .with_hint(diagnosis::no_response(error, who, url))
}
