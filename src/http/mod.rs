//! One call's deadline, and the retry policy of each kind of hop.

use core::time::Duration;

use crate::date;
use crate::diagnosis;
use crate::error::{Error, ErrorKind, Result};
use crate::json::{self, JsonError};
use crate::log::{self, Level, Log};
use crate::platform::{Limits, Method, Platform, Request, Response, SendError};
use crate::prelude::*;
use crate::secret::{self, Secret};
use crate::text::{parse_decimal, parse_digits};
use crate::url::Url;

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
            self.log.tell(Level::Error, &|| error.message.clone());
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

/// The time limits and the retries of one kind of hop.
#[derive(Clone, Copy)]
pub(crate) struct Hop {
    pub(crate) connect: Duration,
    pub(crate) first_byte: Duration,
    pub(crate) retries: u32,
    /// Whether an attempt that made no connection, or got no first byte in time, is made again.
    pub(crate) retry_silence: bool,
    /// No further attempt is started after this time.
    pub(crate) retry_for: Duration,
}

/// Between two pieces of a body, everywhere.
const BETWEEN_BYTES: Duration = Duration::from_secs(5);

/// Endpoints that the environment names, Entra and the vault. Fewer retries than the Azure SDKs make: those are set
/// for bulk work, and an app waits for its secret.
pub(crate) const ENDPOINT: Hop = Hop {
    connect: Duration::from_secs(5),
    first_byte: Duration::from_secs(15),
    retries: 3,
    retry_silence: true,
    retry_for: Duration::MAX,
};

