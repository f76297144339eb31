//! The token cache: when a token is fresh, when it is refreshed, and one request at a time.

use core::cell::RefCell;
use core::time::Duration;

use crate::concurrency::Mutex;
use crate::error::Result;
use crate::http::Call;
use crate::log::Level;
use crate::platform::LocalFuture;
use crate::prelude::*;
use crate::token::{AccessToken, TokenRequest};

/// A token that expires within this many seconds is refreshed, as in the Azure SDKs.
const REFRESH_BEFORE: u64 = 300;
/// The least time between two attempts to refresh a token that has not expired, in seconds.
const REFRESH_RETRY_DELAY: u64 = 30;
/// The time limit of such an attempt: the current token must still be usable afterwards.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(10);
/// The most tokens that are kept; the oldest is removed first.
const CAPACITY: usize = 16;

/// What to do with a cached token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Freshness {
    Fresh,
    /// Refresh now; the old token is still usable if the refresh fails.
    RefreshDue,
    Expired,
}

fn freshness(token: &AccessToken, requested_at: u64, now: u64) -> Freshness {
    if token.expires_on <= now {
        Freshness::Expired
    } else if now.abs_diff(requested_at) < REFRESH_RETRY_DELAY {
        // This also covers a token that was just issued with a short lifetime: it is not requested at every call.
        Freshness::Fresh
    } else if token.refresh_on.is_some_and(|at| at <= now) || token.expires_on - now <= REFRESH_BEFORE {
        Freshness::RefreshDue
    } else {
        Freshness::Fresh
    }
}

struct Entry {
    scopes: Vec<String>,
    tenant: Option<String>,
    cae: bool,
    token: AccessToken,
    /// When this token was last requested from the service, in unix seconds.
    requested_at: u64,
}

impl Entry {
    /// Whether this entry answers a request. Claims are not part of the key: a token with claims replaces the one without.
    fn matches(&self, request: &TokenRequest) -> bool {
        self.scopes == request.scopes && self.tenant == request.tenant && self.cae == request.cae
    }

    /// Whether the token must be replaced however fresh it is. If several requests were rejected with the same token, it
    /// is replaced once: a token requested after the rejected one was sent is usable.
    fn needs_replacement(&self, request: &TokenRequest) -> bool {
        match &request.refused {
            Some((token, sent_at)) => *token == self.token.token || self.requested_at < *sent_at,
            None => request.claims.is_some(),
        }
    }
}

/// Requests a token from the service, without the cache.
pub(crate) trait FetchToken {
    /// Gets a token from the service.
    fn fetch_token<'a>(&'a self, call: Call<'a>, request: &'a TokenRequest) -> LocalFuture<'a, Result<AccessToken>>;
}

/// The tokens of one credential.
#[derive(Default)]
pub(crate) struct TokenCache {
    entries: RefCell<Vec<Entry>>,
    fetch_lock: Mutex,
}

impl TokenCache {
    /// The cached token, or a new one from the service, within the deadline of the call.
    pub(crate) async fn token(
        &self,
        call: Call<'_>,
        request: &TokenRequest,
        fetcher: &dyn FetchToken,
    ) -> Result<AccessToken> {
        // One request at a time: the second caller finds the token that the first one got.
        let _guard = self.fetch_lock.lock().await;
        let now = call.platform.unix_now();
        let mut current = None;
        if let Some(entry) = self.entries.borrow_mut().iter_mut().find(|entry| entry.matches(request))
            && !entry.needs_replacement(request)
        {
            match freshness(&entry.token, entry.requested_at, now) {
                Freshness::Fresh => {
                    call.log.write(Level::Verbose, &|| format!("a token from memory: {}", entry.token.describe()));
                    return Ok(entry.token.clone());
                }
                Freshness::RefreshDue => {
                    entry.requested_at = now;
                    current = Some(entry.token.clone());
                }
                Freshness::Expired => {}
            }
        }
        let token = match current {
            None => fetcher.fetch_token(call, request).await?,
            Some(token) => {
                match fetcher.fetch_token(call.within(REFRESH_TIMEOUT.min(call.remaining() / 2)), request).await {
                    Ok(new) => new,
                    Err(error) => {
                        call.log.write(Level::Warning, &|| {
                            format!("the token lives on, not renewed yet: {}", error.message)
                        });
                        return Ok(token);
                    }
                }
            }
        };
        call.log.write(Level::Info, &|| format!("a new token: {}", token.describe()));
        let mut entries = self.entries.borrow_mut();
        entries.retain(|entry| !entry.matches(request));
        if entries.len() >= CAPACITY {
            entries.remove(0);
        }
        entries.push(Entry {
            scopes: request.scopes.clone(),
            tenant: request.tenant.clone(),
            cae: request.cae,
            token: token.clone(),
            requested_at: now,
        });
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freshness_of_a_token() {
        let token =
            |expires_on, refresh_on| AccessToken { refresh_on, ..AccessToken::new("t".into(), 0, expires_on, None) };
        for (expires_on, refresh_on, requested_at, now, expected) in [
            (10_000, None, 0, 5_000, Freshness::Fresh),
            (10_000, None, 0, 9_699, Freshness::Fresh),
            (10_000, None, 0, 9_700, Freshness::RefreshDue),
            (10_000, None, 9_690, 9_700, Freshness::Fresh),
            (10_000, None, 9_670, 9_700, Freshness::RefreshDue),
            (10_000, Some(5_000), 0, 5_000, Freshness::RefreshDue),
            (10_000, None, 9_990, 10_000, Freshness::Expired),
            // The clock was set back by a long time: the token is refreshed all the same.
            (10_000, Some(1), 9_000, 100, Freshness::RefreshDue),
        ] {
            assert_eq!(
                freshness(&token(expires_on, refresh_on), requested_at, now),
                expected,
                "{expires_on} {refresh_on:?} {requested_at} {now}"
            );
        }
    }
}
