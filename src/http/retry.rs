//! The retry policy of each service, and the delay that a reply asks for.

use core::time::Duration;

use super::{Call, PreparedRequest, Reply};
use crate::date;
use crate::error::Result;
use crate::log::{self, Level};
use crate::platform::{Limits, Response, SendError};
use crate::prelude::*;
use crate::secret;
use crate::text::{decimal, whole};

/// The time limits and the retries of one kind of hop.
#[derive(Clone, Copy)]
pub(crate) struct RetryPolicy {
    pub(crate) connect_timeout: Duration,
    pub(crate) first_byte_timeout: Duration,
    pub(crate) retries: u32,
    /// Whether an attempt that made no connection, or got no first byte in time, is made again.
    pub(crate) retry_no_response: bool,
    /// No further attempt is started after this time.
    pub(crate) retry_for: Duration,
}

/// Between two pieces of a body, everywhere.
const BETWEEN_BYTES: Duration = Duration::from_secs(5);

/// Endpoints that the environment names, Entra and the vault. Fewer retries than the Azure SDKs make: those are set
/// for bulk work, and an app waits for its secret.
pub(crate) const DEFAULT_RETRY: RetryPolicy = RetryPolicy {
    connect_timeout: Duration::from_secs(5),
    first_byte_timeout: Duration::from_secs(15),
    retries: 3,
    retry_no_response: true,
    retry_for: Duration::MAX,
};

/// How a service is treated.
pub(crate) trait ServicePolicy {
    /// The limits of the next attempt.
    fn retry_policy(&self, call: &Call<'_>) -> RetryPolicy;
    /// Takes notice of an answer. Where this service gives it a meaning of its own that a retry may cure, the pause before
    /// that; zero is the backoff's.
    fn on_response(&self, _reply: &Reply, _retry: u32) -> Option<Duration> {
        None
    }
}

impl ServicePolicy for RetryPolicy {
    fn retry_policy(&self, _: &Call<'_>) -> RetryPolicy {
        *self
    }
}

/// The first delay of the backoff, doubled from one to the next.
const BACKOFF: Duration = Duration::from_millis(200);

/// Whether the service may have done what it was asked to, although this is all that came back.
fn may_have_taken_effect(result: &Result<Reply, SendError>) -> bool {
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
    async fn send_once(&self, retry_policy: &RetryPolicy, prepared: &PreparedRequest) -> Result<Reply, SendError> {
        if self.remaining().is_zero() {
            return Err(SendError::Deadline);
        }
        let limits = Limits {
            connect: retry_policy.connect_timeout,
            first_byte: retry_policy.first_byte_timeout,
            between_bytes: BETWEEN_BYTES,
            deadline: self.deadline,
        };
        self.log.write(Level::Verbose, &|| log::describe_request(&prepared.request, &prepared.secrets));
        let started = self.platform.monotonic();
        let response = self.platform.send(&prepared.request, limits).await;
        self.log.write(Level::Info, &|| {
            let spent = self.platform.monotonic().saturating_sub(started).as_millis() as u64;
            let outcome = match &response {
                Ok(response) => {
                    let id = response.header("x-ms-request-id").map(|id| secret::quote(id, &prepared.secrets));
                    let id = id.map(|id| format!(", x-ms-request-id {id}")).unwrap_or_default();
                    format!("{}{id}", u64::from(response.status))
                }
                Err(error) => error.describe().to_owned(),
            };
            format!("{} -> {outcome} ({spent} ms)", log::describe_request(&prepared.request, &prepared.secrets))
        });
        let response = response?;
        let retry_after = retry_after(&response, self.platform.unix_now());
        let wait_too_long = is_transient(response.status) && retry_after.is_some_and(|delay| delay >= self.remaining());
        Ok(Reply { response, retry_after, wait_too_long, secrets: prepared.secrets.clone() })
    }

    /// Sends a request, again after transient faults, until an answer stands or the policy ends.
    pub(crate) async fn send(
        &self,
        policy: &dyn ServicePolicy,
        prepared: &PreparedRequest,
    ) -> Result<Reply, SendError> {
        let start = self.platform.monotonic();
        let mut retry = 0;
        loop {
            let result = self.send_once(&policy.retry_policy(self), prepared).await;
            if !prepared.idempotent && may_have_taken_effect(&result) {
                return result;
            }
            let service_delay = result.as_ref().ok().and_then(|reply| policy.on_response(reply, retry));
            // What may be retried can have changed with the answer.
            let retry_policy = policy.retry_policy(self);
            let delay = match &result {
                Ok(_) if service_delay.is_some() => service_delay,
                Ok(reply) if is_transient(reply.response.status) && !reply.wait_too_long => reply.retry_after,
                Err(SendError::Reset | SendError::BetweenBytesTimeout) => None,
                Err(
                    SendError::NameNotFound
                    | SendError::Refused
                    | SendError::Unreachable
                    | SendError::ConnectTimeout
                    | SendError::FirstByteTimeout,
                ) if retry_policy.retry_no_response => None,
                _ => return result,
            };
            let pause = delay.filter(|delay| !delay.is_zero()).unwrap_or_else(|| self.backoff(retry));
            let spent = self.platform.monotonic().saturating_sub(start);
            if retry >= retry_policy.retries
                || pause >= self.remaining()
                || spent.saturating_add(pause) > retry_policy.retry_for
            {
                return result;
            }
            retry += 1;
            self.log.write(Level::Warning, &|| {
                format!(
                    "{} again in {} ms",
                    log::describe_request(&prepared.request, &prepared.secrets),
                    pause.as_millis() as u64
                )
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
        if let Some((seconds, more)) = decimal(value) {
            return Some(Duration::from_secs(seconds.saturating_add(more.into())));
        }
        // By the server's clock: the host's may be wrong.
        let now = response.header("date").and_then(date::http).unwrap_or(now);
        return date::http(value)?.checked_sub(now).filter(|delay| *delay > 0).map(Duration::from_secs);
    }
    let milliseconds = ["retry-after-ms", "x-ms-retry-after-ms"].into_iter().find_map(|name| response.header(name))?;
    whole(milliseconds.trim_ascii()).map(Duration::from_millis)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
