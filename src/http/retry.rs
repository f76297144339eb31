//! Retries: the policy of each service, and the delay that a response asks for.

use core::cell::Cell;
use core::time::Duration;

use super::{Call, NoResponse, PreparedRequest, Reply, Tried};
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
    /// The service may still be starting: while it can't be reached, or answers 404 or 5xx, it is tried for at least this
    /// long, whatever `retries` and `retry_for` say.
    pub(crate) start_for: Duration,
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
    start_for: Duration::ZERO,
};

/// How long a service is tried that is named in the environment, or alone, and that has not yet answered. The identity
/// endpoint of a container, the agent of a server and the network of a pod can be ready some seconds later than the app.
pub(crate) const START_TIME: Duration = Duration::from_secs(20);

/// The time of the call that is left after the last attempt, for the answer and what follows it.
const SPARE_TIME: Duration = Duration::from_secs(1);

/// What is specific to retries of one service.
pub(crate) trait ServicePolicy {
    /// The policy for the next attempt.
    fn retry_policy(&self, call: &Call<'_>) -> RetryPolicy;
    /// Called with each response. If a retry may help for a reason that is specific to this service, returns the delay
    /// before it; zero means the usual backoff.
    fn on_response(&self, _call: &Call<'_>, _reply: &Reply, _retry: u32) -> Option<Duration> {
        None
    }
}

impl ServicePolicy for RetryPolicy {
    fn retry_policy(&self, _: &Call<'_>) -> RetryPolicy {
        *self
    }
}

/// The policy for a service that may start later than the app. Until its first success it is tried for [`START_TIME`]; from
/// then on an error is not about its start, and the default policy holds.
#[derive(Default)]
pub(crate) struct StartingService {
    has_answered: Cell<bool>,
}

impl ServicePolicy for StartingService {
    fn retry_policy(&self, _: &Call<'_>) -> RetryPolicy {
        let start_for = if self.has_answered.get() { Duration::ZERO } else { START_TIME };
        RetryPolicy { start_for, ..DEFAULT_RETRY }
    }

    fn on_response(&self, _: &Call<'_>, reply: &Reply, _: u32) -> Option<Duration> {
        if reply.status() == 200 {
            self.has_answered.set(true);
        }
        // With a message in JSON it is the service's own answer, such as App Service's that it has no such identity.
        let not_yet = reply.status() == 404 && !self.has_answered.get() && reply.error_message().is_none();
        not_yet.then_some(Duration::ZERO)
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

/// Whether a service that is still starting may give this result, which is one that may be retried.
fn may_be_starting(result: &Result<Reply, SendError>) -> bool {
    result.as_ref().map_or(true, |reply| matches!(reply.response.status, 404 | 500..))
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
        let tried = Tried::default();
        Ok(Reply { response, retry_after, wait_too_long, tried, secrets: prepared.secrets.clone() })
    }

    /// Sends a request, and retries it after transient errors as far as the policy and the deadline allow.
    pub(crate) async fn send(
        &self,
        policy: &dyn ServicePolicy,
        prepared: &PreparedRequest,
    ) -> Result<Reply, NoResponse> {
        let start = self.platform.monotonic();
        let mut retry = 0;
        loop {
            let result = self.send_once(&policy.retry_policy(self), prepared).await;
            let tried = Tried { attempts: retry + 1, time: self.platform.monotonic().saturating_sub(start) };
            let Some(pause) = self.pause(policy, prepared, &result, tried) else {
                return match result {
                    Ok(reply) => Ok(Reply { tried, ..reply }),
                    Err(error) => Err(NoResponse { error, tried }),
                };
            };
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

    /// How long to wait before the request is sent again; `None` if the result is final.
    fn pause(
        &self,
        policy: &dyn ServicePolicy,
        prepared: &PreparedRequest,
        result: &Result<Reply, SendError>,
        tried: Tried,
    ) -> Option<Duration> {
        if !prepared.idempotent && may_have_taken_effect(result) {
            return None;
        }
        let retry = tried.attempts - 1;
        let service_delay = result.as_ref().ok().and_then(|reply| policy.on_response(self, reply, retry));
        // The response can have changed the policy.
        let retry_policy = policy.retry_policy(self);
        let delay = match result {
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
            _ => return None,
        };
        let (delay, backoff) = (delay.filter(|delay| !delay.is_zero()), self.backoff(retry));
        let pause = delay.unwrap_or(backoff);
        if retry < retry_policy.retries && tried.time.saturating_add(pause) <= retry_policy.retry_for {
            return Some(pause).filter(|pause| *pause < self.remaining());
        }
        // The backoff bounds the number of requests to 9 in 20 s. The last one is at the end of the time.
        let left = retry_policy.start_for.saturating_sub(tried.time).min(self.remaining().saturating_sub(SPARE_TIME));
        let pause = delay.unwrap_or_default().max(backoff.min(left));
        (may_be_starting(result) && left >= BACKOFF && pause <= left).then_some(pause)
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
