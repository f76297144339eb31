//! Retries: the policy of each service, and the delay that a response asks for.

use core::time::Duration;

use super::{Call, PreparedRequest, Reply};
use crate::date;
use crate::error::Result;
use crate::log::{self, Level};
use crate::platform::{Limits, Response, SendError};
use crate::prelude::*;
use crate::secret;
use crate::text::{parse_decimal, parse_digits};

/// The time limits and retries of requests to one service.
#[derive(Clone, Copy)]
pub(crate) struct RetryPolicy {
    pub(crate) connect_timeout: Duration,
    pub(crate) first_byte_timeout: Duration,
    /// How often the request is sent again after the first attempt.
    pub(crate) retries: u32,
    /// Whether an attempt is retried that got no connection, or no first byte in time.
    pub(crate) retry_no_response: bool,
    /// No retry starts later than this after the first attempt.
    pub(crate) retry_for: Duration,
}

/// The limit between two chunks of a response body, for every service.
const BETWEEN_BYTES: Duration = Duration::from_secs(5);

/// The policy for Entra, vaults, and identity endpoints that the environment names. The Azure SDKs retry more often, which
/// suits bulk work; here an app waits for its secret.
pub(crate) const DEFAULT_RETRY: RetryPolicy = RetryPolicy {
    connect_timeout: Duration::from_secs(5),
    first_byte_timeout: Duration::from_secs(15),
    retries: 3,
    retry_no_response: true,
    retry_for: Duration::MAX,
};

/// What is specific to retries of one service.
pub(crate) trait ServicePolicy {
    /// The policy for the next attempt.
    fn retry_policy(&self, call: &Call<'_>) -> RetryPolicy;
    /// Called with each response. If a retry may help for a reason that is specific to this service, returns the delay
    /// before it; zero means the usual backoff.
    fn on_response(&self, _reply: &Reply, _retry: u32) -> Option<Duration> {
        None
    }
}

impl ServicePolicy for RetryPolicy {
    fn retry_policy(&self, _: &Call<'_>) -> RetryPolicy {
        *self
    }
}

/// The first delay of the backoff. It is doubled for each retry.
const BACKOFF: Duration = Duration::from_millis(200);

/// Whether the service may have processed the request despite this result.
fn may_have_taken_effect(result: &Result<Reply, SendError>) -> bool {
    match result {
        Ok(reply) => !matches!(reply.response.status, 429 | 503),
        Err(error) => !matches!(
            error,
            SendError::NameNotFound | SendError::Refused | SendError::Unreachable | SendError::ConnectTimeout
        ),
    }
}

/// Statuses that a retry may cure. 501 and 505 say that the request itself is not supported.
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
                    format!("{}{id}", response.status)
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

    /// Sends a request, and retries it after transient errors as far as the policy and the deadline allow.
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
            // The response can have changed the policy.
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

    /// The delay before the given retry, counted from 0: doubled each time. Its second half is random, so that instances
    /// that failed at the same time don't retry at the same time.
    fn backoff(&self, retry: u32) -> Duration {
        let half = BACKOFF.saturating_mul(1 << retry.min(10)) / 2;
        let jitter = self.platform.random() % (half.as_millis() as u64 + 1);
        half + Duration::from_millis(jitter)
    }
}

/// The delay that a response asks for: `Retry-After` in seconds or as a date, else one of the two headers in milliseconds
/// that Azure services use. A value that is invalid, negative or in the past counts as absent.
pub(crate) fn retry_after(response: &Response, now: u64) -> Option<Duration> {
    if let Some(value) = response.header("retry-after").map(str::trim_ascii) {
        // A fraction of a second is rounded up.
        if let Some((seconds, more)) = parse_decimal(value) {
            return Some(Duration::from_secs(seconds.saturating_add(more.into())));
        }
        // Compared with the server's clock, because the host's may be wrong.
        let now = response.header("date").and_then(date::http).unwrap_or(now);
        return date::http(value)?.checked_sub(now).filter(|delay| *delay > 0).map(Duration::from_secs);
    }
    let milliseconds = ["retry-after-ms", "x-ms-retry-after-ms"].into_iter().find_map(|name| response.header(name))?;
    parse_digits(milliseconds.trim_ascii()).map(Duration::from_millis)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