/// How a service is treated.
pub(crate) trait Policy {
    /// The limits of the next attempt.
    fn hop(&self, call: &Call<'_>) -> Hop;
    /// Takes notice of an answer. Where this service gives it a meaning of its own that a retry may cure, the pause before
    /// that; zero is the backoff's.
    fn look(&self, _reply: &Reply, _retry: u32) -> Option<Duration> {
        None
    }
}

impl Policy for Hop {
    fn hop(&self, _: &Call<'_>) -> Hop {
        *self
    }
}

/// The first delay of the backoff, doubled from one to the next.
const BACKOFF: Duration = Duration::from_millis(200);

/// A request, and what of it a reply must not give away, should it echo it.
pub(crate) struct Draft {
    pub(crate) request: Request,
    pub(crate) secrets: Vec<Secret>,
    /// Done twice it is the same as once. Where it is not, it is sent again only if nothing can have come of it.
    pub(crate) idempotent: bool,
}

impl Draft {
    /// A request for JSON at this path and query of the URL's host; those of the URL itself are not used.
    pub(crate) fn new(url: &Url, path: String, mut headers: Vec<(&'static str, Secret)>) -> Self {
        headers.push(("accept", "application/json".into()));
        headers.push(("user-agent", Secret::from(concat!("keyfob/", env!("CARGO_PKG_VERSION")))));
        let request = Request {
            method: Method::Get,
            https: url.https,
            authority: url.authority(),
            path,
            headers,
            body: Secret::default(),
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
    secrets: Vec<Secret>,
}

impl Reply {
    /// Quotes a field of the reply, safe to print.
    pub(crate) fn quote(&self, text: &str) -> String {
        secret::quote(text, &self.secrets)
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> u16 {
        self.response.status
    }

    /// The members of these names of the body, which is a JSON object.
    ///
    /// # Errors
    /// As [`json::object`].
    pub(crate) fn json(&self, names: &[&'static str]) -> Result<json::Object<'_>, JsonError> {
        json::object(&self.response.body.0, names)
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

/// Whether the service may have done what it was asked to, although this is all that came back.
fn may_be_done(result: &Result<Reply, SendError>) -> bool {
    match result {
        Ok(reply) => !matches!(reply.response.status, 429 | 503),
        Err(error) => !matches!(
            error,
            SendError::NameNotFound | SendError::Refused | SendError::Unreachable | SendError::ConnectTimeout
        ),
    }
}

/// Statuses that a second attempt may cure. 501 and 505 are answers about the request itself.
fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

impl Call<'_> {
    /// Sends a request once.
    async fn send_once(&self, hop: &Hop, draft: &Draft) -> Result<Reply, SendError> {
        if self.remaining().is_zero() {
            return Err(SendError::Deadline);
        }
        let limits = Limits {
            connect: hop.connect,
            first_byte: hop.first_byte,
            between_bytes: BETWEEN_BYTES,
            deadline: self.deadline,
        };
        self.log.tell(Level::Verbose, &|| log::request(&draft.request, &draft.secrets));
        let started = self.platform.monotonic();
        let response = self.platform.send(&draft.request, limits).await;
        self.log.tell(Level::Info, &|| {
            let spent = self.platform.monotonic().saturating_sub(started).as_millis() as u64;
            let answer = match &response {
                Ok(response) => {
                    let id = response.header("x-ms-request-id").map(|id| secret::quote(id, &draft.secrets));
                    let id = id.map(|id| format!(", x-ms-request-id {id}")).unwrap_or_default();
                    format!("{}{id}", response.status)
                }
                Err(error) => error.describe().to_owned(),
            };
            format!("{} -> {answer} ({spent} ms)", log::request(&draft.request, &draft.secrets))
        });
        let response = response?;
        let retry_after = retry_after(&response, self.platform.unix_now());
        let wait_too_long = is_transient(response.status) && retry_after.is_some_and(|delay| delay >= self.remaining());
        Ok(Reply { response, retry_after, wait_too_long, secrets: draft.secrets.clone() })
    }

    /// Sends a request, again after transient faults, until an answer stands or the policy ends.
    pub(crate) async fn send(&self, policy: &dyn Policy, draft: &Draft) -> Result<Reply, SendError> {
        let start = self.platform.monotonic();
        let mut retry = 0;
        loop {
            let result = self.send_once(&policy.hop(self), draft).await;
            if !draft.idempotent && may_be_done(&result) {
                return result;
            }
            let special = result.as_ref().ok().and_then(|reply| policy.look(reply, retry));
            // What may be retried can have changed with the answer.
            let hop = policy.hop(self);
            let asked = match &result {
                Ok(_) if special.is_some() => special,
                Ok(reply) if is_transient(reply.response.status) && !reply.wait_too_long => reply.retry_after,
                Err(SendError::Reset | SendError::BetweenBytesTimeout) => None,
                Err(
                    SendError::NameNotFound
                    | SendError::Refused
                    | SendError::Unreachable
                    | SendError::ConnectTimeout
                    | SendError::FirstByteTimeout,
                ) if hop.retry_silence => None,
                _ => return result,
            };
            let pause = asked.filter(|delay| !delay.is_zero()).unwrap_or_else(|| self.backoff(retry));
            let spent = self.platform.monotonic().saturating_sub(start);
            if retry >= hop.retries || pause >= self.remaining() || spent.saturating_add(pause) > hop.retry_for {
                return result;
            }
            retry += 1;
            self.log.tell(Level::Warning, &|| {
                format!("{} again in {} ms", log::request(&draft.request, &draft.secrets), pause.as_millis() as u64)
            });
            self.platform.sleep(pause).await;
        }
    }

    /// The delay before the given retry: doubled each time, its second half random so that instances that failed
    /// together don't come back together.
    fn backoff(&self, retry: u32) -> Duration {
        let half = BACKOFF.saturating_mul(1 << retry.min(10)) / 2;
        let jitter = self.platform.random() % (half.as_millis() as u64 + 1);
        half + Duration::from_millis(jitter)
    }
}

/// The delay that a reply asks for: `Retry-After` in seconds or as a date, else the two headers in milliseconds that
/// Azure services use. What can't be read, is negative or past counts as absent.
pub(crate) fn retry_after(response: &Response, now: u64) -> Option<Duration> {
    if let Some(value) = response.header("retry-after").map(str::trim_ascii) {
        // A fraction of a second is waited for as a whole one.
        if let Some((seconds, more)) = parse_decimal(value) {
            return Some(Duration::from_secs(seconds.saturating_add(more.into())));
        }
        // By the server's clock: the host's may be wrong.
        let now = response.header("date").and_then(date::http).unwrap_or(now);
        return date::http(value)?.checked_sub(now).filter(|delay| *delay > 0).map(Duration::from_secs);
    }
    let milliseconds = ["retry-after-ms", "x-ms-retry-after-ms"].into_iter().find_map(|name| response.header(name))?;
    parse_digits(milliseconds.trim_ascii()).map(Duration::from_millis)
}

/// The error of a request that got no answer from `who` at `url`.
pub(crate) fn no_answer(call: &Call<'_>, error: SendError, who: &str, url: &Url) -> Box<Error> {
    // A limit that the deadline cut short is the deadline.
    let kind = match error {
        SendError::Denied => ErrorKind::DeniedByHost,
        SendError::Deadline | SendError::FirstByteTimeout | SendError::BetweenBytesTimeout => ErrorKind::TimedOut,
        SendError::TooLarge => ErrorKind::UnexpectedReply,
        _ if call.remaining().is_zero() => ErrorKind::TimedOut,
        _ => ErrorKind::Transport,
    };
    Error::new(kind, format!("{who} at {}: {}", url.origin(), error.describe()))
        .hint(diagnosis::no_answer(error, who, url))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
